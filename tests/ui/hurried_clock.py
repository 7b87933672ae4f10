"""A clock on which minutes pass in seconds, for what waits long."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class HurriedClock:
    """Runs `factor` times as fast as the machine's."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._start = time.monotonic()
        self._start_at = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the hurried wall time."""
        return self._start_at + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return hurried seconds since the start."""
        return (time.monotonic() - self._start) * self._factor

    async def sleep(self, seconds: float) -> None:
        """Wait for hurried seconds."""
        await asyncio.sleep(seconds / self._factor)
