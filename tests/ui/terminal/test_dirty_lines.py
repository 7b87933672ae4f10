"""A screen that was painted change by change looks like one that is painted at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.terminal import Terminal, terminal

PROGRAM = [sys.executable, "-m", "prime_tui", "--no-clock"]
STEPS = (("?", "Everywhere"), ("\x1b", "No pods"), ("o", "$/GPU"), ("\x1b[B", "$/GPU"), ("\x1bOQ", "No runs"))
"""What is pressed and what shows then: a dialog and none, a long list and its cursor, another screen."""


def test_changes_lead_to_what_a_whole_frame_shows(tmp_path: Path) -> None:
    with SimServer(SimOptions(scenario="empty", speed=0.0)) as sim:
        url = {"PRIME_API_BASE_URL": sim.url, "PRIME_INFERENCE_URL": f"{sim.url}/api/v1"}
        command = [*PROGRAM, "--screen", "pods"]
        with terminal(command, home=tmp_path, columns=130, rows=40, PRIME_API_KEY="k", **url) as one:
            one.sees("●wallet", "●pods", "No pods")
            for step, shown in STEPS:
                one.send(step)
                one.sees(shown)
                by_changes = quiet_body(one)
                for columns in (131, 130):
                    before = len(one.raw)
                    one.resize(columns, 40)
                    one.until(lambda _, before=before: len(one.raw) > before, "a frame")  # type: ignore[misc]
                    painted = quiet_body(one)
                assert painted == by_changes, f"after {step!r}"


def quiet_body(one: Terminal) -> str:
    """All but the lines on top and ages, which tell of readings, once nothing is written any more."""
    while one.drain(0.4):
        pass
    return re.sub(r"\b\d+[smh] old\b", "", "\n".join(one.text().splitlines()[2:]))
