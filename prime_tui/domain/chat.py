"""Chat with an OpenAI-compatible model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import ModelId, TeamId
from prime_tui.domain.units import MTOK


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model that can be asked; prices are USD per million tokens, None is unknown."""

    id: ModelId
    owner: str | None = None
    created_at: datetime | None = None
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn; the text is sent as it is (never cleaned on its way out)."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question; unset parameters are not sent.

    Attributes:
        team_id: Whose wallet pays; None is the personal one.
    """

    model: ModelId
    messages: tuple[ChatMessage, ...]
    team_id: TeamId | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    logprobs: bool = False
    top_logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """Tokens and cost of one answer as the service tells them; None is unknown."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChatDelta:
    """A piece of the answer, cleaned."""

    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class ChatEnd:
    """How an answer ended; always the last event of a stream.

    Attributes:
        finish_reason: The service's word; None when it gave none.
        usage: The last usage that was sent, if any.
        error: Why it broke; what came before stays valid. None for a whole answer.
    """

    finish_reason: str | None = None
    usage: ChatUsage | None = None
    error: PrimeError | None = None


ChatEvent = ChatDelta | ChatEnd


@dataclass(frozen=True, slots=True)
class ChatCost:
    """What an answer cost; an estimate when the service did not say."""

    usd: Decimal | None
    is_estimate: bool


def chat_cost(usage: ChatUsage | None, model: ChatModel | None) -> ChatCost:
    """Return the charged cost, else tokens times price as an estimate, else unknown."""
    if usage is None:
        return ChatCost(None, is_estimate=True)
    if usage.cost_usd is not None:
        return ChatCost(usage.cost_usd, is_estimate=False)
    if (
        model is None
        or model.input_usd_per_mtok is None
        or model.output_usd_per_mtok is None
        or usage.prompt_tokens is None
        or usage.completion_tokens is None
    ):
        return ChatCost(None, is_estimate=True)
    tokens_usd = usage.prompt_tokens * model.input_usd_per_mtok
    tokens_usd += usage.completion_tokens * model.output_usd_per_mtok
    return ChatCost(tokens_usd / MTOK, is_estimate=True)
