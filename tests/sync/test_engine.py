"""The engine: what is looked at is read fast, trouble slows down, and nothing is told that is not news."""

from __future__ import annotations

import pytest

from prime_tui.domain.errors import NotPermitted, ResponseShapeError
from prime_tui.domain.offers import OfferQuery
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import LogQuery
from prime_tui.store.slice import Topic
from prime_tui.store.store import Severity
from prime_tui.ui.screens.wallet.screen import WalletScreen
from tests.sync.watch import WALLET_SCREEN, watching

PODS, RUNS = "GET /api/v1/pods/", "GET /api/v1/rft/runs"
OFFERS = "GET /api/v1/availability/gpus"


async def test_what_is_looked_at_is_read_fast_and_the_rest_slowly() -> None:
    async with watching() as watch:
        await watch.start({Topic.MODELS})
        await watch.live(300)
        before = watch.count(PODS), watch.count(RUNS)
        await watch.live(600)
        slow = watch.count(PODS) - before[0], watch.count(RUNS) - before[1]
        watch.engine.show(WALLET_SCREEN)
        await watch.settled()
        before = watch.count(PODS), watch.count(RUNS)
        await watch.live(600)
        fast = watch.count(PODS) - before[0], watch.count(RUNS) - before[1]
        assert all(9 <= count <= 12 for count in slow), slow
        assert all(18 <= count <= 23 for count in fast), fast


async def test_offers_are_read_only_while_they_are_looked_at() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(900)
        assert watch.count(OFFERS) == 0
        watch.engine.show({Topic.OFFERS})
        await watch.until(lambda: watch.store.offers.value)
        seen = watch.count(OFFERS)
        watch.engine.show(WALLET_SCREEN)
        await watch.settled()
        await watch.live(900)
        assert watch.count(OFFERS) == seen


async def test_another_question_about_offers_is_asked_at_once() -> None:
    async with watching() as watch:
        await watch.start({Topic.OFFERS})
        await watch.until(lambda: watch.store.offers.value)
        gpu_type = "H100_80GB"
        watch.engine.query_offers(OfferQuery(gpu_type=gpu_type))
        assert watch.store.offers.value is None, "the old answer does not stand for the new question"
        await watch.until(lambda: watch.store.offers.remote.value)
        found = watch.store.offers.remote.value
        assert found is not None
        assert {offer.gpu_type for offer in found.items} == {gpu_type}


async def test_an_answer_to_an_old_question_about_offers_is_not_shown_for_the_new_one() -> None:
    async with watching() as watch:
        await watch.start({Topic.OFFERS})
        await watch.until(lambda: watch.store.offers.remote.value)
        await watch.settled()
        watch.sim.fault("latency", "*/availability/*", latency_ms=150)
        watch.engine.query_offers(OfferQuery(gpu_type="A100_80GB"))
        asked = watch.total()
        await watch.until(lambda: len(watch.sim.request_log()) > asked, "the old question")
        watch.engine.query_offers(OfferQuery(gpu_type="H100_80GB"))
        await watch.until(lambda: watch.store.offers.remote.value)
        found = watch.store.offers.remote.value
        assert found is not None
        assert {offer.gpu_type for offer in found.items} == {"H100_80GB"}


@pytest.mark.parametrize("scenario", ["calm", "busy"])
async def test_an_hour_of_watching_stays_within_the_budget(scenario: str) -> None:
    async with watching(scenario=scenario) as watch:
        await watch.start(WalletScreen.TOPICS)
        await watch.live(3600)
        requests = sorted(watch.sim.requests().items(), key=lambda item: -item[1])
        print(f"\n{scenario}: {watch.total()} requests in the first hour with the wallet screen shown")
        for name, count in requests:
            print(f"  {count:5d}  {name}")
        assert watch.total() <= 1000
        now = watch.clock.now()
        for one in (watch.store.wallet, watch.store.pods, watch.store.runs, watch.store.disks):
            assert one.remote.freshness(now) is Freshness.FRESH
        assert watch.said("") == []


async def test_a_run_with_its_log_looked_at_for_an_hour_stays_within_the_budget_too() -> None:
    async with watching() as watch:
        await watch.start({Topic.RUNS, Topic.USAGE, Topic.RUN_DETAIL, Topic.RUN_LOGS})
        runs = watch.store.runs.value
        assert runs is not None
        run_id = next(run.id for run in runs.items if run.state.value == "running")
        watch.engine.watch_run(run_id)
        watch.engine.logs.follow_run(run_id, LogQuery())
        await watch.settled()
        await watch.live(3600)
        print(f"\n{watch.total()} requests in the first hour with a run and its log shown")
        assert watch.total() <= 1000
        assert watch.store.wallet.remote.freshness(watch.clock.now()) is Freshness.FRESH


async def test_a_small_budget_is_kept_and_the_person_is_still_served() -> None:
    async with watching(calls_per_h=120) as watch:
        await watch.start()
        await watch.live(3000)
        assert watch.total() <= 120
        now = watch.clock.now()
        ages_s = [one.remote.age_s(now) or 0.0 for one in (watch.store.wallet, watch.store.pods)]
        assert max(ages_s) < 1200, "it is spread over the hour"
        used = watch.total()
        watch.engine.refresh()
        await watch.until(lambda: watch.total() >= used + 4, "what the person asked for")


async def test_too_many_calls_hold_one_topic_as_long_as_the_service_asks() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(31)
        watch.sim.fault("status", "/api/v1/pods/", status=429, retry_after="200", count=1)
        before = watch.count(PODS)
        await watch.live(40)
        assert watch.count(PODS) == before + 1
        wallet = watch.count("GET /api/v1/billing/wallet")
        await watch.live(150)
        assert watch.count(PODS) == before + 1
        assert watch.count("GET /api/v1/billing/wallet") > wallet
        await watch.live(60)
        assert watch.count(PODS) > before + 1
        assert watch.store.pods.remote.freshness(watch.clock.now()) is Freshness.FRESH


async def test_trouble_keeps_the_values_is_told_once_and_so_is_the_end_of_it() -> None:
    async with watching() as watch:
        await watch.start()
        balance, pods = watch.store.wallet.value, watch.store.pods.value
        watch.sim.fault("reset")
        await watch.live(400)
        now = watch.clock.now()
        assert (watch.store.wallet.value, watch.store.pods.value) == (balance, pods)
        assert watch.store.pods.remote.freshness(now) is Freshness.STALE
        assert (watch.store.pods.remote.age_s(now) or 0) > 300
        assert [notice.severity for notice in watch.notices] == [Severity.WARNING], watch.notices
        watch.sim.clear_faults()
        await watch.live(700)
        assert watch.store.pods.remote.freshness(watch.clock.now()) is Freshness.FRESH
        assert len(watch.notices) == 2, watch.notices
        assert "works again" in watch.notices[1].title


async def test_one_source_without_permission_does_not_hide_later_trouble() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/disks*", status=403)
        await watch.start()
        await watch.live(900)
        assert isinstance(watch.store.disks.remote.error, NotPermitted)
        assert len(watch.notices) == 1
        watch.sim.fault("status", "*/billing/wallet", status=503)
        await watch.live(200)
        assert len(watch.notices) == 2
        watch.sim.clear_faults()
        watch.sim.fault("status", "*/disks*", status=403)
        await watch.live(300)
        assert len(watch.notices) == 3, "the wallet is well again although the disks are not"
        assert "still fail" in watch.notices[2].text


async def test_a_source_that_nobody_looks_at_any_more_does_not_silence_the_others() -> None:
    async with watching() as watch:
        await watch.start()
        watch.sim.fault("reset", "*/availability/*")
        watch.engine.show({Topic.OFFERS})
        await watch.settled()
        await watch.live(60)
        assert len(watch.notices) == 1, watch.notices
        assert "Nothing of it is known yet." in watch.notices[0].text
        watch.engine.show(WALLET_SCREEN)
        await watch.settled()
        watch.sim.fault("reset", "*/billing/wallet")
        await watch.live(200)
        assert len(watch.notices) == 2, watch.notices


@pytest.mark.parametrize("kind", ["malformed", "types", "nested", "html", "not-utf8", "truncated"])
async def test_damaged_answers_stop_nobody(kind: str) -> None:
    async with watching() as watch:
        await watch.start()
        watch.sim.fault(kind, count=40)
        await watch.live(240)
        watch.sim.clear_faults()
        await watch.live(400)
        now = watch.clock.now()
        for one in (watch.store.wallet, watch.store.pods, watch.store.runs):
            assert one.remote.freshness(now) is Freshness.FRESH


async def test_drifted_answers_name_what_is_wrong() -> None:
    async with watching() as watch:
        await watch.start()
        watch.sim.fault("malformed", "/api/v1/pods/")
        await watch.live(90)
        error = watch.store.pods.remote.error
        assert isinstance(error, ResponseShapeError)
        assert error.endpoint == "GET /pods/"


async def test_nothing_is_told_when_nothing_changed() -> None:
    async with watching() as watch:
        await watch.start()
        pods, wallet = watch.store.pods.value, watch.store.wallet.value

        async def live_in_a_world_that_stands_still(wakes: int) -> None:
            for _ in range(wakes):
                watch.clock.jump(watch.clock.next_wake_s or 0)
                await watch.at_rest()

        await live_in_a_world_that_stands_still(120)  # until the runs that have ended were read too
        await watch.clock.settle()
        watch.published.clear()
        before = watch.total()
        await live_in_a_world_that_stands_still(60)
        assert watch.total() > before + 50
        assert frozenset().union(*watch.published) == {Topic.FRESHNESS, Topic.BUDGET}
        assert watch.store.pods.value is pods
        assert watch.store.wallet.value is wallet


async def test_a_change_is_told_once_a_turn_with_its_topic() -> None:
    async with watching() as watch:
        await watch.start()
        watch.published.clear()
        watch.sim.advance(3600)
        watch.engine.refresh()
        await watch.until(lambda: any(Topic.WALLET in topics for topics in watch.published))
        assert any(Topic.BILLING in topics for topics in watch.published)


async def test_rows_that_the_service_dropped_are_gone() -> None:
    async with watching() as watch:
        await watch.start()
        listing = watch.store.pods.value
        assert listing is not None
        victim = listing.items[0].id
        await watch.client.pods.delete(victim)
        await watch.live(120)
        listing = watch.store.pods.value
        assert listing is not None
        assert victim not in {pod.id for pod in listing.items}


async def test_pods_that_change_are_read_more_often() -> None:
    async with watching() as watch:
        await watch.start()
        listing = watch.store.pods.value
        assert listing is not None
        victim = next(pod for pod in listing.items if pod.state.value == "active")
        await watch.client.pods.delete(victim.id)
        watch.engine.read_topic(Topic.PODS)
        await watch.settled()
        at = watch.count(PODS)
        watch.clock.jump(17)
        await watch.settled()
        assert watch.count(PODS) == at + 1, "15 s, not 30"


async def test_a_log_is_followed_only_while_it_is_looked_at() -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        run = next(run for run in runs.items if run.state.value == "running")
        logs = "GET /api/v1/rft/runs/{run_id}/logs"
        watch.engine.logs.follow_run(run.id, LogQuery(tail_lines=50))
        await watch.until(lambda: watch.store.run_logs.peek(run.id).value)
        await watch.settled()
        first = watch.store.run_logs.peek(run.id).value
        await watch.live(300)
        later = watch.store.run_logs.peek(run.id).value
        assert first is not None
        assert later is not None
        assert later.lines[: len(first.lines)] == first.lines, "what was shown stays"
        assert len(later.lines) > len(first.lines)
        assert 25 <= watch.count(logs) <= 36
        watch.engine.logs.stop()
        before = watch.count(logs)
        await watch.clock.run_for(600)
        await watch.settled()
        assert watch.count(logs) == before


async def test_the_age_of_each_topic_is_judged_by_its_own_pace() -> None:
    async with watching() as watch:
        await watch.start()
        await watch.live(120)
        assert watch.store.disks.remote.interval_s == 300
        assert watch.store.pods.remote.interval_s in (15, 30)
