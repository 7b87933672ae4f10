"""One reader: when it reads, how it slows down, and what cannot stop it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from prime_tui.domain.errors import (
    InvalidRequest,
    NetworkError,
    NotPermitted,
    PrimeError,
    RateLimited,
    ServerFault,
)
from prime_tui.sync.poller import JITTER, Outcome, Poller
from tests.sync.fake_clock import FakeClock


class OpenGate:
    """A gate that the test opens and closes."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.event.set()

    async def passable(self) -> None:
        await self.event.wait()


class Source:
    """What is read: it notes when, and fails as it is told."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.read_at: list[float] = []
        self.by_user: list[bool] = []
        self.errors: list[BaseException | None] = []
        self.hold: asyncio.Event | None = None
        self.at_once = 0
        self.most_at_once = 0
        self.poller: Poller

    async def read(self) -> None:
        self.read_at.append(self._clock.elapsed_s)
        self.by_user.append(self.poller.by_user)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.hold is not None:
                await self.hold.wait()
            error = self.errors.pop(0) if self.errors else None
            if error is not None:
                raise error
        finally:
            self.at_once -= 1


class Bench:
    """A running poller with all that it is given."""

    def __init__(
        self, stretch: Callable[[], float] = lambda: 1.0, jitter: Callable[[], float] | None = None
    ) -> None:
        self.clock = FakeClock()
        self.gate = OpenGate()
        self.source = Source(self.clock)
        self.outcomes: list[Outcome] = []
        given = {} if jitter is None else {"jitter": jitter}
        self.poller = Poller(
            "things",
            self.source.read,
            clock=self.clock,
            gate=self.gate,
            ended=self.outcomes.append,
            stretch=stretch,
            **given,
        )
        self.source.poller = self.poller

    @property
    def waits_s(self) -> list[float]:
        """The seconds from each reading to the next."""
        times = self.source.read_at
        return [round(after - before, 3) for before, after in pairwise(times)]


@asynccontextmanager
async def running(
    stretch: Callable[[], float] = lambda: 1.0, jitter: Callable[[], float] | None = lambda: 1.0
) -> AsyncIterator[Bench]:
    """Run a poller while the block runs."""
    bench = Bench(stretch, jitter)
    task = asyncio.create_task(bench.poller.run())
    try:
        yield bench
        assert not task.done(), "the poller gave up"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_reads_at_once_and_then_at_its_pace() -> None:
    async with running() as bench:
        await bench.clock.run_for(100)
        assert bench.source.read_at == [], "nobody has asked for anything yet"
        bench.poller.pace(30)
        await bench.clock.run_for(95)
        assert bench.source.read_at == [100, 130, 160, 190]


async def test_it_stops_when_nobody_needs_it_and_catches_up_when_somebody_does() -> None:
    async with running() as bench:
        bench.poller.pace(30)
        await bench.clock.run_for(10)
        bench.poller.pace(None)
        await bench.clock.run_for(300)
        assert bench.source.read_at == [0]
        bench.poller.pace(30)
        await bench.clock.run_for(1)
        assert bench.source.read_at == [0, 310], "an old value is read at once"


async def test_a_quicker_pace_does_not_read_what_is_still_fresh() -> None:
    async with running() as bench:
        bench.poller.pace(60)
        await bench.clock.run_for(10)
        bench.poller.pace(30)
        await bench.clock.run_for(10)
        assert bench.source.read_at == [0]
        await bench.clock.run_for(10)
        assert bench.source.read_at == [0, 30]


async def test_readings_never_overlap_and_a_wake_during_one_leads_to_one_more() -> None:
    async with running() as bench:
        bench.source.hold = asyncio.Event()
        bench.poller.pace(30)
        await bench.clock.run_for(100)
        for _ in range(5):
            bench.poller.wake(by_user=True)
        await bench.clock.run_for(1)
        assert bench.source.read_at == [0]
        bench.source.hold.set()
        await bench.clock.run_for(1)
        assert bench.source.read_at == [0, 101]
        assert bench.source.most_at_once == 1
        assert bench.source.by_user == [False, True], "the second reading is the one that was asked for"


async def test_a_change_of_pace_does_not_swallow_what_the_person_asked_for() -> None:
    async with running() as bench:
        bench.poller.pace(60)
        await bench.clock.run_for(5)
        bench.poller.wake(by_user=True)
        bench.poller.pace(30)
        await bench.clock.run_for(1)
        assert bench.source.by_user == [False, True]


@pytest.mark.parametrize(
    ("error", "interval_s", "waits_s"),
    [
        (NetworkError("gone"), 60, [10, 20, 40, 80, 160, 300, 300]),
        (ServerFault("502", status=502), 600, [10, 20, 40, 80, 160, 300, 300]),
        (NetworkError("gone"), 5, [5, 10, 20, 40, 80, 160, 300, 300]),
        (RateLimited("slow down"), 60, [60, 120, 240, 300, 300]),
        (InvalidRequest("no", status=422), 30, [30, 60, 120, 240, 300, 300]),
        (InvalidRequest("no", status=422), 1800, [300, 300]),
        (RateLimited("slow down", retry_after_s=200), 30, [200, 200, 200, 240, 300]),
    ],
)
async def test_failures_slow_it_down_and_it_never_gives_up(
    error: PrimeError, interval_s: float, waits_s: list[float]
) -> None:
    async with running() as bench:
        bench.source.errors = [error] * len(waits_s)
        bench.poller.pace(interval_s)
        await bench.clock.run_for(sum(waits_s) + interval_s)
        assert bench.waits_s == [*waits_s, interval_s]
        assert bench.outcomes[-1] == Outcome(None)


async def test_the_moment_of_the_next_try_is_told() -> None:
    async with running() as bench:
        bench.source.errors = [NetworkError("gone")]
        bench.poller.pace(60)
        await bench.clock.settle()
        (outcome,) = bench.outcomes
        assert outcome.retry_at is not None
        assert (outcome.retry_at - bench.clock.now()).total_seconds() == pytest.approx(10)


async def test_looking_away_and_back_does_not_shorten_what_the_service_asked_for() -> None:
    async with running() as bench:
        bench.source.errors = [RateLimited("slow down", retry_after_s=250)]
        bench.poller.pace(30)
        await bench.clock.run_for(40)
        bench.poller.pace(None)
        bench.poller.pace(30)
        await bench.clock.run_for(200)
        assert bench.source.read_at == [0]
        await bench.clock.run_for(20)
        assert bench.source.read_at == [0, 250]


async def test_looking_away_and_back_does_not_put_off_the_next_try() -> None:
    async with running() as bench:
        bench.source.errors = [NetworkError("gone")]
        bench.poller.pace(600)
        await bench.clock.run_for(5)
        bench.poller.pace(None)
        await bench.clock.run_for(40)
        bench.poller.pace(600)
        await bench.clock.run_for(1)
        assert bench.source.read_at == [0, 45]


async def test_another_pace_during_a_try_does_not_hurry_the_one_after_it() -> None:
    async with running() as bench:
        bench.source.errors = [NetworkError("gone")] * 2
        bench.poller.pace(60)
        await bench.clock.run_for(9)
        bench.source.hold = asyncio.Event()
        await bench.clock.run_for(2)
        bench.poller.pace(30)
        bench.source.hold.set()
        await bench.clock.run_for(17)
        assert bench.source.read_at == [0, 10]
        await bench.clock.run_for(4)
        assert bench.source.read_at == [0, 10, 31], "twenty seconds after the end of the second try"


async def test_the_person_may_try_sooner() -> None:
    async with running() as bench:
        bench.source.errors = [NetworkError("gone")] * 6
        bench.poller.pace(30)
        await bench.clock.run_for(330)
        count = len(bench.source.read_at)
        bench.poller.wake(by_user=True)
        await bench.clock.run_for(1)
        assert len(bench.source.read_at) == count + 1


@pytest.mark.parametrize(("error", "tries"), [(NetworkError("gone"), 2), (InvalidRequest("no"), 1)])
async def test_once_nobody_needs_it_only_what_may_pass_is_tried_again(error: PrimeError, tries: int) -> None:
    async with running() as bench:
        bench.source.errors = [error]
        bench.poller.wake(by_user=True)
        await bench.clock.run_for(3600)
        assert len(bench.source.read_at) == tries
        assert (bench.outcomes[0].retry_at is None) == (tries == 1)


async def test_what_the_key_may_not_read_is_not_asked_for_again_by_itself() -> None:
    async with running() as bench:
        bench.source.errors = [NotPermitted("no"), NotPermitted("no")]
        bench.poller.pace(30)
        await bench.clock.run_for(3600)
        for interval_s in (60, None, 15):
            bench.poller.pace(interval_s)
            await bench.clock.run_for(3600)
        assert bench.source.read_at == [0]
        assert bench.outcomes[0].retry_at is None
        bench.poller.wake(by_user=True)
        await bench.clock.run_for(3600)
        assert len(bench.source.read_at) == 2, "once for the person"
        bench.poller.wake(by_user=True)
        await bench.clock.run_for(60)
        assert bench.waits_s[2:] == [15, 15, 15, 15], "it is permitted by now, so it goes on"


async def test_another_key_is_asked_with_at_once_where_somebody_looks() -> None:
    async with running() as bench:
        bench.source.errors = [NotPermitted("no"), NotPermitted("no")]
        bench.poller.pace(30)
        await bench.clock.run_for(100)
        bench.poller.switch_on()
        await bench.clock.run_for(100)
        assert bench.source.read_at == [0, 100]
        bench.poller.pace(None)
        bench.poller.switch_on()
        await bench.clock.run_for(100)
        assert len(bench.source.read_at) == 2, "nobody looks"
        bench.poller.pace(30)
        await bench.clock.run_for(29)
        assert bench.source.read_at == [0, 100, 300]


async def test_a_bug_is_reported_and_does_not_stop_it(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as bench:
        bench.source.errors = [KeyError("oops"), None, RecursionError()]
        bench.poller.pace(30)
        await bench.clock.run_for(200)
        first = bench.outcomes[0].error
        assert first is not None
        assert "things" in first.message
        assert "KeyError" in first.message
        assert len(bench.source.read_at) >= 5
    assert "oops" in caplog.text


async def test_a_bug_in_what_follows_a_reading_does_not_stop_it(caplog: pytest.LogCaptureFixture) -> None:
    clock, gate = FakeClock(), OpenGate()
    read_at: list[float] = []

    async def read() -> None:
        read_at.append(clock.elapsed_s)

    def ended(_: Outcome) -> None:
        raise ZeroDivisionError("later")

    poller = Poller("things", read, clock=clock, gate=gate, ended=ended, jitter=lambda: 1.0)
    task = asyncio.create_task(poller.run())
    poller.pace(30)
    await clock.run_for(65)
    assert read_at == [0, 30, 60]
    assert "later" in caplog.text
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_short_budget_stretches_every_wait() -> None:
    factor = 1.0
    async with running(stretch=lambda: factor) as bench:
        bench.source.errors = [None, None, NetworkError("gone")]
        bench.poller.pace(30)
        await bench.clock.run_for(29)
        factor = 4.0
        await bench.clock.run_for(30 + 120 + 40 + 1)
        assert bench.waits_s == [30, 120, 40]


async def test_waits_are_spread_by_a_tenth() -> None:
    async with running(jitter=None) as bench:
        bench.poller.pace(100)
        await bench.clock.run_for(20_000)
        waits = bench.waits_s
        assert all(100 * (1 - JITTER) <= wait <= 100 * (1 + JITTER) for wait in waits)
        assert len(set(waits)) > 10


async def test_nothing_is_read_while_the_gate_is_closed() -> None:
    async with running() as bench:
        bench.gate.event.clear()
        bench.poller.pace(30)
        await bench.clock.run_for(500)
        assert bench.source.read_at == []
        bench.gate.event.set()
        await bench.clock.run_for(1)
        assert bench.source.read_at == [500]


async def test_a_bug_around_the_reading_does_not_stop_it(caplog: pytest.LogCaptureFixture) -> None:
    broken = True

    def stretch() -> float:
        if broken:
            raise ZeroDivisionError("around")
        return 1.0

    async with running(stretch=stretch) as bench:
        bench.poller.pace(30)
        await bench.clock.run_for(100)
        assert 1 < len(bench.source.read_at) <= 3, "it goes on, slowly"
        broken = False
        await bench.clock.run_for(200)
        assert len(bench.source.read_at) >= 4
    assert "around" in caplog.text
