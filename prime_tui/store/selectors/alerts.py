"""Rules over the store: what needs a person now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.domain.pods import PodState
from prime_tui.domain.spend import SHORT_RUNWAY_H
from prime_tui.domain.units import span, usd, usd_per_h
from prime_tui.domain.views import EndingPhase
from prime_tui.store.selectors.money import spendable_usd
from prime_tui.store.selectors.ownership import in_wallet
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runway import wallet_runway
from prime_tui.store.store import KeyState, Store

_FAILED = {
    PodState.ERROR: "in error, may cost",
    PodState.INSTALL_FAILED: "failed to install, burns",
}


def alerts(store: Store, now: datetime) -> tuple[Alert, ...]:
    """Return all alerts, the most urgent first."""
    found = [
        *_key(store),
        *_sources(store),
        *_money(store, now),
        *_pods(store),
        *_runs(store, now),
    ]
    return tuple(sorted(found, key=lambda alert: -alert.urgency))


def _key(store: Store) -> Iterator[Alert]:
    if store.session.key in (KeyState.REFUSED, KeyState.MISSING):
        why = store.session.key_error.message if store.session.key_error else "refused"
        helps = "r tries again, K takes another key"
        if store.session.is_demo:  # it takes no key, and this one stays as it is
            helps = "q, then prime-tui --demo with another --scenario"
        yield Alert("key", Urgency.CRITICAL, f"The API key does not work: {why}", helps)


def _sources(store: Store) -> Iterator[Alert]:
    if store.session.key in (KeyState.REFUSED, KeyState.MISSING):
        return  # one reason is enough
    for name, remote in (
        ("wallet", store.wallet.remote),
        ("runs", store.runs.remote),
        ("pods", store.pods.remote),
        ("disks", store.disks.remote),
    ):
        # Disks are a small part of the burn: only what will not come back by itself is worth an alert.
        if remote.error is not None and (name != "disks" or remote.is_switched_off):
            why = f"The {name} cannot be read. {remote.error.message}"
            yield Alert(f"source:{name}", Urgency.WARNING, why, remote.error.hint or "r tries again")


def _money(store: Store, now: datetime) -> Iterator[Alert]:
    balance = spendable_usd(store)
    if balance is None:
        return
    left = wallet_runway(store, now)
    if balance <= 0:
        yield Alert("balance", Urgency.CRITICAL, f"The balance is {usd(balance)}.", "top up the wallet")
    elif left.hours is not None and left.hours < SHORT_RUNWAY_H:
        text = f"At this burn the balance lasts {span(float(left.hours) * 3600)}."
        if not left.hours:
            text = "By what burned since the balance was read it is used up."
        yield Alert("runway", Urgency.CRITICAL, text, "end something or top up")


def _pods(store: Store) -> Iterator[Alert]:
    for pod in store.pods.value.items if store.pods.value else ():
        ending, name, rate = store.pod_endings.get(pod.id), pod.name or pod.id, pod.burn_usd_per_h
        if ending is not None and ending.phase is EndingPhase.NOT_CONFIRMED:
            yield Alert(f"end:{pod.id}", Urgency.CRITICAL, _unconfirmed(rate), "3", name)
        elif pod.state in _FAILED and in_wallet(store, pod):
            text = f"{_FAILED[pod.state]} {usd_per_h(rate)}."
            yield Alert(f"pod:{pod.id}", Urgency.WARNING, text, "3, then x", name)


def _runs(store: Store, now: datetime) -> Iterator[Alert]:
    for view in run_views(store, now):
        if view.ending is not None and view.ending.phase is EndingPhase.NOT_CONFIRMED:
            text = _unconfirmed(view.usd_per_h)
            yield Alert(f"end:{view.id}", Urgency.CRITICAL, text, "2", view.title)
            continue
        quiet = view.quiet_for(now)
        if quiet is not None:
            text = f"no step for {span(quiet.total_seconds())} at {usd_per_h(view.usd_per_h)}."
            yield Alert(f"run:{view.id}", Urgency.WARNING, text, "2 shows it", view.title)


def _unconfirmed(rate: Decimal | None) -> str:
    return f"END NOT CONFIRMED, may still burn {usd_per_h(rate)}."
