from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import Checkpoint, GpuRate, LaunchedRun, RunAction, RunState, TrainingChoices
from prime_tui.domain.secret import Secret
from prime_tui.domain.spend import Purse, Runway
from prime_tui.ui.render.launch import file_lines, gpu_choices, launched_lines, price_lines
from prime_tui.ui.render.run_deeds import deed_lines
from prime_tui.ui.render.styled import Styled, plain, width_of
from tests.ui.render.run_views import NOW, VIEW, finished

PURSE = Purse("acme", Decimal("412.08"), Runway(Decimal("41.2")), Runway(Decimal("7.31")))
UNKNOWN_RUNWAY = Runway(reason="unknown")


def text(lines: list[Styled]) -> str:
    return "\n".join(plain(line) for line in lines)


# -- launching -----------------------------------------------------------------------------


def test_a_known_price_tells_what_it_costs_and_how_long_the_money_lasts() -> None:
    said = text(price_lines(Decimal("2.90"), 16, PURSE, 62))
    assert "$46.40/h  16 × $2.90" in said
    assert "$1,113.60" in said
    assert "acme" in said
    assert "$412.08" in said
    assert "≥41h12 now, ≥7h18 with it" in said


def test_a_price_that_is_not_known_is_not_made_up() -> None:
    said = text(price_lines(None, 16, replace(PURSE, after=UNKNOWN_RUNWAY), 62))
    assert "unknown until it is dispatched" in said
    assert "a day" not in said
    assert "with it" not in said
    per_gpu = text(price_lines(Decimal("2.90"), None, replace(PURSE, after=UNKNOWN_RUNWAY), 80))
    assert "$2.90 per GPU and hour" in per_gpu
    assert "a day" not in per_gpu


def test_an_unknown_balance_and_no_burn_are_said() -> None:
    nothing = Purse("me", None, UNKNOWN_RUNWAY, UNKNOWN_RUNWAY)
    assert "balance     —" in text(price_lines(None, None, nothing, 62))
    idle = Purse("me", Decimal(5), Runway(reason="no burn"), UNKNOWN_RUNWAY)
    assert "without burn" in text(price_lines(None, None, idle, 62))


@pytest.mark.parametrize("mark", ["≤", "~"])
def test_how_long_the_money_lasts_is_no_bound_that_nobody_knows(mark: str) -> None:
    said = text(price_lines(Decimal("2.90"), 16, replace(PURSE, mark=mark), 62))
    assert f"{mark}41h12 now, {mark}7h18 with it" in said


def test_a_balance_that_is_not_fresh_tells_its_age() -> None:
    old = Purse("acme", Decimal(5), UNKNOWN_RUNWAY, UNKNOWN_RUNWAY, stale_s=14 * 60.0)
    said = text(price_lines(None, None, old, 62))
    assert "$5.00  ▲ 14m old" in said


def test_gpu_types_are_offered_with_what_is_known() -> None:
    choices = TrainingChoices(
        gpu_types=("H100_80GB", "B200_180GB"),
        rates=(GpuRate("H100_80GB", Decimal("2.40"), "Launch price", available_now=False),),
    )
    assert gpu_choices(choices) == (
        ("", "any"),
        ("H100_80GB", "H100 80GB  $2.40/GPU·h · none free now · Launch price"),
        ("B200_180GB", "B200_180GB"),
    )
    assert gpu_choices(None) == (("", "any"),)


@pytest.mark.parametrize("width", [40, 62])
def test_what_the_file_says_fits(width: int) -> None:
    lines = file_lines("x" * 90, None, ("a", "b"), None, None, (), width)
    assert all(width_of(line) <= width for line in lines)
    said = text(lines)
    assert "without end" in said
    assert "the service decides" in said.replace("\n", " ") or "decides" in said


def test_the_key_is_never_among_the_lines() -> None:
    launched = LaunchedRun(RunId("rft_1"), token=Secret("pit_abcdefgh"), price_usd_per_gpu_h=Decimal("2.4"))
    said = text(launched_lines(launched, "mine", 62)) + repr(launched)
    assert "pit_" not in said
    assert "abcdefgh" not in said
    assert "$2.40 per GPU and hour" in said


# -- ending --------------------------------------------------------------------------------


def test_a_stop_names_the_run_its_cost_and_what_stays() -> None:
    checkpoints = (
        Checkpoint("c1", 20, "READY"),
        Checkpoint("c2", 40, "READY"),
        Checkpoint("c3", 60, "FAILED"),
    )
    said = text(deed_lines(RunAction.STOP, VIEW, checkpoints, NOW))
    assert "gsm8k-qwen9b …8a1c99" in said
    assert "ran 3h00   so far $17.50   ending it saves $3.05/h" in said
    assert "2 ready, the newest of step 40" in said
    assert "billing rows stay" in said


def test_what_ending_it_saves_is_an_estimate_where_the_rate_is() -> None:
    said = text(deed_lines(RunAction.STOP, replace(VIEW, is_rate_estimate=True), (), NOW))
    assert "ending it saves ~$3.05/h" in said


def test_checkpoints_that_were_not_read_are_not_denied() -> None:
    assert "not known" in text(deed_lines(RunAction.STOP, VIEW, None, NOW))
    assert "no ready checkpoint" in text(deed_lines(RunAction.STOP, VIEW, (), NOW))


@pytest.mark.parametrize("action", list(RunAction))
def test_every_question_says_what_happens(action: RunAction) -> None:
    lines = deed_lines(action, VIEW, (), NOW)
    assert "gsm8k-qwen9b" in plain(lines[0])
    assert len(text(lines[3:])) > 30


def test_a_finished_run_saves_nothing() -> None:
    said = text(deed_lines(RunAction.DELETE, finished(RunState.COMPLETED), (), NOW))
    assert "saves" not in said
    assert "stopped first" not in said
    assert "does not come back" in said
