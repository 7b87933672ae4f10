"""The command line as a person meets it: help, refusals in one sentence, exit codes."""

from __future__ import annotations

import os
import pty
import select
import subprocess

import pytest

from prime_tui import __version__
from tests.cli.program import KEY, Home

PATIENCE_S = 30.0


def in_a_terminal(home: Home, *words: str, **extra: str) -> tuple[int, str]:
    """Run the program on a terminal; return the exit code and what stood on it."""
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        home.command(*words),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**home.environment, "TERM": "xterm-256color", **extra},
        cwd=home.path,
        start_new_session=True,
    )
    os.close(follower)
    seen = b""
    try:
        while chunk := _read(leader):
            seen += chunk
        return program.wait(timeout=PATIENCE_S), seen.decode(errors="replace").replace("\r\n", "\n")
    finally:
        program.kill()
        program.wait()
        os.close(leader)


def _read(leader: int) -> bytes:
    assert select.select([leader], [], [], PATIENCE_S)[0], "the program neither spoke nor ended"
    try:
        return os.read(leader, 65_536)
    except OSError:  # the program has closed its side
        return b""


def test_version(home: Home) -> None:
    done = home.run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"prime-tui {__version__}\n", "")


def test_help_shows_examples_and_every_option(home: Home) -> None:
    done = home.run("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    for word in ("examples:", "--demo", "--screen", "--read-only", "--calls-per-hour", "PRIME_API_KEY"):
        assert word in done.stdout
    assert home.run("-h").stdout == done.stdout


@pytest.mark.parametrize("command", ["simulate", "auth", "doctor"])
def test_every_command_has_help(home: Home, command: str) -> None:
    done = home.run(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"prime-tui {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frobnicate"], "--frobnicate"),
        (["--screen", "money"], "money"),
        (["--theme", "pink"], "pink"),
        (["--calls-per-hour", "many"], "many"),
        (["--scenario", "busy"], "add --demo"),
        (["--seed", "0"], "add --demo"),
        (["--demo", "--speed", "-1"], "within"),
        (["--demo", "--speed", "nan"], "within"),
        (["--demo", "--speed", "fast"], "fast"),
        (["--seed", "3", "--demo", "simulate"], "simulate comes first"),
        (["--dem"], "--dem"),
    ],
)
def test_a_wrong_line_is_refused_with_the_word_that_is_wrong(home: Home, words: list[str], said: str) -> None:
    done = home.run(*words)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--api-key", "0815"],
        ["--api-key=0815"],
        [KEY],
        ["--profile", KEY, "--demo"],
        ["auth", "login", KEY],
        ["auth", "login", "--api-key", "0815"],
        ["doctor", KEY],
    ],
)
def test_a_key_among_the_arguments_is_refused_and_not_repeated(home: Home, words: list[str]) -> None:
    done = home.run(*words)
    assert done.returncode == 2
    assert "No argument takes the key" in done.stderr
    assert "0815" not in done.stdout + done.stderr


def test_without_a_terminal_it_says_so_and_does_not_hang(home: Home) -> None:
    done = home.run("--demo")
    assert done.returncode == 2
    assert "not a terminal" in done.stderr
    assert done.stdout == ""


def test_a_dumb_terminal_is_refused(home: Home) -> None:
    code, seen = in_a_terminal(home, "--demo", TERM="dumb")
    assert code == 2
    assert "dumb" in seen
    assert "\x1b" not in seen


def test_a_number_of_calls_that_makes_no_sense_is_a_wrong_line(home: Home) -> None:
    code, seen = in_a_terminal(home, "--calls-per-hour", "3", PRIME_API_KEY="pit_x")
    assert code == 2
    assert "--calls-per-hour" in seen
    assert "pit_x" not in seen
