"""How old what we know is."""

from __future__ import annotations

from datetime import datetime, timedelta

from prime_tui.domain.remote import SourceAge, source_age
from prime_tui.domain.views import RunView
from prime_tui.store.store import Store


def source_ages(store: Store, now: datetime) -> tuple[SourceAge, ...]:
    """Return the three sources that the money depends on."""
    return (
        source_age("wallet", store.wallet.remote, now),
        source_age("runs", store.runs.remote, now),
        source_age("pods", store.pods.remote, now),
    )


def quiet_for(store: Store, run: RunView, now: datetime) -> timedelta | None:
    """Return how long a running run was quiet when it was last read, where that is too long; else None.

    The silence since then is ours, not the run's.
    """
    read_at = store.progress.peek(run.id).fetched_at
    return None if read_at is None else run.quiet_for(min(read_at, now))
