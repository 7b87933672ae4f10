"""Whose wallet pays for the chat, and how much is left in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from prime_tui.domain.units import usd
from tests.ui.monitor import monitor


@pytest.mark.parametrize(("currency", "is_told"), [("USD", True), ("EUR", False)])
async def test_a_low_balance_is_told_in_its_own_currency_or_not_at_all(currency: str, is_told: bool) -> None:
    async with monitor(screen="chat") as m:
        await m.until(lambda: m.store.wallet.value is not None, "the wallet")
        wallet = m.store.wallet.value
        assert wallet is not None
        before = usd(wallet.balance)
        await m.sees(before)
        m.store.wallet.loaded(replace(wallet, balance=Decimal("0.40"), currency=currency), m.app.clock.now())
        await m.until(lambda: before not in m.text(), "the header")
        assert ("▲ $0.40 left" in m.text()) is is_told
