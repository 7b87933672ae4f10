"""Availability over HTTP: both present endpoints together, the older one behind them."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from prime_tui.domain.errors import InvalidRequest, NotFound, ServerFault
from prime_tui.domain.offers import OfferQuery
from tests.api.clients import client_of
from tests.api.scripted import Asked, Handler, Reply, scripted


def row(number: int, **more: object) -> dict[str, object]:
    return {
        "cloudId": f"c{number}",
        "gpuType": "H100_80GB",
        "gpuCount": 1,
        "prices": {"onDemand": 2.5, "currency": "USD"},
        **more,
    }


def present(singles: int, clusters: int) -> Handler:
    def handler(asked: Asked) -> Reply:
        total = singles if asked.path.endswith("gpus") else clusters
        query = parse_qs(asked.query)
        size = int(query["page_size"][0])
        first = (int(query["page"][0]) - 1) * size
        return Reply({"items": [row(n) for n in range(first, min(total, first + size))], "totalCount": total})

    return handler


async def test_machines_and_clusters_of_all_pages_are_one_list() -> None:
    async with scripted(present(230, 3)) as server, client_of(server.url) as client:
        offers = await client.offers.list()
    assert (len(offers.items), offers.total) == (233, 233)
    assert sum(offer.is_cluster for offer in offers.items) == 3
    assert sorted(asked.path for asked in server.asked) == [
        *["/api/v1/availability/gpus"] * 3,
        "/api/v1/availability/multi-node",
    ]
    assert all(int(parse_qs(asked.query)["page_size"][0]) <= 100 for asked in server.asked)


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (OfferQuery(), {}),
        (OfferQuery(gpu_type="H100_80GB", gpu_count=8), {"gpu_type": ["H100_80GB"], "gpu_count": ["8"]}),
        (OfferQuery(gpu_type="RTX_4090"), {"gpu_type": ["RTX4090_24GB"]}),
        (OfferQuery(gpu_type="T4"), {"gpu_type": ["T4_16GB"]}),
        (OfferQuery(gpu_type="H100_NVL"), {}),
        (
            OfferQuery(regions=("europe", "canada", "eu_west")),
            {"regions": ["eu_east", "eu_north", "eu_west", "canada"]},
        ),
    ],
)
async def test_names_are_asked_for_as_the_service_knows_them(
    query: OfferQuery, sent: dict[str, list[str]]
) -> None:
    async with scripted(present(0, 0)) as server, client_of(server.url) as client:
        await client.offers.list(query)
    for asked in server.asked:
        found = parse_qs(asked.query)
        del found["page"], found["page_size"]
        assert found == sent


async def test_a_type_that_cannot_be_asked_for_is_looked_for_in_all() -> None:
    body = {"items": [row(1), row(2, gpuType="H100_NVL")], "totalCount": 2}
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        offers = await client.offers.list(OfferQuery(gpu_type="H100_NVL"))
    assert {offer.gpu_type for offer in offers.items} == {"H100_NVL"}


async def test_a_service_without_clusters_has_none() -> None:
    def handler(asked: Asked) -> Reply:
        return present(2, 0)(asked) if asked.path.endswith("gpus") else Reply({}, 404)

    async with scripted(handler) as server, client_of(server.url) as client:
        assert len((await client.offers.list()).items) == 2


def older(body: object, status: int = 404) -> Handler:
    return lambda asked: Reply(body) if asked.path == "/api/v1/availability/" else Reply({}, status)


@pytest.mark.parametrize("status", [404, 405])
async def test_an_older_service_is_asked_at_its_own_endpoint_and_remembered(status: int) -> None:
    bare = {"cloudId": "cloud-abc", "provider": "runpod", "prices": {"hourly": 2.5, "monthly": 1500.0}}
    async with scripted(older([bare], status)) as server, client_of(server.url) as client:
        query = OfferQuery(gpu_type="A100_40GB", gpu_count=1)
        [offer] = (await client.offers.list(query)).items
        before = len(server.asked)
        await client.offers.list(query)
    assert (offer.gpu_type, offer.gpu_count, offer.price_usd_per_h) == ("A100_40GB", 1, Decimal("2.5"))
    assert [asked.path for asked in server.asked[before:]] == ["/api/v1/availability/"]


async def test_an_older_list_by_gpu_type() -> None:
    body = {
        "H100_80GB": [{"cloudId": "a", "gpuCount": 1, "prices": {"onDemand": 2.49}}],
        "A100_80GB": [{"cloudId": "b", "gpuType": "A100_80GB", "gpuCount": 2}, "junk"],
    }
    async with scripted(older(body)) as server, client_of(server.url) as client:
        offers = await client.offers.list()
    assert [(offer.gpu_type, offer.gpu_count) for offer in offers.items] == [
        ("H100_80GB", 1),
        ("A100_80GB", 2),
    ]
    assert [lost.position for lost in offers.unreadable] == [2]


async def test_an_older_list_that_names_no_type_is_shown_without() -> None:
    async with scripted(older([{"cloudId": "a"}])) as server, client_of(server.url) as client:
        [offer] = (await client.offers.list()).items
    assert (offer.gpu_type, offer.gpu_count, offer.price_usd_per_h) == ("unknown", None, None)


async def test_a_service_with_neither_is_asked_anew_each_time() -> None:
    async with scripted(Reply({}, 404)) as server, client_of(server.url) as client:
        for _ in range(2):
            with pytest.raises(NotFound):
                await client.offers.list()
    assert sum(asked.path.endswith("gpus") for asked in server.asked) == 2


async def test_a_failure_is_not_taken_for_an_older_service() -> None:
    for status, kind in ((500, ServerFault), (422, InvalidRequest)):
        async with scripted(Reply({}, status)) as server, client_of(server.url) as client:
            with pytest.raises(kind):
                await client.offers.list()
        assert not any(asked.path == "/api/v1/availability/" for asked in server.asked)


@pytest.mark.parametrize(
    ("prices", "price", "currency"),
    [
        ({"onDemand": 2.0, "communityPrice": 1.5}, "1.5", "USD"),
        ({"onDemand": 2.0, "communityPrice": None}, "2.0", "USD"),
        ({"onDemand": 2.0, "communityPrice": 0.0}, "0.0", "USD"),
        ({"hourly": "2.25", "monthly": 1500}, "2.25", "USD"),
        ({"onDemand": 2.0, "currency": "EUR"}, "2.0", "EUR"),
        ({}, None, "USD"),
        (None, None, "USD"),
        ("free", None, "USD"),
    ],
)
async def test_which_price_counts(prices: object, price: str | None, currency: str) -> None:
    body = {"items": [row(1, prices=prices)], "totalCount": 1}
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        offer = (await client.offers.list()).items[0]
    assert offer.price_usd_per_h == (None if price is None else Decimal(price))
    assert offer.currency == currency


async def test_the_summary_and_the_places_for_disks() -> None:
    prices = {"onDemand": 0.99, "communityPrice": None, "spotPrice": 0.5748}
    summary = {"A100_80GB": {"1": {"cheapest": prices, "canada": None}, "x": {}}, "H100_80GB": None}
    async with scripted(Reply(summary)) as server, client_of(server.url) as client:
        found = await client.offers.gpu_summary()
    assert list(found) == ["A100_80GB"]
    assert list(found["A100_80GB"]) == [1]
    assert found["A100_80GB"][1]["cheapest"].spot_usd_per_h == Decimal("0.5748")
    assert "canada" not in found["A100_80GB"][1]
    place = {"provider": "hyperstack", "dataCenter": "N-1", "spec": {"minCount": 1, "pricePerUnit": 9.7e-05}}
    async with (
        scripted(Reply({"items": [place], "totalCount": 1})) as server,
        client_of(server.url) as client,
    ):
        [offer] = (await client.offers.disks()).items
    assert (offer.data_center_id, offer.price_usd_per_gb_h, offer.min_gb) == ("N-1", Decimal("0.000097"), 1)
