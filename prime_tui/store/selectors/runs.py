"""A run merged from every source that knows it.

Sources, and whose word counts first: the run list (or the run read on its own), usage, our own record of the
launch, and billing rows, which also find finished and deleted runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.cost import Cost, CostOrigin, best_cost, hours, upper_bound_usd
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Remote
from prime_tui.domain.runs import LIVE, Run, RunProgress, RunSource, RunState, RunUsage, run_state
from prime_tui.domain.spend import rate_usd_per_h
from prime_tui.domain.views import LaunchRecord, RunView
from prime_tui.domain.words import all_found, filter_words
from prime_tui.store.selectors.ordering import ordered
from prime_tui.store.selectors.run_ids import listed_runs, own_launches
from prime_tui.store.series import Series, rates_per_s
from prime_tui.store.store import RunTrail, Store

RECENTLY_BILLED = timedelta(minutes=10)
RATE_WINDOW = timedelta(minutes=15)
BILLED_ENOUGH = timedelta(minutes=5)
SPARK_POINTS = 24
INACTIVE = "inactive"
WAITING = frozenset({RunState.QUEUED, RunState.PENDING})
SPEED_SPACING = timedelta(seconds=60)


def run_view(store: Store, run_id: RunId, now: datetime) -> RunView | None:
    """Return one run, or None when no source names it."""
    listed, launches = listed_runs(store), own_launches(store)
    launch = launches.get(run_id)
    named = {
        RunSource.LIST: run_id in listed,
        RunSource.LAUNCHED: launch is not None and not launch.is_found,
        RunSource.FOUND: launch is not None and launch.is_found,
        RunSource.TYPED: run_id in store.typed_runs,
        RunSource.BILLING: run_id in store.billing.run_ids,
    }
    sources = frozenset(source for source, is_named in named.items() if is_named)
    if not sources:
        return None
    return merged_run(store, run_id, sources, listed.get(run_id), launch, now)


def newest_at(view: RunView) -> float:
    """Return what runs are ordered by: when it began, as a POSIX time; 0 where nothing tells."""
    at = view.age_from or view.last_activity_at
    return 0.0 if at is None else at.timestamp()


def merged_run(
    store: Store,
    run_id: RunId,
    sources: frozenset[RunSource],
    listed: Run | None,
    launch: LaunchRecord | None,
    now: datetime,
) -> RunView:
    """Return one run from all that is known of it."""
    run = latest_word(listed, store.runs.remote.fetched_at, store.run_details.peek(run_id))
    usage, used_at = _usage(store, run_id, run)
    progress = store.progress.peek(run_id).value
    billed = store.billing.billed_usd(run_id)
    billed_at = billed[1] if billed is not None else None
    state, word, is_guess = _state(run, usage, launch, billed_at, now)
    trail = store.run_trails.get(run_id)
    started_at = run.started_at if run else None
    max_steps = run.max_steps if run else None
    price = _listed_rate(run, launch)
    estimate = upper_bound_usd(price, started_at, (run.completed_at if run else None) or now)
    tokens = _tokens(usage)
    cost = _cost(usage, used_at, billed, estimate)
    rate = _rate(trail, price, state)
    if price is None and state in LIVE - WAITING and (rate is None or not _is_watched(trail)):
        average = _average_rate(cost, started_at, now)
        rate = rate if average is None else average
    return RunView(
        id=run_id,
        name=(run.name if run else None)
        or (usage.run_name if usage else None)
        or (launch.name if launch else None),
        state=state,
        status_word=word,
        state_is_guess=is_guess,
        is_unknown=run is None and usage is None and launch is None,
        base_model=(run.base_model if run else None) or (usage.base_model if usage else None),
        environments=run.environments if run else (),
        max_steps=max_steps,
        done_steps=progress.completed_steps(max_steps) if progress else _steps_of_row(run, max_steps),
        tokens=tokens,
        tokens_per_s=_speed(trail.tokens) if trail and tokens is not None else (),
        cost=cost,
        usd_per_h=rate,
        is_rate_estimate=price is None and bool(rate),
        created_at=(run.created_at if run else None)
        or (launch.launched_at if launch else None)
        or _first_billed_at(store, run_id),
        started_at=started_at,
        completed_at=run.completed_at if run else None,
        last_step_at=progress.updated_at if progress and progress.latest_step is not None else None,
        last_activity_at=max((at for at in (billed_at, run.updated_at if run else None) if at), default=None),
        team_id=(run.team_id if run else None) or (launch.team_id if launch else None),
        sources=sources,
        run=run,
        usage=usage,
        ending=store.run_endings.get(run_id),
        silent_since=_silent_since(progress, started_at),
        steps_read_at=store.progress.peek(run_id).fetched_at,
    )


def _first_billed_at(store: Store, run_id: RunId) -> datetime | None:
    """When the first bill was opened: as near to the start as billing can tell."""
    opened = (row.created_at for row in store.billing.of_resource(run_id))
    return min((at for at in opened if at is not None), default=None)


def latest_word(listed: Run | None, listed_at: datetime | None, detail: Remote[Run]) -> Run | None:
    """The run read on its own counts until the list has a later version: the one read later, if none is told.

    Older rows tell no version. What never changes and only the run on its own may tell is kept.
    """
    detailed = detail.value
    if listed is None or detailed is None:
        return detailed or listed
    if listed.updated_at and detailed.updated_at:
        is_later = listed.updated_at > detailed.updated_at
    else:
        is_later = bool(listed_at and detail.fetched_at and listed_at > detail.fetched_at)
    if not is_later:
        return detailed
    return replace(
        listed, config=listed.config or detailed.config, failure=listed.failure or detailed.failure
    )


def _usage(store: Store, run_id: RunId, run: Run | None) -> tuple[RunUsage | None, datetime | None]:
    """Usage as it was read alone, else with the run as older rows bring it, and when that was."""
    read_alone, detail = store.usage.peek(run_id), store.run_details.peek(run_id)
    if read_alone.value is not None:
        return read_alone.value, read_alone.fetched_at
    read_at = detail.fetched_at if run is detail.value else store.runs.remote.fetched_at
    return (None, None) if run is None else (run.usage, read_at)


def _silent_since(progress: RunProgress | None, started_at: datetime | None) -> datetime | None:
    if progress is None:
        return None
    return started_at if progress.latest_step is None else progress.updated_at


def _steps_of_row(run: Run | None, max_steps: int | None) -> int | None:
    """Older rows carry their step among the metrics; a completed run has done them all."""
    if run is None:
        return None
    if "step" in run.metrics:
        return int(run.metrics["step"])
    return max_steps if run.state is RunState.COMPLETED else None


def _state(
    run: Run | None,
    usage: RunUsage | None,
    launch: LaunchRecord | None,
    billed_at: datetime | None,
    now: datetime,
) -> tuple[RunState, str, bool]:
    if run is not None and run.status_word:
        return run.state, run.status_word, False
    if usage is not None and usage.status_word:
        return run_state(usage.status_word), usage.status_word, False
    if billed_at is not None:
        is_recent = now - billed_at < RECENTLY_BILLED
        return RunState.UNKNOWN, "active" if is_recent else INACTIVE, True
    if launch is not None:
        return RunState.UNKNOWN, "launched", True
    return RunState.UNKNOWN, "", False


def _speed(readings: Series[int]) -> tuple[float | None, ...]:
    """Tokens a second between readings a minute apart: they are counted once a step, so closer ones jump."""
    spaced: list[tuple[datetime, int]] = []
    for at, tokens in readings.points():
        if not spaced or at - spaced[-1][0] >= SPEED_SPACING:
            spaced.append((at, tokens))
    return rates_per_s(spaced, SPARK_POINTS)


def _tokens(usage: RunUsage | None) -> int | None:
    """All tokens; an older row names only the parts."""
    if usage is None or usage.is_by_gpu_hour:
        return None
    if usage.total_tokens is not None:
        return usage.total_tokens
    parts = (usage.training.tokens, usage.inference.input_tokens, usage.inference.output_tokens)
    return sum(part for part in parts if part is not None) if any(parts) else None


def _cost(
    usage: RunUsage | None,
    used_at: datetime | None,
    billed: tuple[Decimal, datetime | None] | None,
    estimate: Decimal | None,
) -> Cost:
    used = usage.total_cost_usd if usage else None
    # Usage counts tokens: its zero says nothing about a run that is paid by the GPU-hour.
    if usage is not None and usage.is_by_gpu_hour and not used:
        used = None
    return best_cost(
        billed=Cost(billed[0], CostOrigin.BILLED, billed[1]) if billed else None,
        usage=Cost(used, CostOrigin.USAGE, used_at),
        estimate=Cost(estimate, CostOrigin.ESTIMATE),
    )


def _listed_rate(run: Run | None, launch: LaunchRecord | None) -> Decimal | None:
    price = (run.price_usd_per_gpu_h if run else None) or (launch.price_usd_per_gpu_h if launch else None)
    gpus = (run.gpu_count if run else None) or (launch.gpu_count if launch else None)
    return price * gpus if price is not None and gpus else None


def _average_rate(cost: Cost, started_at: datetime | None, now: datetime) -> Decimal | None:
    """What a run has cost per hour since its start: what is known before it was watched for long."""
    if not cost.usd or cost.origin is CostOrigin.ESTIMATE or started_at is None:
        return None
    until = cost.as_of or now
    return None if until - started_at < BILLED_ENOUGH else cost.usd / hours(started_at, until)


def _is_watched(trail: RunTrail | None) -> bool:
    """Whether a total was followed for long enough: it grows in steps, so a short slope is far off."""
    points = trail.cost_usd.points() if trail is not None else ()
    return bool(points) and points[-1][0] - points[0][0] >= BILLED_ENOUGH


def _rate(trail: RunTrail | None, listed: Decimal | None, state: RunState) -> Decimal | None:
    """What a run costs per hour: by its price where known, else as seen in the quarter hour read last."""
    if state in WAITING:
        return Decimal(0)
    if state not in LIVE:
        return None if state is RunState.UNKNOWN else Decimal(0)
    if listed is not None:
        return listed
    points = trail.cost_usd.points() if trail is not None else ()
    # A total that stands at zero counts nothing: such a run is paid by the GPU-hour.
    if trail is None or not points or not points[-1][1]:
        return None
    return rate_usd_per_h(points, trail.read_at, RATE_WINDOW)


# -- which rows, in which order -----------------------------------------------------


class RunSort(StrEnum):
    """What the runs can be sorted by; without one, live runs come first and then the newest."""

    NAME = "name"
    MODEL = "model"
    STATE = "state"
    STEP = "step"
    TOKENS = "tokens"
    RATE = "rate"
    COST = "cost"
    AGE = "age"


def filtered_runs(views: Sequence[RunView], text: str) -> tuple[RunView, ...]:
    """Return the runs in which every word of `text` is found; `!word` must not be found.

    A word may name what it is looked for in: `status:live`, `model:qwen`, `env:gsm8k`, `source:billing`.
    """
    words = filter_words(text)
    if not words:
        return tuple(views)
    return tuple(view for view in views if all_found(words, _finder(view)))


def _finder(view: RunView) -> Callable[[str], bool]:
    state = f"{view.state.value} {view.status_word.lower()}"
    fields = {
        "name": f"{view.name or ''} {view.id}".lower(),
        "status": state + (" live" if view.state in LIVE else ""),
        "model": (view.base_model or "").lower(),
        "env": " ".join(view.environments).lower(),
        "source": " ".join(source.value for source in view.sources),
    }

    def found(word: str) -> bool:
        name, colon, wanted = word.partition(":")
        if colon and name in fields:
            return wanted in fields[name]
        return any(word in field for name, field in fields.items() if name != "source")

    return found


def sorted_runs(views: Sequence[RunView], by: RunSort | None, *, reverse: bool) -> tuple[RunView, ...]:
    """Return the runs in order; those without a value come last either way."""
    if by is None:
        return tuple(reversed(views)) if reverse else tuple(views)
    return ordered(views, lambda view: _sort_key(view, by), descending=is_descending(by, reverse=reverse))


def is_descending(by: RunSort, *, reverse: bool) -> bool:
    """Whether the largest comes first: numbers are wanted so, names from A on."""
    return reverse if by in (RunSort.NAME, RunSort.MODEL, RunSort.STATE) else not reverse


def _sort_key(view: RunView, by: RunSort) -> str | float | Decimal | None:
    match by:
        case RunSort.NAME:
            return view.title.casefold()
        case RunSort.MODEL:
            return (view.base_model or "").casefold() or None
        case RunSort.STATE:
            return f"{list(RunState).index(view.state):02}{view.status_word.casefold()}"
        case RunSort.STEP:
            return None if view.done_steps is None else view.done_steps / max(view.max_steps or 0, 1)
        case RunSort.TOKENS:
            return view.tokens
        case RunSort.RATE:
            return view.usd_per_h
        case RunSort.COST:
            return view.cost.usd
        case RunSort.AGE:
            return -newest_at(view) or None
