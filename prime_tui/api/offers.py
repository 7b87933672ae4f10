"""What can be rented, and for how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prime_tui.api.call import Call
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.together import both
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import Page, page_of
from prime_tui.api.wire.offers import (
    GpuSummary,
    older_offers_page,
    read_cluster_offer,
    read_disk_offer,
    read_offer,
    read_summary,
)
from prime_tui.domain.disks import DiskOffer
from prime_tui.domain.errors import MethodNotAllowed, NotFound
from prime_tui.domain.offers import Offer, OfferQuery
from prime_tui.domain.remote import Listing

_OLDER_PAGE_ROWS = 500
_GONE = (NotFound, MethodNotAllowed)

_GPU_NAMES = {
    "T4": "T4_16GB",
    "L4": "L4_24GB",
    "L40": "L40_48GB",
    "RTX_3090": "RTX3090_24GB",
    "RTX_4090": "RTX4090_24GB",
    "A10": "A10_24GB",
    "A30": "A30_24GB",
    "A40": "A40_48GB",
}
_NOT_ASKABLE = frozenset({"H100_NVL"})
"""Names that the service would refuse: they are looked for in the whole list instead."""

_REGIONS = {"europe": ("eu_east", "eu_north", "eu_west")}


class OffersApi:
    """`/availability`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._is_older = False

    async def list(self, query: OfferQuery = OfferQuery()) -> Listing[Offer]:  # noqa: B008 - it is frozen
        """Return all offers that match: single machines, then clusters, as the service orders them.

        A backend without the present endpoints is asked at the older one, from then on at once.

        Raises:
            InvalidRequest: The service does not know a name in `query`.
        """
        if not self._is_older:
            try:
                return _only(query, await self._present(query))
            except _GONE:
                pass
        offers = await self._older(query)
        self._is_older = True
        return _only(query, offers)

    async def _present(self, query: OfferQuery) -> Listing[Offer]:
        singles, clusters = await both(
            self._pages("/availability/gpus", _params(query), read_offer),
            self._clusters(query),
        )
        known = singles.total is not None and clusters.total is not None
        return Listing(
            singles.items + clusters.items,
            (singles.total or 0) + (clusters.total or 0) if known else None,
            singles.unreadable + clusters.unreadable,
        )

    async def _clusters(self, query: OfferQuery) -> Listing[Offer]:
        try:
            return await self._pages("/availability/multi-node", _params(query), read_cluster_offer)
        except _GONE:
            return Listing(total=0)

    async def _pages(
        self, path: str, params: Mapping[str, object], read: Callable[[object], Offer]
    ) -> Listing[Offer]:
        async def page(number: int, _: int) -> Page:
            return await self._page(path, {**params, "page": number + 1, "page_size": PAGE_ROWS})

        return await read_pages(
            page, read, lambda offer: offer.key, max_pages=self._transport.limits.max_pages
        )

    async def _older(self, query: OfferQuery) -> Listing[Offer]:
        params = _params(query)

        async def page(number: int, _: int) -> Page:
            call = self._call("/availability/", {**params, "page": number + 1, "page_size": _OLDER_PAGE_ROWS})
            answer = await self._transport.exchange(call)
            return answer.read(lambda value: older_offers_page(value, query.gpu_type, query.gpu_count))

        return await read_pages(
            page,
            read_offer,
            lambda offer: offer.key,
            max_pages=self._transport.limits.max_pages,
            page_rows=_OLDER_PAGE_ROWS,
        )

    async def gpu_summary(self) -> GpuSummary:
        """Return the cheapest prices by GPU type, count and region (`GET /availability/gpu-summary`)."""
        answer = await self._transport.exchange(self._call("/availability/gpu-summary", {}))
        return answer.read(read_summary)

    async def disks(self) -> Listing[DiskOffer]:
        """Return the places where a disk can be made (`GET /availability/disks`)."""

        async def page(number: int, _: int) -> Page:
            return await self._page("/availability/disks", {"page": number + 1, "page_size": PAGE_ROWS})

        return await read_pages(
            page,
            read_disk_offer,
            lambda offer: (offer.provider, offer.cloud_id, offer.data_center_id),
            max_pages=self._transport.limits.max_pages,
        )

    async def _page(self, path: str, params: Mapping[str, object]) -> Page:
        return (await self._transport.exchange(self._call(path, params))).read(page_of)

    def _call(self, path: str, params: Mapping[str, object]) -> Call:
        return Call(method="GET", path=path, params=params, max_bytes=self._transport.limits.list_bytes)


def _params(query: OfferQuery) -> dict[str, object]:
    gpu_type = query.gpu_type
    regions = [name for region in query.regions for name in _REGIONS.get(region, (region,))]
    return {
        "gpu_type": None if gpu_type in _NOT_ASKABLE else _GPU_NAMES.get(gpu_type or "", gpu_type),
        "gpu_count": query.gpu_count,
        "regions": list(dict.fromkeys(regions)),
    }


def _only(query: OfferQuery, offers: Listing[Offer]) -> Listing[Offer]:
    """Return the offers of the GPU type that could not be asked for."""
    if query.gpu_type not in _NOT_ASKABLE:
        return offers
    items = tuple(offer for offer in offers.items if offer.gpu_type == query.gpu_type)
    return Listing(items, len(items), offers.unreadable)
