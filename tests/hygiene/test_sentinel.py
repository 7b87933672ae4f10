"""A key that is looked for everywhere after every command: files, output, arguments, environments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, PASSPHRASE, Home
from tests.hygiene.process_watch import ProcessWatch
from tests.persistence.buses import desktop

SECRETS = (KEY.encode(), PASSPHRASE.encode())


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server.url


@contextmanager
def watched() -> Iterator[ProcessWatch]:
    with ProcessWatch(*SECRETS) as watch:
        yield watch
    assert any("prime_tui" in words for words in watch.seen)
    assert watch.places() == set()


def silent(done: subprocess.CompletedProcess[str]) -> None:
    for secret in SECRETS:
        assert secret.decode() not in done.stdout
        assert secret.decode() not in done.stderr


@pytest.mark.parametrize("store", ["file", "kernel", "memory"])
def test_a_day_with_a_key(tmp_path: Path, service: str, store: str) -> None:
    home = Home(tmp_path)
    passphrase = home.passphrase()
    with watched():
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
        with watched() as watch:
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
