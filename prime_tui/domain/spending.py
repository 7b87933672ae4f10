"""Spending as a person looks at it: by span, by type, against the price lists, against the balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from prime_tui.domain.spend import Burn


class SpendRange(Enum):
    """How much of the past is looked at, and in how many equal parts."""

    DAY = ("24 h", timedelta(hours=24), 96)
    WEEK = ("7 d", timedelta(days=7), 168)
    MONTH = ("30 d", timedelta(days=30), 720)

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.value[0]

    @property
    def span(self) -> timedelta:
        """How long it is."""
        return self.value[1]

    @property
    def buckets(self) -> int:
        """The parts: quarters of an hour for a day, hours for the others."""
        return self.value[2]

    @property
    def next(self) -> SpendRange:
        """The one after it, round and round."""
        every = list(SpendRange)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class TypeTotal:
    """What one type of resource cost, in USD.

    Attributes:
        today_usd: None while nothing of today was read.
        every_usd: On all rows that were read.
    """

    resource_type: str
    today_usd: Decimal | None
    day_usd: Decimal
    every_usd: Decimal


@dataclass(frozen=True, slots=True)
class SpendTotals:
    """Sums over the billing rows that were read.

    Attributes:
        today_usd: Since midnight, UTC; None while nothing of today was read.
        day_usd: Of the last 24 hours.
        month_usd: Since the first of the month, UTC.
        covers_day: Whether everything of the last 24 hours was read.
        covers_month: Whether everything of this month was read.
        complete_since: From when on everything was read; None when that is everything there is.
        has_guesses: True when a part of the last 30 days is spread evenly because nobody watched.
    """

    by_type: tuple[TypeTotal, ...]
    today_usd: Decimal | None
    day_usd: Decimal
    month_usd: Decimal
    covers_day: bool = True
    covers_month: bool = True
    complete_since: datetime | None = None
    has_guesses: bool = False

    @property
    def day_mark(self) -> str:
        """`≥` when the last 24 hours were not read completely."""
        return "" if self.covers_day else "≥"

    @property
    def month_mark(self) -> str:
        """`≥` when the month was not read completely."""
        return "" if self.covers_month else "≥"

    @property
    def every_usd(self) -> Decimal:
        """On all rows that were read."""
        return sum((one.every_usd for one in self.by_type), Decimal(0))


@dataclass(frozen=True, slots=True)
class BurnGap:
    """Two burns and what lies between them.

    Attributes:
        listed: By the price lists; None is unknown.
        billed_usd_per_h: What the bills were seen to grow; None within the first quarter of an hour.
        unlisted_usd_per_h: Of that, what no price list counts, by resource type.
    """

    listed: Burn | None = None
    billed_usd_per_h: Decimal | None = None
    unlisted_usd_per_h: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def gap_usd_per_h(self) -> Decimal | None:
        """How much more is billed than listed; None when either is unknown."""
        if self.listed is None or self.billed_usd_per_h is None:
            return None
        return self.billed_usd_per_h - self.listed.total_usd_per_h


@dataclass(frozen=True, slots=True)
class BalanceRise:
    """The balance went up between two readings: by at least this much money came in."""

    at: datetime
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Uncharged:
    """The rows grew more than the balance fell: something else pays, such as a grant."""

    since: datetime
    grown_usd: Decimal
    fell_usd: Decimal
