"""Offers as table rows and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from prime_tui.domain.offers import Offer, SizeRange
from prime_tui.domain.units import UNKNOWN, amount, gpu, usd, usd_per_h
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Role, Span, Styled

OFFER_COLUMNS = (
    Column("gpu", "GPU", 14, grow=True, priority=20),
    Column("count", "N", 3, "right", priority=19),
    Column("per_gpu", "$/GPU·H", 9, "right", priority=18),
    Column("price", "$/H", 8, "right", priority=17),
    Column("stock", "STOCK", 8, priority=16),
    Column("provider", "PROVIDER", 13, priority=15),
    Column("where", "WHERE", 11, priority=14),
    Column("note", "NOTE", 18, priority=13, sort=False),
    Column("socket", "SOCKET", 6, priority=12, sort=False),
    Column("memory", "GB/GPU", 6, "right", priority=11),
    Column("start", "START", 5, "right", priority=10),
    Column("place", "DATA CENTRE", 14, priority=9, sort=False),
    Column("net", "NETWORK", 10, priority=8, sort=False),
    Column("security", "SECURITY", 9, priority=7, sort=False),
)
_STOCKS: dict[str, tuple[str, Role]] = {
    "high": ("● high", "text"),
    "available": ("● yes", "text"),
    "medium": ("● medium", "text"),
    "low": ("◐ low", "warn"),
    "unavailable": ("○ none", "dim"),
}


def offer_row(offer: Offer, columns: Sequence[Column]) -> Row:
    """Return an offer as a row of `columns`; what cannot be had is dim."""
    role: Role = "text" if offer.is_in_stock else "dim"
    cells: dict[str, Styled] = {
        "gpu": Span(gpu(offer.gpu_type, None), role),
        "count": Span(str(offer.gpu_count) if offer.gpu_count and offer.has_gpu else UNKNOWN, role),
        "per_gpu": _price(offer.price_usd_per_gpu_h, offer, role, places=3),
        "price": _price(offer.price_usd_per_h, offer, role),
        "stock": _stock(offer),
        "provider": Span(offer.provider or UNKNOWN, role),
        "where": Span(_where(offer), role),
        "note": note(offer),
        "socket": Span(offer.socket or UNKNOWN, "dim"),
        "memory": Span(UNKNOWN if offer.gpu_memory_gb is None else str(offer.gpu_memory_gb), "dim"),
        "start": Span(UNKNOWN if offer.provisioning_min is None else f"{offer.provisioning_min}m", "dim"),
        "place": Span(offer.data_center or UNKNOWN, "dim"),
        "net": Span(_network(offer), "dim"),
        "security": Span((offer.security or UNKNOWN).removesuffix("_cloud"), "dim"),
    }
    return Row(offer.key, tuple(cells[column.key] for column in columns))


def note(offer: Offer) -> Styled:
    """Return what makes an offer special, in the order of what costs most to miss."""
    parts = (
        f"prepaid {offer.prepaid_h:f}h" if offer.prepaid_h else "",
        "spot" if offer.is_spot else "",
        "cluster" if offer.is_cluster else "",
        "variable" if offer.price_is_variable else "",
    )
    return Span(
        " · ".join(part for part in parts if part), "warn" if offer.prepaid_h or offer.is_spot else "text"
    )


def machine(offer: Offer) -> str:
    """Return what the machine has: `8×H100 80GB`."""
    return gpu(offer.gpu_type, offer.gpu_count if offer.has_gpu else None)


def headline(offer: Offer) -> str:
    """Return what an offer is, in a line."""
    where = ", ".join(part for part in (offer.data_center, offer.region, offer.country) if part)
    parts = (
        " ".join(part for part in (machine(offer), offer.socket) if part),
        offer.provider or "",
        where,
        offer.stock.lower() and f"stock {offer.stock.lower()}",
    )
    return " · ".join(part for part in parts if part)


def quote(value: Decimal | None, offer: Offer) -> str:
    """Return a price in the offer's own currency: `$2.48/h`, `EUR 2.10/h`, `~$1.10/h` if it moves."""
    mark = "~" if offer.price_is_variable else ""
    if offer.currency == "USD" or value is None:
        return usd_per_h(value, mark=mark)
    return f"{mark}{offer.currency} {amount(value)}/h"


def disk_note(disk: SizeRange) -> str:
    """Return which sizes can be had and what they cost."""
    if not disk.is_choosable:
        return f"{disk.default} GB, fixed" if disk.default is not None else "the provider decides"
    parts = [f"{disk.min}–{disk.max}"]
    if disk.default is not None:
        parts.append(f"usual {disk.default}" + (" (free)" if disk.default_included else ""))
    if disk.price_usd_per_unit_h:
        parts.append(f"{usd(disk.price_usd_per_unit_h * 100, places=3)}/100 GB·h")
    return ", ".join(parts)


def _price(value: Decimal | None, offer: Offer, role: Role, places: int = 2) -> Styled:
    if offer.currency != "USD" and value is not None:
        return Span(f"{offer.currency} {value:.2f}", "warn")
    return Span(amount(value, places=places, mark="~" if offer.price_is_variable else ""), role)


def _stock(offer: Offer) -> Styled:
    text, role = _STOCKS.get(
        offer.stock.strip().lower(), (f"? {offer.stock.lower()}" if offer.stock else "?", "dim")
    )
    return Span(text, role)


def _where(offer: Offer) -> str:
    region = (offer.region or "").replace("united_states", "us").replace("_", " ")
    parts = dict.fromkeys(part for part in (offer.country, region) if part)
    if offer.country == "US" and region == "us":
        parts = {"US": None}
    return " ".join(parts) or UNKNOWN


def _network(offer: Offer) -> str:
    if offer.interconnect_gbps is not None:
        return f"{offer.interconnect_gbps} Gb/s"
    return UNKNOWN if offer.internet_mbps is None else f"{offer.internet_mbps} Mb/s"
