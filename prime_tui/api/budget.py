"""Our own limit on calls: a rolling hour, with a reserve for what the person asks for.

The service publishes no limit; a thousand calls an hour is a budget, not a promise. Who asks is carried by a
context variable, so that a call deep inside a list of pages knows it too:

    with user_call():
        await client.offers.list()
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import BudgetExhausted

WINDOW_S = 3600.0
CREATIONS_PER_H = 10
RESERVE = 0.1
"""The part of the budget that background reading leaves to the person."""
SLOW_FROM = 0.8
SLOWEST = 6.0

_by_user: ContextVar[bool] = ContextVar("prime_tui_call_by_user", default=False)


@contextmanager
def user_call() -> Iterator[None]:
    """Mark the calls made inside as asked for by the person: they are never refused."""
    token = _by_user.set(True)
    try:
        yield
    finally:
        _by_user.reset(token)


def is_user_call() -> bool:
    """Return whether the present code runs for the person rather than in the background."""
    return _by_user.get()


class CallBudget:
    """Counts the calls of the last hour and says when to slow down or wait."""

    def __init__(self, clock: Clock, allowed: int = 1000) -> None:
        self._clock = clock
        self._allowed = allowed
        self._calls: deque[float] = deque()
        self._creations: deque[float] = deque()

    @property
    def use(self) -> BudgetUse:
        """The calls of the last hour against what is allowed."""
        _forget_old(self._calls, self._clock.monotonic())
        return BudgetUse(used=len(self._calls), allowed=self._allowed)

    def take(self, *, by_user: bool) -> None:
        """Count one call.

        Raises:
            BudgetExhausted: A background call that would touch the reserve; never for the person's calls.
        """
        now = self._clock.monotonic()
        _forget_old(self._calls, now)
        limit = round(self._allowed * (1 - RESERVE))
        if not by_user and len(self._calls) >= limit:
            # The call that makes room is the one that leaves the window last among those above the limit.
            frees = self._calls[len(self._calls) - limit] if limit > 0 else now
            raise BudgetExhausted(
                f"The budget of {self._allowed} calls an hour is nearly used up; background reading waits.",
                hint="What you ask for yourself still goes through.",
                retry_after_s=max(1.0, frees + WINDOW_S - now),
            )
        self._calls.append(now)

    def take_creation(self, *, override: bool = False) -> None:
        """Count the creation of one pod.

        Raises:
            BudgetExhausted: The eleventh within an hour, unless `override`.
        """
        now = self._clock.monotonic()
        _forget_old(self._creations, now)
        if not override and len(self._creations) >= CREATIONS_PER_H:
            wait_s = self._creations[len(self._creations) - CREATIONS_PER_H] + WINDOW_S - now
            raise BudgetExhausted(
                f"{len(self._creations)} pods were ordered from here within the last hour.",
                hint=f"Wait {max(1, round(wait_s / 60))} min, or confirm that you want one more.",
                retry_after_s=wait_s,
            )
        self._creations.append(now)

    def stretch(self) -> float:
        """Return the factor for all reading intervals: 1 below 80 % of the budget, 6 when it is used up."""
        over = (self.use.fraction - SLOW_FROM) / (1 - SLOW_FROM)
        return 1.0 + (SLOWEST - 1.0) * min(1.0, max(0.0, over))


def _forget_old(times: deque[float], now: float) -> None:
    while times and times[0] <= now - WINDOW_S:
        times.popleft()
