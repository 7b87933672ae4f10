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


class SystemClock:
    """The machine's clock.

    The wall time is anchored to `time.time` at each call, so a suspended laptop shows its true age; the
    monotonic time is `CLOCK_BOOTTIME` where it exists, which counts the time asleep too.
    """

    _boottime = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since the machine started, sleep included."""
        return time.clock_gettime(self._boottime)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        import asyncio  # dear, and not needed by whoever only asks for the time

        await asyncio.sleep(seconds)
