"""Terminals that do not read, read slowly, change their size all the time, or know little."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimServer
from tests.e2e.lodger import Lodger, all_read, is_given_back, without_numbers
from tests.e2e.terminal import PATIENCE_S, Terminal

WALLET = "GET /api/v1/billing/wallet"
SLOW_BYTES_PER_S = 2_000
BACKLOG_BYTES = 60_000
"""A few frames; what a terminal missed is not sent later."""


def asks_again(one: Terminal, service: SimServer) -> None:
    """A key is answered by a request, whether or not the terminal reads."""
    before, deadline_s = service.requests()[WALLET], time.monotonic() + PATIENCE_S
    one.send("r")
    while service.requests()[WALLET] == before:
        assert time.monotonic() < deadline_s, "no request came"
        time.sleep(0.02)


def leave(one: Terminal) -> None:
    one.send("\x1bOP")  # wherever it is, to where q is a key
    one.sees("burning now")
    one.send("q")
    assert one.wait() == 0
    is_given_back(one)


def threads(one: Terminal) -> int:
    return len(list(Path(f"/proc/{one.pid}/task").iterdir()))


def test_a_blocked_terminal_stops_no_reading_and_then_shows_the_present(
    lodger: Lodger, service: SimServer
) -> None:
    with lodger.run(columns=200, rows=60) as one:
        one.until(lambda text: "●wallet" in text and "●pods" in text, "all is read")
        before = threads(one)
        for number in range(12):  # whole screens, until the terminal takes no more
            one.send("23"[number % 2])
            asks_again(one, service)
        cpu_s, began_s = one.cpu_s(), time.monotonic()
        for _ in range(4):
            asks_again(one, service)
            time.sleep(0.3)
        assert one.cpu_s() - cpu_s < 0.5 * (time.monotonic() - began_s), "it spins"
        assert threads(one) <= before + 4
        one.send("4")
        missed = len(one.raw)
        one.sees("Ask a model")
        assert len(one.raw) - missed < BACKLOG_BYTES
        leave(one)


def test_a_slow_link_is_never_far_behind(lodger: Lodger) -> None:
    """Two kilobytes a second; the last of many keys is answered, and old screens are not sent."""

    def read_slowly(one: Terminal, words: str) -> int:
        before, deadline_s = len(one.raw), time.monotonic() + PATIENCE_S
        while words not in one.text():
            assert time.monotonic() < deadline_s, one.text()
            one.read_some(SLOW_BYTES_PER_S // 10)
            time.sleep(0.1)
        return len(one.raw) - before

    with lodger.run() as one:
        all_read(one)
        for keys in ("23" * 10 + "1", "23" * 10):
            one.send(keys)
            assert read_slowly(one, "burning now" if keys[-1] == "1" else "── pods") < 12_000
        leave(one)


def test_a_storm_of_sizes_ends_in_the_right_picture(lodger: Lodger) -> None:
    chance = random.Random(4711)
    with lodger.run() as one:
        all_read(one)
        shown = without_numbers(one.text())
        for _ in range(60):
            one.resize(chance.randint(1, 300), chance.randint(1, 100))
            one.drain(chance.choice((0.0, 0.0, 0.05)))
        one.resize(1, 1)
        one.drain(0.3)
        one.screen.reset()
        one.resize(80, 24)
        one.until(lambda text: without_numbers(text) == shown, "the picture of before")
        cpu_s = one.cpu_s()
        one.drain(1.0)
        assert one.cpu_s() - cpu_s < 0.5
        leave(one)


@pytest.mark.parametrize(
    "variables",
    [
        {"TERM": "linux", "COLORTERM": "", "LANG": "C", "NO_COLOR": "1"},
        {"TERM": "screen", "COLORTERM": "", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"TERM": "", "COLORTERM": "", "LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=lambda variables: variables["TERM"] or "none",
)
def test_every_terminal_and_locale_shows_the_same_words(lodger: Lodger, variables: dict[str, str]) -> None:
    with lodger.run(variables=variables) as one:
        all_read(one)
        lines = one.text().splitlines()
        assert lines[2].startswith("── burning now ──")
        assert "$184.37" in lines[1]
        # A run that only its bill tells of has a question mark until the list of runs has come.
        one.until(lambda text: "?" not in text.replace("? help", ""), "every sign as it is meant")
        one.send("?")
        one.sees("In the list")
        one.send("\r")
        leave(one)


def test_a_stopped_process_comes_back_with_true_ages(lodger: Lodger) -> None:
    with lodger.run() as one:
        all_read(one)
        os.kill(one.pid, signal.SIGSTOP)
        os.waitpid(one.pid, os.WUNTRACED)
        time.sleep(6)
        os.kill(one.pid, signal.SIGCONT)
        one.until(lambda text: re.search(r" w([5-9]|\d\d)s ", text), "an age that counts the stop")
        leave(one)
