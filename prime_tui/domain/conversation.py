"""A conversation with models: questions, attempts at an answer, what they cost; immutable and bounded.

What the service does not tell (the tokens of an answer that was stopped) is estimated from what was received
and marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.chat import ChatCost, ChatEnd, ChatMessage, ChatModel, ChatUsage, Role, chat_cost
from prime_tui.domain.errors import ApiError, NetworkError, PrimeError, RequestTimedOut, StreamBroken
from prime_tui.domain.ids import ModelId

MOST_TURNS = 200
MOST_ATTEMPTS = 10
MOST_ANSWER_CHARS = 400_000
MOST_CHARS = 1_000_000
BYTES_A_TOKEN = 4
"""A common rule of thumb; in UTF-8 bytes it is not far off for other scripts either."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What is sent with every question; None and the empty text are not sent."""

    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str = ""


class AnswerState(StrEnum):
    """How far an attempt is."""

    WAITING = "waiting"
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


LIVE = frozenset({AnswerState.WAITING, AnswerState.STREAMING})


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens, and whether it is ours or the service's."""

    number: int
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum of costs.

    Attributes:
        is_estimate: True when a part of it is an estimate.
        unknown: How many costs are missing from it.
    """

    usd: Decimal = Decimal(0)
    is_estimate: bool = False
    unknown: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.usd + other.usd, self.is_estimate or other.is_estimate, self.unknown + other.unknown
        )

    @property
    def mark(self) -> str:
        """`≥` when something is missing, `~` when something is estimated."""
        return "≥" if self.unknown else "~" if self.is_estimate else ""


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text is."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an answer: what came, when, and how it ended.

    Attributes:
        prompt_tokens_guess: About how many tokens were sent, for the time until the service says.
        priced: The catalogue's entry of the model at that time, for its prices.
        payer: Whose wallet pays for it, as a person calls it.
        pieces: How many pieces arrived.
        first_s: Seconds from the question to the first piece; None before it.
        took_s: Seconds from the question to the last news.
        silent_s: Seconds since the last news of a stream that has stalled; 0 while it flows.
        is_cut: True when more text came than is kept.
    """

    model: ModelId
    asked_at: datetime
    prompt_tokens_guess: int = 0
    priced: ChatModel | None = None
    payer: str = ""
    state: AnswerState = AnswerState.WAITING
    text: str = ""
    reasoning: str = ""
    pieces: int = 0
    first_s: float | None = None
    took_s: float = 0.0
    finish_reason: str | None = None
    usage: ChatUsage | None = None
    error: PrimeError | None = None
    is_cut: bool = False
    silent_s: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether more may come."""
        return self.state in LIVE

    @property
    def output_tokens(self) -> TokenCount:
        """The tokens of answer and reasoning."""
        if self.usage is not None and self.usage.completion_tokens is not None:
            return TokenCount(self.usage.completion_tokens, is_estimate=False)
        guess = estimated_tokens(self.text) + estimated_tokens(self.reasoning)
        return TokenCount(max(self.pieces, guess), is_estimate=True)

    @property
    def tokens_per_s(self) -> float | None:
        """The speed after the first piece; None when too little came to tell."""
        if self.first_s is None or self.pieces < 2 or self.took_s - self.first_s <= 0.05:
            return None
        return self.output_tokens.number / (self.took_s - self.first_s)

    @property
    def cost(self) -> ChatCost:
        """What the service said it cost, else an estimate by the catalogue's prices, else unknown."""
        if self.pieces == 0 and self.usage is None and self.state is AnswerState.FAILED:
            # Refused before the first piece costs nothing; whether a lost request was served, nobody knows.
            known = isinstance(self.error, ApiError | NetworkError)
            lost = not known or isinstance(self.error, RequestTimedOut | StreamBroken)
            return ChatCost(None if lost else Decimal(0), is_estimate=lost)
        usage = self.usage or ChatUsage()
        filled = replace(
            usage,
            prompt_tokens=self.prompt_tokens_guess if usage.prompt_tokens is None else usage.prompt_tokens,
            completion_tokens=self.output_tokens.number,
        )
        return chat_cost(filled, self.priced)

    @property
    def spent(self) -> Spent:
        """The cost as a part of a sum."""
        cost = self.cost
        if cost.usd is None:
            return Spent(unknown=1)
        return Spent(cost.usd, cost.is_estimate)

    def grown(self, text: str, reasoning: str, pieces: int, *, first_s: float, took_s: float) -> Attempt:
        """Return the attempt with more pieces at its end."""
        room = max(0, MOST_ANSWER_CHARS - len(self.text) - len(self.reasoning))
        kept_reasoning = reasoning[:room]
        kept_text = text[: room - len(kept_reasoning)]
        return replace(
            self,
            state=AnswerState.STREAMING,
            text=self.text + kept_text,
            reasoning=self.reasoning + kept_reasoning,
            pieces=self.pieces + pieces,
            first_s=first_s if self.first_s is None else self.first_s,
            took_s=took_s,
            silent_s=0.0,
            is_cut=self.is_cut or len(text) + len(reasoning) > room,
        )

    def waited(self, took_s: float) -> Attempt:
        """Return the attempt some seconds later, still without any piece."""
        return replace(self, took_s=took_s)

    def silent(self, silent_s: float) -> Attempt:
        """Return the attempt some seconds after its last piece."""
        return replace(self, silent_s=silent_s)

    def ended(self, end: ChatEnd, *, took_s: float) -> Attempt:
        """Return the attempt after its last event."""
        state = AnswerState.DONE if end.error is None else AnswerState.FAILED
        return replace(
            self,
            state=state,
            finish_reason=end.finish_reason,
            usage=end.usage,
            error=end.error,
            took_s=took_s,
            silent_s=0.0,
        )

    def stopped(self, *, took_s: float) -> Attempt:
        """Return the attempt after the person stopped it; what was produced is charged."""
        return replace(self, state=AnswerState.STOPPED, took_s=took_s, silent_s=0.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the attempts at its answer, the last one counting."""

    question: str
    attempts: tuple[Attempt, ...] = ()

    @property
    def last(self) -> Attempt | None:
        """The attempt that counts."""
        return self.attempts[-1] if self.attempts else None

    @property
    def spent(self) -> Spent:
        """What all attempts cost."""
        return total(attempt.spent for attempt in self.attempts)

    @property
    def size_chars(self) -> int:
        """How much text is kept."""
        return len(self.question) + sum(len(one.text) + len(one.reasoning) for one in self.attempts)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns, oldest first; beyond a bound the oldest are let go.

    Attributes:
        gone: How many turns are no longer kept.
        gone_spent: What those cost.
    """

    turns: tuple[Turn, ...] = ()
    gone: int = 0
    gone_spent: Spent = Spent()

    @property
    def live(self) -> Attempt | None:
        """The attempt that is being answered now."""
        last = self.turns[-1].last if self.turns else None
        return last if last is not None and last.is_live else None

    @property
    def spent(self) -> Spent:
        """What the conversation cost so far."""
        return self.gone_spent + total(turn.spent for turn in self.turns)

    @property
    def last_answer(self) -> str:
        """The text of the newest answer that has any."""
        for turn in reversed(self.turns):
            if turn.last is not None and turn.last.text:
                return turn.last.text
        return ""

    @property
    def questions(self) -> tuple[str, ...]:
        """What was asked, oldest first, without repetitions in a row."""
        asked: list[str] = []
        for turn in self.turns:
            if not asked or asked[-1] != turn.question:
                asked.append(turn.question)
        return tuple(asked)

    def asking(self, question: str, attempt: Attempt) -> Conversation:
        """Return the conversation with a new attempt; the same question after a failure is the same turn."""
        turns = self.turns
        tries: tuple[Attempt, ...] = (attempt,)
        if self._repeats(question):
            turns, tries = turns[:-1], (*turns[-1].attempts, attempt)
        too_many = max(0, len(tries) - MOST_ATTEMPTS)
        gone_spent = self.gone_spent + total(one.spent for one in tries[:too_many])
        turns = (*turns, Turn(question, tries[too_many:]))
        return bounded(replace(self, turns=turns, gone_spent=gone_spent))

    def with_live(self, attempt: Attempt) -> Conversation:
        """Return the conversation with the newest attempt replaced."""
        turn = self.turns[-1]
        changed = Turn(turn.question, (*turn.attempts[:-1], attempt))
        return replace(self, turns=(*self.turns[:-1], changed))

    def messages(self, question: str, settings: ChatSettings) -> tuple[ChatMessage, ...]:
        """Return what is sent for `question`: the system prompt, what was said before, and the question.

        Turns without any answer are left out, and so is an earlier try of the same question.
        """
        said: list[ChatMessage] = []
        if settings.system_prompt:
            said.append(ChatMessage(Role.SYSTEM, settings.system_prompt))
        turns = self.turns[:-1] if self._repeats(question) else self.turns
        for turn in turns:
            if turn.last is not None and turn.last.text:
                said.append(ChatMessage(Role.USER, turn.question))
                said.append(ChatMessage(Role.ASSISTANT, turn.last.text))
        said.append(ChatMessage(Role.USER, question))
        return tuple(said)

    def _repeats(self, question: str) -> bool:
        if not self.turns or self.turns[-1].question != question:
            return False
        last = self.turns[-1].last
        return last is None or last.state in (AnswerState.FAILED, AnswerState.STOPPED)


def bounded(conversation: Conversation) -> Conversation:
    """Return the conversation without its oldest turns where it holds more than is kept."""
    turns, gone, gone_spent = conversation.turns, conversation.gone, conversation.gone_spent
    size_chars = sum(turn.size_chars for turn in turns)
    while len(turns) > 1 and (len(turns) > MOST_TURNS or size_chars > MOST_CHARS):
        size_chars -= turns[0].size_chars
        gone, gone_spent = gone + 1, gone_spent + turns[0].spent
        turns = turns[1:]
    return replace(conversation, turns=turns, gone=gone, gone_spent=gone_spent)


def total(parts: Iterable[Spent]) -> Spent:
    """Return the sum."""
    return sum(parts, Spent())


def prompt_tokens(messages: Iterable[ChatMessage]) -> int:
    """Return about how many tokens a request sends."""
    return sum(estimated_tokens(message.text) + 4 for message in messages)
