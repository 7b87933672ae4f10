"""Money of the world: meters in closed form, billing rows that grow in place, wallets that drain.

Nothing here is accumulated by ticks. Every amount is a function of the time, therefore
`balance(t) == opening + topups(t) - sum of what the rows grew since the start`, exactly, at every t.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Protocol

BILLING_STEP_S = 60.0
_QUANTUM = Decimal("0.000001")
_MS_PER_H = Decimal(3_600_000)


def rounded_usd(amount: Decimal) -> Decimal:
    """Return the amount with six decimal places, as rows and balances carry it."""
    return amount.quantize(_QUANTUM, rounding=ROUND_HALF_EVEN)


def usd_for(rate_usd_per_h: Decimal, seconds: float) -> Decimal:
    """Return the unrounded cost of some seconds at an hourly rate; milliseconds count."""
    return rate_usd_per_h * Decimal(round(seconds * 1000)) / _MS_PER_H


class Charge(Protocol):
    """What a billing row asks for its figures."""

    def begins_s(self) -> float | None:
        """Return when the row comes into being; None = not (yet) known to cost anything."""

    def billed_at_s(self, t_s: float) -> float | None:
        """Return the last billing time up to `t_s`; None = not billed yet."""

    def amount_usd(self, t_s: float) -> Decimal:
        """Return what is billed up to `t_s`; never less than at an earlier time."""

    def ends_s(self) -> float | None:
        """Return the time after which nothing changes any more; None = open."""


@dataclass
class Meter:
    """An hourly rate that changes at known times, billed in steps of a minute.

    `segments` are (from second,
    USD per hour) in order of time; the last one is of rate 0 when the meter ends.
    `prepaid_usd` is charged at the first billable moment.
    """

    segments: list[tuple[float, Decimal]]
    ended_s: float | None = None
    prepaid_usd: Decimal = Decimal(0)

    def begins_s(self) -> float | None:
        """Return the first second with a rate above zero."""
        return next((at for at, rate in self.segments if rate > 0 or self.prepaid_usd > 0), None)

    def ends_s(self) -> float | None:
        """Return when the meter stops for good."""
        return self.ended_s

    def billed_at_s(self, t_s: float) -> float | None:
        """Return the last full step, or the end once it has passed."""
        begin = self.begins_s()
        if begin is None or t_s < begin:
            return None
        if self.ended_s is not None and t_s >= self.ended_s:
            return self.ended_s
        steps = int((t_s - begin) / BILLING_STEP_S)
        if steps == 0 and self.prepaid_usd == 0:
            return None
        return begin + steps * BILLING_STEP_S

    def accrued_usd(self, t_s: float) -> Decimal:
        """Return the cost up to `t_s`, whether billed or not."""
        begin = self.begins_s()
        if begin is None or t_s < begin:
            return Decimal(0)
        total = self.prepaid_usd
        for index, (at, rate) in enumerate(self.segments):
            until = self.segments[index + 1][0] if index + 1 < len(self.segments) else t_s
            total += usd_for(rate, max(0.0, min(until, t_s) - at))
        return rounded_usd(total)

    def amount_usd(self, t_s: float) -> Decimal:
        """Return what is billed up to `t_s`."""
        until = self.billed_at_s(t_s)
        return Decimal(0) if until is None else self.accrued_usd(until)


@dataclass
class Tab:
    """Single charges added up in one row, as inference is billed."""

    times_s: list[float] = field(default_factory=list)
    totals_usd: list[Decimal] = field(default_factory=list)

    def add(self, t_s: float, usd: Decimal) -> None:
        """Put one more charge on the tab; time does not go back."""
        self.times_s.append(t_s)
        self.totals_usd.append((self.totals_usd[-1] if self.totals_usd else Decimal(0)) + usd)

    def begins_s(self) -> float | None:
        """Return the time of the first charge."""
        return self.times_s[0] if self.times_s else None

    def ends_s(self) -> float | None:
        """Return None: a tab stays open."""
        return None

    def billed_at_s(self, t_s: float) -> float | None:
        """Return the time of the last charge up to `t_s`."""
        index = bisect.bisect_right(self.times_s, t_s)
        return self.times_s[index - 1] if index else None

    def amount_usd(self, t_s: float) -> Decimal:
        """Return the total up to `t_s`."""
        index = bisect.bisect_right(self.times_s, t_s)
        return self.totals_usd[index - 1] if index else Decimal(0)


@dataclass(frozen=True)
class RowState:
    """A billing row as it is at one moment; times in world seconds, `amount_usd` cumulative."""

    id: str
    created_s: float
    billed_s: float | None
    amount_usd: Decimal
    resource_type: str
    resource_id: str | None

    @property
    def sort_s(self) -> float:
        """Return the time by which rows are listed, newest first."""
        return self.created_s if self.billed_s is None else self.billed_s


@dataclass
class Row:
    """One resource's billing row: it grows in place."""

    id: str
    resource_type: str
    resource_id: str | None
    charge: Charge

    @cached_property
    def base_usd(self) -> Decimal:
        """Return what had been billed when the world started; that is part of the opening balance."""
        return self.charge.amount_usd(0.0)

    def state(self, t_s: float) -> RowState | None:
        """Return the row at `t_s`, or None while it does not exist."""
        begin = self.charge.begins_s()
        if begin is None or begin > t_s:
            return None
        billed_s = self.charge.billed_at_s(t_s)
        amount = self.charge.amount_usd(t_s)
        return RowState(self.id, begin, billed_s, amount, self.resource_type, self.resource_id)


@dataclass(frozen=True)
class Archive:
    """Rows from before the recent past, made one by one when a page asks for them."""

    count: int
    row_at: Callable[[int], RowState]


_NO_ARCHIVE = Archive(0, lambda index: RowState("", 0.0, None, Decimal(0), "", None))


class Wallet:
    """A balance and its rows. `team_id` None = the personal wallet."""

    def __init__(self, wallet_id: str, team_id: str | None, opening_usd: Decimal) -> None:
        self.id = wallet_id
        self.team_id = team_id
        self.opening_usd = opening_usd
        self.archive = _NO_ARCHIVE
        self.topups: list[tuple[float, Decimal]] = []
        self._open: list[Row] = []
        self._closed: list[RowState] = []  # newest first
        self._closed_growth_usd = Decimal(0)
        self._ids: set[str] = set()

    def add(self, row_id: str, resource_type: str, resource_id: str | None, charge: Charge) -> None:
        """Open a row."""
        if row_id in self._ids:
            raise ValueError(f"billing row {row_id} exists")
        self._ids.add(row_id)
        self._open.append(Row(row_id, resource_type, resource_id, charge))

    def top_up(self, t_s: float, usd: Decimal) -> None:
        """Put money in."""
        self.topups.append((t_s, usd))

    def balance_usd(self, t_s: float) -> Decimal:
        """Return opening + top-ups - growth of all rows since the start."""
        self._close_rows(t_s)
        growth = sum(
            (row.charge.amount_usd(t_s) - row.base_usd for row in self._open), self._closed_growth_usd
        )
        return self.opening_usd + sum((usd for at, usd in self.topups if at <= t_s), Decimal(0)) - growth

    def total_rows(self, t_s: float) -> int:
        """Return the number of rows over all pages."""
        return len(self._recent(t_s)) + self.archive.count

    def page(self, t_s: float, offset: int, limit: int) -> list[RowState]:
        """Return rows by last billing time, newest first."""
        recent = self._recent(t_s)
        rows = recent[offset : offset + limit]
        first = max(0, offset - len(recent))
        wanted = limit - len(rows)
        last = min(self.archive.count, first + wanted)
        rows.extend(self.archive.row_at(index) for index in range(first, last))
        return rows

    def rows_of(self, t_s: float, resource_id: str) -> Iterator[RowState]:
        """Yield the recent rows of one resource."""
        return (row for row in self._recent(t_s) if row.resource_id == resource_id)

    def _recent(self, t_s: float) -> list[RowState]:
        self._close_rows(t_s)
        states = [state for row in self._open if (state := row.state(t_s)) is not None]
        states.sort(key=_newest_first)
        if states and self._closed and states[-1].sort_s < self._closed[0].sort_s:
            return sorted([*states, *self._closed], key=_newest_first)
        return states + self._closed

    def _close_rows(self, t_s: float) -> None:
        """Freeze the rows whose charge has ended: they cost nothing to list any more."""
        still_open: list[Row] = []
        closed = False
        for row in self._open:
            end = row.charge.ends_s()
            state = row.state(t_s) if end is not None and end <= t_s else None
            if state is None:
                still_open.append(row)
                continue
            closed = True
            self._closed.append(state)
            self._closed_growth_usd += state.amount_usd - row.base_usd
        if closed:
            self._closed.sort(key=_newest_first)
            self._open = still_open


def _newest_first(state: RowState) -> tuple[float, str]:
    return (-state.sort_s, state.id)
