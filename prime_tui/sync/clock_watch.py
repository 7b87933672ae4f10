"""Notices when the machine's clock is set, so that ages and rates survive it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from prime_tui.domain.clock import Clock
from prime_tui.domain.remote import CLOCK_TOLERANCE

log = logging.getLogger(__name__)


class ClockWatch:
    """Compares the wall time with the time that passed.

    Args:
        stepped: Called with the step when the clock was set.
    """

    def __init__(self, clock: Clock, stepped: Callable[[timedelta], None]) -> None:
        self._clock = clock
        self._stepped = stepped
        self._started_at = self._start()

    def look(self) -> None:
        """Look whether the clock was set since the last look; before the time of anything is noted."""
        started_at = self._start()
        step, self._started_at = started_at - self._started_at, started_at
        if abs(step) > CLOCK_TOLERANCE:
            log.warning("the clock was set by %+.0f s", step.total_seconds())
            self._stepped(step)

    def _start(self) -> datetime:
        """When the monotonic time began, which moves only with the wall time."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())
