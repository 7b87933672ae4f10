"""A key that may not read everything: that part is switched off and named, the rest goes on."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from prime_tui.domain.errors import NotPermitted
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import LogQuery
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.selectors.money import listed_burn, measured_burn
from prime_tui.store.selectors.runway import wallet_runway
from prime_tui.store.slice import Slice, Topic
from prime_tui.store.store import KeyState, Severity, Store
from prime_tui.sync.health import Health
from prime_tui.sync.permits import Permits
from tests.sync.watch import WALLET_SCREEN, Watch, watching

WHOAMI, WALLET = "GET /api/v1/user/whoami", "GET /api/v1/billing/wallet"
PODS, RUNS, DISKS = "GET /api/v1/pods/", "GET /api/v1/rft/runs", "GET /api/v1/disks/"
USAGE = "GET /api/v1/billing/runs/{run_id}/usage"
PROGRESS = "GET /api/v1/rft/runs/{run_id}/progress"
BOTH = pytest.mark.parametrize("status", [401, 403])


def lacks(watch: Watch, *scopes: str, status: int = 403) -> None:
    """From now on the key lacks these scopes."""
    people = watch.sim.world.people
    people.missing_scopes, people.scope_status = frozenset(scopes), status


def is_switched_off(one: Slice[Any]) -> bool:
    return one.remote.is_switched_off


def is_read(one: Slice[Any]) -> bool:
    return one.remote.error is None


def times_asked(watch: Watch, words: str) -> int:
    return sum(words in str(noted["path"]) for noted in watch.sim.request_log())


async def shown(watch: Watch) -> None:
    """Show the wallet screen until everything was asked for once."""
    watch.engine.show(WALLET_SCREEN)
    await watch.until(lambda: watch.store.account.value)
    await watch.settled()


@BOTH
async def test_a_missing_scope_switches_off_its_panel_only(status: int) -> None:
    async with watching() as watch:
        lacks(watch, "disks", status=status)
        await shown(watch)
        await watch.live(7200)
        assert watch.count(DISKS) == 1, "asked once in two hours"
        assert watch.count(WHOAMI) <= 6, "the readings of the account, and one question"
        error, now = watch.store.disks.remote.error, watch.clock.now()
        assert error is not None
        assert error.message == "Not permitted: needs scope disks (read)."
        assert "K" in error.hint
        assert watch.store.session.key is KeyState.ACCEPTED
        for one in (watch.store.wallet, watch.store.pods, watch.store.runs):
            assert one.remote.freshness(now) is Freshness.FRESH
        assert watch.store.disks.remote.retry_at is None
        assert [notice.severity for notice in watch.notices] == [Severity.WARNING], watch.notices
        assert "switched off" in watch.notices[0].title
        assert [one.key for one in alerts(watch.store, now) if one.key.startswith("source")] == [
            "source:disks"
        ]


@BOTH
async def test_the_person_may_ask_once_more_and_gets_it_when_it_is_permitted(status: int) -> None:
    async with watching() as watch:
        lacks(watch, "disks", status=status)
        await shown(watch)
        watch.engine.refresh()
        await watch.until(lambda: watch.count(DISKS) == 2)
        await watch.settled()
        await watch.live(3600)
        assert watch.count(DISKS) == 2
        assert len(watch.notices) == 1, "it is no news"
        lacks(watch)
        watch.engine.refresh()
        await watch.until(lambda: watch.store.disks.value)
        await watch.settled()
        await watch.live(1300)
        assert watch.count(DISKS) >= 6, "and it goes on by itself"
        assert ["works again" in notice.title for notice in watch.notices] == [False, True]


async def test_another_key_is_asked_with() -> None:
    async with watching() as watch:
        lacks(watch, "disks", "billing")
        await shown(watch)
        assert watch.count(WALLET) == watch.count(DISKS) == 1
        lacks(watch)
        watch.engine.key_changed()
        await watch.until(lambda: watch.store.disks.value and watch.store.wallet.value)
        await watch.until(lambda: list(watch.store.usage.known()), "usage too")


async def test_a_refusal_without_a_name_names_what_is_known_of_the_resource() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/billing/wallet", status=403)
        await shown(watch)
        error = watch.store.wallet.remote.error
        assert error is not None
        assert error.message == "Not permitted: needs scope billing (read)."
        assert getattr(error, "said", "") == "Simulated fault 403."


async def test_in_a_team_it_may_be_the_role() -> None:
    async with watching(team="team_9c1e04b7") as watch:
        watch.sim.fault("status", "*/billing/wallet", status=403)
        await shown(watch)
        error = watch.store.wallet.remote.error
        assert error is not None
        assert "or another role in this team" in error.message


@BOTH
async def test_usage_may_be_refused_and_progress_is_read_on(status: int) -> None:
    async with watching() as watch:
        lacks(watch, "billing", status=status)
        await shown(watch)
        await watch.live(3600)
        assert watch.count(WALLET) == 1
        asked = watch.count(USAGE)
        assert asked <= 3, "those that were under way together"
        assert watch.count(PROGRESS) > 50
        runs = watch.store.runs.value
        assert runs is not None
        live = next(run for run in runs.items if run.state.value == "running")
        assert watch.store.usage.peek(live.id).is_switched_off
        assert watch.store.progress.peek(live.id).value is not None
        assert len(watch.notices) == 1, watch.notices
        watch.engine.watch_run(live.id)
        await watch.until(lambda: watch.store.metrics.peek(live.id).value, "the metrics")
        await watch.settled()
        await watch.live(600)
        assert watch.count(USAGE) == asked
        assert watch.store.run_details.peek(live.id).freshness(watch.clock.now()) is Freshness.FRESH
        lacks(watch)
        watch.engine.refresh()
        await watch.until(lambda: watch.store.usage.peek(live.id).value, "usage")


@BOTH
async def test_one_run_that_is_refused_stops_no_other(status: int) -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        mine = next(run.id for run in runs.items if run.state.value == "running")
        watch.sim.fault("status", "*/runs/rft_foreign*", status=status)
        foreign = RunId("rft_foreign")
        watch.store.type_run(foreign)
        watch.engine.watch_run(foreign)
        await watch.until(lambda: watch.store.usage.peek(foreign).is_switched_off, "the refusal")
        await watch.settled()
        asked, before = times_asked(watch, "rft_foreign"), watch.count(PROGRESS)
        await watch.live(1200)
        assert times_asked(watch, "rft_foreign") == asked, "it is not asked about again"
        assert watch.count(PROGRESS) > before + 5
        now = watch.clock.now()
        read_at = watch.store.usage.peek(mine).fetched_at
        assert read_at is not None
        assert (now - read_at).total_seconds() < 300
        error = watch.store.usage.peek(foreign).error
        assert error is not None
        assert error.message == "Not permitted: it may be somebody else's."
        assert not watch.said("switched off"), watch.notices
        watch.engine.watch_run(mine)
        await watch.until(lambda: watch.store.metrics.peek(mine).value, "the details of another run")
        watch.engine.refresh()
        watch.engine.watch_run(foreign)
        await watch.until(lambda: times_asked(watch, "rft_foreign") > asked, "another try")


async def test_a_refused_run_stops_no_other_where_usage_is_refused_for_all() -> None:
    async with watching() as watch:
        await watch.start()
        lacks(watch, "billing")
        watch.engine.refresh()
        await watch.until(lambda: watch.store.wallet.remote.is_switched_off, "the wallet")
        foreign = RunId("rft_foreign")
        watch.sim.fault("status", "*/runs/rft_foreign*", status=403)
        watch.store.type_run(foreign)
        watch.engine.watch_run(foreign)
        await watch.until(lambda: watch.store.progress.peek(foreign).is_switched_off, "the refusal")
        watch.engine.watch_run(None)
        watch.engine.read_topic(Topic.USAGE)
        await watch.settled()
        before = watch.count(PROGRESS)
        await watch.live(1200)
        assert watch.count(PROGRESS) > before + 5


async def test_only_refusals_with_nothing_permitted_between_them_are_of_the_whole_kind() -> None:
    store = Store()
    permits = Permits(store, Health(store))

    async def refused() -> None:
        raise NotPermitted("HTTP 403", status=403, endpoint=USAGE)

    async def permitted() -> None:
        return None

    async def is_about_one(name: str) -> bool:
        with pytest.raises(NotPermitted) as caught:
            await permits.ask("usage", Topic.USAGE, refused, name)
        return caught.value.is_about_one

    assert [await is_about_one(name) for name in ("a", "b", "b")] == [True] * 3
    await permits.ask("usage", Topic.USAGE, permitted, "mine")
    assert [await is_about_one(name) for name in ("c", "d", "e")] == [True, True, False]
    with pytest.raises(NotPermitted):
        await permits.ask("usage", Topic.USAGE, permitted, "mine")


@BOTH
async def test_all_of_the_runs_may_be_refused(status: int) -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        live = next(run for run in runs.items if run.state.value == "running")
        lacks(watch, "rft", "billing", status=status)
        watch.engine.watch_run(live.id)
        watch.engine.logs.follow_run(live.id, LogQuery())
        watch.engine.refresh()
        await watch.until(lambda: watch.store.run_logs.peek(live.id).is_switched_off, "the log")
        await watch.until(lambda: watch.store.run_details.peek(live.id).is_switched_off, "the run")
        await watch.until(lambda: watch.store.runs.remote.is_switched_off, "the list")
        await watch.settled()
        asked = {
            name: count for name, count in watch.sim.requests().items() if "rft" in name or "usage" in name
        }
        await watch.live(3600)
        assert asked == {name: watch.count(name) for name in asked}
        assert watch.store.runs.value is runs, "what was known stays, and ages"
        assert watch.store.runs.remote.freshness(watch.clock.now()) is Freshness.STALE


async def test_totals_without_a_source_are_lower_bounds_or_unknown_and_never_zero() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(1200)
        store, now = watch.store, watch.clock.now()
        whole = listed_burn(store, now)
        assert whole is not None
        assert whole.disks_usd_per_h > 0
        assert measured_burn(store, now) is not None
        sources: dict[str, Slice[Any]] = {"disks": store.disks, "runs": store.runs}
        for name, one in sources.items():
            lacks(watch, {"disks": "disks", "runs": "rft"}[name])
            watch.engine.refresh()
            await watch.until(partial(is_switched_off, one), name)
            burn = listed_burn(store, watch.clock.now())
            assert burn is not None
            assert name in burn.unknown
            assert burn.mark == "≥"
            parts = {"disks": burn.disks_usd_per_h, "runs": burn.runs_usd_per_h}
            assert [part for part, usd_per_h in parts.items() if not usd_per_h] == [name], (
                "what nobody confirms is not counted, and nothing else is left out"
            )
            lacks(watch)
            watch.engine.refresh()
            await watch.until(partial(is_read, one), name)
        lacks(watch, "instances")
        watch.engine.refresh()
        await watch.until(lambda: store.pods.remote.is_switched_off, "instances")
        assert store.pods.value is not None
        assert listed_burn(store, watch.clock.now()) is None
        lacks(watch, "billing")
        watch.engine.refresh()
        await watch.until(lambda: store.wallet.remote.is_switched_off, "billing")
        await watch.until(lambda: not store.pods.remote.is_switched_off, "the pods again")
        assert wallet_runway(store, watch.clock.now()).reason == "unknown"
        assert measured_burn(store, watch.clock.now()) is None


async def test_what_is_looked_at_later_is_not_asked_for_each_time_it_comes_into_view() -> None:
    async with watching() as watch:
        lacks(watch, "availability")
        await shown(watch)
        for _ in range(5):
            watch.engine.show({Topic.OFFERS})
            await watch.settled()
            watch.engine.show(WALLET_SCREEN)
            await watch.settled()
        assert watch.count("GET /api/v1/availability/gpus") == 1
        assert len(watch.said("switched off")) == 1


async def test_the_names_of_teams_are_not_asked_for_again_either() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/user/teams", status=403)
        await shown(watch)
        await watch.live(4 * 3600)
        assert watch.count("GET /api/v1/user/teams") == 1
        assert watch.count(WHOAMI) > 4


async def test_a_key_that_may_not_even_say_whose_it_is_reads_what_it_may() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/user/whoami", status=403)
        lacks(watch, "disks", status=401)
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.wallet.value and watch.store.disks.remote.is_switched_off)
        assert watch.store.session.key is not KeyState.REFUSED
