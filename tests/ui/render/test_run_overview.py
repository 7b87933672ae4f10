from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.metrics import MetricSeries
from prime_tui.domain.remote import Remote
from prime_tui.domain.runs import Checkpoint, FailureAnalysis, RunState, RunUsage, TokenUse
from prime_tui.domain.text import clean
from prime_tui.domain.views import RunView
from prime_tui.ui.render.run_overview import checkpoint_lines, config_lines, failure_lines, overview
from prime_tui.ui.render.styled import Styled, plain, width_of
from tests.ui.render.run_views import NOW, RUN, USAGE, VIEW, finished


def text(lines: tuple[Styled, ...] | list[Styled]) -> str:
    return "\n".join(plain(line).rstrip() for line in lines)


def page(view: RunView, width: int = 70, **more: object) -> str:
    return text(overview(view, width, NOW, **more))  # type: ignore[arg-type]


def test_usage_is_broken_down_by_token_class_price_and_cost() -> None:
    drawn = page(VIEW)
    rows = [
        ("training", "5.00M", "2.50", "12.50"),
        ("inference in", "1.00M", "0.50", "0.50"),
        ("inference out", "3.00M", "1.50", "4.50"),
        ("total", "9.00M", "17.50"),
    ]
    for label, *figures in rows:
        (line,) = [line for line in drawn.splitlines() if line.startswith(f" {label} ")]
        assert line.removeprefix(f" {label}").split() == figures
    assert "▲" not in drawn


def test_parts_that_do_not_add_up_are_said_and_nothing_is_corrected() -> None:
    usage = replace(USAGE, total_cost_usd=Decimal("19.5"))
    drawn = page(replace(VIEW, usage=usage))
    assert "▲ parts make $17.5000, the total says $19.5000" in drawn
    assert "19.50" in drawn


def test_a_run_paid_by_the_gpu_hour_has_no_zeros() -> None:
    usage = RunUsage(
        RUN.id, training=TokenUse(0), inference=TokenUse(0, 0, 0), total_tokens=0, total_cost_usd=Decimal(0)
    )
    drawn = page(replace(VIEW, usage=usage, tokens=None, tokens_per_s=(), cost=Cost(), usd_per_h=None))
    assert "paid by the GPU-hour" in drawn
    assert "so far    —" in drawn
    assert "$0.00" not in drawn


def test_the_first_lines_say_how_it_is() -> None:
    drawn = page(replace(VIEW, silent_since=NOW - timedelta(minutes=22)))
    assert drawn.splitlines()[0] == " ▲ running  created 3h05 ago"
    assert "▲ no step for 22m, ~$1.12 since" in drawn
    assert "56%  112 of 200" in drawn


def test_pace_and_what_is_left() -> None:
    drawn = page(VIEW)
    assert "to go     88 steps" in drawn
    assert "~$13.75" in drawn  # 88 × 17.50 / 112
    assert "$3.05/h" in drawn


def test_the_reward_is_in_sight_and_plotted_where_there_is_room() -> None:
    reward = MetricSeries("reward/all/mean", (0, 1, 2), (0.1, None, 0.62))
    assert "reward    0.62" in page(VIEW, reward=reward)
    low, high = page(VIEW, reward=reward, height=10), page(VIEW, reward=reward, height=60)
    assert "reward/all/mean" not in low
    assert "reward/all/mean  0.62" in high
    assert len(high.splitlines()) <= 60


def test_why_it_failed_comes_first() -> None:
    failure = FailureAnalysis("Environment package failed to import", ("ModuleNotFoundError: foo",), 0.9)
    run = replace(RUN, error_message="orchestrator exited with code 1", failure=failure)
    failed = replace(finished(RunState.FAILED), run=run)
    drawn = page(failed)
    assert drawn.index("Environment package failed to import (90% sure)") < drawn.index("training")
    assert "· ModuleNotFoundError: foo" in text(list(failure_lines(failed, 70)))
    assert "orchestrator exited with code 1" in text(list(failure_lines(failed, 70)))


def test_a_long_error_does_not_push_the_money_away() -> None:
    run = replace(RUN, error_message="\n".join(f"line {number}" for number in range(200)))
    drawn = page(replace(finished(RunState.FAILED), run=run))
    assert "all of it under error" in drawn
    assert next(n for n, line in enumerate(drawn.splitlines()) if line.startswith(" total")) < 20


def test_where_a_cost_comes_from_is_said() -> None:
    billed = Cost(Decimal("17.5"), CostOrigin.BILLED, NOW - timedelta(minutes=4))
    assert "billed up to 07:56" in page(replace(VIEW, cost=billed))
    assert "~17.50" in page(replace(VIEW, cost=Cost(Decimal("17.5"), CostOrigin.ESTIMATE)))


@given(st.integers(30, 120), st.text(max_size=60), st.text(max_size=200))
def test_no_line_is_wider_than_the_page(width: int, name: str, notice: str) -> None:
    run = replace(
        RUN, notice=clean(notice), error_message=clean(notice), environments=(clean(name, one_line=True),)
    )
    view = replace(
        VIEW, run=run, base_model=clean(name, one_line=True) or None, environments=run.environments
    )
    for line in overview(view, width, NOW, height=60):
        assert width_of(line) <= max(width, 44), plain(line)


def test_checkpoints_newest_first_and_older_shapes_by_name() -> None:
    found = (
        Checkpoint("ckpt_1", 20, "READY", 734_003_200, NOW - timedelta(hours=1), "s3://bucket/1"),
        Checkpoint("ckpt_2", 40, "FAILED"),
    )
    remote: Remote[tuple[Checkpoint, ...]] = Remote()
    drawn = text(checkpoint_lines(remote.loaded(found, NOW), VIEW, 70, NOW))
    assert drawn.index("ckpt_2") < drawn.index("ckpt_1")
    assert "734 MB" in drawn
    assert "s3://bucket/1" in drawn
    named = replace(VIEW, run=replace(RUN, checkpoints=("step-100", "step-200")))
    assert "step-200" in text(checkpoint_lines(remote, named, 70, NOW))
    assert "Reading checkpoints" in text(checkpoint_lines(remote, VIEW, 70, NOW))


@pytest.mark.parametrize("width", [30, 50, 100])
def test_a_configuration_is_readable_at_any_width(width: int) -> None:
    config = (("trainer.optim.lr", "1e-6"), ("orchestrator." + "deep." * 12 + "x", "y" * 90))
    lines = config_lines(config, width)
    assert all(width_of(line) <= width for line in lines)
    joined = text(lines).replace("\n", "").replace(" ", "")
    assert "trainer.optim.lr" in joined
    assert "y" * 90 in joined
    assert "tells no configuration" in text(config_lines((), width))
