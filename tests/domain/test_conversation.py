"""Conversations: what is sent, what it cost, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.chat import ChatEnd, ChatModel, ChatUsage, Role
from prime_tui.domain.conversation import (
    MOST_ANSWER_CHARS,
    MOST_ATTEMPTS,
    MOST_CHARS,
    MOST_TURNS,
    AnswerState,
    Attempt,
    ChatSettings,
    Conversation,
    Spent,
)
from prime_tui.domain.errors import (
    NetworkError,
    PaymentRequired,
    PrimeError,
    RequestTimedOut,
    StreamBroken,
)
from prime_tui.domain.ids import ModelId

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PRICED = ChatModel(
    ModelId("a/b"), input_usd_per_mtok=Decimal("0.2"), output_usd_per_mtok=Decimal("0.8"), created_at=AT
)


def attempt(text: str = "", *, pieces: int = 10, end: ChatEnd | None = None, prompt: int = 100) -> Attempt:
    begun = Attempt(ModelId("a/b"), AT, prompt_tokens_guess=prompt, priced=PRICED)
    if text:
        begun = begun.grown(text, "", pieces, first_s=0.5, took_s=2.5)
    return begun if end is None else begun.ended(end, took_s=2.5)


def asked(*pairs: tuple[str, Attempt]) -> Conversation:
    conversation = Conversation()
    for question, answer in pairs:
        conversation = conversation.asking(question, answer)
    return conversation


def test_what_was_said_is_sent_along_and_failures_without_text_are_not() -> None:
    conversation = asked(
        ("one", attempt("first", end=ChatEnd("stop"))),
        ("two", attempt(end=ChatEnd(error=PaymentRequired("no money", status=402)))),
        ("three", attempt("half", end=ChatEnd(error=StreamBroken("cut")))),
    )
    sent = conversation.messages("four", ChatSettings(system_prompt="be short"))
    assert [(one.role, one.text) for one in sent] == [
        (Role.SYSTEM, "be short"),
        (Role.USER, "one"),
        (Role.ASSISTANT, "first"),
        (Role.USER, "three"),
        (Role.ASSISTANT, "half"),
        (Role.USER, "four"),
    ]


def test_the_same_question_after_a_failure_is_another_try_of_the_same_turn() -> None:
    broken = attempt("half", end=ChatEnd(error=StreamBroken("cut")))
    conversation = asked(("one", broken))
    assert [one.text for one in conversation.messages("one", ChatSettings())] == ["one"]
    again = conversation.asking("one", attempt("whole", end=ChatEnd("stop")))
    assert [len(turn.attempts) for turn in again.turns] == [2]
    assert again.last_answer == "whole"
    assert len(again.asking("one", attempt("once more")).turns) == 2  # after a success it is a new turn


def test_the_cost_is_what_the_service_says() -> None:
    told = attempt("x", end=ChatEnd("stop", ChatUsage(10, 25, 35, cost_usd=Decimal("0.000022"))))
    assert told.spent == Spent(Decimal("0.000022"), is_estimate=False)
    assert told.output_tokens.number == 25
    assert not told.output_tokens.is_estimate
    assert told.tokens_per_s == pytest.approx(12.5)


def test_without_a_told_cost_it_is_an_estimate() -> None:
    usage_only = attempt("x", end=ChatEnd("stop", ChatUsage(1_000_000, 1_000_000, 2_000_000)))
    assert usage_only.spent == Spent(Decimal("1.0"), is_estimate=True)
    stopped = attempt("word " * 8, pieces=10, prompt=1_000_000).stopped(took_s=3)
    assert stopped.cost.is_estimate
    assert stopped.cost.usd == Decimal("0.2") + 10 * Decimal("0.8") / 1_000_000
    assert stopped.spent.mark == "~"


@pytest.mark.parametrize(
    ("error", "spent"),
    [
        (PaymentRequired("no", status=402), Spent(Decimal(0))),
        (NetworkError("refused"), Spent(Decimal(0))),
        (RequestTimedOut("slow"), Spent(unknown=1)),
        (PrimeError("?"), Spent(unknown=1)),
    ],
)
def test_a_refusal_costs_nothing_and_a_lost_request_nobody_knows(error: PrimeError, spent: Spent) -> None:
    assert attempt(end=ChatEnd(error=error)).spent == spent


def test_a_sum_with_an_unknown_part_is_a_lower_bound() -> None:
    total = Spent(Decimal(1)) + Spent(Decimal("0.5"), is_estimate=True)
    assert (total.usd, total.mark) == (Decimal("1.5"), "~")
    assert (total + Spent(unknown=1)).mark == "≥"


def test_an_unknown_price_is_no_zero() -> None:
    unknown = Attempt(ModelId("x"), AT).grown("hello", "", 2, first_s=0.1, took_s=1.0).stopped(took_s=1.0)
    assert unknown.cost.usd is None


def test_an_endless_answer_is_cut_and_says_so() -> None:
    grown = attempt().grown("x" * (MOST_ANSWER_CHARS + 5), "", 1, first_s=0.1, took_s=1.0)
    assert len(grown.text) == MOST_ANSWER_CHARS
    assert grown.is_cut


def test_old_turns_are_let_go_but_not_their_cost() -> None:
    cost = ChatEnd("stop", ChatUsage(1, 1, 2, cost_usd=Decimal(1)))
    conversation = Conversation()
    for number in range(MOST_TURNS + 20):
        conversation = conversation.asking(f"q{number}", attempt("a", end=cost))
    assert len(conversation.turns) == MOST_TURNS
    assert conversation.gone == 20
    assert conversation.spent.usd == MOST_TURNS + 20
    for number in range(10):
        conversation = conversation.asking(f"long{number}", attempt("x" * (MOST_CHARS // 5), end=cost))
    assert sum(turn.size_chars for turn in conversation.turns) <= MOST_CHARS


def test_endless_tries_of_one_question_are_bounded() -> None:
    conversation = Conversation()
    failed = attempt("half", end=ChatEnd(usage=ChatUsage(cost_usd=Decimal(1)), error=StreamBroken("cut")))
    for _ in range(MOST_ATTEMPTS * 3):
        conversation = conversation.asking("same", failed)
    assert [len(turn.attempts) for turn in conversation.turns] == [MOST_ATTEMPTS]
    assert conversation.spent.usd == MOST_ATTEMPTS * 3


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=20))
def test_pieces_add_up(pieces: list[tuple[str, str]]) -> None:
    grown = attempt()
    for text, reasoning in pieces:
        grown = grown.grown(text, reasoning, 1, first_s=0.1, took_s=1.0)
    assert grown.text == "".join(text for text, _ in pieces)
    assert grown.reasoning == "".join(reasoning for _, reasoning in pieces)
    assert grown.state is (AnswerState.STREAMING if pieces else AnswerState.WAITING)
    assert grown.is_live
