"""Burn, runway and spending over time: arithmetic only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from prime_tui.domain.cost import hours

SHORT_RUNWAY_H = Decimal(12)
"""A balance that lasts less long than this needs a person."""


@dataclass(frozen=True, slots=True)
class Burn:
    """USD per hour by the price lists, and what could not be counted.

    Attributes:
        unknown: Names of things that burn at an unknown rate; with any, the sum is a lower bound.
        has_estimates: True when a rate in it follows from bills or usage and not from a price.
    """

    pods_usd_per_h: Decimal = Decimal(0)
    disks_usd_per_h: Decimal = Decimal(0)
    runs_usd_per_h: Decimal = Decimal(0)
    unknown: tuple[str, ...] = ()
    has_estimates: bool = False

    @property
    def total_usd_per_h(self) -> Decimal:
        """The sum of what is known."""
        return self.pods_usd_per_h + self.disks_usd_per_h + self.runs_usd_per_h

    @property
    def mark(self) -> str:
        """`≥` when something is not counted, `~` when something is estimated."""
        return "≥" if self.unknown else "~" if self.has_estimates else ""


@dataclass(frozen=True, slots=True)
class Runway:
    """How long the balance lasts at the present burn; a lower bound, since grants and overdraft are not seen.

    Attributes:
        hours: None when there is no burn or an input is unknown.
        reason: Why there is no number: `no burn` or `unknown`; empty otherwise.
        ends_at: When the balance is gone; None when it is, or is not within ten years.
    """

    hours: Decimal | None = None
    reason: str = ""
    ends_at: datetime | None = None


def runway_mark(burn: Burn | None, *, is_old: bool) -> str:
    """Return what a runway at this burn is: `≤` when something is not counted, `~` when something is a guess.

    An estimate is one, and so is all that is reckoned from an old balance or an old burn. Else `≥`: grants
    and overdraft can be spent too, but are not seen.
    """
    if burn is not None and burn.unknown:
        return "≤"
    return "~" if is_old or (burn is not None and burn.has_estimates) else "≥"


def runway(balance_usd: Decimal | None, burn: Burn | None, now: datetime) -> Runway:
    """Return how long `balance_usd` lasts; an overdrawn balance lasts 0 h."""
    if balance_usd is None or burn is None:
        return Runway(reason="unknown")
    rate = burn.total_usd_per_h
    if rate <= 0:
        return Runway(reason="unknown" if burn.unknown else "no burn")
    left_h = max(Decimal(0), balance_usd) / rate
    ends_at = now + timedelta(hours=float(left_h)) if 0 < left_h < 24 * 3650 else None
    return Runway(hours=left_h, ends_at=ends_at)


@dataclass(frozen=True, slots=True)
class Purse:
    """The money around an order.

    Attributes:
        wallet: Who pays, in words.
        before: How long the balance lasts now.
        after: How long it would last with the order.
        mark: What the lasting is, as `runway_mark` says.
        stale_s: How old the balance is where it must not look fresh; else None.
    """

    wallet: str
    balance_usd: Decimal | None
    before: Runway
    after: Runway
    mark: str = "≥"
    stale_s: float | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Money spent on one billing row within a span of time.

    Attributes:
        spread: True when the amount is a row's whole past, spread evenly: when it was spent is a guess.
    """

    start: datetime
    end: datetime
    amount: Decimal
    resource_type: str
    resource_id: str | None = None
    spread: bool = False


def charge_within(charge: Charge, start: datetime, end: datetime) -> Decimal:
    """Return the part of a charge that falls into `[start, end)`, by time."""
    if charge.end <= charge.start:  # all at one moment
        return charge.amount if start <= charge.end < end else Decimal(0)
    overlap_start, overlap_end = max(charge.start, start), min(charge.end, end)
    if overlap_end <= overlap_start:
        return Decimal(0)
    if overlap_start == charge.start and overlap_end == charge.end:
        return charge.amount
    return charge.amount * hours(overlap_start, overlap_end) / hours(charge.start, charge.end)


def spend_series(
    charges: Iterable[Charge], start: datetime, end: datetime, buckets: int
) -> tuple[Decimal, ...]:
    """Return the spending of each of `buckets` equal spans of `[start, end)`."""
    width = (end - start) / buckets
    totals = [Decimal(0)] * buckets
    for charge in charges:
        if charge.end < start or charge.start >= end:
            continue
        # Whole-number division: a moment on a boundary must not fall between two buckets.
        first = min(max(0, (charge.start - start) // width), buckets - 1)
        last = min(max(0, (charge.end - start) // width), buckets - 1)
        for index in {first, last}:
            upper = end if index == buckets - 1 else start + (index + 1) * width
            totals[index] += charge_within(charge, start + index * width, upper)
        if last - first > 1:  # a row's whole past may lie in a hundred buckets, in each with the same part
            part = charge_within(charge, start + (first + 1) * width, start + (first + 2) * width)
            for index in range(first + 1, last):
                totals[index] += part
    return tuple(totals)


def rate_usd_per_h(
    samples: Sequence[tuple[datetime, Decimal]], now: datetime, window: timedelta
) -> Decimal | None:
    """Return the slope of a growing total over the last `window`; None within its first minute.

    A total that falls was corrected: what came before is no measure of what is spent, so it starts anew.
    """
    recent = [sample for sample in samples if now - sample[0] <= window]
    falls = [index for index in range(1, len(recent)) if recent[index][1] < recent[index - 1][1]]
    recent = recent[falls[-1] :] if falls else recent
    if len(recent) < 2 or recent[-1][0] - recent[0][0] < timedelta(minutes=1):
        return None
    return (recent[-1][1] - recent[0][1]) / hours(recent[0][0], recent[-1][0])
