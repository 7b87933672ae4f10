"""What can be rented now: offers, summaries, places for disks."""

from __future__ import annotations

from collections.abc import Sequence

from prime_tui.sim.offers import Offer
from prime_tui.sim.vocabulary import GPU_TYPES, REGIONS, SECURITY, SOCKETS
from prime_tui.sim.web import API, Answer, Call, Endpoint
from prime_tui.sim.world import Refused

_BASE = f"{API}/availability"


def _spec(
    default: int | None = None, *, least: int | None = None, most: int | None = None
) -> dict[str, object]:
    """Return a resource range; the keys are there even when they are null."""
    return {
        "minCount": least, "defaultCount": default, "maxCount": most, "pricePerUnit": None,
        "step": 1 if most is not None else None,
        "defaultIncludedInPrice": True if default is not None else None, "additionalInfo": None,
    }  # fmt: skip


def offer_json(call: Call, offer: Offer) -> dict[str, object]:
    """Return an offer with its price and stock of now."""
    price = float(call.world.market.price_usd_per_h(offer, call.t_s))
    cpu = offer.gpu_type == "CPU_NODE"
    disk = _spec(120, least=80, most=3000)
    disk |= {"pricePerUnit": 0.00014, "defaultIncludedInPrice": False}
    return {
        "cloudId": offer.cloud_id, "gpuType": offer.gpu_type, "socket": offer.socket,
        "provider": offer.provider, "region": offer.region, "dataCenter": offer.data_center,
        "country": offer.country, "gpuCount": offer.gpu_count, "gpuMemory": offer.gpu_memory_gb,
        "disk": disk, "sharedDisk": _spec(), "vcpu": _spec(8 if cpu else 14 * offer.gpu_count),
        "memory": _spec(32 if cpu else 125 * offer.gpu_count),
        "internetSpeed": 10_000 if offer.multi_node else None,
        "interconnect": 3200 if offer.multi_node else None,
        "interconnectType": "Infiniband" if offer.multi_node else None,
        "provisioningTime": 12 if offer.multi_node else None,
        "stockStatus": call.world.market.stock(offer, call.t_s), "security": offer.security, "prices": {
            "onDemand": None if offer.community else price,
            "communityPrice": price if offer.community else None, "isVariable": True if offer.spot else None,
            "currency": "USD",
        },
        "images": list(offer.images), "isSpot": True if offer.spot else None, "prepaidTime": offer.prepaid_h,
    }  # fmt: skip


def matching(call: Call, *, multi_node: bool) -> list[Offer]:
    """Return the offers that pass the filters of the query."""
    regions = call.choices("regions", REGIONS)
    exact = {
        "gpu_count": call.maybe_whole("gpu_count", 1), "gpu_type": call.choice("gpu_type", GPU_TYPES),
        "socket": call.choice("socket", SOCKETS), "security": call.choice("security", SECURITY),
        "data_center": call.text("data_center_id"), "cloud_id": call.text("cloud_id"),
    }  # fmt: skip
    places = _places_of_disks(call)
    return [
        offer
        for offer in call.world.market.offers
        if offer.multi_node == multi_node
        and (not regions or offer.region in regions)
        and (places is None or (offer.provider, offer.data_center) in places)
        and all(value is None or getattr(offer, name) == value for name, value in exact.items())
    ]


def _places_of_disks(call: Call) -> set[tuple[str, str | None]] | None:
    """Return where all the named disks can be attached; None = no disk is named."""
    disk_ids = call.query.getlist("disks")
    if not disk_ids:
        return None
    disks = [call.world.disk(disk_id, call.t_s) for disk_id in disk_ids]
    places = {(disk.provider, disk.data_center) for disk in disks}
    return places if len(places) == 1 else set()


def _page(call: Call, rows: Sequence[dict[str, object]]) -> Answer:
    page, size = call.whole("page", 1, 1), call.whole("page_size", 100, 1, 100)
    return Answer({"items": list(rows[(page - 1) * size : page * size]), "totalCount": len(rows)})


def gpus(call: Call) -> Answer:
    """Answer GET /availability/gpus."""
    return _page(call, [offer_json(call, offer) for offer in matching(call, multi_node=False)])


def clusters(call: Call) -> Answer:
    """Answer GET /availability/multi-node."""
    return _page(call, [offer_json(call, offer) for offer in matching(call, multi_node=True)])


def _by_type(call: Call, *, multi_node: bool) -> Answer:
    page, size = call.whole("page", 1, 1), call.whole("page_size", 500, 1, 500)
    grouped: dict[str, list[dict[str, object]]] = {}
    for offer in matching(call, multi_node=multi_node)[(page - 1) * size : page * size]:
        grouped.setdefault(offer.gpu_type, []).append(offer_json(call, offer))
    return Answer(grouped)


def legacy(call: Call) -> Answer:
    """Answer GET /availability/: an object by GPU type."""
    return _by_type(call, multi_node=False)


def legacy_clusters(call: Call) -> Answer:
    """Answer GET /availability/clusters."""
    return _by_type(call, multi_node=True)


def _summary(call: Call, *, multi_node: bool) -> Answer:
    best: dict[str, dict[str, dict[str, dict[str, float | None]]]] = {}
    for offer in call.world.market.offers:
        if offer.multi_node != multi_node or call.world.market.stock(offer, call.t_s) == "Unavailable":
            continue
        price = float(call.world.market.price_usd_per_h(offer, call.t_s))
        kind = "spotPrice" if offer.spot else "communityPrice" if offer.community else "onDemand"
        places = best.setdefault(offer.gpu_type, {}).setdefault(str(offer.gpu_count), {})
        for place in ("cheapest", offer.region):
            info = places.setdefault(place, {"onDemand": None, "communityPrice": None, "spotPrice": None})
            known = info[kind]
            info[kind] = price if known is None else min(known, price)
    return Answer(best)


def summary(call: Call) -> Answer:
    """Answer GET /availability/gpu-summary."""
    return _summary(call, multi_node=False)


def cluster_summary(call: Call) -> Answer:
    """Answer GET /availability/multi-node-summary."""
    return _summary(call, multi_node=True)


def disks(call: Call) -> Answer:
    """Answer GET /availability/disks."""
    regions = call.choices("regions", REGIONS)
    data_center, cloud_id = call.text("data_center_id"), call.text("cloud_id")
    if cloud_id is not None and not any(offer.cloud_id == cloud_id for offer in call.world.market.offers):
        raise Refused(404, "Unknown cloud_id")
    hosts = {offer.provider for offer in call.world.market.offers if cloud_id in (None, offer.cloud_id)}
    rows: list[dict[str, object]] = []
    for offer in call.world.market.disk_offers:
        fits = (not regions or offer.region in regions) and data_center in (None, offer.data_center)
        if fits and offer.provider in hosts:
            spec = _spec(0, least=0, most=offer.max_gb)
            spec |= {"pricePerUnit": float(offer.usd_per_gb_h), "defaultIncludedInPrice": False}
            rows.append(
                {
                    "cloudId": None, "provider": offer.provider, "dataCenter": offer.data_center,
                    "country": offer.country, "region": offer.region, "spec": spec,
                    "stockStatus": call.world.market.stock(offer, call.t_s), "security": offer.security,
                    "isMultinode": offer.multi_node,
                }
            )  # fmt: skip
    return _page(call, rows)


ENDPOINTS = (
    Endpoint("GET", f"{_BASE}/", legacy),
    Endpoint("GET", f"{_BASE}/clusters", legacy_clusters),
    Endpoint("GET", f"{_BASE}/gpus", gpus),
    Endpoint("GET", f"{_BASE}/multi-node", clusters),
    Endpoint("GET", f"{_BASE}/gpu-summary", summary),
    Endpoint("GET", f"{_BASE}/multi-node-summary", cluster_summary),
    Endpoint("GET", f"{_BASE}/disks", disks),
)
