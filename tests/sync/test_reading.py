"""Reading the wallet, the ended pods and the account: pages, differences, older backends."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from prime_tui.domain.ids import TeamId
from prime_tui.domain.remote import Freshness
from prime_tui.store.selectors.money import measured_burn
from prime_tui.sync.health import Health
from prime_tui.sync.permits import Permits
from prime_tui.sync.reading import MOST_BILLING_PAGES, Readings
from tests.sync.watch import WALLET_SCREEN, watching

WALLET = "GET /api/v1/billing/wallet"
HISTORY = "GET /api/v1/pods/history"


async def test_what_the_rows_grew_by_is_what_the_balance_lost() -> None:
    async with watching() as watch:
        await watch.start()
        before = watch.store.wallet.value
        began = watch.clock.now()
        for _ in range(20):
            watch.sim.advance(30)
            watch.clock.jump(30)
            watch.engine.refresh()
            await watch.settled()
        after = watch.store.wallet.value
        assert before is not None
        assert after is not None
        assert before.balance is not None
        assert after.balance is not None
        lost = before.balance - after.balance
        seen = watch.store.billing.observed_usd(began - timedelta(hours=2), watch.clock.now())
        assert lost > 0
        assert abs(lost - seen) <= Decimal("0.02"), (lost, seen)


async def test_a_quarter_of_an_hour_is_enough_to_measure_the_burn() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(10 * 60)
        assert measured_burn(watch.store, watch.clock.now()) is None
        await watch.live(20 * 60)
        measured = measured_burn(watch.store, watch.clock.now())
        assert measured is not None
        assert measured > 0


async def test_the_first_reading_goes_back_a_day() -> None:
    async with watching(scenario="huge") as watch:
        await watch.start()
        assert 2 <= watch.count(WALLET) <= MOST_BILLING_PAGES
        ids = [row.id for row in watch.store.billing.rows]
        assert len(ids) == len(set(ids))
        assert len(ids) > 100


async def test_later_readings_take_one_page_where_little_moves() -> None:
    async with watching(billings=400) as watch:
        await watch.start()
        first = watch.count(WALLET)
        await watch.live(600)
        assert watch.count(WALLET) - first <= 11


async def test_a_page_that_fails_is_made_up_for() -> None:
    async with watching(scenario="huge") as watch:
        watch.sim.fault("status", "/api/v1/billing/wallet", status=503, count=1)
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.wallet.remote.error)
        await watch.until(lambda: watch.store.runs.value)
        await watch.settled()
        await watch.live(30)
        assert watch.store.wallet.remote.freshness(watch.clock.now()) is Freshness.FRESH
        assert len(watch.store.billing.rows) > 100


async def test_older_rows_come_page_by_page_and_none_twice() -> None:
    async with watching(billings=400) as watch:
        await watch.start()
        sizes = [len(watch.store.billing.rows)]
        while len(watch.store.billing.rows) < (watch.store.billing.total_rows or 0):
            await watch.engine.more_billing()
            sizes.append(len(watch.store.billing.rows))
        assert sizes == sorted(set(sizes)), "each page brings something"
        ids = [row.id for row in watch.store.billing.rows]
        assert len(ids) == len(set(ids))


async def test_a_team_has_a_wallet_of_its_own() -> None:
    async with watching(run_engine=False) as watch:
        teams = await watch.client.account.teams()
        team_id = teams.items[0].id
    async with watching(team=team_id) as watch:
        await watch.start()
        wallet = watch.store.wallet.value
        assert wallet is not None
        assert wallet.team_id == TeamId(team_id)
        asked = [
            str(one["query"]) for one in watch.sim.request_log() if one["path"] == "/api/v1/billing/wallet"
        ]
        assert asked
        assert all(f"teamId={team_id}" in query for query in asked)


async def test_the_newest_ended_pods_join_the_older_pages_that_were_read() -> None:
    async with watching(scenario="huge", run_engine=False) as watch:
        permits = Permits(watch.store, Health(watch.store))
        readings = Readings(watch.client, watch.store, watch.clock, permits, lambda _: True)
        await readings.history()
        await readings.more_history()
        listing = watch.store.history.value
        assert listing is not None
        two_pages = {pod.id for pod in listing.items}
        assert len(two_pages) == 200
        pods = await watch.client.pods.list()
        await watch.client.pods.delete(pods.items[0].id)
        watch.sim.advance(120)
        await readings.history()
        listing = watch.store.history.value
        assert listing is not None
        ids = [pod.id for pod in listing.items]
        assert two_pages < set(ids)
        assert pods.items[0].id in ids
        assert len(ids) == len(set(ids))


async def test_an_older_backend_has_no_account_no_teams_and_no_disks_and_that_is_no_trouble() -> None:
    async with watching(shapes="seed") as watch:
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.wallet.value and watch.store.pods.value)
        await watch.until(lambda: watch.store.account.remote.error)
        await watch.settled()
        await watch.live(400)
        assert watch.notices == []
        assert watch.store.disks.value is not None
        assert watch.store.disks.value.items == ()
