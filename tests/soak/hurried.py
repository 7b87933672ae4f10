"""The real program on the clock of a hurried world: `python -m tests.soak.hurried [option ...]`.

A simulated world that runs faster than the program's clock has bills and starts in the future, and ages mean
nothing. Here both run alike: a minute of the program passes in a minute of its world, so that its paces, its
waits after failures, its call budget and every age are the real ones. `SOAK_CLOCK` holds the speed, the
monotonic second at which the world began, and the world's time then.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime

import prime_tui.domain.clock
from tests.ui.hurried_clock import HurriedClock

VARIABLE = "SOAK_CLOCK"


def main() -> int:
    """Run the program."""
    speed, zero_s, zero_at = os.environ.pop(VARIABLE).split()
    clock = HurriedClock(float(speed), zero_s=float(zero_s), zero_at=datetime.fromisoformat(zero_at))
    # Before anything else of the program is imported, which takes the name from there.
    setattr(prime_tui.domain.clock, "SystemClock", lambda: clock)  # noqa: B010
    from prime_tui.cli.main import main as program

    return program(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
