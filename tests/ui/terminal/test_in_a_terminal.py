"""The terminal layer in a real pseudo-terminal: what arrives there, and how the program ends."""

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.e2e.terminal import ENTER_ALT, LEAVE_ALT, MOUSE_OFF, PATIENCE_S, SHOW_CURSOR, Terminal, terminal

PROGRAM = "tests.ui.terminal.pty_program"
BYTES_FOR_A_CURSOR_MOVE = 360
A_FRAME_NOBODY_LIVES_TO_SEE_S = "3600"

Start = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    def begin(
        rows: int = 50, *, columns: int = 120, lines: int = 40, **extra: str
    ) -> AbstractContextManager[Terminal]:
        root = str(Path(__file__).resolve().parents[3])
        command = [sys.executable, "-m", PROGRAM, str(rows), str(tmp_path / "beats"), str(tmp_path / "words")]
        return terminal(command, home=tmp_path, columns=columns, rows=lines, PYTHONPATH=root, **extra)

    return begin


def settled(one: Terminal) -> None:
    one.sees("pod-0", "8×H100")
    while one.drain(0.3):
        pass


def mode(one: Terminal) -> list[Any]:
    return termios.tcgetattr(one.fd)[:4]


def after_key(one: Terminal, key: str) -> bytes:
    """What a key makes the program write, read until it is silent."""
    before = len(one.raw)
    one.send(key)
    one.until(lambda _: len(one.raw) > before, f"an answer to {key!r}")
    while one.drain(0.1):
        pass
    return bytes(one.raw[before:])


def lives_on(beats: Path) -> None:
    """Wait until the program's worker had its turn some more times; the terminal is not read meanwhile."""
    wanted, deadline_s = beats.stat().st_size + 20, time.monotonic() + PATIENCE_S
    while beats.stat().st_size < wanted:
        assert time.monotonic() < deadline_s, "the worker stands still"
        time.sleep(0.02)


@pytest.mark.parametrize("rows", [50, 10_000])
def test_a_cursor_move_takes_few_bytes(start: Start, rows: int) -> None:
    with start(rows) as one:
        settled(one)
        counts = [len(after_key(one, "j")) for _ in range(8)]
        assert median(counts) <= BYTES_FOR_A_CURSOR_MOVE
        assert max(counts) <= BYTES_FOR_A_CURSOR_MOVE + 40


def test_a_change_of_a_few_characters_takes_a_few_bytes(start: Start) -> None:
    with start() as one:
        settled(one)
        after_key(one, "t")
        assert len(after_key(one, "t")) <= 40


def test_keys_are_answered_at_once_at_any_frame_rate(start: Start) -> None:
    """On the toolkit's grid of frames nothing would be seen for an hour."""
    with start(SECONDS_A_FRAME=A_FRAME_NOBODY_LIVES_TO_SEE_S) as one:
        settled(one)
        for number in range(1, 9):
            one.send("t")
            one.sees(f"tick {number}")


def test_what_nobody_asked_for_keeps_to_the_frame_rate(start: Start, tmp_path: Path) -> None:
    with start(SECONDS_A_FRAME=A_FRAME_NOBODY_LIVES_TO_SEE_S) as one:
        settled(one)
        before = len(one.raw)
        one.send("f")
        for _ in range(3):
            lives_on(tmp_path / "beats")
            one.drain(0.1)
        assert len(one.raw) == before, "painted, and nobody asked"
        one.send("t")
        one.until(lambda text: ticks(text) > 10, "what changed meanwhile")


def test_nothing_is_written_while_nothing_changes(start: Start) -> None:
    with start() as one:
        settled(one)
        assert one.drain(1.0) == 0


def test_it_looks_the_same_with_and_without_the_frame_diff(start: Start) -> None:
    shown: list[str] = []
    written: list[int] = []
    for switch in ("1", "0"):
        with start(PRIME_TUI_FRAME_DIFF=switch) as one:
            settled(one)
            for key in "jjj t":
                after_key(one, key)
            shown.append(one.text())
            written.append(len(one.raw))
    assert shown[0] == shown[1]
    assert written[0] < written[1] / 3


def test_no_color_sends_no_colour_but_keeps_weight(start: Start) -> None:
    with start(NO_COLOR="1") as one:
        settled(one)
        after_key(one, "j")
    sent = {code for codes in re.findall(rb"\x1b\[([0-9;]*)m", one.raw) for code in codes.split(b";")}
    assert sent <= {b"", b"0", b"1", b"2", b"7", b"22", b"27"}
    assert sent >= {b"1", b"2", b"7"}


def test_sigterm_gives_the_terminal_back(start: Start) -> None:
    with start() as one:
        before = mode(one)
        settled(one)
        assert mode(one) != before
        os.kill(one.pid, signal.SIGTERM)
        assert one.wait() == 0
        assert mode(one) == before
    for ending in (LEAVE_ALT, SHOW_CURSOR, MOUSE_OFF, b"\x1b[?2004l"):
        assert one.raw.rindex(ending) > one.raw.rindex(ENTER_ALT)


@pytest.mark.parametrize("deaf", ["", "1"])
def test_it_is_gone_with_its_terminal(start: Start, tmp_path: Path, deaf: str) -> None:
    with start(DEAF=deaf) as one:
        settled(one)
        one.take_away()
        assert one.ended() == 128 + signal.SIGHUP
    assert (tmp_path / "words").read_text() == "saved"


def frozen(one: Terminal) -> None:
    """Let the program write until the terminal, which reads nothing, takes no more; then for some time on."""
    one.send("f")
    waiting, steady = -1, 0
    while steady < 8:
        select.select([], [], [], 0.3)
        now = struct.unpack("i", fcntl.ioctl(one.fd, termios.FIONREAD, b"    "))[0]
        steady = steady + 1 if now == waiting else 0
        waiting = now


def ticks(text: str) -> int:
    shown = re.search(r"tick (\d+)", text)
    return int(shown[1]) if shown else 0


def test_a_frozen_terminal_stops_no_worker_and_then_shows_the_newest(start: Start, tmp_path: Path) -> None:
    """What piles up meanwhile is a few frames, not the whole history."""
    with start() as one:
        settled(one)
        frozen(one)
        lives_on(tmp_path / "beats")
        before = len(one.raw)
        one.until(lambda text: ticks(text) >= 20, "the newest")
        assert len(one.raw) - before < 60_000


def test_quitting_on_a_frozen_terminal_ends(start: Start, tmp_path: Path) -> None:
    with start() as one:
        before = mode(one)
        settled(one)
        frozen(one)
        one.send("q")
        assert one.ended() == 0
        assert mode(one) == before
    assert (tmp_path / "words").read_text() == "saved"


def test_it_comes_back_whole_after_a_stop_that_it_cannot_see(start: Start) -> None:
    with start() as one:
        before = mode(one)
        settled(one)
        shown = one.text()
        os.kill(one.pid, signal.SIGSTOP)
        os.waitpid(one.pid, os.WUNTRACED)
        one.drain(0.1)
        one.screen.reset()
        os.kill(one.pid, signal.SIGCONT)
        one.until(lambda text: text == shown, "the same screen")
        after_key(one, "j")
        one.send("q")
        assert one.wait() == 0
        assert mode(one) == before


def test_a_size_that_changes_there_and_back_is_painted_again(start: Start) -> None:
    """A report of the size right after the start is no news; one that comes later may be of such a change."""
    with start() as one:
        settled(one)
        shown = one.text()
        deadline_s = time.monotonic() + PATIENCE_S
        one.screen.reset()
        while one.text() != shown:
            assert time.monotonic() < deadline_s
            one.screen.reset()
            one.resize(60, 20)
            one.resize(120, 40)
            one.drain(0.5)


def test_a_crash_shows_no_values(start: Start) -> None:
    with start() as one:
        before = mode(one)
        settled(one)
        one.send("x")
        assert one.wait() == 1
        assert mode(one) == before
    end = one.raw[one.raw.rindex(LEAVE_ALT) :].decode()
    assert "ValueError: boom 10 [/]" in end
    assert "pit_secret" not in end
