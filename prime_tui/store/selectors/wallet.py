"""What the wallet screen shows: spending by time and type, billing rows with names, burn against bills."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from prime_tui.domain.cost import hours
from prime_tui.domain.remote import Freshness
from prime_tui.domain.spend import charge_within
from prime_tui.domain.spending import BalanceRise, BurnGap, SpendRange, SpendTotals, TypeTotal, Uncharged
from prime_tui.domain.units import gpu
from prime_tui.domain.wallet import BillingRow
from prime_tui.domain.words import filter_words, is_narrower
from prime_tui.store.billing_book import EPOCH
from prime_tui.store.selectors.money import MEASURE_WINDOW, listed_burn, measured_burn
from prime_tui.store.selectors.ordering import ordered
from prime_tui.store.store import Store

DAY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=5)
"""The service's clock may be that much ahead."""
LISTED_TYPES = frozenset({"compute", "training", "disks"})
"""What the burn by the price lists counts."""
RISE_STAYS = timedelta(minutes=30)
SLACK_USD = Decimal("0.05")
SLACK = timedelta(minutes=3)
"""Billing comes in steps: that much of the burn may be missing at either end of a span."""


def spend_rates(
    store: Store, chosen: SpendRange, now: datetime
) -> tuple[tuple[datetime, Decimal | None], ...]:
    """Return (middle of a bucket, USD per hour) over a range up to the last reading.

    None where rows that may hold charges of that time were not read.
    """
    since, read_at = store.billing.complete_since, store.wallet.remote.fetched_at
    if since is None or read_at is None:
        return ()
    newest = store.billing.rows[0].shown_at if store.billing.rows else None
    # What is charged at the very end belongs to the picture.
    end = min(max(read_at, newest or read_at), now + CLOCKS_DIFFER) + timedelta.resolution
    width = chosen.span / chosen.buckets
    start = end - chosen.span
    width_h = hours(start, start + width)
    spent = store.billing.series(start, end, chosen.buckets)
    return tuple(
        (
            start + (number + 0.5) * width,
            usd / width_h if start + number * width >= since else None,
        )
        for number, usd in enumerate(spent)
    )


def spend_totals(store: Store, now: datetime) -> SpendTotals | None:
    """Return the sums; None before the first reading.

    What was charged since the last reading is not known: old sums are lower bounds, and a day that began
    since then has none.
    """
    book, remote = store.billing, store.wallet.remote
    since, read_at = book.complete_since, remote.fetched_at
    if since is None or read_at is None:
        return None
    is_fresh = remote.freshness(now) is Freshness.FRESH
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    is_today_known = read_at >= midnight
    first, day_ago = midnight.replace(day=1), now - DAY
    later = now + CLOCKS_DIFFER
    today, day = book.by_type(midnight, later), book.by_type(day_ago, later)
    nothing = Decimal(0)
    return SpendTotals(
        by_type=tuple(
            TypeTotal(name, today.get(name, nothing) if is_today_known else None, day.get(name, nothing), usd)
            for name, usd in sorted(
                book.totals_usd.items(), key=lambda item: (-day.get(item[0], nothing), -item[1])
            )
        ),
        today_usd=sum(today.values(), nothing) if is_today_known else None,
        day_usd=sum(day.values(), nothing),
        month_usd=book.spent(first, later),
        covers_day=is_fresh and since <= day_ago,
        covers_month=is_fresh and since <= first,
        complete_since=None if since <= EPOCH else since,
        has_guesses=any(charge.spread for charge in book.charges_since(now - SpendRange.MONTH.span)),
    )


# -- burn and balance against the bills -----------------------------------------------


def burn_gap(store: Store, now: datetime) -> BurnGap:
    """Return the burn of what is found burning beside what is billed."""
    listed, billed = listed_burn(store, now), measured_burn(store, now)
    since, until = store.billing.observed_since, store.wallet.remote.fetched_at
    unlisted: dict[str, Decimal] = {}
    if billed is not None and since is not None and until is not None:
        start = max(since, until - MEASURE_WINDOW)
        for charge in store.billing.charges_since(start):
            if not charge.spread and charge.resource_type not in LISTED_TYPES:
                name = charge.resource_type
                part = charge_within(charge, start, until)
                unlisted[name] = unlisted.get(name, Decimal(0)) + part / hours(start, until)
    return BurnGap(listed, billed, unlisted)


def last_rise(store: Store, now: datetime) -> BalanceRise | None:
    """Return the last time the balance rose, for a while."""
    for (_, before), (at, after) in reversed(list(pairwise(store.balances.points()))):
        if now - at > RISE_STAYS:
            return None
        if after > before:
            return BalanceRise(at, after - before)
    return None


def uncharged(store: Store, now: datetime) -> Uncharged | None:
    """Return how far the balance fell short of the bills in the last hour, if that is no matter of rounding.

    Only where the balance never rose meanwhile; a charge that is only being booked is allowed for.
    """
    points = [point for point in store.balances.points() if now - point[0] <= MEASURE_WINDOW]
    if len(points) < 2 or any(b > a for (_, a), (_, b) in pairwise(points)):
        return None
    since, until = points[0][0], points[-1][0]
    if until - since < timedelta(minutes=15):
        return None
    grown, fell = store.billing.observed_usd(since, until), points[0][1] - points[-1][1]
    slack = SLACK_USD + grown * hours(until - SLACK, until) / hours(since, until)
    return Uncharged(since, grown, fell) if grown - fell > slack + grown / 20 else None


# -- billing rows ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resource:
    """What a billing row is about: `pod`, `run`, `disk` or unknown, and its name if it is known."""

    kind: str
    name: str = ""


NO_RESOURCE = Resource("")
KIND_BY_TYPE = {"compute": "pod", "training": "run", "disks": "disk"}


def known_resources(store: Store) -> dict[str, Resource]:
    """Return everything that is known by name, by its id."""
    known: dict[str, Resource] = {}
    for past in store.history.value.items if store.history.value else ():
        known[past.id] = Resource("pod", past.name or gpu(past.gpu_name, past.gpu_count))
    for pod in store.pods.value.items if store.pods.value else ():
        known[pod.id] = Resource("pod", pod.name)
    for disk in store.disks.value.items if store.disks.value else ():
        known[disk.id] = Resource("disk", disk.name)
    for launch in store.launches:
        known[launch.run_id] = Resource("run", launch.name or "")
    for run_id, usage in store.usage.known():
        if usage.run_name or run_id not in known:
            known[run_id] = Resource("run", usage.run_name or "")
    for run in store.runs.value.items if store.runs.value else ():
        if run.name or run.id not in known:
            known[run.id] = Resource("run", run.name or "")
    return known


def resource_of(row: BillingRow, known: Mapping[str, Resource]) -> Resource:
    """Return what a row is about, by its id, else by its type."""
    if row.resource_id is None:
        return NO_RESOURCE
    if row.resource_type == "inference":  # its resource is a model
        return Resource("", row.resource_id)
    return known.get(row.resource_id) or Resource(KIND_BY_TYPE.get(row.resource_type, ""))


@dataclass(frozen=True, slots=True)
class BillingQuery:
    """Which rows, in which order."""

    text: str = ""
    sort: str = "time"
    descending: bool = True


class BillingSearch:
    """The billing rows that are asked for; what was found last is used again where it can be.

    A hundred thousand rows take a tenth of a second to look through: that is not done for every name that is
    learned and every letter that is typed.
    """

    def __init__(self) -> None:
        self._book: tuple[int, Mapping[str, Resource]] = (-1, {})
        self._query = BillingQuery()
        self._found: tuple[BillingRow, ...] = ()

    def rows(
        self, store: Store, known: Mapping[str, Resource], query: BillingQuery
    ) -> tuple[BillingRow, ...]:
        """Return the rows that were read and that the filter lets through, in order.

        Other names than last time are another object `known`.
        """
        is_same_book = self._book[0] == store.billing.version and self._book[1] is known
        if not is_same_book or query != self._query:
            is_same_order = replace(query, text=self._query.text) == self._query
            if is_same_book and is_same_order and is_narrower(self._query.text, query.text):
                self._found = _matching(self._found, known, query.text)
            else:
                rows = _matching(store.billing.rows, known, query.text)
                self._found = _in_order(rows, store, known, query)
            self._book, self._query = (store.billing.version, known), query
        return self._found


def _matching(
    rows: tuple[BillingRow, ...], known: Mapping[str, Resource], text: str
) -> tuple[BillingRow, ...]:
    """Return the rows in which every word is found: in the type, in the id or in the name."""
    found: Iterable[BillingRow] = rows
    for word in filter_words(text):
        wanted, is_wanted = word.removeprefix("!"), not word.startswith("!")
        # Types are few and so are names; ids are what there is a hundred thousand of.
        types = {kind for kind in {row.resource_type for row in rows} if wanted in kind.lower()}
        named = {one_id for one_id, one in known.items() if wanted in one.name.lower()}
        found = [
            row
            for row in found
            if (
                row.resource_type in types
                or ((of := row.resource_id) is not None and (of in named or wanted in of.lower()))
            )
            is is_wanted
        ]
    return tuple(found)


def _in_order(
    rows: tuple[BillingRow, ...], store: Store, known: Mapping[str, Resource], query: BillingQuery
) -> tuple[BillingRow, ...]:
    if query.sort == "time" and query.descending:
        return rows  # as the book keeps them
    keys: dict[str, Callable[[BillingRow], Any]] = {
        "time": lambda row: row.shown_at,
        "type": lambda row: row.resource_type,
        "what": lambda row: resource_of(row, known).name.lower() or None,
        "grown": lambda row: store.billing.last_growth(row.id),
        "total": lambda row: None if row.amount is None else float(row.amount),  # three times as fast
    }
    return ordered(rows, keys[query.sort], descending=query.descending)
