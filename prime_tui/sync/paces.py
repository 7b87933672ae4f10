"""How often each thing is read."""

from __future__ import annotations

from prime_tui.store.slice import Topic

# Seconds between readings while the topic is on the screen, and while it is not (None: not read).
PACES: dict[Topic, tuple[float, float | None]] = {
    Topic.ACCOUNT: (1800.0, 1800.0),
    Topic.WALLET: (60.0, 60.0),
    Topic.PODS: (30.0, 60.0),
    Topic.DISKS: (300.0, 300.0),
    Topic.RUNS: (30.0, 60.0),
    Topic.USAGE: (20.0, 60.0),
    Topic.OFFERS: (120.0, None),
    Topic.HISTORY: (300.0, None),
    Topic.MODELS: (600.0, None),
    Topic.CHOICES: (600.0, None),
}
MOVING_PODS_S = 15.0
DETAIL_S, FINISHED_DETAIL_S = 30.0, 300.0
LATE_STRETCH = 3.0
"""However slowly a short budget makes us read: a value older than that does not look fresh."""
