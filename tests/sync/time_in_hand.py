"""A simulated world and a clock that both stand still until the test moves them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from prime_tui.sim.serve import SimServer
from tests.sync.fake_clock import FakeClock

PATIENCE_S = 60.0


@dataclass
class TimeInHand:
    """The time of a program that watches a world; readings end before the time moves on."""

    sim: SimServer
    clock: FakeClock
    patience_s: float = field(default=PATIENCE_S, kw_only=True)
    _paced: int = field(default=0, init=False)

    def count(self, request: str) -> int:
        """How often a request (`METHOD /path/template`) was answered."""
        return self.sim.requests().get(request, 0)

    def total(self) -> int:
        """How many requests were answered."""
        return sum(self.sim.requests().values())

    async def until(self, seen: Callable[[], object], what: str = "") -> None:
        """Wait until `seen` returns something true, with the time standing still."""
        try:
            async with asyncio.timeout(self.patience_s):
                while not seen():  # noqa: ASYNC110 - any condition, not an event of ours
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise AssertionError(f"did not come: {what or seen}; {self.sim.requests()}") from None

    async def settled(self) -> None:
        """Wait until the number of sleepers stays the same while requests stay the same."""
        still, before = 0, (-1, -1)
        async with asyncio.timeout(self.patience_s):
            while still < 60:
                await asyncio.sleep(0.002)
                state = (self.total(), self.clock.sleeping)
                still = still + 1 if state == before else 0
                before = state
        self._paced = self.clock.sleeping

    async def at_rest(self, sleepers: int | None = None) -> None:
        """Wait until every reader that is paced sleeps again."""
        wanted = sleepers if sleepers is not None else self._paced
        await self.until(lambda: self.clock.sleeping >= wanted, f"{wanted} sleepers")

    async def live(self, seconds: float) -> None:
        """Live through a span of time, in the simulated world too; readings end before the time moves on."""
        await self.at_rest()
        end_s = self.clock.elapsed_s + seconds
        while (wait_s := self.clock.next_wake_s) is not None and self.clock.elapsed_s + wait_s <= end_s:
            self.move(wait_s)
            await self.at_rest()
        self.move(end_s - self.clock.elapsed_s)
        await self.at_rest()

    def move(self, seconds: float) -> None:
        """Move world and clock on; whoever is due wakes."""
        if seconds > 0:
            self.sim.advance(seconds)
        self.clock.jump(seconds)
