"""One writer at a time, across processes, with an end to the waiting."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.paths import PRIVATE_FILE
from prime_tui.persistence.private_dir import PrivateDir

WAIT_S = 5.0
RETRY_S = 0.01
ABANDONED_AFTER_S = 30.0
_NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class LockBusy(StorageError):
    """Another process holds the lock and does not give it back in time."""


@contextmanager
def locked(directory: PrivateDir, name: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock of the file `name` while the block runs; a process that dies gives its lock back.

    A file system without locks (some NFS homes) gets a file that exists while the lock is held; one that was
    left behind counts as abandoned after `ABANDONED_AFTER_S`.

    Raises:
        LockBusy: It was not free within `wait_s`.
        StorageError: The system refuses.
    """
    deadline_s = time.monotonic() + wait_s
    lock_name = f"{name}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(lock_name, flags, PRIVATE_FILE, dir_fd=directory.fd)
    except OSError as error:
        raise StorageError(f"Cannot open {directory.path / lock_name}: {error.strerror}.") from error
    try:
        if _flock(handle, directory, name, deadline_s):
            yield
        else:
            with _held_file(directory, name, deadline_s):
                yield
    finally:
        os.close(handle)


def _flock(handle: int, directory: PrivateDir, name: str, deadline_s: float) -> bool:
    """Take the lock; return False when the file system has no locks."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _wait(directory, name, deadline_s)
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:
                return False
            raise StorageError(f"Cannot lock {directory.path / name}: {error.strerror}.") from error
        else:
            return True


@contextmanager
def _held_file(directory: PrivateDir, name: str, deadline_s: float) -> Iterator[None]:
    held = f"{name}.held"
    while True:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            os.close(os.open(held, flags, PRIVATE_FILE, dir_fd=directory.fd))
            break
        except FileExistsError:
            with suppress(FileNotFoundError):
                age_s = time.time() - os.stat(held, dir_fd=directory.fd, follow_symlinks=False).st_mtime
                if age_s > ABANDONED_AFTER_S:
                    os.unlink(held, dir_fd=directory.fd)
                    continue
            _wait(directory, name, deadline_s)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            os.unlink(held, dir_fd=directory.fd)


def _wait(directory: PrivateDir, name: str, deadline_s: float) -> None:
    if time.monotonic() >= deadline_s:
        raise LockBusy(
            f"Another process holds {directory.path / name} and does not let go.",
            hint="Look for a stopped prime-tui (`ps`), end it and try again.",
        )
    time.sleep(RETRY_S)
