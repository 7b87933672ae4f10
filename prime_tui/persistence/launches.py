"""What is remembered of runs that were launched here, across sessions. Never a token."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from prime_tui.domain.errors import StorageError
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.text import clean_name
from prime_tui.domain.views import LaunchRecord
from prime_tui.persistence.atomic import read_private
from prime_tui.persistence.file_lock import locked
from prime_tui.persistence.private_dir import PrivateDir

log = logging.getLogger(__name__)

Row = dict[str, object]
MOST_RECORDS = 500
VERSION = 1


class LaunchFile:
    """A private JSON file of launches, oldest first; the oldest are dropped beyond `MOST_RECORDS`.

    Args:
        wallet: Whose launches are read and added; those of other wallets stay in the file, unseen.
    """

    def __init__(self, path: Path, wallet: str = "") -> None:
        self._path = path
        self._wallet = wallet

    def read(self) -> tuple[LaunchRecord, ...]:
        """Return the launches; a record that makes no sense is left out.

        Raises:
            StorageError: The file cannot be read, is open to others, or is not ours.
        """
        return tuple(_records(row for row in self._rows() if row.get("wallet", "") == self._wallet))

    def add(self, record: LaunchRecord) -> None:
        """Keep one more launch. A file that cannot be written is logged: the run exists all the same."""

        def added(rows: list[Row]) -> list[Row]:
            others = [row for row in rows if row.get("run_id") != record.run_id]
            return [*others, {**_row(record), "wallet": self._wallet}][-MOST_RECORDS:]

        try:
            self._change(added)
        except StorageError as error:
            log.warning("the launch of %s is not remembered: %s", record.run_id, error)

    def disown(self) -> None:
        """Show the launches of this wallet no more: they were another account's, which had its name before.

        Raises:
            StorageError: The file cannot be changed.
        """
        owner = f"{self._wallet} of another account"

        def disowned(row: Row) -> Row:
            return {**row, "wallet": owner} if row.get("wallet", "") == self._wallet else row

        self._change(lambda rows: [disowned(row) for row in rows])

    def _change(self, change: Callable[[list[Row]], list[Row]]) -> None:
        """Replace the rows; no other instance writes between the reading and the writing."""
        with PrivateDir(self._path.parent) as directory, locked(directory, self._path.name):
            rows = self._rows()
            changed = change(rows)
            if changed != rows:
                document = {"version": VERSION, "launches": changed}
                directory.replace(self._path.name, json.dumps(document, indent=1).encode())

    def _rows(self) -> list[Row]:
        content = read_private(self._path)
        if content is None:
            return []
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise StorageError(
                f"{self._path} is not JSON.", hint="Move it away; it is made anew with the next launch."
            ) from error
        rows = document.get("launches") if isinstance(document, dict) else None
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _row(record: LaunchRecord) -> Row:
    price = record.price_usd_per_gpu_h
    return {
        "run_id": record.run_id,
        "name": record.name,
        "team_id": record.team_id,
        "launched_at": record.launched_at.astimezone(UTC).isoformat(),
        "price_usd_per_gpu_h": None if price is None else str(price),
        "gpu_count": record.gpu_count,
        "gpu_type": record.gpu_type,
        "is_found": record.is_found,
    }


def _records(rows: Iterable[Row]) -> Iterator[LaunchRecord]:
    for row in rows:
        record = _record(row)
        if record is not None:
            yield record


def _record(row: Row) -> LaunchRecord | None:
    run_id, at = _text(row.get("run_id")), _moment(row.get("launched_at"))
    if run_id is None or at is None:
        return None
    team, count = _text(row.get("team_id")), row.get("gpu_count")
    return LaunchRecord(
        run_id=RunId(run_id),
        name=_text(row.get("name")),
        team_id=None if team is None else TeamId(team),
        launched_at=at,
        price_usd_per_gpu_h=_price(row.get("price_usd_per_gpu_h")),
        gpu_count=count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None,
        gpu_type=_text(row.get("gpu_type")),
        is_found=row.get("is_found") is True,
    )


def _text(value: object) -> str | None:
    return (clean_name(value) or None) if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if at.tzinfo is None else at.astimezone(UTC)


def _price(value: object) -> Decimal | None:
    if not isinstance(value, str):
        return None
    try:
        price = Decimal(value)
    except InvalidOperation:
        return None
    return price if price.is_finite() and price >= 0 else None
