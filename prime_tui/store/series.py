"""Bounded series of readings over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


class Series(Generic[T]):
    """The last readings of a number, oldest first, bounded in count and age."""

    def __init__(self, limit: int = 240, keep: timedelta = timedelta(hours=2)) -> None:
        self._points: deque[tuple[datetime, T]] = deque(maxlen=limit)
        self._keep = keep

    def add(self, at: datetime, value: T) -> None:
        """Append a reading; one that is not later than the last is ignored (the clock went back)."""
        if self._points and at <= self._points[-1][0]:
            return
        self._points.append((at, value))
        while at - self._points[0][0] > self._keep:
            self._points.popleft()

    def clear(self) -> None:
        """Forget all readings."""
        self._points.clear()

    def points(self) -> Sequence[tuple[datetime, T]]:
        """Return the readings, oldest first."""
        return tuple(self._points)


def rates_per_s(points: Sequence[tuple[datetime, int]], width: int) -> tuple[float | None, ...]:
    """Return the growth per second between the last readings, oldest first, at most `width` of them.

    A total that shrinks (a restart) gives None: unknown, not negative.
    """
    rates: list[float | None] = []
    for (at, value), (next_at, next_value) in pairwise(points[-width - 1 :]):
        seconds = (next_at - at).total_seconds()
        grown = next_value - value
        rates.append(grown / seconds if seconds > 0 and grown >= 0 else None)
    return tuple(rates)
