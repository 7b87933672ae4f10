"""What is said before something is done to a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prime_tui.domain.runs import LIVE, Checkpoint, RunAction
from prime_tui.domain.units import UNKNOWN, age, usd, usd_per_h
from prime_tui.domain.views import RunView
from prime_tui.ui.render.runs import short_model, state_word
from prime_tui.ui.render.styled import Span, Styled

TITLES = {
    RunAction.STOP: "Stop 1 run",
    RunAction.DELETE: "Delete 1 run",
    RunAction.PAUSE: "Pause 1 run",
    RunAction.RESUME: "Resume 1 run",
    RunAction.RESTART: "Restart 1 run",
}
NOTES = {
    RunAction.STOP: "ends it; what it made stays",
    RunAction.DELETE: "takes it off the list for good",
    RunAction.PAUSE: "stops the meter; needs a volume",
    RunAction.RESUME: "goes on as a new run",
    RunAction.RESTART: "again from its latest checkpoint",
}
ORDER = (RunAction.STOP, RunAction.PAUSE, RunAction.RESUME, RunAction.RESTART, RunAction.DELETE)


def identity(view: RunView) -> Styled:
    """Return which run it is, so that no other is meant."""
    run_id = f" …{view.id[-6:]}" if view.name and len(view.id) > 8 else "" if not view.name else f" {view.id}"
    gpus = f" · {view.run.gpu_count} GPUs" if view.run is not None and view.run.gpu_count else ""
    model = f" · {short_model(view.base_model)}" if view.base_model else ""
    return (Span(view.title, "title"), Span(run_id, "dim"), Span(f"{model}{gpus} · {state_word(view)}"))


def so_far(view: RunView, now: datetime) -> Styled:
    """Return what it has cost, for how long it ran, and what ending it saves."""
    cost = view.cost
    spent = UNKNOWN if cost.usd is None else usd(cost.usd, mark=cost.mark)
    parts = [f"so far {spent}"]
    if view.started_at is not None:
        parts.insert(0, f"ran {age(view.started_at, view.completed_at or now)}")
    if view.state in LIVE:
        mark = "~" if view.is_rate_estimate else ""
        saves = "an unknown rate" if view.usd_per_h is None else usd_per_h(view.usd_per_h, mark=mark)
        parts.append(f"ending it saves {saves}")
    return "   ".join(parts)


def deed_lines(
    action: RunAction, view: RunView, checkpoints: Sequence[Checkpoint] | None, now: datetime
) -> list[Styled]:
    """Return the body of the question before `action`; checkpoints that were not read are None."""
    return [identity(view), so_far(view, now), "", *_consequences(action, view, checkpoints)]


def _consequences(action: RunAction, view: RunView, checkpoints: Sequence[Checkpoint] | None) -> list[Styled]:
    kept = checkpoint_text(checkpoints, view)
    if action is RunAction.STOP:
        return [
            f"It is torn down, which takes up to three minutes. {kept}",
            "It cannot be started again. Its billing rows stay.",
        ]
    if action is RunAction.DELETE:
        first = "It is stopped first if it still runs. " if view.state in LIVE or view.is_unknown else ""
        return [
            f"{first}It leaves the list with its logs and metrics and does not come back.",
            f"{kept} Do not count on them afterwards." if checkpoints else kept,
            "Its billing rows stay.",
        ]
    if action is RunAction.PAUSE:
        return ["Its meter stops once it is paused; it goes on later as a new run.", kept]
    if action is RunAction.RESUME:
        return ["It goes on as a new run with a new id, from its last checkpoint, and costs money again."]
    return [f"It starts again from its latest checkpoint; steps since then are lost. {kept}"]


def checkpoint_text(checkpoints: Sequence[Checkpoint] | None, view: RunView) -> str:
    """Return what is known of a run's checkpoints, as a sentence."""
    if checkpoints is None and not (view.run and view.run.checkpoints):
        return "Its checkpoints are not known."
    ready = [one for one in checkpoints or () if one.status.upper() == "READY"]
    if ready:
        newest = max(one.step or 0 for one in ready)
        return f"Checkpoints: {len(ready)} ready, the newest of step {newest}."
    named = view.run.checkpoints if view.run is not None else ()
    if named:
        return f"Checkpoints: {', '.join(named[-3:])}."
    return "It has no ready checkpoint."
