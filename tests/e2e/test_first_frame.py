"""The first start: a frame of what is known while the toolkit loads, which then goes on from it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.homes import Home, slow
from tests.e2e.terminal import ENTER_ALT, LEAVE_ALT, Terminal

PROGRAM = [sys.executable, "-m", "prime_tui"]
OLD = "below is the screen of"
CLOCK_CELLS = 10


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A user who starts the program for the first time, and a service that does not answer."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield Home(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")


def drawn(one: Terminal, y: int) -> list[tuple[object, ...]]:
    """Return what a person can see of a line's cells, without the clock at its end."""
    line = [one.screen.buffer[y][x] for x in range(one.screen.columns - CLOCK_CELLS)]
    return [
        (cell.data, cell.bg) if cell.data == " " else (cell.data, cell.fg, cell.bg, cell.bold)
        for cell in line
    ]


@pytest.mark.parametrize(
    ("words", "size", "extra"),
    [
        ((), (120, 40), {}),
        (("--theme", "prime-light", "--screen", "pods"), (80, 24), {}),
        (("--theme", "prime-contrast", "--screen", "runs", "--read-only"), (60, 15), {}),
        (("--theme", "prime-ansi-light", "--screen", "chat"), (100, 30), {}),
        ((), (80, 24), {"NO_COLOR": "1"}),
    ],
)
def test_the_strip_is_there_at_once_and_is_not_drawn_again(
    home: Home, words: tuple[str, ...], size: tuple[int, int], extra: dict[str, str]
) -> None:
    columns, rows = size
    with home.run(slow(1.0, *words), columns=columns, rows=rows, **extra) as one:
        tabs = "1 2 Runs 3 4" if columns < 80 else "1 Wallet 2 Runs" if columns < 96 else "1 Wallet  2 Runs"
        one.sees(tabs, "Starting…", "q quit")
        assert not termios.tcgetattr(one.fd)[3] & termios.ECHO
        early = [drawn(one, y) for y in (0, 1)]
        one.until(lambda text: "Starting…" not in text, "the toolkit's frame")
        assert [drawn(one, y) for y in (0, 1)] == early
        named = b"Runs" if columns < 80 else b"Wallet"
        assert one.raw.count(named) == 1, "known to the toolkit, and not sent again"
        assert one.raw.count(b"\x1b[2J") == 1
        os.kill(one.pid, signal.SIGTERM)
        assert one.wait() == 0
        assert one.raw.count(ENTER_ALT) == one.raw.count(LEAVE_ALT) == 1


def test_a_terminal_with_fewer_colours_gets_its_own(home: Home) -> None:
    with home.run(slow(0.5), COLORTERM="", TERM="xterm") as one:
        one.sees("Starting…")
        assert {cell[1] for cell in drawn(one, 1)} == {"default"}
        assert b";5;" not in one.raw
        one.sees("burning now")


def test_nothing_is_drawn_early_where_no_screen_fits(home: Home) -> None:
    with home.run(slow(0.2), columns=59, rows=15) as one:
        one.sees("At least 60×15 is needed.")
        assert "Starting…".encode() not in one.raw


def test_what_is_typed_meanwhile_is_not_lost(home: Home) -> None:
    with home.run(slow(0.5)) as one:
        one.sees("Starting…")
        one.send("2")
        one.sees("── runs")
        one.send("q")
        assert one.wait() == 0


def test_without_a_key_the_sign_in_follows(home: Home) -> None:
    del home.variables["PRIME_API_KEY"]
    with home.run(slow(0.5)) as one:
        one.sees("Starting…", "No API key")


def test_in_a_terminal_of_another_size_the_known_balance_is_shown_as_old(tmp_path: Path) -> None:
    with SimServer(SimOptions(speed=0)) as sim:
        home = Home(tmp_path, sim.url)
        with home.run(PROGRAM) as first:
            first.until(lambda text: "●wallet" in text and "$" in text.splitlines()[1], "a balance")
            balance = first.text().splitlines()[1].split()[0]
            first.send("q")
            assert first.wait() == 0
        with home.run(slow(0.5), columns=100, rows=30) as one:
            one.sees("Starting…")
            strip = one.text().splitlines()[:2]
            assert strip[1].split()[0] == balance
            assert "●" not in strip[0]
            assert "○w" in strip[0]
            one.until(lambda text: "○" not in text.splitlines()[0], "fresh data")


def test_a_demo_shows_nothing_of_the_account_and_leaves_nothing_for_it(tmp_path: Path) -> None:
    with SimServer(SimOptions(speed=0)) as sim:
        home = Home(tmp_path, sim.url)
        with home.run(PROGRAM) as first:
            first.until(lambda text: "●wallet" in text, "a balance")
            first.send("q")
            assert first.wait() == 0
        kept = {file: file.read_bytes() for file in home.frames()}
        assert kept
        with home.run(slow(0.5, "--demo", "--scenario", "broke")) as demo:
            demo.sees("Starting…")
            assert "DEMO" in demo.text()
            assert demo.text().splitlines()[1].split()[0] == "—", "nothing is known of it yet"
            demo.until(lambda text: "●wallet" in text, "the demo's balance")
            demo.send("q")
            assert demo.wait() == 0
            assert OLD.encode() not in demo.raw
        assert {file: file.read_bytes() for file in home.frames()} == kept
