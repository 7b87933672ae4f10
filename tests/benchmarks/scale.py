"""A large account: 10,000 ended pods, 2,000 runs of which 200 are live, 50 live pods, 100,000 bills."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.meter import Answer, Meter, running
from tests.benchmarks.places import PROGRAM, place

SCREENS = ("wallet", "runs", "pods", "chat")
HUGE = ("--scenario", "huge")
ROWS = 100_000
FIRST_READINGS_S = 30.0
LONGEST_STALL = "100 ms"


def screens(seconds: float) -> Iterator[Figure]:
    """The four screens of a large account, in a world that stands still and in one that moves."""
    for name, options, budgets in (
        ("idle", (*HUGE, "--speed", "0"), ("75 B/s", "0.3 %")),
        ("live", HUGE, ("400 B/s", "1 %")),
    ):
        for screen in SCREENS:
            with place(*options) as here, running([*PROGRAM, "--screen", screen], here.environment) as ours:
                ours.until(lambda text: "●" in text.splitlines()[0], "fresh data")
                first = ours.now()
                ours.drain(FIRST_READINGS_S)
                used = ours.watch(seconds)
                what = f"large account, {name}, {screen}"
                yield Figure(f"{what}: first live data", first.wall_s * 1000, "ms")
                yield Figure(f"{what}: written", used.written_bytes / used.wall_s, "B/s", budgets[0])
                yield Figure(f"{what}: CPU", 100 * used.cpu_s / used.wall_s, "%", budgets[1])
                yield Figure(f"{what}: memory", ours.rss_mb(), "MB")


def bills() -> Iterator[Figure]:
    """A hundred thousand billing rows: scroll, filter, sort."""
    with tempfile.TemporaryDirectory() as home:
        beats = Path(home) / "beats"
        command = [sys.executable, "-m", "tests.benchmarks.full_book", str(ROWS), str(beats)]
        with running(command, {**os.environ, "HOME": home}) as ours:
            ours.until(lambda text: f"{ROWS:,}" in text, "the rows", patience_s=120)
            ours.settle()
            yield Figure(f"{ROWS:,} bills: memory", ours.rss_mb(), "MB")
            for key in ("\t", "\x1b[B"):
                ours.press(key)
            for what, keys in (
                ("cursor down", ["\x1b[B"] * 20),
                ("to the end and back", ["G", "g"] * 3),
                ("page down", ["\x1b[6~"] * 10),
                ("filter, a letter", ["/", *"compute 77"]),
                ("filter, a letter taken back", ["\x7f"] * 4 + ["\x1b"]),
                ("sort by the next column", ["S"] * 5),
                ("turn the order round", ["R"] * 2),
            ):
                yield from _pressed(f"{ROWS:,} bills, {what}", ours, keys, beats)


def _pressed(what: str, ours: Meter, keys: list[str], beats: Path) -> Iterator[Figure]:
    seen = len(beats.read_text().splitlines())
    answers: list[Answer] = [ours.press(key) for key in keys]
    stalls_s = [float(beat) for beat in beats.read_text().splitlines()[seen:]]
    used_ms = statistics.median(answer.cpu_s * 1000 for answer in answers)
    yield Figure(f"{what}: CPU of a key", used_ms, "ms")
    yield Figure(f"{what}: longest stall", max(stalls_s) * 1000, "ms", LONGEST_STALL)
