"""Runs to draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import Run, RunPricing, RunSource, RunState, RunUsage, TokenUse
from prime_tui.domain.views import RunView

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RUN = Run(
    RunId("rft_8a1c99"),
    "gsm8k-qwen9b",
    RunState.RUNNING,
    "RUNNING",
    max_steps=200,
    gpu_count=16,
    batch_size=512,
    started_at=NOW - timedelta(hours=3),
)
USAGE = RunUsage(
    RUN.id,
    training=TokenUse(5_000_000, cost_usd=Decimal("12.5")),
    inference=TokenUse(4_000_000, 1_000_000, 3_000_000, Decimal("5.0")),
    total_tokens=9_000_000,
    total_cost_usd=Decimal("17.5"),
    pricing=RunPricing(Decimal("2.5"), Decimal("0.5"), Decimal("1.5")),
)
VIEW = RunView(
    id=RUN.id,
    name=RUN.name,
    state=RunState.RUNNING,
    status_word="RUNNING",
    state_is_guess=False,
    is_unknown=False,
    base_model="Qwen/Qwen3.5-9B",
    environments=("primeintellect/gsm8k@1.2.0",),
    max_steps=200,
    done_steps=112,
    tokens=9_000_000,
    tokens_per_s=(1000.0, None, 4100.0),
    cost=Cost(Decimal("17.5"), CostOrigin.USAGE),
    usd_per_h=Decimal("3.05"),
    created_at=NOW - timedelta(hours=3, minutes=5),
    started_at=RUN.started_at,
    completed_at=None,
    last_step_at=NOW - timedelta(seconds=20),
    last_activity_at=None,
    team_id=None,
    sources=frozenset({RunSource.LIST}),
    run=RUN,
    usage=USAGE,
)


def finished(state: RunState) -> RunView:
    """The run after its end."""
    run = replace(RUN, state=state, status_word=state.value, completed_at=NOW - timedelta(hours=1))
    return replace(
        VIEW,
        state=state,
        status_word=state.value,
        completed_at=run.completed_at,
        usd_per_h=Decimal(0),
        run=run,
    )
