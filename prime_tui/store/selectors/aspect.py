"""What a person would want to be told of even where no value changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prime_tui.domain.alerts import Urgency
from prime_tui.domain.remote import Freshness, Remote
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Aspect:
    """How far everything can be trusted, and what needs somebody.

    Attributes:
        trust: Of each thing that is read: its freshness, and how often reading failed since the last success.
        alerts: By key, with how urgent they are; their words go with time and are left out.
        is_short_of_calls: Whether reading slows down.
    """

    trust: tuple[tuple[Freshness, int], ...]
    alerts: frozenset[tuple[str, Urgency]]
    is_short_of_calls: bool


def aspect(store: Store, now: datetime) -> Aspect:
    """Return the aspect at `now`."""
    return Aspect(
        trust(store, now),
        frozenset((alert.key, alert.urgency) for alert in alerts(store, now)),
        store.budget.is_short,
    )


def trust(store: Store, now: datetime) -> tuple[tuple[Freshness, int], ...]:
    """Return only how far each thing that is read can be trusted; that is cheap."""
    return tuple((remote.freshness(now), remote.failures) for remote in _read(store))


def next_late_at(store: Store, now: datetime) -> datetime | None:
    """Return when the first value turns stale by itself; None when none does."""
    return min((late for remote in _read(store) if (late := remote.late_at(now))), default=None)


def _read(store: Store) -> Iterator[Remote[Any]]:
    for one in (
        store.wallet, store.pods, store.runs, store.disks, store.account, store.offers, store.history,
        store.models, store.choices,
    ):  # fmt: skip
        yield one.remote
    for keyed in (store.run_details, store.run_logs, store.pod_logs):
        yield from keyed.remotes()
