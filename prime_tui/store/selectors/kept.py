"""Selectors whose answer is kept until the store has something new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from prime_tui.store.store import Store

T = TypeVar("T")
Select = Callable[[Store, datetime], T]

KEEP_FOR = timedelta(seconds=1)
"""Estimates and guesses grow with time alone; nobody sees them grow within a second."""
KEEP_BILLS_FOR = timedelta(minutes=1)
"""Spans of hours and days move on with time; nobody sees them move within a minute."""


def kept(select: Select[T]) -> Select[T]:
    """Decorate a dear selector: several readers of one change share one answer."""
    return _kept(select, lambda store: store.version, KEEP_FOR)


def kept_per_bill(select: Select[T]) -> Select[T]:
    """Decorate a selector that depends on the billing rows alone, which seldom change."""
    return _kept(select, lambda store: store.billing.version, KEEP_BILLS_FOR)


def _kept(select: Select[T], version: Callable[[Store], int], keep_for: timedelta) -> Select[T]:
    answers: WeakKeyDictionary[Store, tuple[int, datetime, T]] = WeakKeyDictionary()

    @wraps(select)
    def kept_select(store: Store, now: datetime) -> T:
        found = answers.get(store)
        if found is None or found[0] != version(store) or abs(now - found[1]) >= keep_for:
            found = answers[store] = (version(store), now, select(store, now))
        return found[2]

    return kept_select
