"""Burn, runway, what burns now, and costs of things."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from prime_tui.domain.cost import Cost, CostOrigin, best_cost, hours, upper_bound_usd
from prime_tui.domain.disks import Disk
from prime_tui.domain.pods import Pod, PodState, bound_by_state, burn_by_state
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import LIVE, RunState
from prime_tui.domain.spend import Burn
from prime_tui.domain.units import gpu, span
from prime_tui.domain.views import Burning, EndingPhase, RunView
from prime_tui.store.selectors.kept import kept
from prime_tui.store.selectors.ownership import in_wallet
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.slice import Slice
from prime_tui.store.store import Store

MEASURE_AT_LEAST = timedelta(minutes=15)
MEASURE_WINDOW = timedelta(hours=1)


def billed_cost(store: Store, resource_id: str) -> Cost:
    """Return what the billing rows say about a resource."""
    billed = store.billing.billed_usd(resource_id)
    return Cost() if billed is None else Cost(billed[0], CostOrigin.BILLED, billed[1])


def pod_cost(store: Store, pod: Pod, now: datetime) -> Cost:
    """Return what a pod has cost so far: billed, else estimated, else as an older backend reports it."""
    rate = bound_by_state(pod.state, pod.price_usd_per_h, pod.provisioning_price_usd_per_h)
    estimate = upper_bound_usd(rate, pod.created_at, pod.terminated_at or now)
    return best_cost(
        billed=billed_cost(store, pod.id),
        estimate=Cost(estimate, CostOrigin.ESTIMATE),
        reported=Cost(pod.reported_cost_usd, CostOrigin.REPORTED),
    )


def disk_burn(disk: Disk) -> Decimal | None:
    """Return what a disk costs per hour in its present state."""
    return burn_by_state(
        disk.state, disk.price_usd_per_h, disk.stopped_price_usd_per_h, disk.provisioning_price_usd_per_h
    )


def disk_cost(store: Store, disk: Disk, now: datetime) -> Cost:
    """Return what a disk has cost so far."""
    rate = bound_by_state(disk.state, disk.price_usd_per_h, disk.provisioning_price_usd_per_h)
    estimate = upper_bound_usd(rate, disk.created_at, disk.terminated_at or now)
    return best_cost(billed=billed_cost(store, disk.id), estimate=Cost(estimate, CostOrigin.ESTIMATE))


@kept
def burning_now(store: Store, now: datetime) -> tuple[Burning, ...]:
    """Return everything of this wallet that costs money now or is about to, dearest first."""
    found = [*_burning_pods(store, now), *_burning_runs(store, now), *_burning_disks(store, now)]
    return tuple(sorted(found, key=lambda one: one.usd_per_h or Decimal(0), reverse=True))


def _burning_pods(store: Store, now: datetime) -> list[Burning]:
    return [
        Burning(
            kind="pod",
            id=pod.id,
            name=pod.name or pod.id,
            what=gpu(pod.gpu_name, pod.gpu_count),
            state=pod.state.value,
            is_live=pod.state is PodState.ACTIVE,
            usd_per_h=pod.burn_usd_per_h,
            cost=pod_cost(store, pod, now),
            since=pod.created_at,
            note=_pod_note(store, pod),
        )
        for pod in (store.pods.value.items if store.pods.value else ())
        if in_wallet(store, pod) and pod.state is not PodState.TERMINATED
    ]


def _burning_runs(store: Store, now: datetime) -> list[Burning]:
    return [
        Burning(
            kind="run",
            id=run.id,
            name=run.title,
            what=run.base_model or "training run",
            state=_run_state(run),
            is_live=run.state is RunState.RUNNING,
            usd_per_h=run.usd_per_h,
            cost=run.cost,
            since=run.age_from,
            note=_run_note(run, now),
            is_rate_estimate=run.is_rate_estimate,
        )
        for run in run_views(store, now)
        if _may_burn(run)
    ]


def _may_burn(run: RunView) -> bool:
    """Whether a run costs money as far as we know: one that only billing knows may, at an unknown rate."""
    if run.ending is not None and run.ending.phase is EndingPhase.GONE:
        return False
    return run.state in LIVE or (run.state_is_guess and run.status_word == "active")


def _run_state(run: RunView) -> str:
    if run.state_is_guess:
        return f"({run.status_word})"
    return run.state.value if run.done_steps is None else f"step {run.done_steps}"


def _pod_note(store: Store, pod: Pod) -> str:
    ending = store.pod_endings.get(pod.id)
    if ending is not None and ending.phase is not EndingPhase.GONE:
        return "▲ end not confirmed" if ending.phase is EndingPhase.NOT_CONFIRMED else "ending"
    if pod.state in (PodState.ERROR, PodState.INSTALL_FAILED):
        return "▲ may still cost"
    return "still costs" if pod.state is PodState.STOPPED and pod.burn_usd_per_h else ""


def _run_note(run: RunView, now: datetime) -> str:
    quiet = run.quiet_for(now)
    return "" if quiet is None else f"▲ {span(quiet.total_seconds())} quiet"


def _burning_disks(store: Store, now: datetime) -> list[Burning]:
    return [
        Burning(
            kind="disk",
            id=disk.id,
            name=disk.name or disk.id,
            what=f"disk {disk.size_gb} GB" if disk.size_gb is not None else "disk",
            state="attached" if disk.pod_ids else "detached",
            is_live=bool(disk.pod_ids),
            usd_per_h=disk_burn(disk),
            cost=disk_cost(store, disk, now),
            since=disk.created_at,
            note="" if disk.pod_ids else "no pod",
        )
        for disk in (store.disks.value.items if store.disks.value else ())
        if in_wallet(store, disk) and disk.state is not PodState.TERMINATED
    ]


@kept
def listed_burn(store: Store, now: datetime) -> Burn | None:
    """Return the burn by the price lists; None until the pods were read once, or while they may not be.

    Sources that cannot be read at all are named in `unknown`. One that the key may not read any more counts
    as such, whatever was read of it once: nobody will ever say that it has changed.
    """
    if _is_untold(store.pods):
        return None
    sources: dict[str, Slice[Any]] = {"disk": store.disks, "run": store.runs}
    # Runs that billing knows count without the list; those of a list that nobody brings up to date do not.
    of_the_past = {kind for kind, one in sources.items() if one.value is not None and _is_untold(one)}
    sums = {"pod": Decimal(0), "run": Decimal(0), "disk": Decimal(0)}
    unknown: list[str] = []
    has_estimates = False
    for one in burning_now(store, now):
        if one.kind in of_the_past:
            continue
        has_estimates = has_estimates or one.is_rate_estimate
        if one.usd_per_h is None:
            unknown.append(one.name)
        else:
            sums[one.kind] += one.usd_per_h
    unknown.extend(f"{kind}s" for kind, one in sources.items() if _is_untold(one))
    return Burn(sums["pod"], sums["disk"], sums["run"], tuple(unknown), has_estimates)


def is_burn_old(store: Store, now: datetime) -> bool:
    """Whether a list that the burn is the sum of is old; one that may not be read is not counted at all."""
    return any(
        one.remote.freshness(now) is Freshness.STALE and not one.remote.is_switched_off
        for one in (store.pods, store.runs, store.disks)
    )


def _is_untold(one: Slice[Any]) -> bool:
    return one.value is None or one.remote.is_switched_off


def measured_burn(store: Store, now: datetime) -> Decimal | None:
    """Return what billing was seen to charge per hour; None within the first quarter of an hour."""
    if store.wallet.remote.is_switched_off:
        return None
    since, until = store.billing.observed_since, store.wallet.remote.fetched_at
    # Up to the last good reading: what was charged while reading failed is not known yet, and is not zero.
    if since is None or until is None or min(until, now) - since < MEASURE_AT_LEAST:
        return None
    start = max(since, until - MEASURE_WINDOW)
    return store.billing.observed_usd(start, until) / hours(start, until)


def balance_usd(store: Store) -> Decimal | None:
    """Return the balance; None when it is unknown or in another currency."""
    wallet = store.wallet.value
    return wallet.balance if wallet is not None and wallet.currency == "USD" else None


def spendable_usd(store: Store) -> Decimal | None:
    """Return the balance to reckon with; None also when it may not be read any more."""
    return None if store.wallet.remote.is_switched_off else balance_usd(store)


def stale_balance_s(store: Store, now: datetime) -> float | None:
    """Return how many seconds old the balance is where it must not look fresh; None while it is fresh."""
    remote = store.wallet.remote
    return remote.age_s(now) if remote.freshness(now) is Freshness.STALE else None
