"""Starting the monitor with a key from every place, in a real terminal."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.program import KEY, ROOT, Home
from tests.e2e.terminal import Terminal, terminal
from tests.persistence.buses import LESS_THAN_A_CALL_S, silent_bus

SLOW = ("textual", "httpx", "pydantic", "keyring", "cryptography", "platformdirs", "sqlite3")


def addressed(home: Home, url: str, extra: str = "") -> None:
    home.configure(f'[profiles.default]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\n{extra}')


def started(
    home: Home, *words: str, command: list[str] | None = None, bus: str = "", display: str = ""
) -> AbstractContextManager[Terminal]:
    return terminal(
        command or home.command(*words),
        home=home.path,
        columns=140,
        PYTHONPATH=str(ROOT),
        DBUS_SESSION_BUS_ADDRESS=bus,
        DISPLAY=display,
    )


def is_watched_and_left(home: Home, one: Terminal) -> None:
    """The service took the key, which was never drawn and is kept nowhere but where it came from."""
    one.sees("Ada Example")
    one.send("q")
    assert one.wait() == 0
    assert KEY.encode() not in one.raw
    assert home.files_with(KEY, allowed=["key", "config.json"]) == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["auth", "--help"], ["doctor", "--help"]])
def test_help_imports_nothing_slow(words: list[str]) -> None:
    code = f"""
import sys
from prime_tui.cli.main import main
try:
    main({words!r})
except SystemExit as end:
    assert end.code == 0
print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout
    assert done.stderr.strip() == "[]"


def test_without_a_terminal_it_refuses(home: Home) -> None:
    done = home.run()
    assert done.returncode == 2
    assert "not a terminal" in done.stderr


def test_a_key_from_a_pipe_and_keys_from_the_terminal(home: Home, service: str) -> None:
    addressed(home, service)
    file = home.private_file("key", KEY)
    line = f"cat {file} | {sys.executable} -m prime_tui --api-key-stdin"
    with started(home, command=["/bin/sh", "-c", line]) as one:
        is_watched_and_left(home, one)


def test_a_key_from_a_file(home: Home, service: str) -> None:
    addressed(home, service)
    with started(home, "--api-key-file", str(home.private_file("key", KEY))) as one:
        is_watched_and_left(home, one)


def test_the_key_of_the_official_client_on_request(home: Home, service: str) -> None:
    (home.path / ".prime").mkdir()
    config = home.private_file(
        ".prime/config.json",
        f'{{"api_key": "{KEY}", "base_url": "{service}", "inference_url": "{service}/api/v1"}}',
    )
    before = (config.stat().st_mtime_ns, config.read_bytes())
    with started(home, "--official") as one:
        is_watched_and_left(home, one)
    assert (config.stat().st_mtime_ns, config.read_bytes()) == before


def test_a_command_gives_the_key(home: Home, service: str) -> None:
    file = home.private_file("key", KEY)
    addressed(home, service, f'store = "command"\ncredential_command = ["cat", "{file}"]\n')
    with started(home) as one:
        is_watched_and_left(home, one)


def test_a_silent_bus_delays_neither_the_first_frame_nor_the_end(
    home: Home, service: str, tmp_path: Path
) -> None:
    addressed(home, service, 'store = "secret-service"\n')
    with silent_bus(tmp_path) as bus, started(home, bus=bus.address, display=":0") as one:
        one.until(lambda text: "wallet" in text.lower(), "the first frame")
        one.until(lambda _: bus.connections > 0, "the call that is never answered")
        one.send("2")
        one.until(lambda text: "run" in text.lower(), "the runs")
        one.send("q")
        assert one.wait(LESS_THAN_A_CALL_S) == 0
        bus.wait_until_left()
