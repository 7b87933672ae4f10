"""Several instances of one user: one budget, one that writes the history, and nobody waits for the dead."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from prime_tui.domain.ids import WalletId
from prime_tui.domain.wallet import Wallet
from prime_tui.persistence.last_known import LastKnown
from prime_tui.persistence.seat import Seat, recorders
from prime_tui.persistence.shared_calls import CallFile, SharedRecord
from prime_tui.store.store import Store
from prime_tui.sync.recorder import Recorder
from prime_tui.ui.screens.wallet.screen import WalletScreen
from tests.store.making import wallet
from tests.sync.fake_clock import START, FakeClock
from tests.sync.watch import watching

ROOT = Path(__file__).parents[2]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    path.mkdir(mode=0o700)
    return path


async def test_three_instances_keep_to_one_budget_and_none_of_them_goes_blind(state: Path) -> None:
    clock = FakeClock()

    def record() -> SharedRecord:  # of a connection of its own, as each process has one
        return SharedRecord(CallFile(state / "calls.db", clock), lambda: "mine", clock)

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(watching(clock=clock, record=record(), calls_per_h=240))
        others = [
            await stack.enter_async_context(
                watching(clock=clock, record=record(), calls_per_h=240, world=first.sim)
            )
            for _ in range(2)
        ]
        watches = [first, *others]
        for watch in watches:
            watch.engine.show(WalletScreen.TOPICS)
        totals, worst_s = list[int](), 0.0
        for watch in watches:
            await watch.settled()
            assert watch.store.runs.value is not None
        for minute in range(66):
            await first.live(60)
            if minute >= 30:
                readings = [one for watch in watches for one in (watch.store.wallet, watch.store.pods)]
                worst_s = max(worst_s, *(one.remote.age_s(clock.now()) or 0.0 for one in readings))
            totals.append(first.total())
            assert totals[-1] - totals[max(0, minute - 60)] <= 240, "in any hour, by all of them"
        assert {watch.client.budget.use.used for watch in watches} == {first.client.budget.use.used}
        assert worst_s < 1200, "the wallet and the pods are read again and again by everybody"


# -- who writes -------------------------------------------------------------------------


def written(state: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(state / "prime-tui.db")) as database:
        return list(database.execute("SELECT topic, fetched_at FROM last_known"))


def recorder(state: Path, clock: FakeClock) -> tuple[Recorder, Store]:
    store = Store()
    kept = LastKnown(state / "prime-tui.db", "mine")
    return Recorder(store, kept, clock, Seat(state, "mine")), store


HOLDER = """
import sys
from pathlib import Path
from prime_tui.persistence.seat import Seat
seat = Seat(Path(sys.argv[1]), "mine")
print(seat.take(), flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(state: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes the history."""
    command = [sys.executable, "-c", HOLDER, str(state)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        try:
            yield process
        finally:
            process.kill()


def test_when_the_one_that_writes_is_killed_another_does(state: Path) -> None:
    clock = FakeClock()
    ours, store = recorder(state, clock)
    store.wallet_loaded(wallet(balance="7"), clock.now())
    with holder(state) as other:
        ours.write()
        assert list(recorders(state)) == [other.pid]
        assert not (state / "prime-tui.db").exists() or written(state) == []
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    ours.write()
    assert list(recorders(state)) == [os.getpid()]
    assert [topic for topic, _ in written(state)] == ["wallet"]
    ours.close()
    assert list(recorders(state)) == []


def test_whoever_takes_over_leaves_what_was_read_later_than_it_has_read(state: Path) -> None:
    clock = FakeClock()
    ours, store = recorder(state, clock)
    theirs, their_store = recorder(state, clock)
    theirs.write()
    store.wallet_loaded(wallet(balance="7"), clock.now())
    their_store.wallet_loaded(wallet(balance="5"), clock.now() + timedelta(seconds=30))
    theirs.write()
    ours.write()
    theirs.close()
    ours.write()
    later = START + timedelta(seconds=30)
    assert written(state) == [("wallet", later.isoformat())], "one row, and the later one"
    clock.jump(61)
    store.wallet_loaded(wallet(balance="4"), clock.now())
    ours.write()
    assert written(state) == [("wallet", clock.now().isoformat())]
    ours.close()


def test_another_wallet_has_a_seat_of_its_own(state: Path) -> None:
    one, other = Seat(state, "mine"), Seat(state, "theirs")
    assert one.take()
    assert other.take()
    assert not Seat(state, "mine").take()
    one.leave()
    assert Seat(state, "mine").take()


def test_what_did_not_change_is_not_written_again_before_the_end(state: Path) -> None:
    clock = FakeClock()
    ours, store = recorder(state, clock)
    read: list[str] = []
    for minute in range(5):
        clock.jump(60)
        store.wallet_loaded(Wallet(WalletId("w"), Decimal(7), "USD"), clock.now())
        ours.write()
        read.append(clock.now().isoformat())
        assert written(state) == [("wallet", read[0])], minute
    ours.close()
    assert written(state) == [("wallet", read[-1])]


def test_what_changes_all_the_time_is_written_once_a_minute(state: Path) -> None:
    clock = FakeClock()
    ours, store = recorder(state, clock)
    seen = set()
    for second in range(0, 600, 5):
        clock.jump(5)
        store.wallet_loaded(wallet(balance=str(second)), clock.now())
        ours.write()
        seen.add(written(state)[0][1])
    assert 10 <= len(seen) <= 11
    ours.close()


async def test_the_seat_is_looked_for_while_the_engine_runs(state: Path) -> None:
    clock = FakeClock()
    ours, store = recorder(state, clock)
    with holder(state) as other:
        running = asyncio.create_task(ours.run())
        store.wallet_loaded(wallet(balance="7"), clock.now())
        await clock.run_for(30)
        assert list(recorders(state)) == [other.pid]
        other.kill()
        other.wait()
        async with asyncio.timeout(30):
            while list(recorders(state)) != [os.getpid()]:
                await clock.run_for(5)
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    ours.close()
    assert [topic for topic, _ in written(state)] == ["wallet"]


def test_where_no_seat_can_be_had_the_history_is_written_all_the_same(state: Path) -> None:
    other = Seat(state, "mine")
    assert other.take()
    other.leave()
    (lock,) = state.glob("recorder-*")
    lock.unlink()
    lock.mkdir()
    ours, store = recorder(state, FakeClock())
    store.wallet_loaded(wallet(balance="7"), START)
    ours.write()
    assert [topic for topic, _ in written(state)] == ["wallet"]
    ours.close()
