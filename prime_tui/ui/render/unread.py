"""What stands in the middle of a list that was never read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prime_tui.domain.errors import CredentialError, NotAuthenticated
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
