"""Time as a dependency: everything that ages or waits is given a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program knows of time."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


LONGEST_NAP_S = 10.0
"""Timers stand still while the machine sleeps: nobody oversleeps by more than this after it woke up."""


class SystemClock:
    """The machine's clock.

    The wall time is that of the machine, whatever is done to it; the monotonic time is `CLOCK_BOOTTIME`
    where it exists, which counts the time asleep too.
    """

    _boottime = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since the machine started, sleep included."""
        return time.clock_gettime(self._boottime)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, the time asleep included."""
        import asyncio  # dear, and not needed by whoever only asks for the time

        left_s, end_s = seconds, self.monotonic() + seconds
        while left_s > LONGEST_NAP_S:
            await asyncio.sleep(LONGEST_NAP_S)
            left_s = end_s - self.monotonic()
        await asyncio.sleep(max(0.0, left_s))
