"""`GET /billing/wallet` and `GET /billing/runs/{run_id}/usage`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import IfObject, Wire, known_as, read_rows
from prime_tui.api.wire.scalars import (
    Count,
    Id,
    Moment,
    Money,
    Name,
    OptionalId,
    ReadableMoney,
    Rows,
)
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.ids import BillingId, RunId, TeamId, WalletId
from prime_tui.domain.runs import RunPricing, RunUsage, TokenUse
from prime_tui.domain.wallet import BillingRow, Wallet

DEFAULT_CURRENCY = "USD"


class BillingRowWire(Wire):
    """One billing row; it grows in place."""

    id: Id
    amount: Money = known_as("amount_usd", "amountUsd", "amount")
    currency: Name = None
    resource_type: Name = known_as("resource_type", "resourceType")
    resource_id: OptionalId = known_as("resource_id", "resourceId")
    created_at: Moment = known_as("created_at", "createdAt")
    updated_at: Moment = known_as("updated_at", "updatedAt")
    last_billed_at: Moment = known_as("last_billed_at", "lastBilledAt")

    def to_domain(self) -> BillingRow:
        """Return the row."""
        return BillingRow(
            id=BillingId(self.id),
            amount=self.amount,
            currency=self.currency or DEFAULT_CURRENCY,
            resource_type=self.resource_type or "unknown",
            resource_id=self.resource_id,
            created_at=self.created_at,
            updated_at=self.updated_at,
            last_billed_at=self.last_billed_at,
        )


class WalletWire(Wire):
    """Balance and rows of one page."""

    wallet_id: OptionalId = known_as("wallet_id", "walletId", "id")
    team_id: OptionalId = known_as("team_id", "teamId")
    balance: ReadableMoney = Field(validation_alias=AliasChoices("balance_usd", "balanceUsd", "balance"))
    currency: Name = None
    total_billings: Count = known_as("total_billings", "totalBillings")
    rows: Rows = Field(
        default_factory=list,
        validation_alias=AliasChoices("recent_billings", "recentBillings", "data", "items"),
    )

    def to_domain(self, read_row: Callable[[object], BillingRow]) -> Wallet:
        """Return the wallet; rows that cannot be read are counted, not lost silently."""
        rows, unreadable = read_rows(self.rows, read_row, lambda row: row.id)
        return Wallet(
            id=WalletId(self.wallet_id or ""),
            balance=self.balance,
            currency=self.currency or DEFAULT_CURRENCY,
            team_id=None if self.team_id is None else TeamId(self.team_id),
            total_rows=self.total_billings,
            rows=rows,
            unreadable=unreadable,
        )


class TokenUseWire(Wire):
    """Tokens and money of training or inference; what is absent stays unknown."""

    tokens: Count = None
    input_tokens: Count = known_as("input_tokens", "inputTokens")
    output_tokens: Count = known_as("output_tokens", "outputTokens")
    cost_usd: Money = known_as("cost_usd", "costUsd")

    def to_domain(self) -> TokenUse:
        """Return the use."""
        return TokenUse(self.tokens, self.input_tokens, self.output_tokens, self.cost_usd)


class RunPricingWire(Wire):
    """USD per million tokens."""

    training: Money = known_as("training_per_mtok", "trainingPerMtok")
    input: Money = known_as("inference_input_per_mtok", "inferenceInputPerMtok")
    output: Money = known_as("inference_output_per_mtok", "inferenceOutputPerMtok")

    def to_domain(self) -> RunPricing:
        """Return the prices."""
        return RunPricing(self.training, self.input, self.output)


class RunUsageWire(Wire):
    """Totals of one run."""

    run_id: Id = Field(validation_alias=AliasChoices("run_id", "runId"))
    run_name: Name = known_as("run_name", "runName")
    base_model: Name = known_as("base_model", "baseModel")
    status: Name = None
    training: Annotated[TokenUseWire | None, IfObject] = None
    inference: Annotated[TokenUseWire | None, IfObject] = None
    total_tokens: Count = known_as("total_tokens", "totalTokens")
    total_cost_usd: Money = known_as("total_cost_usd", "totalCostUsd")
    pricing: Annotated[RunPricingWire | None, IfObject] = None
    record_count: Count = known_as("record_count", "recordCount")

    def to_domain(self) -> RunUsage:
        """Return the usage."""
        return RunUsage(
            run_id=RunId(self.run_id),
            run_name=self.run_name,
            base_model=self.base_model,
            status_word=self.status,
            training=TokenUse() if self.training is None else self.training.to_domain(),
            inference=TokenUse() if self.inference is None else self.inference.to_domain(),
            total_tokens=self.total_tokens,
            total_cost_usd=self.total_cost_usd,
            pricing=RunPricing() if self.pricing is None else self.pricing.to_domain(),
            record_count=self.record_count,
        )


def read_billing_row(value: object) -> BillingRow:
    """Return a billing row."""
    return BillingRowWire.model_validate(value).to_domain()


def read_wallet(value: object, read_row: Callable[[object], BillingRow] = read_billing_row) -> Wallet:
    """Return a wallet."""
    return WalletWire.model_validate(value).to_domain(read_row)


def read_run_usage(value: object, run_id: RunId) -> RunUsage:
    """Return the usage of `run_id`, whether or not the answer repeats the id.

    Raises:
        ResponseShapeError: None of the totals is there: it is something else.
    """
    if not isinstance(value, dict) or not value.keys() & {
        "total_cost_usd",
        "totalCostUsd",
        "training",
        "inference",
    }:
        raise ResponseShapeError("The answer holds no usage of a run.")
    return RunUsageWire.model_validate({**value, "run_id": run_id}).to_domain()
