"""What a run can be launched on, and what tokens cost."""

from __future__ import annotations

from decimal import Decimal

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import Wire, known_as, read_rows
from prime_tui.api.wire.runs import listed_names
from prime_tui.api.wire.scalars import Flag, Id, Money, Name, Rows, name
from prime_tui.domain.runs import GpuRate, TrainingChoices
from prime_tui.domain.token_prices import TokenPrice


class GpuRateWire(Wire):
    """An on-demand GPU type; the price is per GPU and hour."""

    gpu_type: Id = Field(validation_alias=AliasChoices("gpuType", "gpu_type"))
    price: Money = known_as("pricePerGpuHour")
    discount: Name = known_as("discountLabel")
    available_now: Flag = known_as("availableNow")
    is_beta: Flag = known_as("isBeta")

    def to_domain(self) -> GpuRate:
        """Return the rate."""
        return GpuRate(self.gpu_type, self.price, self.discount, self.available_now, bool(self.is_beta))


class ModelsWire(Wire):
    """The answer of `available-fft-models`."""

    models: Rows = Field(default_factory=list)
    on_demand: Rows = Field(default_factory=list, validation_alias=AliasChoices("onDemand", "on_demand"))
    beta_access: Flag = known_as("onDemandBetaAccess")

    def to_domain(self) -> TrainingChoices:
        """Return models and rates; the plain GPU types come from another endpoint."""
        labels = (name(row.get("name")) if isinstance(row, dict) else name(row) for row in self.models)
        rates, _ = read_rows(self.on_demand, _rate, lambda rate: rate.gpu_type)
        return TrainingChoices(
            models=tuple(label for label in labels if label), rates=rates, beta_access=self.beta_access
        )


def _rate(row: object) -> GpuRate:
    return GpuRateWire.model_validate(row).to_domain()


def read_training_models(value: object) -> TrainingChoices:
    """Return the models and on-demand rates."""
    return ModelsWire.model_validate(value).to_domain()


def read_gpu_types(value: object) -> tuple[str, ...]:
    """Return the names of the GPU types."""
    return listed_names(value, "gpuTypes", "gpu_types", "data")


class TokenPriceWire(Wire):
    """A model's prices; which of three spellings is charged differs by the age of the service."""

    model: Id = Field(validation_alias=AliasChoices("name", "id"))
    training: Money = known_as("trainingPricePerMtok")
    input: Money = known_as("inferenceInputPricePerMtok")
    output: Money = known_as("inferenceOutputPricePerMtok")
    list_training: Money = known_as("listTrainingPricePerMtok")
    list_input: Money = known_as("listInferenceInputPricePerMtok")
    list_output: Money = known_as("listInferenceOutputPricePerMtok")
    effective_training: Money = known_as("effectiveTrainingPricePerMtok")
    effective_input: Money = known_as("effectiveInferenceInputPricePerMtok")
    effective_output: Money = known_as("effectiveInferenceOutputPricePerMtok")
    promotion: Name = known_as("promoLabel")
    at_capacity: Flag = known_as("atCapacity")

    def to_domain(self) -> TokenPrice:
        """Return the prices."""
        training = _charged(self.training, self.list_training, self.effective_training)
        into = _charged(self.input, self.list_input, self.effective_input)
        out = _charged(self.output, self.list_output, self.effective_output)
        return TokenPrice(
            model=self.model,
            training_usd_per_mtok=training[0],
            input_usd_per_mtok=into[0],
            output_usd_per_mtok=out[0],
            list_training_usd_per_mtok=training[1],
            list_input_usd_per_mtok=into[1],
            list_output_usd_per_mtok=out[1],
            promotion=self.promotion,
            is_at_capacity=bool(self.at_capacity),
        )


def _charged(
    plain: Decimal | None, listed: Decimal | None, effective: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return (charged, list price): newer services add a list price, older ones an effective price."""
    if listed is not None:
        return plain, listed
    return (plain if effective is None else effective), plain


def read_token_price(value: object) -> TokenPrice:
    """Return the prices of one model."""
    return TokenPriceWire.model_validate(value).to_domain()
