"""All runs, each merged from every source.

There may be thousands, and nearly all are over: what nothing is news of is not merged again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from prime_tui.domain.cost import CostOrigin
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import CLOCK_TOLERANCE, Listing
from prime_tui.domain.runs import LIVE, Run
from prime_tui.domain.views import LaunchRecord, RunView
from prime_tui.store.billing_book import BillingBook
from prime_tui.store.selectors.kept import kept
from prime_tui.store.selectors.run_ids import Sources, known_run_ids, listed_runs, own_launches
from prime_tui.store.selectors.runs import INACTIVE, latest_word, merged_run, newest_at
from prime_tui.store.store import Store

STANDS_FOR = timedelta(seconds=5)
"""Estimates and guesses change with time alone; nobody sees them change within this."""
RATE_STANDS_FOR = timedelta(seconds=30)
"""A rate over a cost that is as new as the list it came with, which may be read without bringing news."""
Place = tuple[bool, float, RunView]
"""What views are sorted by, and the view: whether it is live, and when it began."""


class _Parts(NamedTuple):
    """All that a view is made from but the time; the values may be of any kind, they are only compared."""

    run: Run | None
    billed: int
    sources: Sources
    told_apart: tuple[Any, ...] = (None, None, None, None, None, None)
    """Usage and progress and when they were read, launch and ending."""


class _Merged(NamedTuple):
    """A view, what it was made from and when."""

    parts: _Parts
    at: datetime
    place: Place
    stands_for: timedelta | None
    """None where time does not change it any more."""

    @property
    def is_over(self) -> bool:
        """Whether only news can change it."""
        return self.stands_for is None

    def stands(self, now: datetime) -> bool:
        """Whether it is still true if nothing is news of it."""
        return self.stands_for is None or now - self.at < self.stands_for


class _World(NamedTuple):
    """What names runs, and which of them anything but the list and the bills tells of."""

    listing: Listing[Run] | None
    book: BillingBook
    book_version: int
    sources: dict[RunId, Sources]
    told_apart: frozenset[RunId]

    def is_same(self, other: _World) -> bool:
        """Whether every run that is not told apart is as before."""
        return (
            self.listing is other.listing
            and self.book is other.book
            and self.book_version == other.book_version
            and self.sources is other.sources
            and self.told_apart == other.told_apart
        )


@dataclass(slots=True)
class _Sorted:
    """What was merged last, at `at`: the runs that are looked at again each time, and those that are over."""

    at: datetime
    world: _World
    merged: dict[RunId, _Merged] = field(default_factory=dict)
    moving: list[RunId] = field(default_factory=list)
    resting: list[Place] = field(default_factory=list)


_sorted: WeakKeyDictionary[Store, _Sorted] = WeakKeyDictionary()


@kept
def run_views(store: Store, now: datetime) -> tuple[RunView, ...]:
    """Return all known runs: live ones first, then the newest first."""
    known, world = _sorted.get(store), _world(store)
    if known is not None and known.at - now > CLOCK_TOLERANCE:
        known = None  # the clock was set back: what was over by the old one may not be
    if known is None or not known.world.is_same(world):
        known = _sorted[store] = _sorted_out(store, world, {} if known is None else known.merged, now)
    else:
        launches = own_launches(store)
        for run_id in known.moving:
            known.merged[run_id] = _merge(store, run_id, world, launches, known.merged[run_id], now)
        known.at = now
    places = [*(known.merged[run_id].place for run_id in known.moving), *known.resting]
    places.sort(key=itemgetter(0, 1), reverse=True)
    return tuple(view for _, _, view in places)


def _world(store: Store) -> _World:
    told_apart = (
        *own_launches(store),
        *store.usage.keys,
        *store.progress.keys,
        *store.run_details.keys,
        *store.run_endings,
    )
    sources = known_run_ids(store)
    return _World(store.runs.value, store.billing, store.billing.version, sources, frozenset(told_apart))


def _sorted_out(store: Store, world: _World, before: dict[RunId, _Merged], now: datetime) -> _Sorted:
    """Look at every run once."""
    known, launches = _Sorted(now, world), own_launches(store)
    listed, version_of = listed_runs(store), store.billing.version_of
    for run_id, sources in world.sources.items():
        old, is_told_apart = before.get(run_id), run_id in world.told_apart
        if (
            old is None
            or is_told_apart
            or not old.is_over
            or old.parts != _Parts(listed.get(run_id), version_of(run_id), sources)
        ):
            old = _merge(store, run_id, world, launches, old, now)
        known.merged[run_id] = old
        if old.is_over and not is_told_apart:
            known.resting.append(old.place)
        else:
            known.moving.append(run_id)
    return known


def _merge(
    store: Store,
    run_id: RunId,
    world: _World,
    launches: dict[RunId, LaunchRecord],
    old: _Merged | None,
    now: datetime,
) -> _Merged:
    """Return the run as it is now; the old one where nothing can have changed."""
    listed, launch = listed_runs(store).get(run_id), launches.get(run_id)
    usage, progress = store.usage.peek(run_id), store.progress.peek(run_id)
    parts = _Parts(
        latest_word(listed, store.runs.remote.fetched_at, store.run_details.peek(run_id)),
        store.billing.version_of(run_id),
        world.sources[run_id],
        (
            usage.value,
            usage.fetched_at,
            progress.value,
            progress.fetched_at,
            launch,
            store.run_endings.get(run_id),
        ),
    )
    if old is not None and old.stands(now) and old.parts == parts:
        return old
    view = merged_run(store, run_id, parts.sources, listed, launch, now)
    place = (view.state in LIVE, newest_at(view), view)
    return _Merged(parts, now, place, _stands_for(view))


def _stands_for(view: RunView) -> timedelta | None:
    is_guess = view.state_is_guess and view.status_word != INACTIVE
    has_estimate = view.cost.origin is CostOrigin.ESTIMATE and view.completed_at is None
    if is_guess or has_estimate:
        return STANDS_FOR
    came_with_list = view.run is not None and view.usage is not None and view.usage is view.run.usage
    is_undated = bool(view.cost.usd) and view.cost.as_of is None
    return RATE_STANDS_FOR if view.state in LIVE and (came_with_list or is_undated) else None
