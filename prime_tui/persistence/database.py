"""The SQLite file of this user: opened private, brought up to date by numbered steps."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.paths import PRIVATE_FILE, check_private, make_private_dir

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE last_known (
        wallet TEXT NOT NULL,      -- whose: origin and team
        topic TEXT NOT NULL,
        fetched_at TEXT NOT NULL,  -- ISO 8601, UTC
        value TEXT NOT NULL,       -- JSON
        PRIMARY KEY (wallet, topic)
    ) WITHOUT ROWID
    """,
)
BUSY_MS = 2_000
CACHE_KB = 256
"""Rows are written as they come and read at the start: a large cache would only be kept."""


def open_database(
    path: Path,
    steps: Sequence[str] = MIGRATIONS,
    *,
    busy_ms: int = BUSY_MS,
    was_put_aside: Callable[[Path], None] = lambda _: None,
) -> sqlite3.Connection:
    """Return a connection to the database, made with mode 0600 if it is not there.

    A file that is no database (a disk that filled up, a foreign file) is put aside, never overwritten.

    Args:
        path: Where it is.
        steps: What brings a new file, or an older one, up to date, one after the other.
        busy_ms: How long to wait for another process.
        was_put_aside: Called with the new place of such a file.

    Raises:
        StorageError: The file is not ours alone, of a newer version, or the disk refuses.
    """
    make_private_dir(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            check_private(path, os.fstat(handle), PRIVATE_FILE)
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(f"Cannot open {path}: {error.strerror}.") from error
    try:
        return _opened(path, steps, busy_ms)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise StorageError(f"Cannot use {path}: {error}.") from error
        try:
            was_put_aside(put_aside(path))
        except OSError as refusal:
            hint = "It is damaged: move it away yourself."
            raise StorageError(f"Cannot move {path}: {refusal.strerror}.", hint=hint) from refusal
        return _opened(path, steps, busy_ms)


def put_aside(path: Path) -> Path:
    """Move a file that is no database out of the way and return where it is now.

    Its journals would be taken for those of the next one.
    """
    for journal in ("-wal", "-shm"):
        path.with_name(path.name + journal).unlink(missing_ok=True)
    aside = _free(path.with_suffix(".broken"))
    path.replace(aside)
    return aside


def _free(path: Path) -> Path:
    """Return the path, or one like it where nothing is yet."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return path if not path.exists() else next(one for one in numbered if not one.exists())


def _opened(path: Path, steps: Sequence[str], busy_ms: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(PRIVATE_FILE)
        connection.execute(f"PRAGMA busy_timeout={busy_ms}")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        _migrate(connection, path, steps)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[str]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise StorageError(f"{path} was written by a newer prime-tui.", hint="Update, or move the file away.")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    for number in range(version, len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            (now_at,) = connection.execute("PRAGMA user_version").fetchone()
            if now_at == number:  # else another instance was faster
                connection.execute(steps[number])
                connection.execute(f"PRAGMA user_version={number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
