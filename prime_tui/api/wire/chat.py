"""`/models` and `/chat/completions`, whole answers and pieces of a stream alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, AliasPath, Field

from prime_tui.api.wire.base import IfObject, Wire, known_as
from prime_tui.api.wire.samples import content_text
from prime_tui.api.wire.scalars import Count, Id, Mapped, Moment, Money, Name, count, mapping, name
from prime_tui.domain.chat import ChatModel, ChatRequest, ChatUsage
from prime_tui.domain.ids import ModelId

_REASONING = ("reasoning_content", "reasoning", "reasoning_text")


class PricingWire(Wire):
    """USD per million tokens."""

    input: Money = known_as("input_usd_per_mtok", "inputUsdPerMtok")
    output: Money = known_as("output_usd_per_mtok", "outputUsdPerMtok")


class ModelWire(Wire):
    """A model; mostly only id and price are there."""

    id: Id
    owned_by: Name = None
    created: Moment = None
    pricing: Annotated[PricingWire | None, IfObject] = None
    context: Count = Field(
        default=None,
        validation_alias=AliasChoices(
            "context_window", "contextWindow", "context_length", AliasPath("limit", "context")
        ),
    )
    max_output: Count = Field(
        default=None, validation_alias=AliasChoices("max_tokens", "maxTokens", AliasPath("limit", "output"))
    )

    def to_domain(self) -> ChatModel:
        """Return the model."""
        pricing = self.pricing or PricingWire()
        return ChatModel(
            id=ModelId(self.id),
            owner=self.owned_by,
            created_at=self.created,
            input_usd_per_mtok=pricing.input,
            output_usd_per_mtok=pricing.output,
            context_tokens=self.context,
            max_output_tokens=self.max_output,
        )


def read_model(value: object) -> ChatModel:
    """Return a model; a bare text is its id."""
    return ModelWire.model_validate({"id": value} if isinstance(value, str) else value).to_domain()


class UsageWire(Wire):
    """Tokens and cost of one answer."""

    prompt: Count = known_as("prompt_tokens", "input_tokens")
    completion: Count = known_as("completion_tokens", "output_tokens")
    total: Count = known_as("total_tokens")
    cost: Money = known_as("cost", "cost_usd")
    prompt_details: Mapped = Field(default_factory=dict, validation_alias="prompt_tokens_details")
    completion_details: Mapped = Field(default_factory=dict, validation_alias="completion_tokens_details")

    def to_domain(self) -> ChatUsage:
        """Return the usage."""
        return ChatUsage(
            prompt_tokens=self.prompt,
            completion_tokens=self.completion,
            total_tokens=self.total,
            cached_tokens=count(self.prompt_details.get("cached_tokens")),
            reasoning_tokens=count(self.completion_details.get("reasoning_tokens")),
            cost_usd=self.cost,
        )


@dataclass(frozen=True, slots=True)
class ChatPiece:
    """What one chunk or one whole answer says. The texts are not cleaned yet: an escape may span pieces."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    usage: ChatUsage | None = None


def read_piece(value: object) -> ChatPiece:
    """Return what a chunk or a whole answer says.

    Raises:
        ValueError: It is not an object.
    """
    if not isinstance(value, dict):
        raise ValueError("is not an object")
    choices = value.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    choice = mapping(first)
    said = mapping(choice.get("delta", choice.get("message")))
    text = (
        content_text(said.get("content"))
        or content_text(choice.get("text"))
        or content_text(said.get("refusal"))
    )
    return ChatPiece(
        text=text,
        reasoning=next((found for key in _REASONING if (found := content_text(said.get(key)))), ""),
        finish_reason=name(choice.get("finish_reason")),
        usage=_usage(value) or _usage(choice),
    )


def is_answer(value: object) -> bool:
    """Return whether a whole answer holds what an answer must hold."""
    return isinstance(value, dict) and isinstance(value.get("choices"), list) and bool(value["choices"])


def _usage(holder: Mapping[str, object]) -> ChatUsage | None:
    usage = holder.get("usage")
    return UsageWire.model_validate(usage).to_domain() if isinstance(usage, dict) and usage else None


def chat_body(request: ChatRequest, *, is_stream: bool, left_out: frozenset[str]) -> dict[str, object]:
    """Return the body of a request; `left_out` names what this model's route refuses."""
    body: dict[str, object] = {
        "model": request.model,
        "messages": [{"role": message.role.value, "content": message.text} for message in request.messages],
        "stream": is_stream,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "logprobs": True if request.logprobs else None,
        "top_logprobs": request.top_logprobs if request.logprobs else None,
        "usage": {"include": True},
        "stream_options": {"include_usage": True} if is_stream else None,
    }
    return {key: value for key, value in body.items() if value is not None and key not in left_out}
