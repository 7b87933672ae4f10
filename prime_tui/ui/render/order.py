"""An order in words: what it is, what it costs, who pays, how long the money lasts."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from prime_tui.domain.offers import Offer, PodOrder
from prime_tui.domain.spend import Purse, Runway
from prime_tui.domain.units import UNKNOWN, span, usd, usd_per_h
from prime_tui.ui.render.fields import balance_text
from prime_tui.ui.render.offers import headline, quote
from prime_tui.ui.render.styled import Span, Styled, spans_of

HOURS_PER_DAY = 24


def offer_lines(offer: Offer) -> tuple[Styled, ...]:
    """Return what is ordered."""
    extras = (
        f"{offer.gpu_memory_gb} GB per GPU" if offer.gpu_memory_gb else "",
        f"{offer.vcpu.default} vCPUs" if offer.vcpu.default else "",
        f"{offer.memory.default} GB RAM" if offer.memory.default else "",
        offer.security.replace("_", " ") if offer.security else "",
        f"usually up in {offer.provisioning_min} min" if offer.provisioning_min else "",
    )
    lines: list[Styled] = [
        Span(headline(offer), "title"),
        Span(" · ".join(one for one in extras if one), "dim"),
    ]
    return (*lines, *(Span(f"▲ {text}", "warn") for text in warnings(offer)))


def warnings(offer: Offer) -> list[str]:
    """Return what can cost more than one thinks."""
    found = []
    if offer.prepaid_h:
        at_once = usd(None if offer.price_usd_per_h is None else offer.price_usd_per_h * offer.prepaid_h)
        found.append(f"{offer.prepaid_h:f} h are charged at once ({at_once}), even if you end it earlier.")
    if offer.is_spot:
        found.append("Spot: it can be taken away at any time.")
    if offer.price_is_variable:
        found.append("The price varies after the start.")
    if offer.is_cluster:
        found.append("A cluster: several machines, ended together.")
    return found


def price_lines(
    offer: Offer, usd_per_h_now: Decimal | None, *, disk_gb: int | None, parts_too: bool = True
) -> tuple[tuple[str, Styled], ...]:
    """Return label and value of what it will burn, and what that is made of."""
    parts = [quote(offer.price_usd_per_h, offer)]
    disk = offer.disk.extra_usd_per_h(offer.disk.default if disk_gb is None else disk_gb)
    if disk:
        parts.append(f"disk {usd(disk, places=4)}/h")
    other = (
        None
        if usd_per_h_now is None or offer.price_usd_per_h is None
        else usd_per_h_now - offer.price_usd_per_h - disk
    )
    if other:
        parts.append(f"memory and vCPUs {usd(other, places=4)}/h")
    mark = "~" if offer.price_is_variable else ""
    per_day = None if usd_per_h_now is None else usd_per_h_now * HOURS_PER_DAY
    total: Styled = (
        Span(quote(usd_per_h_now, offer), "title"),
        Span(f"   {usd(per_day, mark=mark) if offer.currency == 'USD' else UNKNOWN} per day"),
        Span(f"   {' + '.join(parts)}" if parts_too and len(parts) > 1 else "", "dim"),
    )
    return (("burns", total),)


def purse_lines(purse: Purse) -> tuple[tuple[str, Styled], ...]:
    """Return label and value of who pays and how long that lasts."""
    hours, balance = purse.after.hours, balance_text(purse.balance_usd, purse.stale_s)
    short = hours is not None and hours < HOURS_PER_DAY
    runway = (
        Span(f"{_runway(purse.before, purse.mark)} now → "),
        Span(_runway(purse.after, purse.mark), "bad" if short else "text"),
        Span(" with it"),
        Span(_end(purse.after), "dim"),
    )
    return (
        ("paid by", (Span(purse.wallet, "title"), Span("   balance "), *balance)),
        ("runway", runway),
    )


def confirm_lines(order: PodOrder, purse: Purse) -> list[Styled]:
    """Return the page before an order is sent."""
    offer = order.offer
    burns = offer.estimate_usd_per_h(order.disk_gb)
    sizes = [order.image or "the service's image", f"{order.disk_gb} GB disk" if order.disk_gb else ""]
    pairs: list[tuple[str, Styled]] = [
        ("name", Span(order.name, "title")),
        ("with", " · ".join(size for size in sizes if size)),
        *price_lines(offer, burns, disk_gb=order.disk_gb, parts_too=False),
        (
            "ceiling",
            (Span(usd_per_h(order.max_price_usd_per_h)), Span("  dearer than that is refused", "dim")),
        ),
        *purse_lines(purse),
    ]
    labelled: list[Styled] = [(Span(f"{label:<9}", "dim"), *spans_of(value)) for label, value in pairs]
    return [
        *offer_lines(offer),
        "",
        *labelled,
        "",
        Span("The order is sent once. It burns until you end it; it does not end by itself.", "dim"),
    ]


def _runway(runway: Runway, mark: str) -> str:
    if runway.hours is None:
        return "no burn" if runway.reason == "no burn" else UNKNOWN
    return f"{mark}{span(float(runway.hours) * 3600)}"


def _end(runway: Runway) -> str:
    if runway.ends_at is None:
        return ""
    return f" (until {runway.ends_at.astimezone(UTC).strftime('%a %d %b %H:%M')}Z)"
