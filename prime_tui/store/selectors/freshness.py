"""How old what we know is."""

from __future__ import annotations

from datetime import datetime

from prime_tui.domain.remote import SourceAge, source_age
from prime_tui.store.store import Store


def source_ages(store: Store, now: datetime) -> tuple[SourceAge, ...]:
    """Return the three sources that the money depends on."""
    return (
        source_age("wallet", store.wallet.remote, now),
        source_age("runs", store.runs.remote, now),
        source_age("pods", store.pods.remote, now),
    )
