"""An order while it is being filled in: what is proposed, and what is wrong with what was typed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, InvalidOperation

from prime_tui.domain.errors import InvalidRequest
from prime_tui.domain.ids import TeamId
from prime_tui.domain.offers import Offer, PodOrder

CEILING_FACTOR = Decimal("1.2")
CUSTOM_TEMPLATE = "custom_template"
"""An image that needs a template of its own, which an order from here cannot name."""

_WORD = re.compile(r"[a-z0-9]+")


def free_name(offer: Offer, taken: Collection[str]) -> str:
    """Return a short name that says what the machine is and that nobody in `taken` has: `h100x8-2`."""
    first = _WORD.search(offer.gpu_type.lower())
    stem = first[0] if first and not first[0].isdigit() else "pod"
    if offer.has_gpu and offer.gpu_count and offer.gpu_count > 1:
        stem += f"x{offer.gpu_count}"
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def suggested_ceiling(offer: Offer, disk_gb: int | None) -> Decimal | None:
    """Return the quoted price with a fifth on top, rounded up to the cent; None when no price is known."""
    quoted = offer.estimate_usd_per_h(disk_gb)
    if quoted is None:
        return None
    return (quoted * CEILING_FACTOR).quantize(Decimal("0.01"), rounding=ROUND_UP)


def choosable_images(offer: Offer) -> tuple[str, ...]:
    """Return the images that can be ordered from here."""
    return tuple(image for image in offer.images if image != CUSTOM_TEMPLATE)


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """The fields as typed.

    Attributes:
        image: Empty for the service's own choice.
        disk: GB; empty for the offer's default.
        ceiling: USD per hour.
    """

    offer: Offer
    name: str
    image: str = ""
    disk: str = ""
    ceiling: str = ""

    @property
    def disk_gb(self) -> int | None:
        """The disk's size, or None when it is left out or not a number."""
        text = self.disk.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None

    def order(self, team_id: TeamId | None) -> PodOrder:
        """Return the order.

        Raises:
            InvalidRequest: With a sentence about the first thing that is wrong.
        """
        if self.offer.currency != "USD":
            raise InvalidRequest(
                f"This offer is priced in {self.offer.currency}: a ceiling in USD would mean nothing."
            )
        if self.disk.strip() and self.disk_gb is None:
            raise InvalidRequest("The disk must be a whole number of GB.")
        order = PodOrder(
            offer=self.offer,
            name=self.name.strip(),
            max_price_usd_per_h=self._ceiling_usd_per_h(),
            disk_gb=self.disk_gb,
            image=self.image or None,
            team_id=team_id,
        )
        order.check()
        return order

    def _ceiling_usd_per_h(self) -> Decimal:
        text = self.ceiling.strip().removeprefix("$").removesuffix("/h")
        try:
            ceiling = Decimal(text)
        except InvalidOperation:
            raise InvalidRequest(
                "The price ceiling must be an amount in USD per hour, such as 2.98."
            ) from None
        if not ceiling.is_finite():
            raise InvalidRequest("The price ceiling must be an amount in USD per hour, such as 2.98.")
        return ceiling
