"""The credential command: real programs that print keys, too much, nothing, or never end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from prime_tui.domain.credentials import KeyAddress, Reason, StoreTrouble
from prime_tui.persistence.credentials import command_store
from prime_tui.persistence.credentials.command_store import CommandStore

ADDRESS = KeyAddress("https://api.example.com", "main")
KEY = "pit_sentinel_of_the_command"


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


async def refused(command: list[str]) -> StoreTrouble:
    with pytest.raises(StoreTrouble) as caught:
        await CommandStore(command, os.environ).get(ADDRESS)
    assert KEY not in str(caught.value)
    return caught.value


async def test_one_line_is_the_key() -> None:
    found = await CommandStore(python(f"print({KEY!r})"), os.environ).get(ADDRESS)
    assert found is not None
    assert found.reveal() == KEY


async def test_there_is_no_shell(tmp_path: Path) -> None:
    trap = tmp_path / "was-run"
    found = await CommandStore(
        python("import sys; print(sys.argv[1].replace(' ', '_'))", f"$(touch {trap})`;|"), os.environ
    ).get(ADDRESS)
    assert found is not None
    assert found.reveal() == f"$(touch_{trap})`;|"
    assert not trap.exists()


async def test_it_has_no_terminal_no_input_and_not_the_key_that_it_replaces() -> None:
    code = """
import os, sys
try:
    os.open("/dev/tty", os.O_RDWR)
    print("it-has-a-terminal")
except OSError:
    withheld = {"PRIME_API_KEY", "GPG_TTY", "DISPLAY", "SSH_ASKPASS"} & set(os.environ)
    print(f"input={sys.stdin.read()!r},{sorted(withheld)}".replace(" ", ""))
"""
    environment = {**os.environ, "PRIME_API_KEY": KEY, "GPG_TTY": "/dev/tty", "DISPLAY": ":0"}
    found = await CommandStore(python(code), environment).get(ADDRESS)
    assert found is not None
    assert found.reveal() == "input='',[]"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"print({KEY!r}); print({KEY!r})", Reason.BROKEN),
        ("pass", Reason.BROKEN),
        (f"print({KEY!r} + ' and more')", Reason.BROKEN),
        ("print('schl\\u00fcssel-mit-umlaut')", Reason.BROKEN),
        (f"import sys; print({KEY!r}); sys.exit({KEY!r})", Reason.BROKEN),
        ("print('x' * 10_000_000)", Reason.BROKEN),
    ],
)
async def test_anything_else_is_refused_without_repeating_it(code: str, reason: Reason) -> None:
    assert (await refused(python(code))).reason is reason


async def test_a_program_that_is_not_there() -> None:
    assert (await refused(["/nowhere/secret-tool"])).reason is Reason.NO_BACKEND
    assert (await refused([])).reason is Reason.NO_BACKEND


async def test_a_program_that_never_ends_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command_store, "LIMIT_S", 3.0)
    pid_file = tmp_path / "pid"
    never_ending = ["sh", "-c", f'sleep 600 & echo $! > "{pid_file}"; wait']
    assert (await refused(never_ending)).reason is Reason.TIMEOUT
    deadline = time.monotonic() + 30
    while _is_running(int(pid_file.read_text())):
        assert time.monotonic() < deadline, "its child still runs"


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
