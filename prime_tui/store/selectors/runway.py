"""How long the money lasts, while the balance is read and while it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from weakref import WeakKeyDictionary

from prime_tui.domain.cost import hours
from prime_tui.domain.spend import Burn, Purse, Runway, runway, runway_mark
from prime_tui.store.selectors.money import is_burn_old, listed_burn, spendable_usd, stale_balance_s
from prime_tui.store.store import Store


@dataclass(slots=True)
class _Burned:
    """What has burned since the balance was read at `read_at`: `usd` until `at`, then at a rate."""

    read_at: datetime | None
    at: datetime
    usd: Decimal
    usd_per_h: Decimal


_burned: WeakKeyDictionary[Store, _Burned] = WeakKeyDictionary()


def wallet_runway(store: Store, now: datetime, *, more_usd_per_h: Decimal = Decimal(0)) -> Runway:
    """Return how long what is left of the balance lasts at the listed burn, and at that much more."""
    balance, burn = spendable_usd(store), listed_burn(store, now)
    if balance is None or burn is None:
        return runway(None, None, now)
    left_usd = balance - _burned_usd(store, burn, now)
    return runway(left_usd, replace(burn, pods_usd_per_h=burn.pods_usd_per_h + more_usd_per_h), now)


def _burned_usd(store: Store, burn: Burn, now: datetime) -> Decimal:
    """Return what has burned since the balance was read; else each reading that fails would add time.

    Each burn counts for as long as it was the burn. What burned before this session is not known.
    """
    remote, known = store.wallet.remote, _burned.get(store)
    if known is None or known.read_at != remote.fetched_at:
        since = now if remote.restored else remote.fetched_at or now
        known = _burned[store] = _Burned(remote.fetched_at, since, Decimal(0), burn.total_usd_per_h)
    known.usd += known.usd_per_h * hours(known.at, now)
    known.at, known.usd_per_h = max(known.at, now), burn.total_usd_per_h
    return known.usd


def purse(store: Store, usd_per_h: Decimal | None, wallet: str, now: datetime) -> Purse:
    """Return the money around an order that would burn `usd_per_h` more."""
    after = Runway(reason="unknown")
    if usd_per_h is not None:
        after = wallet_runway(store, now, more_usd_per_h=usd_per_h)
    stale_s = stale_balance_s(store, now)
    is_old = stale_s is not None or is_burn_old(store, now)
    mark = runway_mark(listed_burn(store, now), is_old=is_old)
    return Purse(wallet, spendable_usd(store), wallet_runway(store, now), after, mark, stale_s)
