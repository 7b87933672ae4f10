"""What stands in the middle of a list that was never read, and beside one that is not read any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prime_tui.domain.errors import CredentialError, NotAuthenticated, NotPermitted
from prime_tui.domain.remote import Freshness, Remote
from prime_tui.domain.units import span
from prime_tui.ui.render.styled import Span, Styled


def unread_lines(what: str, remote: Remote[Any], now: datetime) -> tuple[Styled, ...]:
    """Return why `what` ("pods") is not there yet; nothing once it was read."""
    freshness = remote.freshness(now)
    if freshness is Freshness.LOADING:
        return (Span(f"Reading {what}…", "dim"),)
    if freshness is not Freshness.FAILED or remote.error is None:
        return ()
    if isinstance(remote.error, NotPermitted):
        return _switched_off(what, remote.error)
    wait_s = 0.0 if remote.retry_at is None else (remote.retry_at - now).total_seconds()
    # While the key is refused nothing is read: a promise of another try would not be kept.
    is_promised = wait_s > 0 and not isinstance(remote.error, NotAuthenticated | CredentialError)
    again = f"Trying again in {span(wait_s)}; " if is_promised else ""
    return (
        Span(f"The {what} cannot be read.", "bad"),
        Span(remote.error.message),
        Span(remote.error.hint, "dim"),
        Span(f"{again}r tries now.", "dim"),
    )


def _switched_off(what: str, error: NotPermitted) -> tuple[Styled, ...]:
    return (
        Span(f"{what.capitalize()} {error.message[:1].lower()}{error.message[1:]}", "bad"),
        Span(error.hint),
        Span(f"The service says: {error.said}" if error.said else "", "dim"),
    )


def staleness(remote: Remote[Any], now: datetime) -> str:
    """Return that what is listed is old, or not listed for want of a scope; empty while all is well."""
    is_stale = remote.freshness(now) is Freshness.STALE
    age = span(remote.age_s(now)) if is_stale else ""
    if isinstance(remote.error, NotPermitted):
        needed = remote.error.message.removeprefix("Not permitted: ").removesuffix(".")
        return f"▲ {age} old, {needed}" if age else f"▲ {needed}"
    return f"▲ stale {age}" if age else ""
