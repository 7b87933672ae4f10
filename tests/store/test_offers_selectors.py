from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.errors import NotPermitted, ServerFault
from prime_tui.domain.ids import WalletId
from prime_tui.domain.offers import Offer
from prime_tui.domain.remote import Listing
from prime_tui.domain.wallet import Wallet
from prime_tui.store.selectors.offers import Nodes, OfferFilter, offered_counts, purse, select_offers
from prime_tui.store.store import Store
from tests.pod_samples import NOW, OFFER, POD

CHEAP = replace(
    OFFER,
    cloud_id="one",
    gpu_count=1,
    price_usd_per_h=Decimal("1.90"),
    country="US",
    region="united_states",
    provider="nebius",
    data_center="us-1",
    stock="Low",
)
EURO = replace(OFFER, cloud_id="euro", price_usd_per_h=Decimal("0.10"), currency="EUR")
NO_PRICE = replace(OFFER, cloud_id="none", price_usd_per_h=None)
SOLD = replace(OFFER, cloud_id="sold", stock="Unavailable", price_usd_per_h=Decimal(1))
CLUSTER = replace(OFFER, cloud_id="cluster", gpu_count=16, price_usd_per_h=Decimal(64), is_cluster=True)
CPU = replace(
    OFFER, cloud_id="cpu", gpu_type="CPU_NODE", gpu_count=1, price_usd_per_h=Decimal("0.1"), socket=None
)
ALL = (NO_PRICE, EURO, CPU, CLUSTER, OFFER, SOLD, CHEAP)


async def chosen(wanted: OfferFilter, offers: tuple[Offer, ...] = ALL) -> list[str]:
    store = Store()
    store.offers.loaded(Listing(offers, len(offers)), NOW)
    return [offer.cloud_id for offer in select_offers(store, wanted)]


async def test_the_cheapest_gpu_comes_first_and_what_cannot_be_compared_last() -> None:
    found = await chosen(OfferFilter())
    assert found[:3] == ["one", "gpu_8x_h100", "cluster"]
    assert set(found[3:]) == {"none", "euro", "cpu"}
    dearest = await chosen(OfferFilter(descending=True))
    assert dearest[:3] == ["cluster", "gpu_8x_h100", "one"]
    assert set(dearest[3:]) == {"none", "euro", "cpu"}


async def test_the_price_of_the_whole_offer_is_another_order() -> None:
    assert (await chosen(OfferFilter(sort="price")))[:3] == ["cpu", "one", "gpu_8x_h100"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("h100 8 eu high", {"gpu_8x_h100", "none", "euro"}),
        ("8x", {"gpu_8x_h100", "none", "euro"}),
        ("us", {"one"}),
        ("united", {"one"}),
        ("us-1", {"one"}),
        ("<1.95", {"one"}),
        ("<", {"gpu_8x_h100", "none", "euro", "one", "cluster", "cpu"}),
        ("cluster", {"cluster"}),
        ("h100 !cluster !fi", {"one"}),
        ("80gb low", {"one"}),
        ("eur", {"euro"}),
        ("cpu", {"cpu"}),
    ],
)
async def test_words_mean_what_a_person_means(text: str, found: set[str]) -> None:
    assert set(await chosen(OfferFilter(text))) == found


async def test_a_number_is_a_count_and_not_a_part_of_a_name() -> None:
    assert await chosen(OfferFilter("80")) == []
    assert await chosen(OfferFilter("1 nebius")) == ["one"]


async def test_stock_count_and_clusters_are_filters_of_their_own() -> None:
    assert "sold" not in await chosen(OfferFilter())
    assert "sold" in await chosen(OfferFilter(only_in_stock=False))
    assert await chosen(OfferFilter(nodes=Nodes.SEVERAL)) == ["cluster"]
    assert "cluster" not in await chosen(OfferFilter(nodes=Nodes.ONE))
    assert await chosen(OfferFilter(gpu_count=16)) == ["cluster"]


@given(st.text(max_size=30))
async def test_whatever_is_typed_filters_and_never_fails(text: str) -> None:
    assert set(await chosen(OfferFilter(text))) <= {offer.cloud_id for offer in ALL}


async def test_the_counts_are_those_that_are_offered() -> None:
    store = Store()
    assert offered_counts(store) == ()
    store.offers.loaded(Listing(ALL, len(ALL)), NOW)
    assert offered_counts(store) == (1, 8, 16)


async def test_the_purse_says_how_long_the_balance_lasts_with_the_order() -> None:
    store = Store()
    assert purse(store, Decimal(10), "you", NOW).after.hours is None
    store.wallet_loaded(Wallet(WalletId("w"), Decimal(100), "USD"), NOW)
    store.pods.loaded(Listing((replace(POD, user_id=None, price_usd_per_h=Decimal(10)),), 1), NOW)
    store.disks.loaded(Listing(), NOW)
    store.runs.loaded(Listing(), NOW)
    money = purse(store, Decimal(10), "you", NOW)
    assert (money.before.hours, money.after.hours) == (Decimal(10), Decimal(5))
    assert money.after.ends_at == NOW + timedelta(hours=5)
    assert money.mark == "≥"
    assert purse(store, None, "you", NOW).after.hours is None


async def test_the_purse_knows_how_old_its_balance_is_and_reckons_with_none_that_may_not_be_read() -> None:
    store = Store()
    store.wallet_loaded(Wallet(WalletId("w"), Decimal(100), "USD"), NOW)
    assert purse(store, None, "you", NOW).stale_s is None
    store.wallet.failed(ServerFault("It is down."))
    later = purse(store, None, "you", NOW + timedelta(minutes=14))
    assert (later.balance_usd, later.stale_s) == (Decimal(100), 14 * 60)
    store.wallet.failed(NotPermitted("needs scope billing"))
    assert purse(store, None, "you", NOW).balance_usd is None
