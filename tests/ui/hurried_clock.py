"""A clock on which minutes pass in seconds, for what waits long."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class HurriedClock:
    """Runs `factor` times as fast as the machine's.

    Args:
        factor: Hurried seconds a second.
        zero_s: When it started, on the monotonic clock, which all processes share; now without it.
        zero_at: The wall time that it showed then.
    """

    def __init__(
        self, factor: float, *, zero_s: float | None = None, zero_at: datetime | None = None
    ) -> None:
        self._factor = factor
        self._zero_s = time.monotonic() if zero_s is None else zero_s
        self._zero_at = zero_at or datetime.now(UTC)

    def now(self) -> datetime:
        """Return the hurried wall time."""
        return self._zero_at + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return hurried seconds since the start."""
        return (time.monotonic() - self._zero_s) * self._factor

    async def sleep(self, seconds: float) -> None:
        """Wait for hurried seconds."""
        await asyncio.sleep(seconds / self._factor)
