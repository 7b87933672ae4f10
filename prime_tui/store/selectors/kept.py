"""Selectors whose answer is kept until the store has something new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from prime_tui.store.store import Store

T = TypeVar("T")

KEEP_FOR = timedelta(seconds=1)
"""Estimates and guesses grow with time alone; nobody sees them grow within a second."""


def kept(select: Callable[[Store, datetime], T]) -> Callable[[Store, datetime], T]:
    """Decorate a dear selector: several readers of one change share one answer."""
    answers: WeakKeyDictionary[Store, tuple[int, datetime, T]] = WeakKeyDictionary()

    @wraps(select)
    def kept_select(store: Store, now: datetime) -> T:
        found = answers.get(store)
        if found is None or found[0] != store.version or not timedelta(0) <= now - found[1] < KEEP_FOR:
            found = answers[store] = (store.version, now, select(store, now))
        return found[2]

    return kept_select
