"""Inference: the catalogue of models, and the plan of one answer.

Words in the last user message that provoke things (used by tests and demonstrations):

* `simulate-error`      the stream breaks half-way with an error event (not streamed: a 502)
* `simulate-long`       an answer of several thousand tokens
* `simulate-short`      the answer is one word
* `simulate-reasoning`  reasoning text comes before the answer, whatever the model
* `simulate-no-usage`   no usage is reported at all
* `simulate-refused`    429 before the first token
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from prime_tui.sim import prose
from prime_tui.sim.names import HOSTILE
from prime_tui.sim.noise import Noise

_TOKEN = re.compile(r" ?[^\W\d_]{1,7}| ?\d{1,3}|\s+|[^\w\s]|_", re.UNICODE)
_OTHER_TOKENS = (
    " the",
    " a",
    " is",
    " of",
    ",",
    ".",
    " and",
    " to",
    " in",
    " that",
    " for",
    " it",
    "\n",
    " not",
)
_QUANTUM = Decimal("0.00000001")


@dataclass(frozen=True)
class Model:
    """A model for chat; prices in USD per million tokens, None = unknown."""

    id: str
    created: int
    tokens_per_s: int
    input_usd: Decimal | None
    output_usd: Decimal | None
    context_window: int | None = None
    reasons: bool = False

    @property
    def owner(self) -> str:
        """Return the vendor part of the id."""
        return self.id.split("/", 1)[0]


def _model(
    name: str,
    created: int,
    pace: int,
    usd: tuple[str, str] | None,
    window: int | None = None,
    *,
    reasons: bool = False,
) -> Model:
    prices = (Decimal(usd[0]), Decimal(usd[1])) if usd else (None, None)
    return Model(name, created, pace, prices[0], prices[1], window, reasons)


MODELS = (
    _model("qwen/qwen3-30b-a3b-instruct-2507", 1753747200, 128, ("0.2", "0.8"), 262_144),
    _model("qwen/qwen3-235b-a22b-thinking-2507", 1753401600, 74, ("0.65", "3.0"), 262_144, reasons=True),
    _model("meta-llama/llama-3.3-70b-instruct", 1733443200, 92, ("0.35", "0.45"), 131_072),
    _model("meta-llama/llama-3.2-3b-instruct", 1727222400, 150, ("0.02", "0.03"), 131_072),
    _model("deepseek/deepseek-r1-0528", 1748390400, 66, ("0.8", "2.4"), 163_840, reasons=True),
    _model("deepseek/deepseek-v3.2", 1764547200, 84, ("0.28", "0.42"), 163_840),
    _model("openai/gpt-oss-120b", 1754352000, 118, ("0.1", "0.5"), 131_072),
    _model("openai/gpt-oss-20b", 1754352000, 146, ("0.05", "0.2"), 131_072),
    _model("moonshotai/kimi-k2-instruct", 1752192000, 62, ("0.6", "2.5"), 131_072),
    _model("mistralai/mistral-small-3.2-24b-instruct", 1750377600, 105, ("0.06", "0.18")),
    _model("primeintellect/intellect-3", 1764115200, 96, ("0.2", "1.1"), 131_072, reasons=True),
    _model("z-ai/glm-4.6", 1759190400, 71, None),
)
_BY_ID = {model.id: model for model in MODELS}


def find_model(model_id: str) -> Model | None:
    """Return a model of the catalogue."""
    return _BY_ID.get(model_id)


def split_tokens(text: str) -> list[str]:
    """Cut a text into pieces of about the size of tokens; joined they are the text again."""
    return _TOKEN.findall(text)


@dataclass(frozen=True)
class Reply:
    """The plan of one answer: reasoning pieces, answer pieces, and where it breaks (None = it does not)."""

    id: str
    model: Model
    prompt_tokens: int
    reasoning: tuple[str, ...]
    content: tuple[str, ...]
    finish_reason: str
    breaks_at: int | None
    first_token_s: float
    reports_usage: bool

    @property
    def pieces(self) -> tuple[str, ...]:
        """Return everything that is generated, in order."""
        return self.reasoning + self.content

    def cost_usd(self, completion_tokens: int) -> Decimal:
        """Return the price of the request with that many generated tokens; unknown prices cost nothing."""
        cost_in = self.prompt_tokens * (self.model.input_usd or Decimal(0))
        cost_out = completion_tokens * (self.model.output_usd or Decimal(0))
        return ((cost_in + cost_out) / Decimal(1_000_000)).quantize(_QUANTUM)


class Talker:
    """Plans answers; the n-th request of a world gets the n-th answer."""

    def __init__(self, noise: Noise, *, failure_share: float = 0.0, hostile: bool = False) -> None:
        self._noise = noise
        self._failure_share = failure_share
        self._hostile = hostile
        self._count = 0

    def reply(self, model: Model, messages: Sequence[str], max_tokens: int | None) -> Reply:
        """Plan the answer to the texts of a conversation, the newest last."""
        self._count += 1
        last = messages[-1] if messages else ""
        key = (self._count, model.id, last)
        text = self._text(last, key)
        content = split_tokens(text)
        reasoning: list[str] = []
        if model.reasons or "simulate-reasoning" in last:
            reasoning = split_tokens(prose.thoughts(self._noise, *key))
        finish = "stop"
        if max_tokens is not None and len(reasoning) + len(content) > max_tokens:
            finish = "length"
            reasoning = reasoning[:max_tokens]
            content = content[: max_tokens - len(reasoning)]
        total = len(reasoning) + len(content)
        fails = "simulate-error" in last or self._noise.unit("chat-fails", *key) < self._failure_share
        return Reply(
            id="chatcmpl-" + self._noise.digest("chat", *key)[:24],
            model=model,
            prompt_tokens=sum(len(split_tokens(message)) + 4 for message in messages),
            reasoning=tuple(reasoning),
            content=tuple(content),
            finish_reason=finish,
            breaks_at=max(1, total // 2) if fails else None,
            first_token_s=self._noise.between(0.15, 0.5, "first", *key),
            reports_usage="simulate-no-usage" not in last,
        )

    def _text(self, last: str, key: tuple[object, ...]) -> str:
        if "simulate-short" in last:
            return "Yes."
        text = prose.answer(self._noise, *key, long="simulate-long" in last)
        return "\n\n".join([*HOSTILE, text]) if self._hostile else text

    def logprob(self, reply: Reply, index: int, alternatives: int) -> dict[str, object]:
        """Return the log-probabilities of a piece, in the form that OpenAI-compatible clients read."""
        token = reply.pieces[index]
        share = 0.35 + 0.65 * self._noise.unit("logprob", reply.id, index) ** 0.3
        tops = [_scored(token, math.log(min(share, 0.9999)))]
        rest = 1 - share
        for nth in range(1, alternatives):
            other = _OTHER_TOKENS[(index + nth * 3) % len(_OTHER_TOKENS)]
            rest *= 0.6
            tops.append(_scored(other, math.log(max(rest, 1e-9))))
        return {**tops[0], "top_logprobs": tops[:alternatives]}


def _scored(token: str, logprob: float) -> dict[str, object]:
    raw = token.encode("utf-8", "replace")
    return {"token": token, "logprob": round(logprob, 6), "bytes": list(raw)}
