"""A conversation as lines."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from prime_tui.domain.chat import ChatEnd, ChatModel, ChatUsage
from prime_tui.domain.conversation import Attempt, ChatSettings, Conversation, Spent
from prime_tui.domain.errors import PaymentRequired, PrimeError, RateLimited, ServerFault, StreamBroken
from prime_tui.domain.ids import ModelId
from prime_tui.ui.render.chat import failure, figures, heading, model_row, payer_note, price, totals
from prime_tui.ui.render.styled import plain, width_of
from prime_tui.ui.render.transcript import TranscriptLines, TranscriptLook

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MODEL = ChatModel(
    ModelId("qwen/qwen3-30b"), input_usd_per_mtok=Decimal("0.2"), output_usd_per_mtok=Decimal("0.8")
)


def begun() -> Attempt:
    return Attempt(MODEL.id, AT, prompt_tokens_guess=10, priced=MODEL)


def text_of(
    conversation: Conversation, look: TranscriptLook, kept: TranscriptLines | None = None
) -> list[str]:
    return [plain(line).rstrip() for line in (kept or TranscriptLines()).update(conversation, look)]


def test_a_whole_turn() -> None:
    usage = ChatUsage(10, 25, 35, reasoning_tokens=5, cost_usd=Decimal("0.000022"))
    attempt = begun().grown("It is **4**.", "hm", 25, first_s=0.31, took_s=0.81)
    conversation = Conversation().asking("2+2?", attempt.ended(ChatEnd("stop", usage), took_s=0.81))
    assert text_of(conversation, TranscriptLook(100)) == [
        "",
        " you    2+2?",
        " model  ┊ thought ~1 tok · v shows it",
        "        It is 4.",
        "        ↳ 25 tok · 50 tok/s · first 0.31 s · $0.000022 · qwen3-30b · 5 tok of it thinking",
    ]
    assert " model  ┊ hm" in text_of(conversation, TranscriptLook(100, shows_thinking=True))


def test_what_is_not_known_yet_is_marked() -> None:
    waiting = Conversation().asking("2+2?", begun().waited(3.2))
    assert text_of(waiting, TranscriptLook(60))[-1] == " model  ↳ waiting 3 s · esc stops"
    typing = waiting.with_live(begun().grown("It is", "", 2, first_s=0.3, took_s=0.5))
    lines = text_of(typing, TranscriptLook(60))
    assert lines[-2] == " model  It is▌"
    assert lines[-1].strip().startswith("↳ ~2 tok")
    assert "~$" in lines[-1]


def test_a_failed_try_stays_above_the_next_one_and_the_question_stands_once() -> None:
    broken = begun().grown("half", "", 1, first_s=0.1, took_s=0.2)
    conversation = Conversation().asking("q", broken.ended(ChatEnd(error=StreamBroken("cut.")), took_s=1.0))
    whole = begun().grown("whole", "", 1, first_s=0.1, took_s=0.2).ended(ChatEnd("stop"), took_s=1.0)
    lines = text_of(conversation.asking("q", whole), TranscriptLook(80))
    assert [line.split()[-1] for line in lines if " you " in line] == ["q"]
    assert [line for line in lines if "half" in line or "whole" in line] == [" model  half", " model  whole"]
    assert any("✕ the answer broke off: cut." in line for line in lines)


def test_only_what_grows_is_laid_out_again() -> None:
    kept, look = TranscriptLines(), TranscriptLook(60)
    conversation = Conversation().asking(
        "one", begun().grown("first\n\nsecond", "", 2, first_s=0.1, took_s=0.2)
    )
    before = kept.update(conversation, look)
    first = before[2]
    longer = conversation.with_live(begun().grown("first\n\nsecond\n\nthird", "", 3, first_s=0.1, took_s=0.3))
    after = kept.update(longer, look)
    assert plain(after[2]) == plain(first) == " model  first"
    assert len(after) == len(before) + 2
    assert text_of(longer, look) == [plain(line).rstrip() for line in after]


@pytest.mark.parametrize("width", [30, 60, 79, 200])
def test_no_line_is_wider_than_the_room(width: int) -> None:
    text = (
        "# A title\n\n"
        + "words " * 60
        + "\n\n```\n"
        + "x" * 300
        + "\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    error = ServerFault("The provider closed the connection, which it does now and then.", hint="It passes.")
    attempt = begun().grown(text, "thought " * 40, 50, first_s=0.1, took_s=9.0)
    for one in (attempt, attempt.ended(ChatEnd(error=error), took_s=9.0), attempt.stopped(took_s=9.0)):
        view = TranscriptLines().update(
            Conversation().asking("why " * 50, one), TranscriptLook(width, shows_thinking=True, payer="acme")
        )
        assert max(width_of(line) for line in view) <= width


def test_turns_that_are_gone_are_mentioned() -> None:
    conversation = Conversation(gone=3).asking("q", begun())
    assert "3 earlier turns are no longer kept" in text_of(conversation, TranscriptLook(80))[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PaymentRequired("Balance too low.", status=402), ["402", "acme", "Top it up"]),
        (RateLimited("Slow down.", retry_after_s=7), ["429", "in 7s"]),
        (
            RateLimited("Daily limit.", is_quota=True, hint="A quota: waiting does not help."),
            ["waiting does not"],
        ),
        (StreamBroken("Nothing came for 60 s."), ["broke off"]),
        (PrimeError("odd"), ["failed: odd"]),
    ],
)
def test_errors_in_words(error: PrimeError, words: list[str]) -> None:
    said = " ".join(plain(line) for line in failure(error, "acme", has_text=False))
    assert all(word in said for word in words), said
    assert "What came" not in said
    assert "What came is kept" in plain(failure(error, "acme", has_text=True)[1])


def test_the_title_gives_way_to_the_room() -> None:
    settings = ChatSettings(0.7, 2000, "Be brief.")
    whole = plain(heading(MODEL.id, MODEL, settings, 120))
    assert whole == "qwen/qwen3-30b · $0.20 in / $0.80 out per M · temp 0.7 · max 2.0k · system prompt"
    assert plain(heading(MODEL.id, MODEL, settings, 30)) == "qwen3-30b · $0.20/$0.80 per M"
    assert plain(heading(MODEL.id, MODEL, settings, 10)) == "qwen3-30b"
    assert "m chooses one" in plain(heading(None, None, settings, 80))
    assert price(ChatModel(ModelId("x")), long=True) == "price unknown"


def test_a_low_balance_is_named() -> None:
    assert plain(payer_note("acme", Decimal(50), is_old=False, width=80)) == "billed to acme"
    assert (
        plain(payer_note("acme", Decimal("-0.5"), is_old=False, width=80)) == "billed to acme ▲ -$0.50 left"
    )
    assert plain(payer_note("acme", None, is_old=False, width=80)) == "billed to acme"


def test_totals_say_how_sure_they_are() -> None:
    mine = Spent(Decimal("0.0131"), is_estimate=True)
    assert plain(totals(mine, mine)) == "conversation ~$0.0131"
    session = mine + Spent(Decimal(1), unknown=1)
    assert plain(totals(mine, session)) == "conversation ~$0.0131 · session ≥$1.01"


def test_a_model_without_a_price_has_a_dash() -> None:
    cells = [plain(cell) for cell in model_row(ChatModel(ModelId("x/y")), is_chosen=True).cells]
    assert cells == ["● x/y", "—", "—", "—"]


def test_a_fast_answer_has_no_invented_speed() -> None:
    one_piece = begun().grown("all at once", "", 1, first_s=0.5, took_s=0.5)
    assert "tok/s" not in plain(figures(one_piece.ended(ChatEnd("stop"), took_s=0.5), 80))
