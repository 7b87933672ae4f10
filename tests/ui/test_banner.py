"""What is wrong with the key, and what really helps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prime_tui.domain.errors import NotAuthenticated
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.store import KeyState, Session, Store
from prime_tui.ui.banner import banner
from prime_tui.ui.render.styled import plain

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_demo", "shown", "told"),
    [
        (False, "· enter a new one: K ", "r tries again, K takes another key"),
        (True, "· another --scenario: q ", "q, then prime-tui --demo with another --scenario"),
    ],
)
async def test_a_refused_key_is_answered_with_what_helps(is_demo: bool, shown: str, told: str) -> None:
    store = Store()
    expired = NotAuthenticated("API key has expired.")
    store.session = Session(is_demo=is_demo, key=KeyState.REFUSED, key_error=expired)
    found = banner(store)
    assert found is not None
    assert "API key has expired." in plain(found.text)
    assert plain(found.help) == shown
    (alert,) = alerts(store, NOW)
    assert alert.hint == told
