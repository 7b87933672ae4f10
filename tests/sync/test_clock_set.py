"""A clock that is set, and a machine that sleeps: ages and rates stay true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prime_tui.domain.remote import Freshness
from prime_tui.store.selectors.money import measured_burn
from tests.sync.watch import Watch, watching


def ages_s(watch: Watch) -> list[float]:
    now = watch.clock.now()
    return [one.remote.age_s(now) or 0.0 for one in (watch.store.wallet, watch.store.pods, watch.store.runs)]


def looks(watch: Watch) -> set[Freshness]:
    now = watch.clock.now()
    return {one.remote.freshness(now) for one in (watch.store.wallet, watch.store.pods, watch.store.runs)}


@pytest.mark.parametrize("step", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=-400)])
async def test_ages_survive_a_clock_that_is_set_and_rates_are_measured_anew(step: timedelta) -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(20 * 60)
        assert measured_burn(watch.store, watch.clock.now()) is not None
        watch.sim.fault("status", "*/billing/wallet", status=503)
        await watch.live(240)
        assert ages_s(watch)[0] >= 240
        watch.clock.set_wall(step)
        assert looks(watch) == {Freshness.STALE}, "until the next reading nobody knows how old anything is"
        await watch.live(70)
        assert 290 <= ages_s(watch)[0] <= 400, "what could not be read since is as old as it is"
        assert max(ages_s(watch)[1:]) <= 70
        assert watch.store.wallet.remote.freshness(watch.clock.now()) is Freshness.STALE
        assert measured_burn(watch.store, watch.clock.now()) is None, "what it was measured by is gone"
        calls = watch.total()
        await watch.live(300)
        assert watch.total() - calls > 10, "reading goes on at its pace"


async def test_nothing_looks_fresh_after_the_machine_slept_and_all_is_read_within_an_interval() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(30)
        assert Freshness.FRESH in looks(watch)
        watch.clock.suspend(8 * 3600)
        watch.sim.advance(8 * 3600)
        assert looks(watch) == {Freshness.STALE}
        assert min(ages_s(watch)) >= 8 * 3600
        await watch.live(70)
        assert looks(watch) == {Freshness.FRESH}
        assert max(ages_s(watch)) <= 70


async def test_a_long_list_is_read_whole_again_however_far_the_clock_was_set_back() -> None:
    async with watching(runs=250) as watch:
        await watch.start()
        await watch.live(60)
        watch.clock.set_wall(timedelta(days=-1))
        before = len(watch.sim.request_log())
        await watch.live(90)
        lists = [one for one in watch.sim.request_log()[before:] if one["path"] == "/api/v1/rft/runs"]
        assert any("page=3" in str(one["query"]) for one in lists), [one["query"] for one in lists]
