"""From the store to the strip: whose wallet, how much is known, and no work that is not needed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.account import Account, Team, WalletContext
from prime_tui.domain.errors import NetworkError, NotPermitted
from prime_tui.domain.ids import TeamId, UserId
from prime_tui.domain.remote import Listing
from prime_tui.store.store import Session, Store
from prime_tui.ui.strip_facts import StripModel, wallet_label
from tests.store.making import DAY, HOUR, MINUTE, NOW, pod, row, wallet

SECOND = timedelta(seconds=1)


async def test_before_the_first_answer_nothing_is_known() -> None:
    facts = StripModel(Store()).facts(0, NOW)
    assert (facts.balance_usd, facts.burn, facts.spent_24h_usd, facts.measured_usd_per_h) == (None,) * 4
    assert facts.runway.reason == "unknown"
    assert facts.spend_by_hour == ()


async def test_what_changed_is_shown_and_what_only_ages_is_not_computed_anew() -> None:
    store = Store()
    model = StripModel(store)
    store.wallet_loaded(wallet(balance="10"), NOW)
    assert model.facts(0, NOW).balance_usd == 10
    store.wallet_loaded(wallet(balance="9"), NOW)
    assert model.facts(0, NOW + SECOND).balance_usd == 10, "the app tells when something changed"
    model.invalidate()
    facts = model.facts(2, NOW + 2 * SECOND)
    assert (facts.balance_usd, facts.active_tab, facts.now) == (Decimal(9), 2, NOW + 2 * SECOND)


async def test_estimates_and_ages_go_on_by_themselves() -> None:
    store = Store()
    store.pods.loaded(Listing((pod(),)), NOW)
    model = StripModel(store)
    first = model.facts(0, NOW)
    assert {source.name: source.age_s for source in first.sources}["pods"] == 0
    later = model.facts(0, NOW + 3 * SECOND)
    assert {source.name: source.age_s for source in later.sources}["pods"] == 3
    store.wallet_loaded(wallet(balance="7"), NOW)
    assert model.facts(0, NOW + 21 * SECOND).balance_usd == 7


async def test_a_balance_that_cannot_be_read_looks_old() -> None:
    store = Store()
    store.wallet_loaded(wallet(), NOW)
    assert not StripModel(store).facts(0, NOW).is_balance_old
    store.wallet.failed(NetworkError("gone"))
    assert StripModel(store).facts(0, NOW).is_balance_old


async def test_a_burn_is_as_old_as_the_oldest_list_that_it_is_the_sum_of() -> None:
    store = Store()
    for one in (store.pods, store.runs, store.disks):
        one.loaded(Listing(()), NOW)
    assert not StripModel(store).facts(0, NOW).is_burn_old
    store.disks.failed(NotPermitted("needs scope disks"))
    assert not StripModel(store).facts(0, NOW).is_burn_old, "it is not counted, which is marked"
    store.runs.failed(NetworkError("gone"))
    assert StripModel(store).facts(0, NOW).is_burn_old


async def test_what_is_not_read_any_more_is_a_lower_bound_and_its_hours_are_unknown() -> None:
    store = Store()
    store.wallet_loaded(wallet(row("a", "5", created=NOW - HOUR, billed=NOW - MINUTE)), NOW)
    assert not StripModel(store).facts(0, NOW).is_spending_partial
    store.wallet.failed(NetworkError("gone"))
    facts = StripModel(store).facts(0, NOW + 12 * HOUR)
    assert facts.is_spending_partial
    known = [hour is not None for hour in facts.spend_by_hour]
    assert known == sorted(known, reverse=True)
    assert known.count(False) == pytest.approx(len(known) / 2, abs=1)


async def test_spending_that_was_not_read_whole_is_a_lower_bound() -> None:
    store = Store()
    newest = row("a", "5", created=NOW - HOUR, billed=NOW - MINUTE)
    store.wallet_loaded(wallet(newest, total=2), NOW)
    facts = StripModel(store).facts(0, NOW)
    assert facts.spent_24h_usd is not None
    assert round(facts.spent_24h_usd, 9) == 5
    assert facts.is_spending_partial
    oldest = row("b", "7", created=NOW - 3 * DAY, billed=NOW - 2 * DAY)
    store.billing_page_loaded(wallet(oldest, total=2), 1, NOW)
    facts = StripModel(store).facts(0, NOW)
    assert not facts.is_spending_partial
    assert sum((hour or Decimal(0) for hour in facts.spend_by_hour), Decimal(0)) == facts.spent_24h_usd


async def test_whose_wallet_it_is() -> None:
    store = Store()
    assert wallet_label(store) == "personal"
    store.account.loaded(Account(UserId("u"), "Ada", "ada@example.org"), NOW)
    assert wallet_label(store) == "Ada · personal"
    store.session = Session(wallet=WalletContext(TeamId("t1")))
    assert "t1" in wallet_label(store)
    store.teams.loaded(Listing((Team(TeamId("t1"), "Research"),)), NOW)
    assert wallet_label(store) == "Research"
