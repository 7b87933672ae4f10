"""Whatever ends the program: it ends, what was known is kept whole, and the terminal is as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import pytest

from tests.e2e.lodger import PROGRAM, Lodger, all_read, is_given_back, without_numbers, words_after
from tests.e2e.terminal import ENTER_ALT, Terminal


def killed(number: int) -> Callable[[Terminal], None]:
    def end(one: Terminal) -> None:
        os.kill(one.pid, number)

    return end


@pytest.mark.parametrize(
    ("end", "before", "code"),
    [
        pytest.param(killed(signal.SIGTERM), "", 0, id="SIGTERM"),
        pytest.param(killed(signal.SIGINT), "", 0, id="SIGINT"),
        pytest.param(killed(signal.SIGHUP), "", 129, id="SIGHUP"),
        pytest.param(Terminal.take_away, "", 129, id="closed"),
        pytest.param(Terminal.take_away, "trap '' HUP TERM", 129, id="closed, deaf to SIGHUP and SIGTERM"),
    ],
)
def test_every_end_keeps_the_state(
    lodger: Lodger, end: Callable[[Terminal], None], before: str, code: int
) -> None:
    with lodger.run(command=lodger.shell(before) if before else PROGRAM) as one:
        all_read(one)
        end(one)
        if end is Terminal.take_away:
            assert one.ended() == code
        else:
            assert one.wait() == code
            is_given_back(one)
    assert lodger.kept() >= {"wallet", "pods", "runs"}
    assert lodger.reports() == [], "an end is no mistake"


IN_SLOW_MOTION = """
import os, runpy, time

signal_group = os.killpg
os.killpg = lambda *words: (signal_group(*words), time.sleep(1.0))
runpy.run_module("prime_tui", run_name="__main__")
"""
"""What comes after the signal that stops the script comes when the shell has long let it go on."""


@pytest.mark.parametrize("motion", ["", IN_SLOW_MOTION], ids=["", "slow"])
def test_ctrl_z_and_fg_in_a_shell(lodger: Lodger, motion: str) -> None:
    """The program in a script: both stop, the shell is usable, and the screen comes back whole."""
    script, program = lodger.home / "watch.sh", lodger.home / "program.py"
    script.write_text('"$@"\n')
    program.write_text(motion)
    command = (sys.executable, str(program)) if motion else PROGRAM
    shell = ("bash", "--norc", "--noediting", "-i")
    with lodger.run(command=shell, variables={"PS1": "ready$ "}) as one:
        one.sees("ready$")
        one.send(f"sh {script} {' '.join(command)}\n")
        all_read(one)
        shown = without_numbers(one.text())
        one.send("\x1a")
        one.sees("Stopped")
        is_given_back(one)
        one.send("echo back-$((6*7))\n")
        if not motion:
            one.sees("back-42")
        one.screen.reset()
        one.send("fg\n")
        one.until(lambda text: without_numbers(text) == shown, "the screen as it was")
        one.send("q")
        one.until(lambda text: one.raw.count(b"ready$") >= 4, "the shell again")
        is_given_back(one)
        one.send("exit\n")
        assert one.wait() == 0


def test_ctrl_z_where_no_shell_waits_says_so_and_goes_on(lodger: Lodger) -> None:
    with lodger.run() as one:
        all_read(one)
        one.send("\x1a")
        one.sees("No shell is waiting")
        one.send("q")
        assert one.wait() == 0


def test_a_stop_from_outside_where_no_shell_waits_stops_nothing(lodger: Lodger) -> None:
    with lodger.run() as one:
        all_read(one)
        os.kill(one.pid, signal.SIGTSTP)
        one.until(lambda _: one.raw.count(ENTER_ALT) == 2, "the terminal taken over again")
        one.send("3")
        one.sees("── pods")
        one.send("q")
        assert one.wait() == 0
        is_given_back(one)


@pytest.mark.parametrize(
    ("redirected", "words"),
    [
        ("</dev/null", "The input is not a terminal."),
        (">/dev/null", "The output is not a terminal."),
        ("2>errors", "The error stream is not a terminal; the screen is drawn there."),
        ("TERM=dumb", "TERM is dumb: this terminal cannot move its cursor."),
    ],
)
def test_where_it_cannot_run_it_says_why(lodger: Lodger, redirected: str, words: str) -> None:
    before = f"export {redirected}" if "=" in redirected else f"exec {redirected}"
    errors = lodger.home / "errors"
    with lodger.run(command=lodger.shell(f"cd {lodger.home}; {before}")) as one:
        assert one.wait() in (1, 2)
        said = errors.read_text() if errors.exists() else words_after(one)
    assert f"prime-tui: {words}" in said
    assert len(said.splitlines()) == 1
