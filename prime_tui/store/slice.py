"""Slices: one remote value each, which tell the store when they change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.remote import Remote

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Topic(StrEnum):
    """What a change is about; a screen listens to the topics that it shows."""

    ACCOUNT = "account"
    TEAMS = "teams"
    WALLET = "wallet"
    BILLING = "billing"
    PODS = "pods"
    HISTORY = "history"
    OFFERS = "offers"
    DISKS = "disks"
    RUNS = "runs"
    USAGE = "usage"
    RUN_DETAIL = "run detail"
    RUN_LOGS = "run logs"
    POD_LOG = "pod log"
    CHOICES = "choices"
    MODELS = "models"
    ENDINGS = "endings"
    SESSION = "session"
    BUDGET = "budget"
    NOTICES = "notices"
    FRESHNESS = "freshness"
    """A reading ended, whether or not it brought anything new."""


NEVER_READ: Remote[Any] = Remote()
Mark = Callable[[Topic], None]


class Slice(Generic[T]):
    """One remote value. An equal value keeps its identity and marks only the freshness."""

    def __init__(self, topic: Topic, mark: Mark) -> None:
        self.topic = topic
        self.remote: Remote[T] = Remote()
        self._mark = mark

    @property
    def value(self) -> T | None:
        """The last good value."""
        return self.remote.value

    def loaded(self, value: T, at: datetime) -> None:
        """Replace the value: what the service no longer has is gone."""
        self._set(self.remote.loaded(value, at))

    def restored(self, value: T, fetched_at: datetime) -> None:
        """Take a value of an earlier session: shown, but stale until it is read again."""
        self._set(self.remote.brought_back(value, fetched_at))

    def failed(self, error: PrimeError, retry_at: datetime | None = None) -> None:
        """Keep the value and let it age."""
        self._set(self.remote.failed(error.to_keep(), retry_at))

    def paced(self, interval_s: float | None) -> None:
        """Note how often it is read, which decides when it counts as late."""
        self.remote = self.remote.paced(interval_s)

    def clock_stepped(self, step: timedelta) -> None:
        """Note that the clock was set by `step`: the ages stay what they are."""
        self._set(self.remote.shifted(step))

    def clear(self) -> None:
        """Forget everything: it belongs to somebody else now."""
        self._set(Remote())

    def _set(self, remote: Remote[T]) -> None:
        old, self.remote = self.remote, remote
        is_confirmed = remote.restored != old.restored
        if remote.value is not old.value or is_confirmed or str(remote.error or "") != str(old.error or ""):
            self._mark(self.topic)
        self._mark(Topic.FRESHNESS)


class KeyedSlice(Generic[K, T]):
    """Remote values by key; the least recently written ones are dropped beyond `limit`."""

    def __init__(self, topic: Topic, mark: Mark, limit: int = 4_000) -> None:
        self.topic = topic
        self._mark = mark
        self._limit = limit
        self._slices: OrderedDict[K, Slice[T]] = OrderedDict()

    def __getitem__(self, key: K) -> Slice[T]:
        """Return the slice of `key`, made on first use."""
        found = self._slices.get(key)
        if found is None:
            found = self._slices[key] = Slice(self.topic, self._mark)
            while len(self._slices) > self._limit:
                self._slices.popitem(last=False)
        else:
            self._slices.move_to_end(key)
        return found

    def peek(self, key: K) -> Remote[T]:
        """Return the state of `key` without making a slice."""
        found = self._slices.get(key)
        return NEVER_READ if found is None else found.remote

    @property
    def keys(self) -> Collection[K]:
        """The keys that anything is known of."""
        return self._slices.keys()

    def remotes(self) -> Iterator[Remote[T]]:
        """Iterate over the states of all keys."""
        for one in self._slices.values():
            yield one.remote

    def known(self) -> Iterator[tuple[K, T]]:
        """Iterate over the keys that have a value."""
        for key, one in self._slices.items():
            if one.value is not None:
                yield key, one.value

    def clock_stepped(self, step: timedelta) -> None:
        """Note that the clock was set by `step`."""
        for one in self._slices.values():
            one.clock_stepped(step)

    def forget(self, key: K) -> None:
        """Drop one key."""
        if self._slices.pop(key, None) is not None:
            self._mark(self.topic)

    def clear(self) -> None:
        """Drop everything."""
        self._slices.clear()
        self._mark(self.topic)
