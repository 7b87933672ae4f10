"""Offers: machines that can be rented, and the order made from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from prime_tui.domain.errors import InvalidRequest
from prime_tui.domain.ids import TeamId


@dataclass(frozen=True, slots=True)
class SizeRange:
    """A size that can be chosen (disk, memory, vCPUs); the price is USD per unit and hour."""

    min: int | None = None
    default: int | None = None
    max: int | None = None
    step: int | None = None
    price_usd_per_unit_h: Decimal | None = None
    default_included: bool = False

    @property
    def is_choosable(self) -> bool:
        """Whether the buyer may choose the size."""
        return self.min is not None and self.max is not None and self.max > self.min

    def extra_usd_per_h(self, chosen: int | None) -> Decimal:
        """Return what `chosen` units cost on top of the offer's base price; unknown prices count 0."""
        if chosen is None or self.price_usd_per_unit_h is None:
            return Decimal(0)
        free = (self.default or 0) if self.default_included else 0
        return max(Decimal(0), self.price_usd_per_unit_h * (chosen - free))


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of the availability lists.

    `price_usd_per_h` is for the whole offer (all its GPUs); it is in USD only when `currency` says so.

    Attributes:
        cloud_id: Needed for an order; not unique alone.
        stock: The service's word, such as `Low`.
        is_cluster: From the multi-node list.
        prepaid_h: Hours that are charged in advance, whatever is used.
    """

    cloud_id: str
    gpu_type: str
    gpu_count: int | None
    provider: str | None = None
    socket: str | None = None
    region: str | None = None
    data_center: str | None = None
    country: str | None = None
    gpu_memory_gb: int | None = None
    price_usd_per_h: Decimal | None = None
    currency: str = "USD"
    price_is_variable: bool = False
    is_spot: bool = False
    is_cluster: bool = False
    security: str | None = None
    stock: str = ""
    images: tuple[str, ...] = ()
    disk: SizeRange = SizeRange()
    shared_disk: SizeRange = SizeRange()
    vcpu: SizeRange = SizeRange()
    memory: SizeRange = SizeRange()
    internet_mbps: int | None = None
    interconnect_gbps: int | None = None
    interconnect_type: str | None = None
    provisioning_min: int | None = None
    prepaid_h: Decimal | None = None

    @property
    def key(self) -> str:
        """A key that is unique and stable within one list of offers."""
        parts = (
            self.provider,
            self.cloud_id,
            self.data_center,
            self.gpu_type,
            self.gpu_count,
            self.socket,
            self.security,
            self.is_spot,
            self.is_cluster,
        )
        return "|".join("" if part is None else str(part) for part in parts)

    @property
    def has_gpu(self) -> bool:
        """False for a machine with processors only; some of those are listed with one GPU."""
        return not self.gpu_type.upper().startswith("CPU")

    @property
    def price_usd_per_gpu_h(self) -> Decimal | None:
        """The price of one GPU; None when price or count are unknown or the offer has no GPU."""
        if self.price_usd_per_h is None or not self.gpu_count or not self.has_gpu:
            return None
        return self.price_usd_per_h / self.gpu_count

    @property
    def is_in_stock(self) -> bool:
        """Whether the service says that it can be had."""
        return self.stock.strip().lower() != "unavailable"

    def estimate_usd_per_h(self, disk_gb: int | None = None) -> Decimal | None:
        """Return the expected price with the chosen disk and default sizes otherwise."""
        if self.price_usd_per_h is None:
            return None
        extras = self.disk.extra_usd_per_h(self.disk.default if disk_gb is None else disk_gb)
        for size in (self.shared_disk, self.vcpu, self.memory):
            extras += size.extra_usd_per_h(size.default)
        return self.price_usd_per_h + extras


@dataclass(frozen=True, slots=True)
class OfferQuery:
    """What the service is asked for; everything optional."""

    gpu_type: str | None = None
    gpu_count: int | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryPrice:
    """The price of a GPU type and count in one region, USD per hour for that count (`gpu-summary`)."""

    on_demand_usd_per_h: Decimal | None = None
    community_usd_per_h: Decimal | None = None
    spot_usd_per_h: Decimal | None = None


_POD_NAME = re.compile(r"(?=.{1,64}\Z)(?=.*[A-Za-z])[A-Za-z0-9-]+\Z")


@dataclass(frozen=True, slots=True)
class PodOrder:
    """A machine to be created from an offer (`POST /pods/`).

    Attributes:
        name: Letters, digits and `-`, at least one letter. It must be unique in the wallet: an order whose
            answer never came is found again by it.
        max_price_usd_per_h: The ceiling that is sent; some providers refuse an order without one.
    """

    offer: Offer
    name: str
    max_price_usd_per_h: Decimal
    disk_gb: int | None = None
    image: str | None = None
    team_id: TeamId | None = None
    ssh_key_id: str | None = None

    def check(self) -> None:
        """Raise InvalidRequest with a sentence for the first thing that the service would refuse."""
        if not _POD_NAME.match(self.name):
            raise InvalidRequest("The name must have 1–64 letters, digits or '-', and at least one letter.")
        if not self.offer.gpu_count or self.offer.gpu_count < 1:
            raise InvalidRequest("This offer does not say how many GPUs it has, so it cannot be ordered.")
        if not self.offer.socket:
            raise InvalidRequest("This offer does not name its socket, so it cannot be ordered.")
        if self.max_price_usd_per_h <= 0:
            raise InvalidRequest("The price ceiling must be above zero.")
        quoted = self.offer.estimate_usd_per_h(self.disk_gb)
        if quoted is not None and self.max_price_usd_per_h < quoted:
            raise InvalidRequest(f"The price ceiling is below the quoted ${quoted:.2f}/h.")
        if self.image is not None and self.offer.images and self.image not in self.offer.images:
            raise InvalidRequest(f"The offer has no image {self.image!r}.")
        disk = self.offer.disk
        if self.disk_gb is not None:
            low, high = disk.min or 1, disk.max
            if self.disk_gb < low or (high is not None and self.disk_gb > high):
                raise InvalidRequest(f"The disk must have {low}–{high if high is not None else '…'} GB.")
