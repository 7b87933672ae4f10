from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.offers import Offer
from prime_tui.domain.remote import Listing
from prime_tui.store.selectors.offers import Nodes, OfferFilter, offered_counts, select_offers
from prime_tui.store.store import Store
from tests.pod_samples import NOW, OFFER

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
