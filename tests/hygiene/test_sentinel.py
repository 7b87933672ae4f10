"""A key that is looked for everywhere after every command: files, output, arguments, environments."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, PASSPHRASE, Home
from tests.persistence.buses import desktop

SECRETS = (KEY.encode(), PASSPHRASE.encode())


class Watch:
    """Reads arguments and environments of all processes that have our home directory, again and again.

    Attributes:
        seen: Words of the commands that were seen, to know that something was.
        leaks: Where a secret was.
    """

    def __init__(self, home: Path) -> None:
        self._mark = f"HOME={home}".encode()
        self._stop = threading.Event()
        self._known_environments: set[int] = set()
        self.seen: set[str] = set()
        self.leaks: list[str] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and int(entry.name) != os.getpid():
                    self._look(entry)

    def _look(self, process: Path) -> None:
        try:
            arguments = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:
            return
        if self._mark not in environment:
            return
        self.seen.add(arguments.replace(b"\0", b" ").decode(errors="replace"))
        for secret in SECRETS:
            if secret in arguments:
                self.leaks.append(f"arguments: {arguments!r}")
            if secret in environment:
                self.leaks.append(f"environment of {arguments!r}")

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server.url


@contextmanager
def watched(home: Home) -> Iterator[Watch]:
    with Watch(home.path) as watch:
        yield watch
    assert watch.seen, "no process was seen"
    assert watch.leaks == []


def silent(done: subprocess.CompletedProcess[str]) -> None:
    for secret in SECRETS:
        assert secret.decode() not in done.stdout
        assert secret.decode() not in done.stderr


@pytest.mark.parametrize("store", ["file", "kernel", "memory"])
def test_a_day_with_a_key(tmp_path: Path, service: str, store: str) -> None:
    home = Home(tmp_path)
    passphrase = home.passphrase()
    with watched(home):
        silent(home.login(service, "--store", store, *passphrase))
        silent(home.login(service, "--store", store, *passphrase, key=f"{KEY} "))
        silent(home.login("http://127.0.0.1:1", "--store", store, *passphrase))
        silent(home.run("auth", "status", *passphrase))
        silent(home.run("doctor", *passphrase))
        silent(home.run("auth", "logout", *passphrase))
    assert home.files_with(KEY, PASSPHRASE, allowed=["passphrase"]) == []


def test_a_day_with_the_desktop_keyring(tmp_path: Path, service: str) -> None:
    with desktop(tmp_path) as running:
        running.unlock()
        home = Home(tmp_path, {"DBUS_SESSION_BUS_ADDRESS": running.environment["DBUS_SESSION_BUS_ADDRESS"]})
        with watched(home) as watch:
            silent(home.login(service, "--store", "secret-service"))
            silent(home.run("auth", "status"))
            silent(home.run("auth", "logout"))
        assert any("secret_service_helper" in command for command in watch.seen)
        assert home.files_with(KEY, PASSPHRASE) == []


def test_a_key_of_the_environment_is_not_inherited_by_any_child(tmp_path: Path, service: str) -> None:
    """The credential command, tmux and the helper of the Secret Service are started without it."""
    witness = tmp_path / "witness"
    command = ["/bin/sh", "-c", f"cat /proc/$$/environ >> {witness}; echo pit_another_key_of_the_command"]
    tmux = tmp_path / "bin" / "tmux"
    tmux.parent.mkdir()
    tmux.write_text(f"#!/bin/sh\ncat /proc/$$/environ >> {witness}.tmux\n")
    tmux.chmod(0o700)
    variables = {"TMUX": "/nowhere,1,0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    home = Home(tmp_path, {**variables, "PATH": f"{tmux.parent}:{os.environ['PATH']}"})
    words = ", ".join(f'"{word}"' for word in command)
    home.configure(
        f'[profiles.default]\nbase_url = "{service}"\ninference_url = "{service}/api/v1"\n'
        f"store = 'command'\ncredential_command = [{words}]\n"
    )
    silent(home.run("doctor", PRIME_API_KEY=KEY))
    for one in (witness, tmp_path / "witness.tmux"):
        assert b"HOME=" in one.read_bytes()
    assert home.files_with(KEY, PASSPHRASE) == []
