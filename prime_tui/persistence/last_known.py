"""The last known state of a wallet: what the first frame shows while the first answers are on their way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prime_tui.domain.account import Account, Team
from prime_tui.domain.disks import Disk
from prime_tui.domain.errors import StorageError
from prime_tui.domain.pods import Pod
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import Run
from prime_tui.domain.wallet import Wallet
from prime_tui.persistence.codec import decode, encode
from prime_tui.persistence.database import open_database

KINDS: Mapping[str, Any] = {
    "account": Account,
    "teams": Listing[Team],
    "wallet": Wallet,
    "pods": Listing[Pod],
    "disks": Listing[Disk],
    "runs": Listing[Run],
}
"""What is kept, by the name of the store's slice. No secret is in any of them."""

MOST_ROWS = 500
"""Longer lists are kept as their beginning: this is a first frame, not an archive."""


IF_BROKEN = "If that stays so, move the file away: the next start makes a new one."


@dataclass(frozen=True, slots=True)
class Kept:
    """A value of an earlier session."""

    value: Any
    fetched_at: datetime


class LastKnown:
    """Values by topic, of one wallet. Every method may be called from any one thread at a time.

    Attributes:
        put_aside: Where a file is now that could not be read; None while that did not happen.
    """

    def __init__(self, path: Path, wallet_key: str) -> None:
        self._path = path
        self._wallet_key = wallet_key
        self._connection: sqlite3.Connection | None = None
        self.put_aside: Path | None = None

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_database(self._path, was_put_aside=self._note)
        return self._connection

    def _note(self, aside: Path) -> None:
        self.put_aside = aside

    def read(self) -> dict[str, Kept]:
        """Return what is known; a value that no longer decodes is left out.

        Raises:
            StorageError: The database cannot be used.
        """
        found: dict[str, Kept] = {}
        try:
            rows = self._database().execute(
                "SELECT topic, fetched_at, value FROM last_known WHERE wallet = ?", (self._wallet_key,)
            )
            for topic, fetched_at, text in rows:
                if topic not in KINDS:
                    continue
                try:
                    value = decode(KINDS[topic], json.loads(text))
                    found[topic] = Kept(value, datetime.fromisoformat(fetched_at))
                except (ValueError, RecursionError):
                    continue
        except sqlite3.Error as error:
            raise StorageError(f"Cannot read {self._path}: {error}.", hint=IF_BROKEN) from error
        return found

    def times(self) -> dict[str, datetime]:
        """Return when each topic that is kept was read.

        Raises:
            StorageError: The database cannot be used.
        """
        try:
            rows = self._database().execute(
                "SELECT topic, fetched_at FROM last_known WHERE wallet = ?", (self._wallet_key,)
            )
            return {topic: datetime.fromisoformat(at) for topic, at in rows if topic in KINDS}
        except (sqlite3.Error, ValueError) as error:
            raise StorageError(f"Cannot read {self._path}: {error}.") from error

    def write(self, values: Mapping[str, Kept]) -> None:
        """Replace these topics.

        Raises:
            StorageError: The disk refuses.
        """
        rows = [
            (self._wallet_key, topic, kept.fetched_at.isoformat(), _text(kept.value))
            for topic, kept in values.items()
        ]
        try:
            self._database().executemany("INSERT OR REPLACE INTO last_known VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise StorageError(f"Cannot write {self._path}: {error}.") from error

    def forget(self) -> None:
        """Drop everything of this wallet.

        Raises:
            StorageError: The disk refuses.
        """
        try:
            self._database().execute("DELETE FROM last_known WHERE wallet = ?", (self._wallet_key,))
        except sqlite3.Error as error:
            raise StorageError(f"Cannot write {self._path}: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def forget_wallets(path: Path, beginning: str) -> None:
    """Remove what is known of the wallets whose names begin so.

    Raises:
        StorageError: The database cannot be used.
    """
    if not path.exists():
        return
    connection = open_database(path)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(
            "DELETE FROM last_known WHERE substr(wallet, 1, ?) = ?", (len(beginning), beginning)
        )
    except sqlite3.Error as error:
        raise StorageError(f"Cannot write {path}: {error}.") from error
    finally:
        connection.close()


def _text(value: object) -> str:
    if isinstance(value, Listing) and len(value.items) > MOST_ROWS:
        value = Listing(value.items[:MOST_ROWS], value.total)
    return json.dumps(encode(value), ensure_ascii=False, separators=(",", ":"))
