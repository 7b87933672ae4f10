"""What training by tokens costs, model by model."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Charged USD per million tokens; None is unknown.

    Attributes:
        list_training_usd_per_mtok: The price without a discount, where it differs in meaning.
    """

    model: str
    training_usd_per_mtok: Decimal | None = None
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    list_training_usd_per_mtok: Decimal | None = None
    list_input_usd_per_mtok: Decimal | None = None
    list_output_usd_per_mtok: Decimal | None = None
    promotion: str | None = None
    is_at_capacity: bool = False
