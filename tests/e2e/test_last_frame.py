"""The second start: what was on the screen last, marked as old, and then the truth."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.homes import Home, slow
from tests.e2e.terminal import ENTER_ALT, LEAVE_ALT, SHOW_CURSOR, Terminal

PROGRAM = [sys.executable, "-m", "prime_tui"]
MARK = "prime-tui is starting · below is the screen of"
IN_A_CALLBACK = """
            class Late:
                def __del__(self):
                    time.sleep(20.0)
            Late()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A user who has run the program once, and quit on the wallet."""
    with SimServer(SimOptions(speed=0)) as sim:
        one = Home(tmp_path, sim.url)
        with one.run(PROGRAM) as first:
            first.until(lambda text: "●wallet" in text and "●pods" in text, "all is read")
            assert MARK not in first.text()
            first.send("q")
            assert first.wait() == 0
        yield one


def mode(one: Terminal) -> list[Any]:
    return termios.tcgetattr(one.fd)[:4]


def is_whole(text: str) -> bool:
    """Whether all that the wallet shows is there, the plot and the progress of both runs too."""
    return "●wallet" in text and "●pods" in text and "┤" in text and len(re.findall(r"● step \d", text)) == 2


def without_ages(text: str) -> list[str]:
    """Return the lines below the header, without the ages and estimates that move between two starts."""
    return [re.sub(r"\d+m\b|~\$?[\d.]+", "", line) for line in text.splitlines()[2:6]]


def is_given_back(one: Terminal) -> bool:
    return (
        one.raw.count(ENTER_ALT) == one.raw.count(LEAVE_ALT) == 1
        and one.raw.rfind(SHOW_CURSOR) > one.raw.rfind(b"\x1b[?25l")
        and bool(mode(one)[3] & termios.ECHO)
        and bool(mode(one)[3] & termios.ICANON)
    )


def test_the_old_screen_is_there_at_once_marked_as_old_and_gives_way(home: Home) -> None:
    with home.run(slow(1.0)) as one:
        one.sees(MARK, "burning now", "$184.37")
        assert "●" not in one.text().splitlines()[0], "nothing in the old frame looks fresh"
        one.until(lambda text: is_whole(text) and MARK not in text, "the truth")
        whole = one.text()
        one.send("\x1b[24~")  # f12 is no key of ours: nothing changes
        one.send("q")
        assert one.wait() == 0
        assert is_given_back(one)
    with home.run(PROGRAM, PRIME_TUI_FRAME_DIFF="0") as plain:
        plain.until(is_whole, "all is read and plotted")
        plain.until(lambda text: without_ages(text) == without_ages(whole), "as the toolkit paints it")


def test_what_is_typed_meanwhile_is_not_shown_and_not_lost(home: Home) -> None:
    with home.run(slow(1.0)) as one:
        one.sees(MARK)
        assert not mode(one)[3] & termios.ECHO
        one.send("3")
        one.sees("── pods")
        one.send("q")
        assert one.wait() == 0
        assert is_given_back(one)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_end_before_the_toolkit_is_there_leaves_the_terminal_clean(
    home: Home, number: signal.Signals
) -> None:
    with home.run(slow(20.0)) as one:
        one.sees(MARK)
        os.kill(one.pid, number)
        one.wait()
        assert is_given_back(one)
        assert b"Traceback" not in one.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_such_an_end_is_not_lost_where_exceptions_are(home: Home, number: signal.Signals) -> None:
    """An import runs callbacks in which the interpreter drops any exception."""
    command = slow(20.0)
    command[-1] = command[-1].replace("            time.sleep(20.0)", IN_A_CALLBACK)
    with home.run(command) as one:
        one.sees(MARK)
        os.kill(one.pid, number)
        assert one.wait() == 0
        assert is_given_back(one)


@pytest.mark.parametrize(
    ("words", "size", "extra"),
    [
        ((), (100, 40), {}),
        (("--screen", "pods"), (120, 40), {}),
        (("--theme", "prime-light"), (120, 40), {}),
        ((), (120, 40), {"NO_COLOR": "1"}),
        ((), (120, 40), {"PRIME_API_KEY": "somebody-else"}),
        ((), (120, 40), {"PRIME_TEAM_ID": "somebody-else"}),
    ],
)
def test_what_does_not_belong_here_is_not_shown(
    home: Home, words: tuple[str, ...], size: tuple[int, int], extra: dict[str, str]
) -> None:
    with home.run([*PROGRAM, *words], columns=size[0], rows=size[1], **extra) as one:
        one.sees("1 Wallet")
        one.send("q")
        one.wait()
        assert MARK.encode() not in one.raw


def test_a_terminal_that_goes_away_leaves_its_screen_to_the_next(home: Home) -> None:
    home.forget_frames()
    with home.run(PROGRAM) as one:
        one.until(lambda text: "●wallet" in text and "●pods" in text, "all is read")
        os.close(one.fd)
        os.waitpid(one.pid, 0)
        one.fd = os.open(os.devnull, os.O_RDONLY)  # something for the terminal to close
    with home.run(slow(1.0)) as after:
        after.sees(MARK, "burning now")


def test_what_a_dialog_covers_is_not_kept(home: Home) -> None:
    home.forget_frames()
    with home.run(PROGRAM) as one:
        one.until(lambda text: "●wallet" in text and "●pods" in text, "all is read")
        one.send("?")
        one.sees("Next theme")
        os.kill(one.pid, signal.SIGTERM)
        assert one.wait() == 0
    assert home.frames() == []


def test_nothing_of_a_chat_is_kept(home: Home) -> None:
    with home.run([*PROGRAM, "--screen", "chat"]) as one:
        one.sees("── chat")
        one.send("sentinel-words")
        one.sees("sentinel-words")
        one.send("\x03\x03\x03")
        one.wait()
    assert home.frames(), "of the wallet"
    assert all(file.stat().st_mode & 0o077 == 0 for file in home.frames())
    assert not any(b"sentinel" in file.read_bytes() for file in home.path.rglob("*") if file.is_file())
