"""What can be rented: a fixed catalogue whose prices and stock move with the world's time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal

from prime_tui.sim.noise import Noise
from prime_tui.sim.vocabulary import IMAGES

PRICE_PERIOD_S = 600.0
STOCK_PERIOD_S = 240.0
# Providers that refuse an order without a price limit, as one of the real ones does.
NEEDS_MAX_PRICE = frozenset({"hyperstack"})

# provider, region, data centre, country, security, factor on the base price
_PLACES = (
    ("runpod", "united_states", "US-KS-2", "US", "secure_cloud", "1.00"),
    ("runpod", "eu_west", "EU-NL-1", "NL", "community_cloud", "0.72"),
    ("datacrunch", "eu_north", "FIN-01", "FI", "secure_cloud", "0.94"),
    ("lambdalabs", "united_states", "us-west-1", "US", "secure_cloud", "1.06"),
    ("hyperstack", "canada", "CANADA-1", "CA", "secure_cloud", "0.97"),
    ("hyperstack", "eu_north", "NORWAY-1", "NO", "secure_cloud", "0.95"),
    ("nebius", "eu_west", "eu-west1", "FR", "secure_cloud", "1.10"),
    ("massedcompute", "united_states", "us-central-3", "US", "secure_cloud", "0.90"),
    ("crusoecloud", "united_states", "us-east1-a", "US", "secure_cloud", "1.12"),
    ("vultr", "asia_northeast", "NRT", "JP", "secure_cloud", "1.21"),
    ("akash", "eu_east", "akash-europlots", "PL", "community_cloud", "0.66"),
    ("denvr", "canada", "Msc1", "CA", "secure_cloud", "0.99"),
)

# GPU type, socket, GB per GPU, USD per GPU and hour, counts, index of the places that have it
_HARDWARE = (
    ("H100_80GB", "SXM5", 80, "2.48", (1, 2, 4, 8), (0, 2, 3, 7, 10)),
    ("H100_80GB", "PCIe", 80, "1.95", (1, 2), (1, 4)),
    ("H200_141GB", "SXM5", 141, "3.30", (1, 8), (2, 6)),
    ("B200_180GB", "SXM6", 180, "4.90", (1, 8), (3, 6)),
    ("A100_80GB", "SXM4", 80, "1.42", (1, 2, 4, 8), (2, 8, 9)),
    ("A100_80GB", "PCIe", 80, "1.19", (1, 2), (0, 5)),
    ("A100_40GB", "SXM4", 40, "1.05", (1, 8), (3,)),
    ("L40S_48GB", "PCIe", 48, "0.86", (1, 2, 4), (0, 9, 11)),
    ("RTX6000Ada_48GB", "PCIe", 48, "0.79", (1, 2), (1, 7)),
    ("A6000_48GB", "PCIe", 48, "0.52", (1, 2, 4), (4, 7)),
    ("RTX5090_32GB", "PCIe", 32, "0.74", (1, 4), (1, 10)),
    ("RTX4090_24GB", "PCIe", 24, "0.44", (1, 2, 8), (1, 10)),
    ("L4_24GB", "PCIe", 24, "0.43", (1,), (0, 9)),
    ("A10_24GB", "PCIe", 24, "0.60", (1,), (3,)),
    ("T4_16GB", "PCIe", 16, "0.29", (1,), (7,)),
    ("CPU_NODE", "PCIe", 0, "0.12", (1,), (2,)),
)
# GPU type, GB, USD per GPU and hour, GPUs of the whole cluster, place
_CLUSTERS = (
    ("H100_80GB", "SXM5", 80, "2.30", 16, 2),
    ("H100_80GB", "SXM5", 80, "2.26", 32, 8),
    ("H200_141GB", "SXM5", 141, "3.12", 16, 6),
    ("H200_141GB", "SXM5", 141, "3.05", 64, 2),
    ("B200_180GB", "SXM6", 180, "4.72", 32, 3),
    ("A100_80GB", "SXM4", 80, "1.33", 16, 9),
)
_STOCKS = ("Available", "High", "High", "Medium", "Medium", "Low", "Low", "Unavailable")
_POD_IMAGES = (
    "ubuntu_22_cuda_12",
    "cuda_12_4_pytorch_2_6",
    "cuda_12_6_pytorch_2_7",
    "prime_rl",
    "vllm_llama_8b",
)


@dataclass(frozen=True)
class Offer:
    """One thing to rent; `base_usd_per_h` is for all its GPUs together."""

    cloud_id: str
    gpu_type: str
    socket: str
    gpu_memory_gb: int
    gpu_count: int
    provider: str
    region: str
    data_center: str
    country: str
    security: str
    base_usd_per_h: Decimal
    multi_node: bool
    spot: bool
    prepaid_h: int | None
    images: tuple[str, ...]

    @property
    def community(self) -> bool:
        """Return whether the price is a community price."""
        return self.security == "community_cloud"


@dataclass(frozen=True)
class DiskOffer:
    """A place where disks can be had; the price is per GB and hour."""

    provider: str
    data_center: str
    country: str
    region: str
    security: str
    usd_per_gb_h: Decimal
    max_gb: int
    multi_node: bool


class Market:
    """The catalogue, and its prices and stock at a moment."""

    def __init__(self, noise: Noise) -> None:
        self._noise = noise
        self.offers = tuple(itertools.chain(_single_offers(noise), _cluster_offers()))
        self.disk_offers = tuple(_disk_offers())
        self._by_key = {(o.provider, o.cloud_id, o.data_center, o.gpu_count): o for o in self.offers}

    def price_usd_per_h(self, offer: Offer, t_s: float) -> Decimal:
        """Return the price of the whole offer; it changes every ten minutes by up to 4 %."""
        period = int(t_s // PRICE_PERIOD_S)
        drift = self._noise.between(-0.04, 0.04, "price", offer.cloud_id, offer.data_center, period)
        return (offer.base_usd_per_h * Decimal(f"{1 + drift:.4f}")).quantize(Decimal("0.0001"))

    def stock(self, offer: Offer | DiskOffer, t_s: float) -> str:
        """Return the stock word; it changes every four minutes."""
        if isinstance(offer, DiskOffer):
            return "Available"
        period = int(t_s // STOCK_PERIOD_S)
        # A third of all offers never runs out, so that there is always something to rent.
        choices = (
            _STOCKS[:4] if self._noise.unit("solid", offer.cloud_id, offer.data_center) < 0.34 else _STOCKS
        )
        return self._noise.pick(choices, "stock", offer.cloud_id, offer.data_center, period)

    def find(
        self, provider: str, cloud_id: str, gpu_count: int, data_center: str | None = None
    ) -> Offer | None:
        """Return the offer that an order means; without a data centre the first that fits."""
        if data_center is not None:
            return self._by_key.get((provider, cloud_id, data_center, gpu_count))
        return next(
            (
                offer
                for offer in self.offers
                if (offer.provider, offer.cloud_id, offer.gpu_count) == (provider, cloud_id, gpu_count)
            ),
            None,
        )

    def find_disk(self, provider: str, data_center: str | None) -> DiskOffer | None:
        """Return the place for a disk of that provider."""
        fitting = [offer for offer in self.disk_offers if offer.provider == provider]
        return next((offer for offer in fitting if data_center in (None, offer.data_center)), None)


def _single_offers(noise: Noise) -> list[Offer]:
    offers = []
    for gpu_type, socket, memory_gb, usd, counts, places in _HARDWARE:
        for count, place in itertools.product(counts, places):
            provider, region, data_center, country, security, factor = _PLACES[place]
            cloud_id = f"{provider}_{count}x_{gpu_type.lower()}_{socket.lower()}"
            spot = noise.unit("spot", cloud_id, data_center) < 0.12
            prepaid_h = 24 if provider == "crusoecloud" and count == 8 else None
            offers.append(
                Offer(
                    cloud_id, gpu_type, socket, memory_gb, count, provider, region, data_center, country,
                    security, Decimal(usd) * count * Decimal(factor) * (Decimal("0.55") if spot else 1),
                    multi_node=False, spot=spot, prepaid_h=prepaid_h, images=_images(provider),
                )
            )  # fmt: skip
    return offers


def _cluster_offers() -> list[Offer]:
    offers = []
    for gpu_type, socket, memory_gb, usd, count, place in _CLUSTERS:
        provider, region, data_center, country, security, factor = _PLACES[place]
        offers.append(
            Offer(
                f"{provider}-cluster-{count}x-{gpu_type.lower()}", gpu_type, socket, memory_gb, count,
                provider, region, data_center, country, security, Decimal(usd) * count * Decimal(factor),
                multi_node=True, spot=False, prepaid_h=None, images=("ubuntu_22_cuda_12", "prime_rl"),
            )
        )  # fmt: skip
    return offers


def _images(provider: str) -> tuple[str, ...]:
    if provider in ("runpod", "hyperstack"):
        return (*_POD_IMAGES, "custom_template")
    return _POD_IMAGES[:4]


def _disk_offers() -> list[DiskOffer]:
    picked = (0, 2, 4, 5, 6, 8, 11)
    return [
        DiskOffer(
            provider, data_center, country, region, security,
            Decimal("0.000097") * Decimal(factor), 100_000 if place % 2 else 10_000,
            multi_node=place in (2, 6, 8),
        )
        for place in picked
        for provider, region, data_center, country, security, factor in (_PLACES[place],)
    ]  # fmt: skip


if not set(_POD_IMAGES) <= set(IMAGES):
    raise RuntimeError("an offer names an image that the API does not know")
