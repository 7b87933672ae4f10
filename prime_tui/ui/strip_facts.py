"""From the store to the facts of the strip."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.remote import Freshness
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.selectors.freshness import source_ages
from prime_tui.store.selectors.kept import kept_per_bill
from prime_tui.store.selectors.money import balance_usd, is_burn_old, listed_burn, measured_burn
from prime_tui.store.selectors.runway import wallet_runway
from prime_tui.store.store import Store
from prime_tui.ui.pace import QUICK, SLOW, is_due
from prime_tui.ui.render.profiles import chip_of, profile_label
from prime_tui.ui.render.strip import SPARK_BUCKETS, StripFacts

DAY = timedelta(hours=24)


class StripModel:
    """Gathers the facts; what is dear to compute is kept until the store has something new."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slow_at: datetime | None = None
        self._slow = StripFacts(0, datetime.min.replace(tzinfo=UTC))
        self._given_at: datetime | None = None
        self._counts_seconds = False

    def invalidate(self) -> None:
        """The store changed."""
        self._slow_at = self._given_at = None

    def is_still(self, now: datetime) -> bool:
        """Whether the facts that were given last may go on being shown, all but the clock."""
        return not self._counts_seconds and not is_due(self._given_at, now, QUICK)

    def facts(self, active_tab: int, now: datetime, *, is_ticking: bool = True) -> StripFacts:
        """Return the facts at `now`; unless they tick, they are shown until something changes."""
        store = self._store
        sources = source_ages(store, now)
        self._given_at = now
        self._counts_seconds = any(
            one.freshness is Freshness.STALE or one.retry_in_s is not None for one in sources
        )
        if is_due(self._slow_at, now, SLOW):
            self._slow, self._slow_at = self._gather(now), now
        return replace(
            self._slow,
            active_tab=active_tab,
            now=now,
            is_ticking=is_ticking,
            wallet=wallet_label(store),
            profile=profile_label(store.session.profile, is_demo=store.session.is_demo),
            chip=chip_of(store.session.profile, store.session.colour),
            is_demo=store.session.is_demo,
            is_read_only=store.session.is_read_only,
            sources=sources,
            budget=store.budget,
            is_balance_old=store.wallet.remote.freshness(now) is Freshness.STALE,
            is_burn_old=is_burn_old(store, now),
        )

    def _gather(self, now: datetime) -> StripFacts:
        store = self._store
        balance = balance_usd(store)
        burn = listed_burn(store, now)
        known_since, freshness = store.billing.complete_since, store.wallet.remote.freshness(now)
        series = () if known_since is None else spend_of_day(store, now)
        spent = sum((usd for usd in series if usd is not None), Decimal(0))
        return StripFacts(
            active_tab=0,
            now=now,
            alerts=alerts(store, now),
            balance_usd=balance,
            burn=burn,
            measured_usd_per_h=measured_burn(store, now),
            runway=wallet_runway(store, now),
            spend_by_hour=series,
            spent_24h_usd=None if known_since is None else spent,
            is_spending_partial=known_since is not None
            and (known_since > now - DAY or freshness is not Freshness.FRESH),
        )


@kept_per_bill
def spend_of_day(store: Store, now: datetime) -> tuple[Decimal | None, ...]:
    """Return what was spent in each part of the last 24 hours; None of a part that was not read yet."""
    read_at = store.wallet.remote.fetched_at or now
    return tuple(
        usd if now - DAY + number * DAY / SPARK_BUCKETS <= read_at else None
        for number, usd in enumerate(store.billing.series(now - DAY, now, SPARK_BUCKETS))
    )


def wallet_label(store: Store) -> str:
    """Return whose wallet it is: the team's name, else the account's."""
    team_id = store.session.wallet.team_id
    if team_id is not None:
        teams = store.teams.value.items if store.teams.value else ()
        return next((team.name for team in teams if team.id == team_id), f"team {team_id}")
    account = store.account.value
    return f"{account.name or account.email} · personal" if account is not None else "personal"
