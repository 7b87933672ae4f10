"""Crash reports as files: private, few, one a mistake, without secrets, and written whatever is broken."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.crash import crash_of
from prime_tui.domain.errors import StorageError
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean
from prime_tui.persistence.crash_reports import KEPT, CrashReports, newest_report
from tests.sync.fake_clock import FakeClock

KEY = "a-key-that-looks-like-nothing"


def raised(mistake: Callable[[], object]) -> BaseException:
    try:
        mistake()
    except BaseException as fault:
        return fault
    raise AssertionError("no mistake")


def of_kind(number: int) -> BaseException:
    """Each from a line of its own."""
    return raised(eval(compile("\n" * number + "lambda: 1 / 0", "made.py", "eval")))  # noqa: S307


class Bench:
    """Reports of one user."""

    def __init__(self, state: Path) -> None:
        self.state, self.clock = state, FakeClock()
        state.mkdir(mode=0o700)
        self.reports = self.another_session()

    def another_session(self) -> CrashReports:
        return CrashReports(self.state, self.state / "prime-tui.log", Redactor(Secret(KEY)), self.clock)

    def files(self) -> list[Path]:
        return sorted(self.state.glob("crash-*"))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "state")


def test_one_report_a_mistake_whatever_values_it_met(bench: Bench) -> None:
    def mistake(value: str) -> None:
        raise KeyError(value)

    written = {bench.reports.write(raised(lambda value=value: mistake(value))) for value in "abc"}  # type: ignore[misc]
    assert written == set(bench.files())
    assert len(written) == 1
    bench.reports.write(raised(lambda: mistake("from another line")))
    assert len(bench.files()) == 2


def test_a_recursion_is_one_mistake_however_deep(bench: Bench) -> None:
    def deep(left: int) -> None:
        if not left:
            raise RecursionError
        deep(left - 1)

    written = {bench.reports.write(raised(lambda depth=depth: deep(depth))) for depth in (3, 7, 300)}  # type: ignore[misc]
    assert len(written) == 1


def test_a_later_session_replaces_the_report_of_the_same_mistake(bench: Bench) -> None:
    fault = of_kind(1)
    first = bench.reports.write(fault)
    bench.clock.jump(3600)
    second = bench.another_session().write(fault)
    assert bench.files() == [second] != [first]


def test_few_are_kept_and_the_newest_is_found(bench: Bench) -> None:
    assert newest_report(bench.state) is None
    for number in range(KEPT + 3):
        bench.clock.jump(60)
        last = bench.reports.write(of_kind(number))
    assert len(bench.files()) == KEPT
    newest = newest_report(bench.state)
    assert newest is not None
    assert newest.path == last == bench.files()[-1]
    assert newest.summary == f"ZeroDivisionError in <lambda> (made.py:{KEPT + 3})"
    assert bench.clock.now() - newest.written_at < timedelta(seconds=1)
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in bench.files())


def test_it_holds_the_end_of_the_log_and_what_the_program_was_at(bench: Bench) -> None:
    (bench.state / "prime-tui.log").write_text("".join(f"line {number} {KEY}\n" for number in range(5000)))
    bench.reports.facts = lambda: {"screen": f"wallet {KEY}"}
    text = bench.reports.write(of_kind(1)).read_text()
    assert "line 4999 ••••" in text
    assert "line 4000" not in text
    assert "screen           wallet ••••" in text
    assert KEY not in text


def test_it_is_written_while_everything_else_is_broken(bench: Bench) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not even that")

    def mistake() -> None:
        raise Mute

    def no_facts() -> dict[str, str]:
        raise KeyError("nothing")

    bench.reports.facts = no_facts
    text = bench.reports.write(raised(mistake)).read_text()
    assert "Mute in mistake (" in text
    assert "unknown (KeyError)" in text
    assert "cannot be read: No such file or directory" in text


def test_where_none_can_be_written_the_person_is_told(bench: Bench) -> None:
    bench.state.chmod(0o755)
    fault = of_kind(1)
    with pytest.raises(StorageError):
        bench.reports.write(fault)
    said = bench.reports.farewell(fault)
    assert "ZeroDivisionError in <lambda> (made.py:2)" in said
    assert f"No report could be written. {bench.state} is open to others. Run: chmod 700" in said


@given(st.text(), st.integers(0, 600))
def test_no_secret_and_no_control_character_is_told_wherever_the_text_is_cut(noise: str, length: int) -> None:
    mask = Redactor(Secret(KEY))

    def mistake() -> None:
        raise ValueError("x" * length + KEY + noise)

    crash = crash_of(raised(mistake), mask)
    for told in (crash.message, crash.summary, *crash.lines):
        assert KEY[:8] not in told
        assert clean(told) == told


@pytest.fixture
def watching(bench: Bench) -> Iterator[Bench]:
    before, hook, ignored = list(logging.getLogger().handlers), threading.excepthook, sys.unraisablehook
    bench.reports.watch()
    yield bench
    threading.excepthook, sys.unraisablehook = hook, ignored
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)


def test_what_is_logged_with_its_traceback_is_reported_and_nothing_else(watching: Bench) -> None:
    log = logging.getLogger("somewhere")
    log.error("no traceback")
    log.warning("not a mistake", exc_info=of_kind(1))
    assert watching.files() == []
    for _ in range(3):
        log.error("a mistake", exc_info=of_kind(2))
    assert len(watching.files()) == 1


def test_a_mistake_in_the_report_does_not_hit_whoever_logs(
    watching: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_time() -> None:
        raise ValueError("no time")

    monkeypatch.setattr(watching.clock, "now", no_time)
    logging.getLogger("somewhere").error("a mistake", exc_info=of_kind(1))
    assert watching.files() == []
    said = watching.reports.farewell(of_kind(1))
    assert "ZeroDivisionError" in said
    assert "No report could be written (ValueError)." in said


@pytest.mark.parametrize(("fault", "count"), [(ValueError("a bug"), 1), (OSError(5, "terminal gone"), 0)])
def test_a_thread_that_breaks_is_reported_unless_its_terminal_went_away(
    watching: Bench, fault: Exception, count: int
) -> None:
    def work() -> None:
        raise fault

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(watching.files()) == count


def test_what_fails_while_it_is_thrown_away_is_logged_and_no_more(
    watching: Bench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    class Careless:
        def __del__(self) -> None:
            raise ValueError("too late")

    Careless()
    assert "thrown away" in caplog.text
    assert capsys.readouterr().err == ""
    assert watching.files() == []
