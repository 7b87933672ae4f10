"""A value that lives elsewhere, with what we know of its age."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from prime_tui.domain.errors import NotPermitted, PrimeError

T = TypeVar("T")

CLOCK_TOLERANCE = timedelta(seconds=2)
"""The clock is slewed by small steps all the time; a larger one was set."""


class Freshness(StrEnum):
    """How far a value can be trusted now."""

    LOADING = "loading"
    """Nothing yet, the first answer is awaited."""
    FRESH = "fresh"
    """The last reading succeeded and is not older than it should be."""
    STALE = "stale"
    """An old value: reading fails, is paused, or is late."""
    FAILED = "failed"
    """Nothing yet, and reading fails."""


@dataclass(frozen=True, slots=True)
class Remote(Generic[T]):
    """The last good value and the state of reading it.

    A failure keeps the value and lets it age; a success replaces it.

    Attributes:
        value: The last good value; None means that there never was one.
        fetched_at: When that value was received.
        error: Why the last reading failed; None after a success.
        failures: Failed readings since the last success.
        retry_at: When the next try is due after a failure.
        interval_s: How often it is read at the moment; None when it is not polled.
        restored: True for a value of an earlier session, not yet confirmed in this one.
    """

    value: T | None = None
    fetched_at: datetime | None = None
    error: PrimeError | None = None
    failures: int = 0
    retry_at: datetime | None = None
    interval_s: float | None = None
    restored: bool = False

    def loaded(self, value: T, at: datetime) -> Remote[T]:
        """Return the state after a success; an equal value keeps its identity."""
        kept = self.value if self.value is not None and self.value == value else value
        return replace(self, value=kept, fetched_at=at, error=None, failures=0, retry_at=None, restored=False)

    def brought_back(self, value: T, fetched_at: datetime) -> Remote[T]:
        """Return the state with a value of an earlier session."""
        return replace(self, value=value, fetched_at=fetched_at, restored=True)

    def failed(self, error: PrimeError, retry_at: datetime | None = None) -> Remote[T]:
        """Return the state after a failure: the value stays."""
        return replace(self, error=error, failures=self.failures + 1, retry_at=retry_at)

    def paced(self, interval_s: float | None) -> Remote[T]:
        """Return the state with another reading interval."""
        return self if interval_s == self.interval_s else replace(self, interval_s=interval_s)

    def shifted(self, step: timedelta) -> Remote[T]:
        """Return the same with its times as the clock would have given them, had it always gone as now."""
        fetched_at = None if self.fetched_at is None else self.fetched_at + step
        retry_at = None if self.retry_at is None else self.retry_at + step
        return replace(self, fetched_at=fetched_at, retry_at=retry_at)

    @property
    def is_switched_off(self) -> bool:
        """Whether the key may not read it: it is not asked for any more, and its value is of the past."""
        return isinstance(self.error, NotPermitted)

    def age_s(self, now: datetime) -> float | None:
        """Return the seconds since the value came; None without a value. Never negative."""
        if self.fetched_at is None:
            return None
        return max(0.0, (now - self.fetched_at) / timedelta(seconds=1))

    @property
    def late_after_s(self) -> float | None:
        """From which age on the value is late: two and a half reading intervals, at least 20 s.

        None while it is not polled.
        """
        return None if self.interval_s is None else max(20.0, 2.5 * self.interval_s)

    def late_at(self, now: datetime) -> datetime | None:
        """Return when a value that is fresh at `now` turns stale by itself; None when it does not."""
        if self.freshness(now) is not Freshness.FRESH or self.fetched_at is None or self.late_after_s is None:
            return None
        return self.fetched_at + timedelta(seconds=self.late_after_s)

    def freshness(self, now: datetime) -> Freshness:
        """Return how far the value can be trusted at `now`.

        One that came later than now came before the clock was set back: its age is not known.
        """
        if self.value is None:
            return Freshness.FAILED if self.error is not None else Freshness.LOADING
        if self.error is not None or self.restored:
            return Freshness.STALE
        if self.fetched_at is not None and self.fetched_at - now > CLOCK_TOLERANCE:
            return Freshness.STALE
        if self.late_after_s is not None and (self.age_s(now) or 0.0) > self.late_after_s:
            return Freshness.STALE
        return Freshness.FRESH


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How old one source is, in seconds, when it is tried again after a failure, and when it is late.

    Attributes:
        is_switched_off: True where it is not tried again, because the key may not read it.
    """

    name: str
    freshness: Freshness
    age_s: float | None = None
    retry_in_s: float | None = None
    late_after_s: float | None = None
    is_switched_off: bool = False


def source_age(name: str, remote: Remote[Any], now: datetime) -> SourceAge:
    """Return how old `remote` is at `now`."""
    retry_in_s = None if remote.retry_at is None else max(0.0, (remote.retry_at - now).total_seconds())
    return SourceAge(
        name,
        remote.freshness(now),
        remote.age_s(now),
        retry_in_s,
        remote.late_after_s,
        remote.is_switched_off,
    )


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """One row of a list that could not be used.

    Attributes:
        position: Its index in the answer.
        reason: Field and problem, cleaned; never the row's own text.
    """

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list as the service gave it.

    Attributes:
        items: The rows that could be read, in the service's order, without duplicate ids.
        total: What the service says there is in all; None when it does not say.
        unreadable: The rows that were lost, with reasons.
    """

    items: tuple[T, ...] = ()
    total: int | None = None
    unreadable: tuple[UnreadableRow, ...] = field(default=())
