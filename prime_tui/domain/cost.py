"""What something has cost so far, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

HOUR = timedelta(hours=1)


class CostOrigin(StrEnum):
    """Where a cost comes from, best first."""

    BILLED = "billed"
    USAGE = "usage"
    HISTORY = "history"
    ESTIMATE = "estimate"
    REPORTED = "reported by the server"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in USD with its origin; None is unknown, never zero.

    Attributes:
        as_of: Up to when it is known, where that is earlier than now.
    """

    usd: Decimal | None = None
    origin: CostOrigin = CostOrigin.UNKNOWN
    as_of: datetime | None = None

    @property
    def mark(self) -> str:
        """`~` for an estimate."""
        return "~" if self.origin is CostOrigin.ESTIMATE else ""


def hours(start: datetime, end: datetime) -> Decimal:
    """Return the hours between two moments, never negative."""
    return max(Decimal(0), Decimal((end - start) // timedelta(microseconds=1)) / Decimal(3_600_000_000))


def upper_bound_usd(usd_per_h: Decimal | None, start: datetime | None, end: datetime) -> Decimal | None:
    """Return price times time since `start`: what it costs if it was billed in full since then."""
    if usd_per_h is None or start is None:
        return None
    return usd_per_h * hours(start, end)


def best_cost(
    *,
    billed: Cost | None = None,
    usage: Cost | None = None,
    history: Cost | None = None,
    reported: Cost | None = None,
    estimate: Cost | None = None,
) -> Cost:
    """Return the most trustworthy known cost as `CostOrigin` orders them; of billing and usage the larger."""
    known = [cost for cost in (billed, usage) if cost is not None and cost.usd is not None]
    if known:
        return max(known, key=lambda cost: cost.usd or Decimal(0))
    for cost in (history, estimate, reported):
        if cost is not None and cost.usd is not None:
            return cost
    return Cost()
