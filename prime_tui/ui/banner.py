"""The line under the strip: what is wrong with the key, while something is."""

from __future__ import annotations

from typing import NamedTuple

from prime_tui.domain.credentials import StoreName
from prime_tui.store.store import KeyState, Store
from prime_tui.ui.render.styled import Span, Styled

STORE_WORDS = {
    StoreName.SECRET_SERVICE: "The Secret Service",
    StoreName.FILE: "The encrypted file",
    StoreName.KERNEL: "The kernel keyring",
    StoreName.COMMAND: "The credential command",
}


class Banner(NamedTuple):
    """What is wrong, and at the right, where it is never cut, what helps."""

    text: Styled
    help: Styled


def banner(store: Store) -> Banner | None:
    """Return the banner of now, None while all is well."""
    session = store.session
    if session.asking:
        who = STORE_WORDS.get(StoreName(session.asking), session.asking)
        return Banner(
            Span(f" ◌ {who} is asked for the key and has not answered yet.", "warn"), _help("sign in")
        )
    if session.key is KeyState.REFUSED:
        why = session.key_error.message if session.key_error is not None else ""
        return Banner(
            Span(f" ✕ The service refuses the key, reading is paused: {why}", "bad"), _help("enter a new one")
        )
    if session.key is KeyState.MISSING:
        why = session.key_error.message if session.key_error is not None else ""
        return Banner(Span(f" ✕ No API key. {why}", "bad"), _help("sign in"))
    if session.is_plain_text:
        return Banner(Span(" ▲ The API key is kept in plain text on this disk.", "bad"), "")
    return None


def _help(what: str) -> Styled:
    return (Span(f"· {what}: "), Span("K ", "accent"))
