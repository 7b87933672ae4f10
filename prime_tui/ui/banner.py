"""What is wrong with the key or the account, while something is: the line under the strip, and in dialogs."""

from __future__ import annotations

from typing import NamedTuple

from prime_tui.domain.credentials import StoreName
from prime_tui.store.selectors.permission import what_writes_risk
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
            Span(f" ◌ {who} is asked for the key and has not answered yet.", "warn"), _key("sign in")
        )
    if session.key is KeyState.REFUSED:
        why = session.key_error.message if session.key_error is not None else ""
        helps = _key("another --scenario", "q") if session.is_demo else _key("enter a new one")
        return Banner(Span(f" ✕ The service refuses the key, reading is paused: {why}", "bad"), helps)
    if session.key is KeyState.MISSING:
        why = session.key_error.message if session.key_error is not None else ""
        return Banner(Span(f" ✕ No API key. {why}", "bad"), _key("sign in"))
    account = store.account.value
    if account is not None and account.is_banned:
        what = "The service says that this account is banned."
        if session.is_plain_text:  # both, in one line
            what = "Banned by the service. The key is kept in plain text."
        return Banner(Span(f" ✕ {what}", "bad"), _key("another key"))
    if session.is_plain_text:
        return Banner(Span(" ▲ The API key is kept in plain text on this disk.", "bad"), "")
    return None


def risk_lines(store: Store) -> list[Styled]:
    """Return what a person should know before agreeing to a change; often nothing."""
    why = what_writes_risk(store)
    return [] if why is None else [Span(f"▲ {why}", "bad"), ""]


def _key(what: str, key: str = "K") -> Styled:
    return (Span(f"· {what}: "), Span(f"{key} ", "accent"))
