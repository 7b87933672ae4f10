"""What the chat says around the text: figures of an answer, errors in words, prices, totals."""

from __future__ import annotations

from decimal import Decimal

from prime_tui.domain.chat import ChatModel
from prime_tui.domain.conversation import AnswerState, Attempt, ChatSettings, Spent
from prime_tui.domain.errors import (
    BudgetExhausted,
    InvalidRequest,
    NetworkError,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PaymentRequired,
    PrimeError,
    RateLimited,
    ServerFault,
    StreamBroken,
)
from prime_tui.domain.units import UNKNOWN, amount, count, small_usd, span, tokens, usd
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Role, Span, Styled, clip, fit, join, width_of

GOOD_ENDS = frozenset({None, "stop", "end", "eos", "end_turn"})
ENDS = {
    "length": "cut off at the token limit (p raises it)",
    "content_filter": "cut off by the service's content filter",
    "tool_calls": "the model asked for a tool, and there are none here",
    "function_call": "the model asked for a tool, and there are none here",
}
LOW_BALANCE_USD = Decimal(1)
DOT = Span(" · ", "dim")

MODEL_COLUMNS = (
    Column("model", "MODEL", 30, grow=True, priority=3, sort=False),
    Column("in", "$/M IN", 8, align="right", priority=2, sort=False),
    Column("out", "$/M OUT", 8, align="right", priority=2, sort=False),
    Column("context", "CONTEXT", 8, align="right", priority=1, sort=False),
)


def short_model(model_id: str) -> str:
    """Return the part of a model id after its vendor."""
    return model_id.rsplit("/", 1)[-1]


def figures(attempt: Attempt, width: int) -> Styled:
    """Return the line under an answer: tokens, speed, time to the first token, cost, and more."""
    if attempt.state is AnswerState.WAITING:
        return Span(f"↳ waiting {attempt.took_s:.0f} s · esc stops", "dim")
    produced, usage = attempt.output_tokens, attempt.usage
    thinking = usage.reasoning_tokens if usage is not None else None
    cost = attempt.cost
    parts = [f"{'~' if produced.is_estimate else ''}{count(produced.number)} tok"]
    if attempt.tokens_per_s is not None:
        parts.append(f"{attempt.tokens_per_s:.0f} tok/s")
    if attempt.first_s is not None:
        parts.append(f"first {attempt.first_s:.2f} s")
    parts.append(
        "cost unknown" if cost.usd is None else small_usd(cost.usd, mark="~" if cost.is_estimate else "")
    )
    for more in (short_model(attempt.model), f"{count(thinking)} tok of it thinking" if thinking else ""):
        if more and width_of(" · ".join([*parts, more])) + 2 <= width:
            parts.append(more)
    line = Span("↳ " + " · ".join(parts), "dim")
    if not attempt.silent_s:
        return line
    return (line, Span(f" · silent for {attempt.silent_s:.0f} s", "warn"))


def ending(attempt: Attempt, payer: str) -> list[Styled]:
    """Return what is to be said about how an answer ended; nothing when it ended well."""
    said: list[Styled] = []
    if attempt.is_cut:
        said.append((Span("▲ ", "warn"), Span("more text came than is kept here", "warn")))
    if attempt.state is AnswerState.STOPPED:
        said.append((Span("○ stopped", "warn"), Span(" · what was produced until then is charged", "dim")))
    if attempt.state is AnswerState.DONE and attempt.finish_reason not in GOOD_ENDS:
        why = ENDS.get(attempt.finish_reason or "", f"ended with “{attempt.finish_reason}”")
        said.append((Span("▲ ", "warn"), Span(why, "warn")))
    if attempt.state is AnswerState.DONE and not attempt.text:
        said.append(Span("The answer is empty.", "dim"))
    if attempt.error is not None:
        said.extend(failure(attempt.error, payer, has_text=bool(attempt.text)))
    return said


def failure(error: PrimeError, payer: str, *, has_text: bool) -> list[Styled]:
    """Return what went wrong and what helps."""
    what = f"{_kind(error)}: {error.message}" if error.message else _kind(error)
    kept = "What came is kept, and may be charged. " if has_text else ""
    again = "The question is back in the input."
    return [(Span("✕ ", "bad"), Span(what, "bad")), Span(f"{kept}{_help(error, payer)} {again}", "dim")]


def _kind(error: PrimeError) -> str:
    status = getattr(error, "status", 0)
    number = f"{status} " if status else ""
    kinds: tuple[tuple[type[PrimeError], str], ...] = (
        (NotAuthenticated, "the key was refused"),
        (PaymentRequired, "the wallet cannot pay"),
        (NotPermitted, "not permitted"),
        (NotFound, "unknown model"),
        (RateLimited, "too many requests"),
        (InvalidRequest, "refused"),
        (ServerFault, "trouble at the service"),
        (StreamBroken, "the answer broke off"),
        (NetworkError, "no connection"),
        (BudgetExhausted, "our own call budget is used up"),
    )
    return number + next((words for kind, words in kinds if isinstance(error, kind)), "failed")


def _help(error: PrimeError, payer: str) -> str:
    if isinstance(error, PaymentRequired):
        return f"The wallet that was asked: {payer}. Top it up, or choose a cheaper model with m."
    if isinstance(error, NotFound):
        return "m chooses another model."
    if isinstance(error, RateLimited) and not error.is_quota:
        return f"Ask again{'' if error.retry_after_s is None else f' in {span(error.retry_after_s)}'}."
    if isinstance(error, NotAuthenticated | NotPermitted):
        return f"{_sentence(error.hint)} The key needs the Inference scope.".strip()
    return _sentence(error.hint) if error.hint else "Enter asks again."


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else text + "."


# -- above and below the transcript --------------------------------------------------


def price(model: ChatModel | None, *, long: bool) -> str:
    """Return `$0.20 in / $0.80 out per M`, or shorter, or that it is unknown."""
    if model is None or (model.input_usd_per_mtok is None and model.output_usd_per_mtok is None):
        return "price unknown"
    into, out = usd(model.input_usd_per_mtok), usd(model.output_usd_per_mtok)
    return f"{into} in / {out} out per M" if long else f"{into}/{out} per M"


def heading(model_id: str | None, model: ChatModel | None, settings: ChatSettings, room: int) -> Styled:
    """Return the title over the transcript: the model, its price, what is sent along, as `room` allows."""
    if model_id is None:
        return join((Span("chat", "title"), Span("no model yet: m chooses one", "warn")), DOT)
    extra: list[Styled] = []
    if settings.temperature is not None:
        extra.append(Span(f"temp {settings.temperature:g}", "dim"))
    if settings.max_tokens is not None:
        extra.append(Span(f"max {tokens(settings.max_tokens)}", "dim"))
    if settings.system_prompt:
        extra.append(Span("system prompt", "dim"))
    for name in (model_id, short_model(model_id)):
        for long in (True, False):
            parts = [Span(name, "title"), Span(price(model, long=long), "dim")]
            if width_of(join(parts, DOT)) <= room:
                return _as_fits(parts, extra, room)
    return Span(clip(short_model(model_id), room), "title")


def _as_fits(parts: list[Span], extra: list[Styled], room: int) -> Styled:
    found = join(parts, DOT)
    for more in extra:
        longer = join((found, more), DOT)
        if width_of(longer) <= room:
            found = longer
    return found


def payer_note(payer: str, balance_usd: Decimal | None, *, is_old: bool, width: int) -> Styled:
    """Return which wallet pays, and its balance when that is low."""
    parts: list[Span] = [Span("billed to ", "dim"), Span(clip(payer, max(12, width // 4)), "accent")]
    if balance_usd is not None and balance_usd < LOW_BALANCE_USD:
        role: Role = "stale" if is_old else "bad" if balance_usd <= 0 else "warn"
        parts.append(Span(f" ▲ {usd(balance_usd)} left", role))
    return tuple(parts)


def totals(conversation: Spent, session: Spent) -> Styled:
    """Return what the conversation and the whole session cost."""
    mine = small_usd(conversation.usd, mark=conversation.mark)
    parts: list[Styled] = [(Span("conversation ", "dim"), Span(mine))]
    if session != conversation:
        parts.append((Span("session ", "dim"), Span(small_usd(session.usd, mark=session.mark))))
    return join(parts, DOT)


# -- the list of models --------------------------------------------------------------


def model_row(model: ChatModel, *, is_chosen: bool) -> Row:
    """Return one line of the list of models."""
    mark = Span("● " if is_chosen else "  ", "accent")
    window = UNKNOWN if model.context_tokens is None else tokens(model.context_tokens)
    return Row(
        str(model.id),
        (
            (mark, Span(model.id, "title" if is_chosen else "text")),
            _per_mtok(model.input_usd_per_mtok),
            _per_mtok(model.output_usd_per_mtok),
            Span(window, "dim"),
        ),
    )


def typed_row(typed: str) -> Row:
    """Return the line that takes a model id as it was typed."""
    return Row(f"typed:{typed}", ((Span("  use ", "dim"), Span(typed), Span(" as typed", "dim")), "", "", ""))


def _per_mtok(price_usd: Decimal | None) -> Styled:
    return Span(amount(price_usd), "dim" if price_usd is None else "text")


# -- before the first question -------------------------------------------------------


def welcome(height: int, width: int, *, has_model: bool, refusal: str | None) -> tuple[Styled, ...]:
    """Return the sentences in the middle of an empty transcript."""
    first = (
        Span("Ask something.", "title") if has_model else Span("m, or ctrl+l in the input, chooses a model.")
    )
    lines: tuple[Styled, ...] = (
        Span(refusal, "warn") if refusal is not None else first,
        Span("Every answer shows its tokens, its speed and what it cost.", "dim"),
        Span("The wallet named above pays. What is written here is not stored.", "dim"),
    )
    above = ("",) * max(0, (height - len(lines)) // 2)
    return (*above, *(fit(line, max(0, width), "centre") for line in lines))
