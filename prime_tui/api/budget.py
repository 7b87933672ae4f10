"""Our own limit on calls: a rolling hour, with a reserve for what the person asks for.

The service publishes no limit; a thousand calls an hour is a budget, not a promise. Reading slows down long
before it is used up: an hour's calls come back evenly, a part of them may be made at once, and the nearer
that part is to its end, the longer the intervals become. So a budget that several instances share, or that a
large account needs, is spent evenly and not in half an hour, followed by half an hour of silence.

Who asks is carried by a context variable, so that a call deep inside a list of pages knows it too:

    with user_call():
        await client.offers.list()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.call_record import WINDOW_S, CallRecord, Calls, PrivateRecord
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import BudgetExhausted

CREATIONS_PER_H = 10
RESERVE = 0.1
"""The part of the budget that background reading leaves to the person."""
AT_ONCE = 0.15
"""The part that may be called at once; what is left of the budget comes back evenly over the hour."""
SLOW_FROM, FIRST_SLOWS_FROM = 0.5, 0.25
"""How much of that part is left when reading begins to slow down: what nobody looks at before the rest."""
SLOWEST, FIRST_SLOWEST = 20.0, 10.0
"""Slow enough that three instances do not use up a quarter of the usual budget, after which some wait."""

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
    """Counts the calls of the last hour and says when to slow down or wait.

    Args:
        clock: For records of this process alone.
        allowed: Calls an hour.
        record: Where calls are counted; without one this process counts alone.
        creations: Where the creations of pods are counted.
    """

    def __init__(
        self,
        clock: Clock,
        allowed: int = 1000,
        record: CallRecord | None = None,
        creations: CallRecord | None = None,
    ) -> None:
        self._allowed = allowed
        self._record = record or PrivateRecord(clock)
        self._creations = creations or PrivateRecord(clock)
        # What comes back and what may be called at once are together what background reading has in an hour.
        self._cost_s = WINDOW_S / max(1.0, allowed * (1 - RESERVE - AT_ONCE))

    @property
    def use(self) -> BudgetUse:
        """The calls of the last hour against what is allowed."""
        return BudgetUse(used=len(self._record.calls().times_s), allowed=self._allowed)

    def take(self, *, by_user: bool) -> None:
        """Count one call.

        Raises:
            BudgetExhausted: A background call that would touch the reserve; never for the person's calls.
        """
        self._record.add(_allow_all if by_user else self._allow_background, self._cost_s)

    def _allow_background(self, calls: Calls) -> None:
        limit = round(self._allowed * (1 - RESERVE))
        if len(calls.times_s) < limit:
            return
        # The call that makes room is the one that leaves the window last among those above the limit.
        frees_s = calls.times_s[len(calls.times_s) - limit] if limit > 0 else calls.now_s
        raise BudgetExhausted(
            f"The budget of {self._allowed} calls an hour is nearly used up; background reading waits.",
            hint="What you ask for yourself still goes through.",
            retry_after_s=max(1.0, frees_s + WINDOW_S - calls.now_s),
        )

    def take_creation(self, *, override: bool = False) -> None:
        """Count the creation of one pod.

        Raises:
            BudgetExhausted: The eleventh within an hour, unless `override`.
        """
        self._creations.add(_allow_all if override else _allow_creation)

    def stretch(self, *, is_first: bool = False) -> float:
        """Return the factor for all reading intervals: 1 while enough may be called at once.

        Args:
            is_first: For what the person looks at; it slows down last and least, to 10 instead of 20.
        """
        at_once_s = self._allowed * AT_ONCE * self._cost_s
        left = 1.0 - self._record.calls().debt_s / at_once_s if at_once_s else 0.0
        slow_from, slowest = (FIRST_SLOWS_FROM, FIRST_SLOWEST) if is_first else (SLOW_FROM, SLOWEST)
        return 1.0 + (slowest - 1.0) * min(1.0, max(0.0, (slow_from - left) / slow_from))


def _allow_all(_: Calls) -> None:
    """The person's calls are never refused."""


def _allow_creation(creations: Calls) -> None:
    made = len(creations.times_s)
    if made < CREATIONS_PER_H:
        return
    wait_s = creations.times_s[made - CREATIONS_PER_H] + WINDOW_S - creations.now_s
    raise BudgetExhausted(
        f"{made} pods were ordered from here within the last hour.",
        hint=f"Wait {max(1, round(wait_s / 60))} min, or confirm that you want one more.",
        retry_after_s=wait_s,
    )
