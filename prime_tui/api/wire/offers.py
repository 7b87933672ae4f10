"""Availability: offers in the present and the older form, price summaries, places for disks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import IfObject, Page, Wire, known_as, page_of
from prime_tui.api.wire.scalars import Count, Flag, Id, Money, Name, Names, count, decimal, mapping, name
from prime_tui.domain.disks import DiskOffer
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.offers import Offer, SizeRange, SummaryPrice

DEFAULT_STOCK = "Available"
UNKNOWN_GPU = "unknown"
"""For a bare list that was not asked for one GPU type: the older rows do not say what they are."""
_MAX_SUMMARY_ROWS = 2_000

GpuSummary = Mapping[str, Mapping[int, Mapping[str, SummaryPrice]]]
"""GPU type → number of GPUs → region (or `cheapest`) → price."""


class SizeWire(Wire):
    """A size that may be chosen; every part may be missing."""

    low: Count = known_as("minCount")
    default: Count = known_as("defaultCount")
    high: Count = known_as("maxCount")
    step: Count = None
    price: Money = known_as("pricePerUnit")
    default_included: Flag = known_as("defaultIncludedInPrice")

    def to_domain(self) -> SizeRange:
        """Return the range."""
        return SizeRange(
            self.low,
            self.default,
            self.high,
            self.step,
            self.price,
            default_included=bool(self.default_included),
        )


class PricesWire(Wire):
    """Prices per hour of the whole offer."""

    community: Money = known_as("communityPrice")
    on_demand: Money = known_as("onDemand")
    hourly: Money = None
    is_variable: Flag = known_as("isVariable")
    currency: Name = None


Size = Annotated[SizeWire | None, IfObject]


class OfferWire(Wire):
    """A machine that can be rented."""

    cloud_id: Id = Field(validation_alias=AliasChoices("cloudId", "cloud_id"))
    gpu_type: Id = Field(validation_alias=AliasChoices("gpuType", "gpuName", "gpu_type"))
    gpu_count: Count = known_as("gpuCount", "gpu_count")
    provider: Name = known_as("provider", "providerType")
    socket: Name = None
    region: Name = None
    data_center: Name = known_as("dataCenter", "data_center")
    country: Name = None
    gpu_memory: Count = known_as("gpuMemory")
    prices: Annotated[PricesWire | None, IfObject] = None
    is_spot: Flag = known_as("isSpot")
    security: Name = None
    stock: Name = known_as("stockStatus", "stock_status")
    images: Names = ()
    disk: Size = None
    shared_disk: Size = known_as("sharedDisk")
    vcpu: Size = None
    memory: Size = None
    internet: Count = known_as("internetSpeed")
    interconnect: Count = None
    interconnect_type: Name = known_as("interconnectType")
    provisioning: Count = known_as("provisioningTime")
    prepaid_h: Money = known_as("prepaidTime")

    def to_domain(self, *, is_cluster: bool) -> Offer:
        """Return the offer. The community price wins, then the on-demand one, then the older hourly one."""
        prices = self.prices or PricesWire()
        known = (price for price in (prices.community, prices.on_demand, prices.hourly) if price is not None)
        return Offer(
            cloud_id=self.cloud_id,
            gpu_type=self.gpu_type,
            gpu_count=self.gpu_count,
            provider=self.provider,
            socket=self.socket,
            region=self.region,
            data_center=self.data_center,
            country=self.country,
            gpu_memory_gb=self.gpu_memory,
            price_usd_per_h=next(known, None),
            currency=(prices.currency or "USD").upper(),
            price_is_variable=bool(prices.is_variable),
            is_spot=bool(self.is_spot),
            is_cluster=is_cluster,
            security=self.security,
            stock=self.stock or DEFAULT_STOCK,
            images=self.images,
            disk=_range(self.disk),
            shared_disk=_range(self.shared_disk),
            vcpu=_range(self.vcpu),
            memory=_range(self.memory),
            internet_mbps=self.internet,
            interconnect_gbps=self.interconnect,
            interconnect_type=self.interconnect_type,
            provisioning_min=self.provisioning,
            prepaid_h=self.prepaid_h,
        )


def _range(size: SizeWire | None) -> SizeRange:
    return SizeRange() if size is None else size.to_domain()


def read_offer(value: object) -> Offer:
    """Return an offer of one machine."""
    return OfferWire.model_validate(value).to_domain(is_cluster=False)


def read_cluster_offer(value: object) -> Offer:
    """Return an offer of several machines."""
    return OfferWire.model_validate(value).to_domain(is_cluster=True)


def older_offers_page(value: object, gpu_type: str | None, gpu_count: int | None) -> Page:
    """Return the rows of the older endpoint: an object of lists by GPU type, a bare list, or an envelope.

    Args:
        value: The parsed answer.
        gpu_type: What was asked for; fills rows that do not say it.
        gpu_count: Likewise.
    """
    asked: dict[str, object] = {"gpuType": gpu_type or UNKNOWN_GPU}
    if gpu_count is not None:
        asked["gpuCount"] = gpu_count
    lists = (
        value if isinstance(value, dict) and all(isinstance(part, list) for part in value.values()) else None
    )
    if lists is not None and not lists.keys() & {"items", "data"}:
        return Page(
            [_filled({**asked, "gpuType": key}, row) for key, part in lists.items() for row in part], None
        )
    page = page_of(value)
    return Page([_filled(asked, row) for row in page.rows], page.total, page.is_bare)


def _filled(defaults: Mapping[str, object], row: object) -> object:
    if not isinstance(row, dict):
        return row
    return {**defaults, **{key: value for key, value in row.items() if value is not None}}


def read_summary(value: object) -> GpuSummary:
    """Return the cheapest and the regional prices by GPU type and count.

    Raises:
        ResponseShapeError: It is not an object of objects.
    """
    if not isinstance(value, dict):
        raise ResponseShapeError("The answer holds no summary.")
    found: dict[str, dict[int, dict[str, SummaryPrice]]] = {}
    for gpu_type, counts in list(value.items())[:_MAX_SUMMARY_ROWS]:
        by_count: dict[int, dict[str, SummaryPrice]] = {}
        for number, regions in mapping(counts).items():
            gpus = count(number)
            if gpus is not None:
                prices = {name(region) or "": _price(price) for region, price in mapping(regions).items()}
                by_count[gpus] = {region: price for region, price in prices.items() if price is not None}
        if by_count:
            found[name(gpu_type) or ""] = by_count
    return found


def _price(value: object) -> SummaryPrice | None:
    if not isinstance(value, dict):
        return None
    return SummaryPrice(
        decimal(value.get("onDemand")), decimal(value.get("communityPrice")), decimal(value.get("spotPrice"))
    )


class DiskOfferWire(Wire):
    """A place where a disk can be made."""

    provider: Id = Field(validation_alias=AliasChoices("provider", "providerType"))
    cloud_id: Name = known_as("cloudId")
    data_center: Name = known_as("dataCenter")
    country: Name = None
    region: Name = None
    size: Size = known_as("spec")
    stock: Name = known_as("stockStatus")

    def to_domain(self) -> DiskOffer:
        """Return the place."""
        size = _range(self.size)
        return DiskOffer(
            provider=self.provider,
            data_center_id=self.data_center,
            country=self.country,
            region=self.region,
            cloud_id=self.cloud_id,
            price_usd_per_gb_h=size.price_usd_per_unit_h,
            min_gb=size.min,
            max_gb=size.max,
            stock=self.stock or DEFAULT_STOCK,
        )


def read_disk_offer(value: object) -> DiskOffer:
    """Return a place for disks."""
    return DiskOfferWire.model_validate(value).to_domain()
