"""One notice when reading turns bad, one when it is well again."""

from __future__ import annotations

from prime_tui.domain.errors import BudgetExhausted, NotAuthenticated, PrimeError
from prime_tui.store.store import Severity, Store

FAILURES_BEFORE_NOTICE = 2
"""A single blip is seen in the ages; a second failure in a row is told."""


class Health:
    """Knows which topics fail, and says each reason once until all is well."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures: dict[str, int] = {}
        self._told: set[str] = set()

    def failed(self, name: str, error: PrimeError) -> None:
        """Note a failed reading."""
        if isinstance(error, NotAuthenticated | BudgetExhausted):
            return  # the banner and the budget say so
        count = self._failures[name] = self._failures.get(name, 0) + 1
        if count >= FAILURES_BEFORE_NOTICE and error.message not in self._told:
            self._told.add(error.message)
            self._store.notify(
                f"{error.message} Showing the last known values.",
                Severity.WARNING,
                title=f"Reading {name} fails",
            )

    def succeeded(self, name: str) -> None:
        """Note a successful reading."""
        if self._failures.pop(name, 0) and not self._failures and self._told:
            self._told.clear()
            self._store.notify("All sources answer again.", title="Recovered")
