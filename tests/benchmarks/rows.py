"""What is measured. Each function yields the figures of one group."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.benchmarks import desktop_bus, scale
from tests.benchmarks.figures import Figure
from tests.benchmarks.memory import growth_figures
from tests.benchmarks.meter import Answer, Meter, Moment, running
from tests.benchmarks.places import HELLO, PROGRAM, Place, place

SCREENS = ("wallet", "runs", "pods", "chat")
MANY = ("--pods", "50", "--runs", "200")  # a tenth of the runs is live
STILL = ("--speed", "0")
FIRST_READINGS_S = 75.0
"""Until each finished run was read once too."""
TABLE = [sys.executable, "-m", "tests.ui.terminal.pty_program"]
"""The table on its own, with as many rows as one likes."""


FIRST_FRAME: tuple[tuple[str, str, str, Callable[[Moment], float]], ...] = (
    ("first frame, wall", "1.25 ×", "ms", lambda moment: moment.wall_s * 1000),
    ("first frame, CPU", "1.25 ×", "ms", lambda moment: moment.cpu_s * 1000),
    ("written until quiet", "16,000 B", "B", lambda moment: moment.written_bytes),
)


@dataclass(frozen=True)
class Effort:
    """How often and how long is measured."""

    times: int = 5
    seconds: float = 60.0


def words_only(effort: Effort) -> Iterator[Figure]:
    """`--help` and `--version`."""
    for word in ("--help", "--version"):
        used_ms = []
        for _ in range(effort.times):
            before = os.times()
            subprocess.run([*PROGRAM, word], stdout=subprocess.DEVNULL, check=True)
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            used_ms.append(used * 1000)
        yield Figure(f"{word}, CPU", statistics.median(used_ms), "ms", "70 ms")


def start(effort: Effort) -> Iterator[Figure]:
    """The first frame and the first live data, with and without a last known state."""
    floors: list[Moment] = []
    firsts: dict[str, list[Moment]] = {"": [], ", first start": []}
    lives: dict[str, list[float]] = {"": [], ", first start": []}
    with place(*STILL) as here:
        _fill_state(here)
        for _ in range(effort.times):
            with running(HELLO, here.environment) as hello:
                floors.append(hello.painted())
            for kind in firsts:
                with _home(here, is_new=bool(kind)) as environment, running(PROGRAM, environment) as ours:
                    firsts[kind].append(ours.painted())
                    ours.terminate()
                with _home(here, is_new=bool(kind)) as environment, running(PROGRAM, environment) as ours:
                    lives[kind].append(_live_at_s(ours))
                    ours.terminate()
    floor_ms = statistics.median(moment.wall_s for moment in floors) * 1000
    for kind, moments in firsts.items():
        for what, budget, unit, of in FIRST_FRAME:
            ours_of, floor_of = (statistics.median(map(of, one)) for one in (moments, floors))
            yield Figure(f"{what}{kind}", ours_of, unit, budget, floor_of)
        live_ms = statistics.median(lives[kind]) * 1000
        yield Figure(f"first live data, wall{kind}", live_ms, "ms", "2.2 ×", floor_ms)


@contextmanager
def _home(here: Place, *, is_new: bool) -> Iterator[dict[str, str]]:
    """The environment of somebody who was here before, or of somebody who never was."""
    with tempfile.TemporaryDirectory() as home:
        yield here.environment | ({"HOME": home} if is_new else {})


def _fill_state(here: Place) -> None:
    """Run once, so that there is a last known state."""
    with running(PROGRAM, here.environment) as ours:
        _live_at_s(ours)
        ours.settle()
        ours.terminate()


def _live_at_s(ours: Meter) -> float:
    """Return when a source was first shown as fresh."""
    ours.until(lambda text: "●" in text.splitlines()[0], "fresh data")
    return ours.now().wall_s


def idle(effort: Effort) -> Iterator[Figure]:
    """Nothing changes; the clock and the ages tick, or stand. A shared budget would delay first readings."""
    for what, words, budgets in (
        ("idle", (), ("75 B/s", "0.3 %")),
        ("idle without a clock", ("--no-clock",), ("0 B/s", "0.1 %")),
    ):
        for screen in SCREENS:
            with (
                place(*STILL) as here,
                running([*PROGRAM, "--screen", screen, *words], here.environment) as ours,
            ):
                ours.drain(FIRST_READINGS_S)
                yield from _used(f"{what}, {screen}", ours.watch(effort.seconds), budgets)


def live(effort: Effort) -> Iterator[Figure]:
    """50 pods and 20 running runs at the usual pace."""
    with place(*MANY) as here:
        for screen in SCREENS:
            with running([*PROGRAM, "--screen", screen], here.environment) as ours:
                _live_at_s(ours)
                ours.settle()
                yield from _used(f"live, {screen}", ours.watch(effort.seconds), ("400 B/s", "1 %"))


def _used(what: str, moment: Moment, budgets: tuple[str, str]) -> Iterator[Figure]:
    yield Figure(f"{what}: written", moment.written_bytes / moment.wall_s, "B/s", budgets[0])
    yield Figure(f"{what}: CPU", 100 * moment.cpu_s / moment.wall_s, "%", budgets[1])


def cursor(effort: Effort) -> Iterator[Figure]:
    """Cursor down in a short and in a long table."""
    presses = 20 * effort.times
    with running(HELLO, dict(os.environ)) as hello:
        hello.painted()
        floor = _presses(hello, presses)
    floor_ms = statistics.median(answer.first_s * 1000 for answer in floor if answer.first_s)
    floor_bytes = statistics.median(answer.written_bytes for answer in floor)
    for rows in (50, 10_000):
        with tempfile.TemporaryDirectory() as home:
            table = [*TABLE, str(rows), f"{home}/beats", f"{home}/words"]
            with running(table, {**os.environ, "HOME": home}) as ours:
                ours.sees("pod-0")
                yield from _moved(ours, f"cursor down, {rows:,} rows", presses, floor_ms, floor_bytes)
    with place(*MANY) as here, running([*PROGRAM, "--screen", "pods"], here.environment) as ours:
        ours.sees("●pods")
        yield from _moved(ours, "cursor down, pods with details beside", presses, floor_ms, floor_bytes)


def _presses(meter: Meter, count: int) -> list[Answer]:
    """Go down and up again, within what is in view."""
    return [meter.press("\x1b[B" if number % 40 < 20 else "\x1b[A") for number in range(count)]


def _moved(ours: Meter, what: str, presses: int, floor_ms: float, floor_bytes: float) -> Iterator[Figure]:
    ours.settle()
    answers = _presses(ours, presses)
    delays_ms = sorted(answer.first_s * 1000 for answer in answers if answer.first_s is not None)
    written = statistics.median(answer.written_bytes for answer in answers)
    yield Figure(f"{what}: median", statistics.median(delays_ms), "ms", "4 ms", floor_ms)
    yield Figure(f"{what}: p95", delays_ms[int(len(delays_ms) * 0.95) - 1], "ms", "10 ms")
    yield Figure(f"{what}: written", written, "B", "360 B", floor_bytes)


def switch(effort: Effort) -> Iterator[Figure]:
    """From screen to screen, and the memory when all were seen."""
    with place(*MANY) as here, running(PROGRAM, here.environment) as ours:
        _live_at_s(ours)
        ours.settle()
        for number in "2341":
            ours.press(f"\x1b[{10 + int(number)}~")
            ours.settle()
        rounds = [
            (name, ours.press(f"\x1b[{11 + index}~"))
            for _ in range(effort.times)
            for index, name in ((1, "runs"), (2, "pods"), (3, "chat"), (0, "wallet"))
        ]
        for name in SCREENS:
            mine = [answer for one, answer in rounds if one == name]
            used_ms = statistics.median(answer.cpu_s * 1000 for answer in mine)
            written = statistics.median(answer.written_bytes for answer in mine)
            yield Figure(f"to {name}: CPU", used_ms, "ms", "60 ms")
            yield Figure(f"to {name}: written", written, "B", "8,000 B")
        yield Figure("memory, all screens seen", ours.rss_mb(), "MB", "75 MB")
    with running(HELLO, dict(os.environ)) as hello:
        hello.painted()
        yield Figure("memory, minimal program", hello.rss_mb(), "MB")


def ends(effort: Effort) -> Iterator[Figure]:
    """SIGTERM and a terminal that goes away."""
    with place(*MANY) as here:
        terms, hangs = [], []
        for _ in range(effort.times):
            with running(PROGRAM, here.environment) as ours:
                _live_at_s(ours)
                ours.settle()
                ending = ours.terminate()
                assert ending.code == 0, ending
                assert ending.is_clean, ending
                terms.append(ending.took_s)
            with running(PROGRAM, here.environment) as ours:
                _live_at_s(ours)
                ours.settle()
                hangs.append(ours.hang_up().took_s)
    yield Figure("SIGTERM to the end", statistics.median(terms), "s", "0.5 s")
    yield Figure("terminal gone to the end", statistics.median(hangs), "s", "1 s")


def chat(_: Effort) -> Iterator[Figure]:
    """A very long answer; it prints figures of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.chat_stream"]
    subprocess.run(command, check=True)
    yield from ()


def bus(effort: Effort) -> Iterator[Figure]:
    """A key in the desktop's keyring."""
    yield from desktop_bus.figures(effort.times)


def memory(effort: Effort) -> Iterator[Figure]:
    """What stays behind of 10,000 refreshes and the like; a quarter of an hour."""
    yield from growth_figures(effort.times / Effort().times)


def large(effort: Effort) -> Iterator[Figure]:
    """A large account."""
    yield from scale.bills()
    yield from scale.screens(effort.seconds)


def staleness(_: Effort) -> Iterator[Figure]:
    """How old readings are; it prints a table of its own."""
    from tests.benchmarks.staleness import print_table

    print_table()
    yield from ()


GROUPS: Mapping[str, Callable[[Effort], Iterator[Figure]]] = {
    "words": words_only,
    "start": start,
    "idle": idle,
    "live": live,
    "cursor": cursor,
    "switch": switch,
    "ends": ends,
    "chat": chat,
    "bus": bus,
    "memory": memory,
    "scale": large,
    "staleness": staleness,
}
