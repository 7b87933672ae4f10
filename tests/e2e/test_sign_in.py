"""Signing in at the real program in a real terminal, and a key that is looked for everywhere afterwards."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, PASSPHRASE, ROOT, Home
from tests.e2e.terminal import Terminal, terminal
from tests.persistence.buses import silent_bus
from tests.ui.screens.fake_programs import Recorder

OTHER_KEY = "pit_the_second_sentinel_of_the_terminal"
SECRETS = (KEY.encode(), OTHER_KEY.encode(), PASSPHRASE.encode())
PROGRAM = (sys.executable, "-m", "prime_tui")
# The same program with a bug: the key that changes the theme fails where a key and a header are at hand.
CRASHING = """
import sys
from prime_tui.ui.app import PrimeApp
def action_next_theme(self):
    key = self.desk.key().reveal()
    headers = {"Authorization": f"Bearer {key}"}
    raise RuntimeError(f"cannot use {headers}")
PrimeApp.action_next_theme = action_next_theme
from prime_tui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def sim() -> Iterator[SimServer]:
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server


def addressed(home: Home, url: str, extra: str = "") -> None:
    home.configure(f'[profiles.default]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\n{extra}')


@contextmanager
def started(home: Home, *words: str, command: tuple[str, ...] = PROGRAM, **extra: str) -> Iterator[Terminal]:
    """Run the program, and see at its end that no secret was drawn nor is in its arguments or environment."""
    with terminal(
        [*command, *words], home=home.path, columns=100, rows=32, PYTHONPATH=str(ROOT), **extra
    ) as one:
        yield one
        for secret in SECRETS:
            assert secret not in one.raw


def paste(one: Terminal, text: str) -> None:
    """Paste as a terminal does."""
    one.send(f"\x1b[200~{text}\x1b[201~")


def sign_in(one: Terminal, key: str, store: str) -> None:
    """Paste a key and keep it."""
    one.sees("Paste an API key")
    one.send("\r")
    one.sees("it is not shown")
    paste(one, key)
    one.sees("••••")
    one.send("\r")
    one.sees("Where shall the key be kept?", store)
    line = next(line for line in one.text().splitlines() if store in line and "✕" not in line)
    one.send(line.split(store)[0].split()[-1])


def process_secrets(pid: int) -> list[str]:
    """Return where a secret stands in what others can read of a process and its children."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = (entry / "stat").read_text().rsplit(") ", 1)[1].split()[1]
            if int(entry.name) != pid and int(parent) != pid:
                continue
            for name in ("cmdline", "environ"):
                content = (entry / name).read_bytes()
                found += [f"{entry}/{name}" for secret in SECRETS if secret in content]
        except OSError:
            continue
    return found


def test_from_nothing_to_data_and_again_with_the_passphrase(home: Home, sim: SimServer) -> None:
    addressed(home, sim.url)
    with started(home) as one:
        sign_in(one, KEY, "encrypted file")
        one.sees("A new encrypted file", "again")
        paste(one, PASSPHRASE)
        one.send("\r")
        again = next(row for row, line in enumerate(one.text().splitlines()) if "│ again" in line)
        one.until(lambda _: one.screen.cursor.y == again, "the second field")
        paste(one, PASSPHRASE)
        one.send("\r")
        one.sees("Ada Example", "burning now")
        one.until(lambda text: "$" in text.splitlines()[1], "a balance")
        assert process_secrets(one.pid) == []
        one.send("q")
        assert one.wait() == 0
    assert home.config()["profiles"]["default"]["store"] == "file"
    with started(home) as one:
        one.sees("Unlock the encrypted file")
        one.send("wrong\r")
        one.sees("stays locked")
        one.send(f"{PASSPHRASE}\rtyped ahead")
        one.until(lambda text: "passphrase" not in text, "the end of the dialog")
        one.until(lambda text: "w0s" in text or "w1s" in text, "fresh numbers")
        one.send("q")
        assert one.wait() == 0
    assert home.files_with(KEY, PASSPHRASE) == []


def test_a_silent_bus_is_named_freezes_nothing_and_does_not_hold_the_end(
    home: Home, sim: SimServer, tmp_path: Path
) -> None:
    addressed(home, sim.url, 'store = "secret-service"\n')
    with (
        silent_bus(tmp_path) as bus,
        started(home, DBUS_SESSION_BUS_ADDRESS=bus.address) as one,
    ):
        one.sees("The Secret Service is asked for the key and has not answered yet", "sign in: K")
        one.send("3")
        one.sees("── pods")
        one.send("K")
        one.sees("Paste an API key")
        one.send("\x1b")
        one.until(lambda text: "Paste an API key" not in text, "the end of the dialog")
        one.send("q")
        asked = time.monotonic()
        assert one.wait() == 0
        assert time.monotonic() - asked < 2.0


def test_a_key_can_be_given_while_the_bus_is_silent(home: Home, sim: SimServer, tmp_path: Path) -> None:
    addressed(home, sim.url, 'store = "secret-service"\n')
    with (
        silent_bus(tmp_path) as bus,
        started(home, DBUS_SESSION_BUS_ADDRESS=bus.address) as one,
    ):
        one.sees("has not answered yet")
        one.send("K")
        sign_in(one, KEY, "this session only")
        one.until(lambda text: "Where shall the key be kept?" not in text, "the end of the dialog")
        one.sees("Ada Example", "burning now")
        one.send("q")
        assert one.wait() == 0, one.text()


def test_a_day_with_errors_an_ssh_and_a_crash_leaves_no_secret_anywhere(
    home: Home, sim: SimServer, tmp_path: Path
) -> None:
    addressed(home, sim.url)
    programs = Recorder(tmp_path)
    programs.add("ssh", 'cat /proc/$$/environ > "$HOME/ssh-environ"; echo connected\n')
    ssh_key = home.private_file("id", "not a real key")
    variables = {
        "PRIME_API_KEY": KEY,
        "PRIME_SSH_KEY_PATH": str(ssh_key),
        "PATH": f"{programs.bin}:{os.environ['PATH']}",
    }
    crashing = (sys.executable, "-c", CRASHING)
    with started(home, "--screen", "pods", command=crashing, **variables) as one:
        one.sees("● active")
        one.send("G")
        one.sees("s ssh")
        one.send("s")
        one.until(lambda _: b"connected" in one.raw, "the ssh")
        one.sees("── pods")
        for kind in ("malformed", "reset"):
            sim.fault(kind, "*/pods/*")
            one.send("r")
            one.until(lambda text: "✕" in text.splitlines()[0], "the failure")
            sim.clear_faults()
        sim.set_key(OTHER_KEY)
        one.send("r")
        one.sees("The service refuses the key")
        one.send("K")
        sign_in(one, OTHER_KEY, "this session only")
        one.until(lambda text: "refuses the key" not in text, "the end of the banner")
        one.sees("● active")
        one.send("T")
        assert one.wait() != 0
        assert "RuntimeError" in one.raw.decode(errors="replace")
    assert (home.path / "ssh-environ").exists()
    assert home.files_with(KEY, OTHER_KEY, PASSPHRASE) == []
