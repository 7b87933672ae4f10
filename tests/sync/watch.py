"""The engine over the real client over real HTTP to the simulator, with the time in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prime_tui.api.budget import CallBudget
from prime_tui.api.client import PrimeClient
from prime_tui.domain.account import WalletContext
from prime_tui.domain.call_record import CallRecord
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret
from prime_tui.domain.views import LaunchRecord
from prime_tui.sim.serve import SimOptions, SimServer
from prime_tui.store.slice import Topic
from prime_tui.store.store import Notice, Session, Store
from prime_tui.sync.engine import Engine
from tests.sync.fake_clock import START, FakeClock
from tests.sync.time_in_hand import PATIENCE_S, TimeInHand

T = TypeVar("T")

WALLET_SCREEN = frozenset({Topic.WALLET, Topic.BILLING, Topic.PODS, Topic.DISKS, Topic.RUNS, Topic.USAGE})


@dataclass
class Watch(TimeInHand):
    """A running engine and the world that it watches."""

    store: Store
    engine: Engine
    client: PrimeClient
    key: list[str]
    notices: list[Notice] = field(default_factory=list)
    published: list[frozenset[Topic]] = field(default_factory=list)
    remembered: list[LaunchRecord] = field(default_factory=list)

    def heard(self, topics: frozenset[Topic]) -> None:
        """Note what the store tells."""
        self.published.append(topics)
        self.notices += self.store.take_notices()

    def said(self, words: str) -> list[Notice]:
        """The notices with these words in title or text."""
        return [notice for notice in self.notices if words in f"{notice.title} {notice.text}"]

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run an action to its end; the time moves on whenever it waits. For an engine that does not read."""
        task = asyncio.ensure_future(work)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not task.done():
                    wait_s = self.clock.next_wake_s
                    if wait_s is None:
                        await asyncio.sleep(0.002)
                    else:
                        self.move(wait_s)
                        await self.clock.settle()
        finally:
            task.cancel()
        self.notices += self.store.take_notices()  # what the store would tell a moment later
        return await task

    async def start(self, topics: Iterable[Topic] = WALLET_SCREEN) -> None:
        """Show a screen and wait until all that it wants was read once."""
        self.engine.show(topics)
        await self.until(lambda: self.store.account.value is not None, "the account")
        await self.until(lambda: self.store.runs.value is not None, "the runs")
        await self.settled()


@asynccontextmanager
async def watching(
    *,
    scenario: str = "calm",
    shapes: str = "official",
    key: str = "good-key",
    require_key: str | None = None,
    team: str | None = None,
    calls_per_h: int = 1000,
    read_only: bool = False,
    billings: int | None = None,
    pods: int | None = None,
    runs: int | None = None,
    run_engine: bool = True,
    clock: FakeClock | None = None,
    record: CallRecord | None = None,
    world: SimServer | None = None,
) -> AsyncIterator[Watch]:
    """Start a simulated world that stands still, and the engine on it.

    Further engines are given the clock and the world of the first, and may count their calls with it.
    """
    clock = clock or FakeClock()
    options = SimOptions(
        scenario=scenario,
        shapes=shapes,
        speed=0.0,
        start_at=START,
        require_key=require_key,
        billings=billings,
        pods=pods,
        runs=runs,
    )
    store = Store()
    team_id = TeamId(team) if team else None
    store.session = Session(wallet=WalletContext(team_id), is_read_only=read_only)
    keys = [key]
    with SimServer(options) if world is None else nullcontext(world) as sim:
        client = PrimeClient(
            base_url=sim.url,
            inference_url=f"{sim.url}/api/v1",
            api_key=lambda: Secret(keys[0]),
            team_id=team_id,
            budget=CallBudget(clock, calls_per_h, record),
            clock=clock,
            read_only=read_only,
        )
        remembered: list[LaunchRecord] = []
        engine = Engine(client, store, clock, remember=remembered.append)
        watch = Watch(sim, clock, store, engine, client, keys, remembered=remembered)
        store.subscribe(watch.heard)
        task = asyncio.create_task(engine.run()) if run_engine else None
        try:
            yield watch
            assert task is None or not task.done(), f"the engine ended: {task}"
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await client.aclose()
