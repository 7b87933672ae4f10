"""What the program is started with."""

from __future__ import annotations

from dataclasses import dataclass

from prime_tui.config.schema import DEFAULT_AWAY_PAINT_S
from prime_tui.domain.credentials import Found
from prime_tui.domain.profiles import Profile

DEFAULT_CALLS_PER_H = 1000


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Which simulated world is watched instead of the service."""

    scenario: str = "calm"
    seed: int = 1
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided before the start.

    Attributes:
        profile: Whom to watch, and where.
        given: The key from the command line or the environment; None asks the profile's store.
        read_only: Whether every profile is watched without changing anything.
        warnings: Sentences that whoever gives a key should read first.
        calls_per_h: Our own limit on calls of the platform and inference APIs together.
        is_dev: Whether the toolkit may log what is shown and typed.
        has_clock: Whether a clock and ages tick on the screen.
        away_paint_s: Seconds between two paints while nobody looks.
    """

    profile: Profile
    given: Found | None = None
    read_only: bool = False
    first_screen: str = "wallet"
    theme: str | None = None
    calls_per_h: int = DEFAULT_CALLS_PER_H
    demo: DemoOptions | None = None
    is_dev: bool = False
    has_clock: bool = True
    away_paint_s: int = DEFAULT_AWAY_PAINT_S
    warnings: tuple[str, ...] = ()
