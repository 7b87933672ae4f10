"""The calls of all instances of this user on this host, counted together in one small file.

Every call is one short transaction; the kernel takes the lock of a process that dies. Where the file cannot
be used, or somebody holds its lock for too long, an instance goes on from what it knew last, takes it that
the others call as often as itself, tries the file again later, and then adds what it called meanwhile.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from prime_tui.domain.call_record import WINDOW_S, Allow, Calls
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import StorageError
from prime_tui.persistence.database import open_database, put_aside

T = TypeVar("T")
log = logging.getLogger(__name__)

STEPS = (
    """
    CREATE TABLE calls (
        scope TEXT NOT NULL,   -- whose budget: origin and a fingerprint of the key
        at REAL NOT NULL,      -- Unix time
        pid INTEGER NOT NULL
    )
    """,
    "CREATE INDEX calls_by_scope ON calls (scope, at)",
    "CREATE TABLE debts (scope TEXT PRIMARY KEY, repaid_at REAL NOT NULL) WITHOUT ROWID",
)
BUSY_MS = 20
"""The loop waits for this; a transaction takes a fraction of a millisecond."""
TRY_AGAIN_S = 5.0
RECENT_S = 600.0
SWEEP_EVERY_S = 600.0
"""What is older than an hour is passed over when it is read; it may lie there for that much longer."""


class CallFile:
    """The open file, and what is wrong with it.

    Args:
        path: Where it is.
        clock: For the times between two tries.
        busy_ms: How long to wait for a lock that another instance holds.

    Attributes:
        problem: Why the calls are not counted together now; empty while they are.
    """

    def __init__(self, path: Path, clock: Clock, *, busy_ms: int = BUSY_MS) -> None:
        self.problem = ""
        self._path = path
        self._busy_ms = busy_ms
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._not_before_s = 0.0
        # A hang-up closes it from another thread; a connection that is closed while it works takes all down.
        self._one_at_a_time = threading.RLock()

    def open(self) -> None:
        """Open it now, where waiting for the disk does no harm."""
        self.use(lambda _: None)

    def use(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return what `work` does with the database; None while that cannot be used."""
        with self._one_at_a_time:
            return self._use(work)

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        if self.problem and self._clock.monotonic() < self._not_before_s:
            return None
        try:
            if self._connection is None:
                self._connection = open_database(self._path, STEPS, busy_ms=self._busy_ms)
                self._connection.execute("PRAGMA synchronous=OFF")  # nobody waits for a disk for this
            done = work(self._connection)
        except (sqlite3.Error, StorageError) as error:
            self._failed(error)
            return None
        if self.problem:
            log.warning("calls are counted together with other instances again")
            self.problem = ""
        return done

    def close(self) -> None:
        """Close the file."""
        with self._one_at_a_time:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _failed(self, error: Exception) -> None:
        if not self.problem:
            log.warning("calls are counted apart from other instances: %s", error)
        self.problem = str(error) or type(error).__name__
        self._not_before_s = self._clock.monotonic() + TRY_AGAIN_S
        is_damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        )
        if is_damaged:
            self.close()
            with suppress(OSError):
                put_aside(self._path)


class SharedRecord:
    """The calls of one scope, made by whichever instance.

    Args:
        file: Where they are.
        scope: Whose budget it is; asked each time, because the key may become another one.
        clock: Its wall time is the one that all instances share.
    """

    def __init__(self, file: CallFile, scope: Callable[[], str], clock: Clock) -> None:
        self._file = file
        self._scope = scope
        self._clock = clock
        self._known: list[tuple[float, int]] = []
        self._known_as_of: tuple[object, ...] = ()
        self._read_at_s = self._swept_at_s = 0.0
        self._repaid_at_s = 0.0
        self._instances = 1
        self._untold: list[tuple[str, float, int]] = []

    def calls(self) -> Calls:
        """Return what was called by all, as far as it can be known."""
        return self._file.use(self._read) or self._guessed()

    def add(self, allow: Allow, cost_s: float = 0.0) -> None:
        """Count one more call, unless `allow` raises."""
        refusals: list[Exception] = []

        def one_more(database: sqlite3.Connection) -> bool:
            database.execute("BEGIN IMMEDIATE")
            try:
                self._tell(database, cost_s)
                calls = self._read(database)
                try:
                    allow(calls)
                except Exception as refusal:  # it goes past whoever deals with a broken file
                    refusals.append(refusal)
                else:
                    self._insert(database, calls.now_s, calls.repaid_with(cost_s))
                database.execute("COMMIT")
            except BaseException:
                self._known_as_of = ()
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise
            self._untold.clear()
            return True

        if self._file.use(one_more):
            if refusals:
                raise refusals[0]
            return
        calls = self._guessed()
        allow(calls)
        callers = max(2, self._instances)  # without others there would be no need for a file
        self._known += [(calls.now_s, os.getpid())] * callers
        self._repaid_at_s = calls.repaid_with(cost_s * callers)
        self._untold.append((self._scope(), calls.now_s, os.getpid()))

    def _now_s(self) -> float:
        return self._clock.now().timestamp()

    def _read(self, database: sqlite3.Connection) -> Calls:
        """Return what is in the file; where nobody changed it, that is what is known already."""
        now_s, state = self._now_s(), self._state(database)
        if self._known_as_of != state or now_s < self._read_at_s:  # set back
            rows = database.execute(
                "SELECT at, pid FROM calls WHERE scope = ? AND at > ? ORDER BY at",
                (self._scope(), now_s - WINDOW_S),
            )
            # A clock that was set back must not keep calls for longer than an hour.
            self._known = [(min(at, now_s), pid) for at, pid in rows]
            self._instances = len({pid for at, pid in self._known if at > now_s - RECENT_S})
            query = "SELECT repaid_at FROM debts WHERE scope = ?"
            debt = database.execute(query, (self._scope(),)).fetchone()
            self._repaid_at_s = min(debt[0], now_s + WINDOW_S) if debt else now_s
            self._known_as_of = state  # as it was before: what came since is read next time
        self._read_at_s = now_s
        return self._as_known(now_s)

    def _state(self, database: sqlite3.Connection) -> tuple[object, ...]:
        """What is another one after every change, by another connection or by this one."""
        (by_others,) = database.execute("PRAGMA data_version").fetchone()
        return self._scope(), by_others, database.total_changes

    def _as_known(self, now_s: float) -> Calls:
        self._known = [one for one in self._known if one[0] > now_s - WINDOW_S]
        return Calls(now_s, [at for at, _ in self._known], self._repaid_at_s)

    def _insert(self, database: sqlite3.Connection, at_s: float, repaid_at_s: float) -> None:
        database.execute("INSERT INTO calls VALUES (?, ?, ?)", (self._scope(), at_s, os.getpid()))
        self._owe(database, repaid_at_s)
        self._known.append((at_s, os.getpid()))
        self._repaid_at_s = repaid_at_s
        self._known_as_of = self._state(database)

    def _tell(self, database: sqlite3.Connection, cost_s: float) -> None:
        """Forget what is older than an hour, and add what was called while the file could not be used."""
        now_s = self._now_s()
        if not 0 <= now_s - self._swept_at_s < SWEEP_EVERY_S:
            database.execute("DELETE FROM calls WHERE at <= ?", (now_s - WINDOW_S,))
            database.execute("DELETE FROM debts WHERE repaid_at <= ?", (now_s,))
            database.execute("UPDATE calls SET at = ? WHERE at > ?", (now_s, now_s))
            self._swept_at_s = now_s
        if self._untold:
            database.executemany("INSERT INTO calls VALUES (?, ?, ?)", self._untold)
            self._owe(database, self._read(database).repaid_with(cost_s * len(self._untold)))

    def _owe(self, database: sqlite3.Connection, repaid_at_s: float) -> None:
        database.execute("INSERT OR REPLACE INTO debts VALUES (?, ?)", (self._scope(), repaid_at_s))

    def _guessed(self) -> Calls:
        now_s = self._now_s()
        self._known_as_of = ()
        self._untold = [one for one in self._untold if one[1] > now_s - WINDOW_S]
        return self._as_known(now_s)


def calls_by_process(path: Path, clock: Clock) -> dict[int, int] | str:
    """Return how many calls each process made within the last hour, or why that is not known."""
    if not path.exists():
        return {}
    file = CallFile(path, clock)
    since_s = clock.now().timestamp() - WINDOW_S
    try:
        rows = file.use(
            lambda database: database.execute(
                "SELECT pid, count(*) FROM calls WHERE at > ? GROUP BY pid", (since_s,)
            ).fetchall()
        )
    finally:
        file.close()
    return file.problem if rows is None else dict(rows)
