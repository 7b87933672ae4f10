"""A clock that stands still until the test moves it."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TURNS = 60
"""Turns of the loop in which everything that needs no outer world has come to rest."""


class FakeClock:
    """Sleepers wait until the test has moved the time to where they want to be woken."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._asleep_s = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The wall time."""
        return self._start + timedelta(seconds=self._elapsed_s + self._asleep_s)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return 5_000.0 + self._elapsed_s + self._asleep_s

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the time on."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, next(self._order), future))
        try:
            await future
        finally:
            future.cancel()

    @property
    def elapsed_s(self) -> float:
        """How far the test has moved the time."""
        return self._elapsed_s

    @property
    def sleeping(self) -> int:
        """How many wait now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    @property
    def next_wake_s(self) -> float | None:
        """In how many seconds the first sleeper wants to be woken."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return max(0.0, self._sleepers[0][0] - self._elapsed_s) if self._sleepers else None

    def set_wall(self, step: timedelta) -> None:
        """Set the clock of the machine; no time passes."""
        self._start += step

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep: the time goes on, and timers stand still."""
        self._asleep_s += seconds

    def jump(self, seconds: float) -> None:
        """Move the time on and wake everybody who is due."""
        self._elapsed_s += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed_s + 1e-9:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    async def settle(self) -> None:
        """Let everything run that waits for nothing but its turn."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def run_for(self, seconds: float) -> None:
        """Live through a span of time, waking each sleeper at its own moment."""
        await self.settle()
        end_s = self._elapsed_s + seconds
        while (wait_s := self.next_wake_s) is not None and self._elapsed_s + wait_s <= end_s + 1e-9:
            self.jump(wait_s)
            await self.settle()
        self._elapsed_s = max(self._elapsed_s, end_s)
