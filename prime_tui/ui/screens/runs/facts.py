"""What the detail of a run is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Remote
from prime_tui.domain.runs import Checkpoint, MetricPoint, Run, RunLogs
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.runs import run_view
from prime_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run with everything that was read about it.

    Attributes:
        read: The run read on its own, which tells how old all of this is.
        has_pages: False when this service has nothing but usage and billing.
    """

    view: RunView
    read: Remote[Run]
    metrics: Remote[tuple[MetricPoint, ...]]
    checkpoints: Remote[tuple[Checkpoint, ...]]
    logs: Remote[RunLogs]
    wallet: str
    has_pages: bool
    now: datetime


def run_facts(store: Store, run_id: RunId, now: datetime) -> RunFacts | None:
    """Return what is known of a run; None when no source names it."""
    view = run_view(store, run_id, now)
    if view is None:
        return None
    return RunFacts(
        view=view,
        read=store.run_details.peek(run_id),
        metrics=store.metrics.peek(run_id),
        checkpoints=store.checkpoints.peek(run_id),
        logs=store.run_logs.peek(run_id),
        wallet=_wallet(store, view),
        has_pages=store.has_run_list is not False,
        now=now,
    )


def _wallet(store: Store, view: RunView) -> str:
    if view.team_id is None:
        return "personal"
    teams = store.teams.value.items if store.teams.value else ()
    return next((f"team {team.name}" for team in teams if team.id == view.team_id), f"team {view.team_id}")
