"""Pods as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.disks import Disk
from prime_tui.domain.pods import PastPod, Pod, PodState
from prime_tui.domain.units import gpu
from prime_tui.domain.views import Ending, EndingPhase, PodTotals, PodView
from prime_tui.domain.words import filter_words, matches
from prime_tui.store.selectors.money import pod_cost
from prime_tui.store.selectors.ordering import ordered
from prime_tui.store.selectors.ownership import Owned, in_wallet, is_mine
from prime_tui.store.store import Store

RECEIPT_STAYS = timedelta(minutes=15)
"""How long the row of a pod that we ended stays to be read."""

_STATES = tuple(PodState)
POD_SORTS: Mapping[str, Callable[[PodView], Any]] = {
    "age": lambda view: None if view.pod.created_at is None else -view.pod.created_at.timestamp(),
    "name": lambda view: view.pod.name.lower(),
    "state": lambda view: _STATES.index(view.pod.state),
    "gpu": lambda view: (view.pod.gpu_name or "", view.pod.gpu_count or 0),
    "price": lambda view: view.pod.burn_usd_per_h,
    "cost": lambda view: view.cost.usd,
    "provider": lambda view: view.pod.provider,
    "owner": lambda view: view.owner,
}
"""Columns that pods can be sorted by; the largest age is that of the oldest."""

PAST_SORTS: Mapping[str, Callable[[PastPod], Any]] = {
    "ended": lambda pod: pod.terminated_at,
    "name": lambda pod: pod.name.lower(),
    "gpu": lambda pod: (pod.gpu_name or "", pod.gpu_count or 0),
    "price": lambda pod: pod.price_usd_per_h,
    "billed": lambda pod: pod.total_billed_usd,
    "ran": lambda pod: pod.lifetime,
    "provider": lambda pod: pod.provider,
    "kind": lambda pod: pod.kind,
}


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a table are wanted, and in which order.

    Attributes:
        text: The filter as typed.
        sort: Key of a column.
        everyone: Rows of other wallets too.
    """

    text: str = ""
    sort: str = ""
    descending: bool = True
    everyone: bool = False


def pod_views(store: Store, now: datetime, *, everyone: bool = False) -> tuple[PodView, ...]:
    """Return the pods of the wallet in view (or all that the key can see), newest first.

    A pod that we ended stays for a while after the service dropped it, with its receipt.
    """
    pods = store.pods.value.items if store.pods.value else ()
    listed = [_view(store, pod, now) for pod in pods if everyone or in_wallet(store, pod)]
    ended = list(_ended(store, {pod.id for pod in pods}, now))
    return ordered([*listed, *ended], POD_SORTS["age"], descending=False)


def select_pods(views: Iterable[PodView], query: RowQuery) -> tuple[PodView, ...]:
    """Return the rows that a query wants."""
    words = filter_words(query.text)
    found = (view for view in views if matches(words, *_pod_texts(view)))
    sort = POD_SORTS.get(query.sort, POD_SORTS["age"])
    return ordered(found, sort, descending=query.descending)


def pod_totals(store: Store, *, everyone: bool = False) -> PodTotals:
    """Return the sums over all pods of the wallet in view (or all that the key can see)."""
    pods = store.pods.value.items if store.pods.value else ()
    mine = [pod for pod in pods if everyone or in_wallet(store, pod)]
    rates = [pod.burn_usd_per_h for pod in mine]
    return PodTotals(
        total=len(mine),
        active=sum(pod.state is PodState.ACTIVE for pod in mine),
        usd_per_h=sum((rate for rate in rates if rate is not None), Decimal(0)),
        unknown_rates=rates.count(None),
        elsewhere=len(pods) - len(mine),
    )


def past_pods(store: Store, query: RowQuery) -> tuple[PastPod, ...]:
    """Return the ended pods that were read and that a query wants."""
    words = filter_words(query.text)
    found = (
        pod
        for pod in (store.history.value.items if store.history.value else ())
        if (query.everyone or in_wallet(store, pod))
        and matches(words, pod.name, pod.id, pod.provider, gpu(pod.gpu_name, pod.gpu_count), pod.kind)
    )
    return ordered(found, PAST_SORTS.get(query.sort, PAST_SORTS["ended"]), descending=query.descending)


def disks_of(store: Store, pod: Pod) -> tuple[Disk, ...]:
    """Return the disks at a pod, as far as the list of disks knows them: they stay when the pod ends."""
    ids = {disk.id for disk in pod.disks}
    disks = store.disks.value.items if store.disks.value else ()
    return tuple(disk for disk in disks if disk.id in ids or pod.id in disk.pod_ids)


def owner_label(store: Store, thing: Owned) -> str:
    """Return who pays for a thing, in words."""
    if thing.team_id is not None:
        teams = store.teams.value.items if store.teams.value else ()
        return next((team.name for team in teams if team.id == thing.team_id), f"team …{thing.team_id[-6:]}")
    if is_mine(store, thing) or thing.user_id is None:
        return "you"
    return f"user …{thing.user_id[-6:]}"


def _view(store: Store, pod: Pod, now: datetime) -> PodView:
    return PodView(
        pod,
        pod_cost(store, pod, now),
        store.pod_endings.get(pod.id),
        is_mine=is_mine(store, pod),
        owner=owner_label(store, pod),
        is_in_wallet=in_wallet(store, pod),
    )


def _ended(store: Store, listed: set[Any], now: datetime) -> Iterable[PodView]:
    for pod_id, ending in store.pod_endings.items():
        if pod_id in listed or now - ending.asked_at > RECEIPT_STAYS:
            continue
        if ending.phase not in (EndingPhase.ASKED, EndingPhase.CONFIRMING, EndingPhase.GONE):
            continue
        pod = store.ending_pods[pod_id]
        if ending.phase is EndingPhase.GONE:
            pod = replace(pod, state=PodState.TERMINATED)
        yield replace(_view(store, pod, now), cost=_final_cost(store, pod, ending), is_listed=False)


def _final_cost(store: Store, pod: Pod, ending: Ending) -> Cost:
    if ending.billed_usd is not None:
        return Cost(ending.billed_usd, CostOrigin.HISTORY)
    billed = store.billing.billed_usd(pod.id)
    if billed is not None:
        return Cost(billed[0], CostOrigin.BILLED, billed[1])
    return Cost(ending.listed_usd, CostOrigin.ESTIMATE)


def _pod_texts(view: PodView) -> tuple[str | None, ...]:
    pod = view.pod
    return (
        pod.name,
        pod.id,
        pod.provider,
        gpu(pod.gpu_name, pod.gpu_count),
        pod.state.value,
        pod.status_word,
        pod.image,
        view.owner,
    )
