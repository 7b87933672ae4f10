"""The wallet's rows and what they say about when money was spent.

Rows grow in place. The book keys them by id, takes differences between readings, and keeps each difference
as a charge over the time in which it arose. A row that is older than the book has a past that nobody saw: it
is spread evenly over the row's life and marked as such. Two currencies are never added: rows in another one
than USD are kept as rows and make no charges.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.ids import BillingId, WalletId
from prime_tui.domain.spend import Charge, charge_within, spend_series
from prime_tui.domain.wallet import BillingRow, Wallet

KEEP = timedelta(days=62)
MERGE = timedelta(minutes=30)
"""Charges of one row within this span become one: a month of minutes stays a few thousand entries."""
CURRENCY, RUNS = "USD", "training"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BillingBook:
    """All rows of one wallet that were read, newest billing first.

    A hundred thousand rows are a few years of a large account: what is asked for with every change is kept
    up to date row by row, and what belongs to a span of time is found without looking at all rows.

    Attributes:
        version: Grows with every change; who keeps something made from the book compares.
    """

    def __init__(self) -> None:
        self.version = 0
        self._start_anew(None)

    def _start_anew(self, wallet_id: WalletId | None) -> None:
        self.wallet_id = wallet_id
        self.total_rows: int | None = None
        self._rows: dict[BillingId, BillingRow] = {}
        self._charges: dict[BillingId, list[Charge]] = {}
        self._grown: dict[BillingId, Decimal] = {}
        self._sorted: tuple[BillingRow, ...] | None = None
        self._by_resource: dict[str, list[BillingId]] = {}
        self._versions: dict[str, int] = {}
        self._run_ids: dict[str, None] = {}
        self._totals: dict[str, Decimal] = {}
        self._last_ends: list[tuple[datetime, BillingId]] = []
        self._read_through: datetime | None = None
        self.observed_since: datetime | None = None

    def observe(self, wallet: Wallet, offset: int, at: datetime) -> bool:
        """Take in one page read at `at`; return whether anything is new.

        A page of another wallet starts the book anew.
        """
        changed = self.total_rows != wallet.total_rows
        if self.wallet_id != wallet.id:
            self._start_anew(wallet.id)
            changed = True
        if self.observed_since is None:
            self.observed_since = at
            self._read_through = None  # between an earlier session and this one nobody has read
        self.total_rows = wallet.total_rows
        for row in wallet.rows:
            changed = self._observe_row(row, at) or changed
        self._note_coverage(wallet, offset)
        if changed:
            self._sorted = None
            self.version += 1
        return changed

    def restore(self, wallet: Wallet, fetched_at: datetime) -> None:
        """Take in a page of an earlier session: it does not count as watching."""
        self.observe(wallet, 0, fetched_at)
        self.observed_since = None

    def watch_anew(self) -> None:
        """Note that our clock was set: how long we have watched the service's rows is not known."""
        self.observed_since = None

    def _observe_row(self, row: BillingRow, at: datetime) -> bool:
        old = self._rows.get(row.id)
        if old == row or (old is not None and old.amount is not None and row.amount is None):
            return False  # an amount that cannot be read this time is not forgotten, or it would count twice
        self._rows[row.id] = row
        self._index(old, row)
        if row.amount is None or row.currency != CURRENCY:
            return True
        end = row.shown_at or at
        if old is None or old.amount is None:
            start = min(row.created_at or end, end)
            spread = row.created_at is None or start < (self.observed_since or at)
            grown = row.amount
        else:
            start = min(old.shown_at or end, end)
            spread = False
            grown = row.amount - old.amount
        if grown and not spread:
            self._grown[row.id] = grown
        if grown:
            self._add(row, Charge(start, end, grown, row.resource_type, row.resource_id, spread=spread))
        return True

    def _index(self, old: BillingRow | None, row: BillingRow) -> None:
        for one, sign in ((old, -1), (row, 1)):
            if one is not None and one.amount is not None and one.currency == CURRENCY:
                total = self._totals.get(one.resource_type, Decimal(0))
                self._totals[one.resource_type] = total + sign * one.amount
        if row.resource_id is None:
            return
        self._versions[row.resource_id] = self.version + 1  # that of this page, of whatever wallet it is
        if old is None:
            self._by_resource.setdefault(row.resource_id, []).append(row.id)
        if row.resource_type == RUNS:
            self._run_ids[row.resource_id] = None

    def _add(self, row: BillingRow, charge: Charge) -> None:
        charges = self._charges.setdefault(row.id, [])
        last = charges[-1] if charges else None
        if last is not None:
            del self._last_ends[bisect_left(self._last_ends, (last.end, row.id))]
        if last is not None and charge.end < last.end:  # a correction that is dated back counts from now on
            charge = replace(charge, start=last.end, end=last.end)
        joins = last is not None and last.end == charge.start and last.spread == charge.spread
        if last is not None and joins and charge.end - last.start <= MERGE:
            charges[-1] = replace(charge, start=last.start, amount=last.amount + charge.amount)
        else:
            charges.append(charge)
            while charge.end - charges[0].end > KEEP:
                charges.pop(0)
        insort(self._last_ends, (charges[-1].end, row.id))

    def _note_coverage(self, wallet: Wallet, offset: int) -> None:
        read = offset + len(wallet.rows)
        if wallet.total_rows is not None and read >= wallet.total_rows:
            self._read_through = EPOCH
        elif wallet.rows:
            oldest = wallet.rows[-1].shown_at
            if oldest is not None and (self._read_through is None or oldest < self._read_through):
                self._read_through = oldest

    @property
    def rows(self) -> tuple[BillingRow, ...]:
        """All rows that were read, last billed first."""
        if self._sorted is None:
            order = sorted(self._rows.values(), key=lambda row: row.shown_at or EPOCH, reverse=True)
            self._sorted = tuple(order)
        return self._sorted

    @property
    def complete_since(self) -> datetime | None:
        """Every charge after this moment is in the book; None before the first page."""
        return self._read_through

    def charges_since(self, start: datetime) -> Iterator[Charge]:
        """Iterate over the charges that end at or after `start`, in no order."""
        for _, row_id in self._last_ends[bisect_left(self._last_ends, start, key=_end) :]:
            for charge in reversed(self._charges[row_id]):  # of one row they end one after the other
                if charge.end < start:
                    break
                yield charge

    def last_growth(self, row_id: BillingId) -> Decimal | None:
        """Return by how much a row grew when it last did; None while it was not seen growing."""
        return self._grown.get(row_id)

    @property
    def run_ids(self) -> Collection[str]:
        """The runs that any row is about."""
        return self._run_ids

    @property
    def totals_usd(self) -> Mapping[str, Decimal]:
        """All that was charged on the rows that were read, by resource type."""
        return self._totals

    def version_of(self, resource_id: str) -> int:
        """Return the book's version when a row of this resource last changed; 0 without a row."""
        return self._versions.get(resource_id, 0)

    def of_resource(self, resource_id: str) -> tuple[BillingRow, ...]:
        """Return the rows of one pod, run or disk."""
        return tuple(self._rows[row_id] for row_id in self._by_resource.get(resource_id, ()))

    def billed_usd(self, resource_id: str) -> tuple[Decimal, datetime | None] | None:
        """Return what was billed for a resource and up to when; None without a readable row in USD."""
        rows = [
            row
            for row in self.of_resource(resource_id)
            if row.amount is not None and row.currency == CURRENCY
        ]
        if not rows:
            return None
        as_of = max((row.shown_at for row in rows if row.shown_at is not None), default=None)
        return sum((row.amount for row in rows if row.amount is not None), Decimal(0)), as_of

    def spent(self, start: datetime, end: datetime) -> Decimal:
        """Return what was charged within `[start, end)`."""
        return sum((charge_within(charge, start, end) for charge in self.charges_since(start)), Decimal(0))

    def observed_usd(self, start: datetime, end: datetime) -> Decimal:
        """Return what was charged within the span as seen happening, without rows' spread pasts."""
        seen = (charge for charge in self.charges_since(start) if not charge.spread)
        return sum((charge_within(charge, start, end) for charge in seen), Decimal(0))

    def by_type(self, start: datetime, end: datetime) -> dict[str, Decimal]:
        """Return the charges of a span by resource type, largest first."""
        totals: dict[str, Decimal] = {}
        for charge in self.charges_since(start):
            part = charge_within(charge, start, end)
            if part:
                totals[charge.resource_type] = totals.get(charge.resource_type, Decimal(0)) + part
        return dict(sorted(totals.items(), key=lambda item: item[1], reverse=True))

    def series(self, start: datetime, end: datetime, buckets: int) -> tuple[Decimal, ...]:
        """Return the charges of each of `buckets` equal spans."""
        return spend_series(self.charges_since(start), start, end, buckets)


def _end(last: tuple[datetime, BillingId]) -> datetime:
    return last[0]
