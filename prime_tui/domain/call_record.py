"""The calls of the last hour, as they are counted: by one process alone, or by all of a user on a host."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from prime_tui.domain.clock import Clock

WINDOW_S = 3600.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What a record holds. All times are seconds of the record's own clock.

    Attributes:
        times_s: When calls were made within the last hour, oldest first.
        repaid_at_s: When everything that was called is made up for by having waited.
    """

    now_s: float
    times_s: Sequence[float]
    repaid_at_s: float

    @property
    def debt_s(self) -> float:
        """For how long nothing must be called until all is made up for."""
        return max(0.0, self.repaid_at_s - self.now_s)

    def repaid_with(self, cost_s: float) -> float:
        """Return when all is made up for with `cost_s` more: within an hour, when all is forgotten."""
        return min(max(self.repaid_at_s, self.now_s) + cost_s, self.now_s + WINDOW_S)


Allow = Callable[[Calls], object]
"""Raises what forbids one more call."""


class CallRecord(Protocol):
    """Where calls are counted."""

    def calls(self) -> Calls:
        """Return what was called."""
        ...

    def add(self, allow: Allow, cost_s: float = 0.0) -> None:
        """Count one more call, unless `allow` raises; nobody else calls in between.

        Args:
            allow: Given what was called before.
            cost_s: How long to wait to make up for it.
        """
        ...


class PrivateRecord:
    """The calls of this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times_s: deque[float] = deque()
        self._repaid_at_s = 0.0

    def calls(self) -> Calls:
        """Return what was called."""
        now_s = self._clock.monotonic()
        while self._times_s and self._times_s[0] <= now_s - WINDOW_S:
            self._times_s.popleft()
        return Calls(now_s, self._times_s, self._repaid_at_s)

    def add(self, allow: Allow, cost_s: float = 0.0) -> None:
        """Count one more call, unless `allow` raises."""
        calls = self.calls()
        allow(calls)
        self._repaid_at_s = calls.repaid_with(cost_s)
        self._times_s.append(calls.now_s)
