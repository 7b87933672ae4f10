"""Pods as rows."""

from __future__ import annotations

from datetime import datetime

from prime_tui.domain.views import PodView
from prime_tui.store.selectors.money import pod_cost
from prime_tui.store.selectors.ownership import in_wallet, is_mine
from prime_tui.store.store import Store


def pod_views(store: Store, now: datetime, *, everyone: bool = False) -> tuple[PodView, ...]:
    """Return the pods of the wallet in view (or all that the key can see), newest first."""
    pods = store.pods.value.items if store.pods.value else ()
    views = [
        PodView(pod, pod_cost(store, pod, now), store.pod_endings.get(pod.id), is_mine(store, pod))
        for pod in pods
        if everyone or in_wallet(store, pod)
    ]
    return tuple(
        sorted(
            views,
            key=lambda view: view.pod.created_at.timestamp() if view.pod.created_at else 0.0,
            reverse=True,
        )
    )


def other_wallet_pods(store: Store) -> int:
    """Return how many visible pods are paid from another wallet."""
    pods = store.pods.value.items if store.pods.value else ()
    return sum(not in_wallet(store, pod) for pod in pods)
