"""The budget of several instances: nothing is called twice as often because two programs look."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.budget import CallBudget
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.errors import BudgetExhausted
from prime_tui.persistence.shared_calls import BUSY_MS, CallFile, SharedRecord, calls_by_process
from tests.sync.fake_clock import FakeClock

ROOT = Path(__file__).parents[2]


class Instance:
    """One of several that share a file; each has its own connection, as a process would."""

    def __init__(
        self,
        path: Path,
        clock: FakeClock | SystemClock,
        allowed: int,
        scope: str = "mine",
        busy_ms: int = BUSY_MS,
    ) -> None:
        self.file = CallFile(path, clock, busy_ms=busy_ms)
        self.scope = scope
        self.budget = CallBudget(clock, allowed, SharedRecord(self.file, lambda: self.scope, clock))

    def calls(self, most: int) -> int:
        """Call in the background until that is refused; return how often it went through."""
        for number in range(most):
            try:
                self.budget.take(by_user=False)
            except BudgetExhausted:
                return number
        return most


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "calls.db"


def test_two_instances_have_one_budget(path: Path) -> None:
    clock = FakeClock()
    one, other = Instance(path, clock, 100), Instance(path, clock, 100)
    assert one.calls(30) == 30
    assert other.budget.use.used == 30
    assert other.calls(1000) == 60, "nine tenths of it, together"
    assert one.calls(1000) == 0
    one.budget.take(by_user=True)
    assert (one.budget.use.used, other.budget.use.used) == (91, 91)
    assert one.budget.stretch() == other.budget.stretch() > 1
    clock.jump(3601)
    assert other.budget.use.used == 0
    assert other.budget.stretch() == 1


def test_another_key_has_another_budget_also_when_it_comes_later(path: Path) -> None:
    clock = FakeClock()
    one, other = Instance(path, clock, 10), Instance(path, clock, 10, "theirs")
    assert one.calls(100) == other.calls(100) == 9
    one.scope = "new"
    assert one.calls(100) == 9


def test_a_program_that_starts_again_still_knows(path: Path) -> None:
    clock = FakeClock()
    first = Instance(path, clock, 100)
    first.calls(40)
    first.file.close()
    assert Instance(path, clock, 100).budget.use.used == 40


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_more_than_an_hour(path: Path) -> None:
    clock = FakeClock()
    one = Instance(path, clock, 10)
    clock.jump(5 * 3600)
    assert one.calls(100) == 9
    late = Instance(path, FakeClock(), 10)
    with pytest.raises(BudgetExhausted) as caught:
        late.budget.take(by_user=False)
    assert 0 < (caught.value.retry_after_s or 0) <= 3600


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 900)), max_size=60))
def test_whoever_calls_when_no_window_ever_holds_more_than_is_allowed(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[int, bool, int]]
) -> None:
    clock, made = FakeClock(), list[float]()
    path = tmp_path_factory.mktemp("calls") / "calls.db"
    instances = [Instance(path, clock, 10) for _ in range(3)]
    for who, dies, wait_s in story:
        if dies:  # and another one comes
            instances[who].file.close()
            instances[who] = Instance(path, clock, 10)
        made += [clock.elapsed_s] * instances[who].calls(4)
        clock.jump(wait_s)
        assert sum(at > clock.elapsed_s - 3600 for at in made) <= 9
        assert all(one.budget.use.used == instances[0].budget.use.used for one in instances)
    for one in instances:
        one.file.close()


# -- a file that cannot be used ----------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("first", "second")),
            st.sampled_from(("mine", "theirs")),
            st.sampled_from(("call", "look")),
            st.sampled_from((0.0, 1.0, 700.0, 3000.0)),
        ),
        max_size=25,
    )
)
def test_what_is_known_already_is_what_a_new_instance_reads(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, str, str, float]]
) -> None:
    path, clock = tmp_path_factory.mktemp("known") / "state" / "calls.db", FakeClock()
    instances = {name: Instance(path, clock, 1000) for name in ("first", "second")}
    for name, scope, deed, jump_s in deeds:
        one = instances[name]
        one.scope = scope
        if deed == "call":
            one.budget.take(by_user=True)
        clock.jump(jump_s)
        anew = Instance(path, clock, 1000, scope)
        assert (one.budget.use, one.budget.stretch()) == (anew.budget.use, anew.budget.stretch())
        anew.file.close()
    for one in instances.values():
        one.file.close()


def test_a_clock_that_is_set_back_makes_no_debt_where_nothing_was_called(path: Path) -> None:
    clock = FakeClock()
    one = Instance(path, clock, 1000)
    assert one.budget.stretch() == 1
    clock.jump(-1000)
    assert one.budget.stretch() == 1


def test_what_nobody_changed_is_not_read_again(path: Path) -> None:
    clock = FakeClock()
    one, other = Instance(path, clock, 1000), Instance(path, clock, 1000)
    other.calls(50)
    assert one.budget.use.used == 50
    read: list[str] = []
    one.file.use(lambda database: database.set_trace_callback(read.append))
    one.calls(3)
    clock.jump(1)
    assert one.budget.use.used == 53
    assert not any("SELECT at" in statement for statement in read)
    other.calls(1)
    assert one.budget.use.used == 54
    assert sum("SELECT at" in statement for statement in read) == 1


@pytest.fixture
def holder(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who has the file and does not let go."""
    Instance(path, FakeClock(), 10).budget.take(by_user=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_while_a_file_is_held_the_others_are_taken_to_call_as_often_and_what_was_called_is_added_later(
    path: Path, holder: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    one, other = Instance(path, clock, 100), Instance(path, clock, 100)
    assert one.calls(1000) == 45
    assert other.calls(1000) == 45
    assert "locked" in one.file.problem
    assert caplog.text.count("apart from other instances") == 2, "told once, by each"
    holder.execute("ROLLBACK")
    clock.jump(31)
    assert one.calls(10) == 10
    assert one.file.problem == ""
    other.budget.take(by_user=True)
    assert one.budget.use.used == other.budget.use.used == 102, "and the one of before"


def test_what_was_called_while_a_file_was_held_for_days_does_not_pile_up(
    path: Path, holder: sqlite3.Connection
) -> None:
    clock = FakeClock()
    one = Instance(path, clock, 1000)
    tracemalloc.start()
    try:
        sizes = list[int]()
        for _ in range(6):
            for _ in range(300):
                clock.jump(120)
                one.budget.take(by_user=True)
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[0] < 50_000
    holder.execute("ROLLBACK")
    clock.jump(6)
    one.budget.take(by_user=True)
    assert one.budget.use.used == 31, "the last hour, and nothing of the days before"


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_broken_file_is_put_aside(path: Path, content: bytes) -> None:
    clock = FakeClock()
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)
    path.chmod(0o600)
    one, other = Instance(path, clock, 100), Instance(path, clock, 100)
    assert one.calls(20) + other.calls(20) == 40
    assert one.budget.use.used == 40


def test_a_file_that_breaks_while_it_is_used_is_put_aside_soon(path: Path) -> None:
    clock = FakeClock()
    one = Instance(path, clock, 1000)
    one.calls(700)
    one.file.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    two = Instance(path, clock, 100)
    assert two.calls(1000) == 45
    assert two.file.problem
    clock.jump(31)
    assert two.calls(10) == 10
    assert two.file.problem == ""
    assert two.budget.use.used == 55, "what was called meanwhile is told"


def test_a_file_open_to_others_is_not_used(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"")
    path.chmod(0o644)
    one = Instance(path, FakeClock(), 100)
    assert one.calls(1000) == 45
    assert "open to others" in one.file.problem
    assert "open to others" in str(calls_by_process(path, FakeClock()))


# -- processes ------------------------------------------------------------------------------

CALLER = """
import sys, time
from pathlib import Path
from tests.persistence.test_shared_calls import Instance
from prime_tui.domain.clock import SystemClock
one = Instance(Path(sys.argv[1]), SystemClock(), 400, busy_ms=20_000)  # however busy the machine is
sys.stdin.readline()
made = 0
for _ in range(int(sys.argv[2])):
    made += one.calls(1)
    time.sleep(0.001)
print(made, flush=True)
sys.stdin.readline()
"""


def test_processes_that_call_at_the_same_time_keep_to_one_budget_even_when_they_are_killed(
    path: Path,
) -> None:
    command = [sys.executable, "-c", CALLER, str(path)]
    processes = [
        subprocess.Popen([*command, most], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for most in ("300", "300", "50")
    ]
    try:
        made = []
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            made.append(int(process.stdout.readline()))
        assert sum(made) == 360, made
        counted = calls_by_process(path, SystemClock())
        assert counted == {
            process.pid: count for process, count in zip(processes, made, strict=True) if count
        }
        for process in processes:
            os.kill(process.pid, signal.SIGKILL)
        for process in processes:
            process.wait()
        assert Instance(path, SystemClock(), 400).calls(1) == 0, "what was called stays called"
        assert Instance(path, SystemClock(), 1000).calls(5) == 5, "and nobody holds anything"
    finally:
        for process in processes:
            process.kill()
            process.communicate()
