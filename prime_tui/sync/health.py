"""One notice when reading turns bad, one when it is well again, for each reason."""

from __future__ import annotations

from prime_tui.domain.errors import (
    WHERE_TOLD,
    BudgetExhausted,
    InternalError,
    NotAuthenticated,
    NotPermitted,
    OriginNotAgreed,
    PrimeError,
)
from prime_tui.store.store import Severity, Store

FAILURES_BEFORE_NOTICE = 2
"""A single blip is seen in the ages; a second failure in a row is told. A mistake of ours is no blip."""


class Health:
    """Knows which topics fail and why; a reason that several topics share is told once.

    It is over when none of them fails for it any more, the ones that failed but once included: an end that
    is told too early is followed by the next beginning.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        """Why each topic fails; once that could be told, another excuse is no news."""
        self._told: set[str] = set()

    def failed(self, name: str, error: PrimeError, *, is_known: bool = True) -> None:
        """Note a failed reading; `is_known` where an earlier one succeeded."""
        if isinstance(error, NotAuthenticated | BudgetExhausted | OriginNotAgreed):
            return  # the banner, the budget and the chat say so
        is_final = isinstance(error, NotPermitted)  # no second failure will follow
        is_ours = isinstance(error, InternalError)
        count = self._failures[name] = self._failures.get(name, 0) + 1
        if count <= FAILURES_BEFORE_NOTICE or is_final:
            self._reasons[name] = error.message
            self._told &= set(self._reasons.values())
        reason = self._reasons[name]
        if reason in self._told or not (count >= FAILURES_BEFORE_NOTICE or is_final or is_ours):
            return
        self._told.add(reason)
        if is_final:
            text, title = f"{reason} {error.hint} The rest goes on.", f"Reading {name} is switched off"
        else:
            where = f" {WHERE_TOLD}" if is_ours else ""
            shown = "Showing the last known values." if is_known else "Nothing of it is known yet."
            text, title = f"{reason} {shown}{where}", f"Reading {name} fails"
        self._store.notify(text, Severity.WARNING, title=title)

    def succeeded(self, name: str) -> None:
        """Note a successful reading."""
        if self._ends(name):
            text = "Some other sources still fail." if self._told else "All sources answer again."
            self._store.notify(text, title=f"Reading {name} works again")

    def dropped(self, name: str) -> None:
        """Note that nobody needs a topic any more: whether it fails will not be known."""
        self._ends(name)

    def _ends(self, name: str) -> bool:
        """Forget a topic's failures; return whether that was the last of a reason that was told."""
        self._failures.pop(name, None)
        reason = self._reasons.pop(name, None)
        if reason is None or reason not in self._told or reason in self._reasons.values():
            return False
        self._told.remove(reason)
        return True
