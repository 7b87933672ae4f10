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
    is told too early is followed by the next beginning. A topic that is not read any more holds that back no
    longer, and is not said to be well either: that is told when it is read again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        """Why each topic fails; once that could be told, another excuse is no news."""
        self._told: set[str] = set()
        self._unread: set[str] = set()
        """Which topics failed when they were read last, as was told, and are not read now."""
        self._owes_the_end = False
        """An end was told while something failed that was too little to be told: its end is that of all."""

    def failed(self, name: str, error: PrimeError, *, is_known: bool = True) -> None:
        """Note a failed reading; `is_known` where an earlier one succeeded."""
        if isinstance(error, NotAuthenticated | BudgetExhausted | OriginNotAgreed):
            return  # the banner, the budget and the chat say so
        is_final = isinstance(error, NotPermitted)  # no second failure will follow
        is_ours = isinstance(error, InternalError)
        if name in self._unread:  # told before, and as it was
            self._unread.remove(name)
            self._told.add(self._reasons[name])
        count = self._failures[name] = self._failures.get(name, 0) + 1
        if count <= FAILURES_BEFORE_NOTICE or is_final:
            self._reasons[name] = error.message
            self._told &= self._reasons_of_read()
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
        reason = self._forget(name)
        is_over = reason in self._told and reason not in self._reasons_of_read()
        is_last = reason is not None and self._owes_the_end and not self._failures
        if not is_over and not is_last and name not in self._unread:
            return
        self._unread.discard(name)
        self._told &= self._reasons_of_read()
        self._owes_the_end = bool(self._failures)
        if self._told:
            text = "Some other sources still fail."
        else:  # one that failed but once, or is not read now, may be well or not
            text = "Its numbers are fresh." if self._failures else "All sources answer again."
        self._store.notify(text, title=f"Reading {name} works again")

    def dropped(self, name: str) -> None:
        """Note that a topic is not read any more: whether it still fails is not known until it is."""
        if self._reasons.get(name) in self._told:
            self._unread.add(name)
            self._told &= self._reasons_of_read()
        elif name not in self._unread:
            self._forget(name)
            self._owes_the_end = self._owes_the_end and bool(self._failures)

    def _forget(self, name: str) -> str | None:
        self._failures.pop(name, None)
        return self._reasons.pop(name, None)

    def _reasons_of_read(self) -> set[str]:
        return {reason for name, reason in self._reasons.items() if name not in self._unread}
