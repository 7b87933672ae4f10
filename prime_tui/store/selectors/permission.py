"""Whether something may be changed now, and why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prime_tui.domain.remote import Freshness, Remote
from prime_tui.domain.units import span
from prime_tui.store.store import KeyState, Store


def why_no_writes(store: Store) -> str | None:
    """Return why nothing can be changed at all, as a sentence; None when it can."""
    if store.session.key is KeyState.MISSING:
        return "There is no API key: nothing can be changed. K signs in."
    if store.session.key is KeyState.REFUSED:
        return "The service refuses the API key: nothing can be changed."
    account = store.account.value
    if account is not None and account.can_write is False:
        return "This API key may only read. A key with write access is needed."
    if store.session.is_read_only:
        return "This is a read-only session: nothing is changed from here."
    return None


def what_writes_risk(store: Store) -> str | None:
    """Return why a change may well be refused, as a sentence; None when nothing speaks against it.

    It is asked for all the same: only the service knows, and what burns must not go on for a guess of ours.
    """
    account = store.account.value
    if account is not None and account.is_banned:
        return "The service bans this account and may refuse this."
    return None


def why_too_old(what: str, remote: Remote[Any], now: datetime) -> str | None:
    """Return why nothing should be done to what `remote` lists, as a sentence; None while it is fresh.

    Reading fails open, acting fails closed: a thing may have changed since an old reading.
    """
    freshness = remote.freshness(now)
    if freshness in (Freshness.LOADING, Freshness.FAILED):
        return f"The {what} were not read yet."
    if freshness is Freshness.STALE:
        age = span(remote.age_s(now))
        return f"The {what} were last read {age} ago, and nothing is ended on old data. r reads them again."
    return None
