from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import RunSource, RunState
from prime_tui.domain.units import UNKNOWN
from prime_tui.domain.views import Ending, EndingPhase, RunView
from prime_tui.ui.render.runs import COLUMNS, quiet_text, run_cells
from prime_tui.ui.render.styled import plain, spans_of, width_of
from tests.ui.render.run_views import NOW, RUN, VIEW, finished


def cells(view: RunView, *, is_old: bool = False) -> dict[str, str]:
    drawn = run_cells(view, NOW, is_old=is_old)
    return {column.key: plain(cell) for column, cell in zip(COLUMNS, drawn, strict=True)}


def test_a_running_run_shows_everything() -> None:
    assert cells(VIEW) == {
        "name": "● gsm8k-qwen9b",
        "model": "Qwen3.5-9B",
        "env": "gsm8k",
        "state": "running",
        "step": "██▎░ 112/200",
        "tokens": "9.0M",
        "speed": "     ▃·█  4.1k",
        "rate": "3.05",
        "cost": "17.50",
        "age": "3h05",
    }


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    bare = RunView(
        id=RunId("rft_1"),
        name=None,
        state=RunState.UNKNOWN,
        status_word="",
        state_is_guess=False,
        is_unknown=True,
        base_model=None,
        environments=(),
        max_steps=None,
        done_steps=None,
        tokens=None,
        tokens_per_s=(),
        cost=Cost(),
        usd_per_h=None,
        created_at=None,
        started_at=None,
        completed_at=None,
        last_step_at=None,
        last_activity_at=None,
        team_id=None,
        sources=frozenset({RunSource.TYPED}),
    )
    drawn = cells(bare)
    assert drawn["name"] == "? [rft_1]"
    assert {drawn[key] for key in ("model", "state", "step", "tokens", "rate", "cost", "age")} == {UNKNOWN}
    assert not any("0" in text for text in drawn.values())


@pytest.mark.parametrize(
    ("state", "word", "glyph"),
    [
        (RunState.QUEUED, "queued", "◐"),
        (RunState.PENDING, "pending", "◐"),
        (RunState.PAUSING, "pausing", "◐"),
        (RunState.STOPPING, "stopping", "◐"),
        (RunState.PAUSED, "paused", "○"),
        (RunState.COMPLETED, "completed", "○"),
        (RunState.STOPPED, "stopped", "○"),
        (RunState.FAILED, "failed", "✕"),
        (RunState.UNKNOWN, "WEIRD", "?"),
    ],
)
def test_a_state_is_a_glyph_and_a_word(state: RunState, word: str, glyph: str) -> None:
    drawn = cells(replace(VIEW, state=state, status_word="WEIRD" if state is RunState.UNKNOWN else word))
    assert drawn["state"] == word
    assert drawn["name"].startswith(glyph)


def test_the_place_in_the_queue_is_told() -> None:
    view = replace(VIEW, state=RunState.QUEUED, run=replace(RUN, runs_ahead=2))
    assert cells(view)["state"] == "queued #3"


def test_a_guess_stands_in_brackets() -> None:
    assert cells(replace(VIEW, state=RunState.UNKNOWN, status_word="active", state_is_guess=True))[
        "state"
    ] == ("[active]")


@pytest.mark.parametrize(
    ("phase", "glyph", "word"),
    [
        (EndingPhase.ASKED, "◐", "ending 12s"),
        (EndingPhase.CONFIRMING, "◐", "ending 12s"),
        (EndingPhase.NOT_CONFIRMED, "▲", "not ended?"),
        (EndingPhase.FAILED, "●", "running"),
    ],
)
def test_an_ending_is_seen_in_the_row(phase: EndingPhase, glyph: str, word: str) -> None:
    drawn = cells(replace(VIEW, ending=Ending(phase, NOW - timedelta(seconds=12))))
    assert (drawn["name"][0], drawn["state"]) == (glyph, word)


def test_a_deleted_run_that_billing_still_knows_says_so() -> None:
    gone = Ending(EndingPhase.GONE, NOW)
    billed = replace(finished(RunState.COMPLETED), sources=frozenset({RunSource.BILLING}), ending=gone)
    assert cells(billed)["state"] == "deleted"
    assert cells(replace(finished(RunState.STOPPED), ending=gone))["state"] == "stopped"


def test_a_silent_run_calls_for_a_person_and_says_what_that_cost() -> None:
    silent = replace(VIEW, silent_since=NOW - timedelta(minutes=22))
    assert cells(silent)["name"].startswith("▲")
    assert quiet_text(silent, NOW) == "no step for 22m, ~$1.12 since"
    assert quiet_text(VIEW, NOW) == ""
    assert quiet_text(replace(silent, state=RunState.FAILED), NOW) == ""


def test_an_estimate_is_marked_and_large_money_fits() -> None:
    estimated = replace(VIEW, cost=Cost(Decimal("3.1"), CostOrigin.ESTIMATE))
    assert cells(estimated)["cost"] == "~3.10"
    dear = replace(VIEW, cost=Cost(Decimal("123456.78"), CostOrigin.USAGE), usd_per_h=Decimal("254.4"))
    assert (cells(dear)["cost"], cells(dear)["rate"]) == ("123,457", "254")
    for column, cell in zip(COLUMNS, run_cells(dear, NOW), strict=True):
        assert width_of(cell) <= column.width


def test_nothing_of_an_old_row_looks_fresh() -> None:
    roles = {
        span.role for cell in run_cells(VIEW, NOW, is_old=True)[3:] for span in spans_of(cell) if span.text
    }
    assert roles == {"stale"}


def test_the_steps_of_a_run_without_an_end() -> None:
    assert cells(replace(VIEW, max_steps=None))["step"].strip() == "112"
    assert cells(replace(VIEW, done_steps=None))["step"] == "░░░░ —/200"
