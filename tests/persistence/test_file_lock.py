"""Locks end their waiting, survive a death, and work where the file system has none."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prime_tui.persistence.file_lock import ABANDONED_AFTER_S, LockBusy, locked
from prime_tui.persistence.private_dir import PrivateDir

HOLDER = """
import fcntl, os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def hold(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_lock_that_is_held_ends_the_waiting_with_words(tmp_path: Path) -> None:
    with PrivateDir(tmp_path / "state") as directory:
        holder = hold(tmp_path / "state" / "file.lock")
        try:
            with pytest.raises(LockBusy, match="Another process"), locked(directory, "file", wait_s=0.1):
                pass
        finally:
            holder.kill()
            holder.communicate()
        with locked(directory, "file", wait_s=5):
            pass


@pytest.fixture
def no_flock(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.usefixtures("no_flock")
def test_without_flock_a_file_is_the_lock(tmp_path: Path) -> None:
    with PrivateDir(tmp_path / "state") as directory:
        with locked(directory, "file"):
            assert (directory.path / "file.held").exists()
            with pytest.raises(LockBusy), locked(directory, "file", wait_s=0.05):
                pass
        with locked(directory, "file", wait_s=0.05):
            pass
        assert not (directory.path / "file.held").exists()


@pytest.mark.usefixtures("no_flock")
def test_without_flock_an_abandoned_lock_is_taken_over(tmp_path: Path) -> None:
    with PrivateDir(tmp_path / "state") as directory:
        held = directory.path / "file.held"
        held.touch()
        long_ago = time.time() - ABANDONED_AFTER_S - 1
        os.utime(held, (long_ago, long_ago))
        with locked(directory, "file", wait_s=0.05):
            pass
