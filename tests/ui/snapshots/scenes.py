"""The scenes of the snapshots: each screen in each state that a person meets, on a day that never passes."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from prime_tui.domain.runs import LIVE
from prime_tui.sim.serve import SimOptions, SimServer
from prime_tui.store.slice import Slice
from tests.ui.monitor import Monitor, monitor

SCREENS = ("wallet", "runs", "pods", "chat")
STATES = ("full", "loading", "empty", "stale", "error")
SIZES = ((80, 24), (160, 48))
THE_DAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STALE_AFTER = timedelta(minutes=25)
KEPT = {"wallet": "wallet", "runs": "runs", "pods": "pods", "chat": "models"}
"""Where the store keeps what a screen is about."""
FOR_EVER_MS = 600_000.0
STANDS_S = 1.2
"""Longer than the tick with which unhurried changes are painted."""
STILL_S = 0.3
UNDRAWN = re.compile(r"^ +…$|reading…", re.MULTILINE)
"""The place of a plot that is being drawn, and of details that are being read."""
CALLS = re.compile(r"API \d+(/\d+)?")
GAP = re.compile(r" {3,}")


class StandingClock:
    """A clock that moves only when it is told to; waits are real."""

    def __init__(self) -> None:
        self.at = THE_DAY

    def now(self) -> datetime:
        """Return the standing time."""
        return self.at

    def monotonic(self) -> float:
        """Return the seconds that it was moved: were they real, the wall would seem to be set back."""
        return (self.at - THE_DAY).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Scene:
    """One screen in one state."""

    screen: str
    state: str

    async def play(self) -> dict[str, str]:
        """Return what a person reads at each size, by the name of its file."""
        clock = StandingClock()
        world = SimOptions(
            scenario="empty" if self.state == "empty" else "calm",
            speed=0,
            start_at=THE_DAY,
            latency_ms=FOR_EVER_MS if self.state == "loading" else 0,
        )
        with patch("random.uniform", lambda low, high: (low + high) / 2):  # no jitter
            return await self._play(clock, world)

    async def _play(self, clock: StandingClock, world: SimOptions) -> dict[str, str]:
        async with monitor(
            screen=self.screen, clock=clock, sim=world, size=SIZES[0], prepare=self._prepare
        ) as one:
            await self._has_been_read(one)
            if self.state == "stale":
                one.sim.fault("status", status=503)
                clock.at += STALE_AFTER
                one.app.refresh_now()
                shown: Slice[Any] = getattr(one.store, KEPT[self.screen])
                await one.until(lambda: shown.remote.error, "a failure")
            await self._still(one, STANDS_S)
            seen = {}
            for width, height in SIZES:
                await one.pilot.resize_terminal(width, height)
                seen[f"{self.screen}-{self.state}-{width}x{height}.txt"] = await self._still(one, STILL_S)
            return seen

    def _prepare(self, sim: SimServer) -> None:
        if self.state == "error":
            sim.fault("status", status=503)

    async def _has_been_read(self, one: Monitor) -> None:
        if self.state == "loading":
            return
        store = one.store
        read: list[Slice[Any]] = [store.account, *(getattr(store, name) for name in KEPT.values())]
        if self.screen != "chat":
            read.remove(store.models)
        await one.until(lambda: all(it.remote.error or it.remote.value for it in read), "readings")
        live = [run.id for run in store.runs.value.items if run.state in LIVE] if store.runs.value else []
        await one.until(lambda: all(store.progress.peek(run_id).fetched_at for run_id in live), "steps")

    async def _still(self, one: Monitor, seconds: float) -> str:
        """Return the text once it has stood for a while, without what differs from start to start."""
        text, since = "", time.monotonic()

        def stands() -> bool:
            nonlocal text, since
            if (now := one.text()) != text:
                text, since = now, time.monotonic()
            return time.monotonic() - since > seconds and not self._is_under_way(text)

        await one.until(stands, "a screen that stands still")
        strip, rest = text.split("\n", 1)
        return f"{GAP.sub('   ', CALLS.sub('API N', strip))}\n{rest}\n"

    def _is_under_way(self, text: str) -> bool:
        return self.state != "loading" and UNDRAWN.search(text) is not None


SCENES = [Scene(screen, state) for screen in SCREENS for state in STATES]
