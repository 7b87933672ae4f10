"""Session buses for tests: a real one with gnome-keyring, and one that authenticates and is silent then."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prime_tui.persistence.credentials.secret_service import PROMPT_S

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
PASSWORD = b"the login password"
PATIENCE_S = 30.0
LESS_THAN_A_CALL_S = PROMPT_S / 2
"""Who is gone by then has not waited for a call, where a DISPLAY makes calls long."""


class Desktop:
    """A session bus with a real gnome-keyring, in a home of its own.

    Attributes:
        environment: For programs that shall use it.
        keyring: The daemon's process, None before it is started by hand or by the bus.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environment = {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        self.bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=self.environment,
            text=True,
        )
        assert self.bus.stdout is not None
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        self.keyring: subprocess.Popen[bytes] | None = None

    def unlock(self) -> None:
        """Start the keyring, unlocked with a password on its input."""
        self._start("--unlock", password=PASSWORD)

    def start_locked(self) -> None:
        """Start the keyring as nobody has logged in."""
        self._start()

    def _start(self, *options: str, password: bytes = b"") -> None:
        self.keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self.keyring.stdin is not None
        self.keyring.stdin.write(password)
        self.keyring.stdin.close()
        self._wait_until_it_is_on_the_bus()

    def _wait_until_it_is_on_the_bus(self) -> None:
        command = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
        command += ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]
        deadline = time.monotonic() + PATIENCE_S
        while b"true" not in subprocess.run(command, env=self.environment, capture_output=True).stdout:
            assert time.monotonic() < deadline, "gnome-keyring did not come"
            time.sleep(0.02)

    def close(self) -> None:
        """End the bus and what runs on it."""
        for process in (self.keyring, self.bus):
            if process is not None:
                process.kill()
                process.wait(timeout=10)
        if self.bus.stdout is not None:
            self.bus.stdout.close()


@contextmanager
def desktop(home: Path) -> Iterator[Desktop]:
    """Give a session bus, or skip where the programs are not installed."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    one = Desktop(home)
    try:
        yield one
    finally:
        one.close()


class SilentBus:
    """Takes every connection, authenticates it as D-Bus does, and never answers a call.

    Attributes:
        connections: How many came.
    """

    def __init__(self, path: Path) -> None:
        self.address = f"unix:path={path}"
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._authenticate, args=(connection,), daemon=True).start()

    def _authenticate(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := connection.recv(4096):
                if b"AUTH" in piece:
                    connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
                if b"NEGOTIATE_UNIX_FD" in piece:
                    connection.sendall(b"AGREE_UNIX_FD\r\n")
        self._open.remove(connection)
        connection.close()

    def wait_until_left(self) -> None:
        """Wait until whoever came has gone."""
        deadline = time.monotonic() + PATIENCE_S
        while self._open:
            assert time.monotonic() < deadline, "somebody is still on the bus"
            time.sleep(0.02)

    def close(self) -> None:
        """Hang up."""
        self._listener.close()
        for connection in self._open.copy():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def silent_bus(directory: Path) -> Iterator[SilentBus]:
    """Give a bus that never answers."""
    bus = SilentBus(directory / "silent-bus")
    try:
        yield bus
    finally:
        bus.close()
