"""A seat that one process at a time has; the kernel gives it up for a process that dies."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prime_tui.persistence.paths import PRIVATE_FILE

PREFIX, SUFFIX = "recorder-", ".lock"


class Seat:
    """Who has it writes the history of one wallet; the others read it, and wait.

    Where files cannot be locked (some network homes) everybody has it.
    """

    def __init__(self, state_dir: Path, wallet: str) -> None:
        name = hashlib.sha256(wallet.encode()).hexdigest()[:16]
        self._path = state_dir / f"{PREFIX}{name}{SUFFIX}"
        self._handle: int | None = None

    @property
    def is_mine(self) -> bool:
        """Whether this process has it."""
        return self._handle is not None

    def take(self) -> bool:
        """Return whether this process has it now, without waiting."""
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError:
            return True  # then the history cannot be written either, and that is told
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        except OSError:
            pass  # no locks here
        self._handle = handle
        with suppress(OSError):  # only for people who ask who it is
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        return True

    def leave(self) -> None:
        """Give it up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def recorders(state_dir: Path) -> Iterator[int]:
    """Yield the processes that have a seat now."""
    for path in sorted(state_dir.glob(f"{PREFIX}*{SUFFIX}")):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            words = os.pread(handle, 20, 0)
            if words.isdigit():
                yield int(words)
        except OSError:
            continue
        finally:
            os.close(handle)
