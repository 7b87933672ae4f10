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
    """Knows which topics fail and why; a reason that several topics share is told once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures: dict[str, int] = {}
        self._told: dict[str, str] = {}

    def failed(self, name: str, error: PrimeError) -> None:
        """Note a failed reading."""
        if isinstance(error, NotAuthenticated | BudgetExhausted | OriginNotAgreed):
            return  # the banner, the budget and the chat say so
        is_final = isinstance(error, NotPermitted)  # no second failure will follow
        count = self._failures[name] = self._failures.get(name, 0) + 1
        is_ours = isinstance(error, InternalError)
        if count < FAILURES_BEFORE_NOTICE and not is_final and not is_ours:
            return
        if name in self._told and not (is_final and self._told[name] != error.message):
            return
        is_news = error.message not in self._told.values()
        self._told[name] = error.message
        if is_news and is_final:
            self._store.notify(
                f"{error.message} {error.hint} The rest goes on.",
                Severity.WARNING,
                title=f"Reading {name} is switched off",
            )
        elif is_news:
            self._store.notify(
                f"{error.message} Showing the last known values.{f' {WHERE_TOLD}' if is_ours else ''}",
                Severity.WARNING,
                title=f"Reading {name} fails",
            )

    def succeeded(self, name: str) -> None:
        """Note a successful reading."""
        self._failures.pop(name, None)
        reason = self._told.pop(name, None)
        if reason is None or reason in self._told.values():
            return
        text = "Some other sources still fail." if self._told else "All sources answer again."
        self._store.notify(text, title=f"Reading {name} works again")

    def dropped(self, name: str) -> None:
        """Note that nobody needs a topic any more: whether it fails will not be known."""
        self._failures.pop(name, None)
        self._told.pop(name, None)
