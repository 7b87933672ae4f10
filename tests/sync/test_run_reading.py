"""Reading runs: which of them, how often, and what a backend without a list means."""

from __future__ import annotations

import asyncio

from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import LIVE, RunState
from prime_tui.sync.engine import Engine
from tests.sync.watch import WALLET_SCREEN, watching

RUNS, USAGE = "GET /api/v1/rft/runs", "GET /api/v1/billing/runs/{run_id}/usage"


async def test_live_runs_are_read_in_turn_about_once_a_minute() -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        live = [run.id for run in runs.items if run.state in LIVE]
        assert live
        await watch.until(
            lambda: all(watch.store.usage.peek(run_id).value is not None for run_id in live),
            "all at once, at first",
        )
        await watch.live(1200)
        for run_id in live:
            reads = sum(
                f"/billing/runs/{run_id}/usage" in str(one["path"]) for one in watch.sim.request_log()
            )
            wanted = 1200 / 60 / max(1, len(live) / 3)
            assert reads >= wanted * 0.9, (run_id, reads)  # every wait is up to a tenth longer


async def test_what_billing_shows_first_waits_for_the_list_and_has_its_progress_then() -> None:
    async with watching(run_engine=False) as watch:
        watch.sim.fault("latency", "/api/v1/rft/runs", latency_ms=300, count=1)
        engine = Engine(watch.client, watch.store, watch.clock, head_start_s=0.1)
        task = asyncio.create_task(engine.run())
        try:
            engine.show(WALLET_SCREEN)
            await watch.until(lambda: watch.store.wallet.value is not None, "the balance, which comes first")
            await watch.until(lambda: watch.clock.sleeping, "the head start")
            watch.move(0.1)
            await watch.until(lambda: watch.store.runs.value is not None, "the list")
            await watch.settled()
            runs = watch.store.runs.value
            assert runs is not None
            for run in runs.items:
                if run.state is RunState.RUNNING:
                    assert watch.store.progress.peek(run.id).value is not None, run.id
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_run_that_ends_is_read_once_more_for_late_bills() -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        run = next(run for run in runs.items if run.state.value == "running")
        await watch.client.runs.stop(run.id)
        await watch.live(240)
        runs = watch.store.runs.value
        assert runs is not None
        assert next(one for one in runs.items if one.id == run.id).state not in LIVE
        usage = watch.store.usage.peek(run.id)
        assert usage.value is not None
        assert usage.value.status_word is not None
        assert usage.value.status_word.lower() == "stopped"
        path = f"/api/v1/billing/runs/{run.id}/usage"
        reads = sum(one["path"] == path for one in watch.sim.request_log())
        await watch.live(1800)
        assert sum(one["path"] == path for one in watch.sim.request_log()) == reads, "and then never again"


async def test_a_long_list_of_runs_is_not_read_whole_every_time() -> None:
    async with watching(scenario="huge") as watch:
        await watch.start()
        listing = watch.store.runs.value
        assert listing is not None
        assert len(listing.items) >= 1900
        before = watch.count(RUNS)
        await watch.live(300)
        assert watch.count(RUNS) - before <= 12
        listing = watch.store.runs.value
        assert listing is not None
        assert len(listing.items) >= 1900


async def test_an_older_backend_is_asked_for_its_list_of_runs_once() -> None:
    async with watching(shapes="seed") as watch:
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.has_run_list is False)
        await watch.until(lambda: watch.store.wallet.value)
        await watch.settled()
        await watch.live(900)
        assert sum(count for name, count in watch.sim.requests().items() if "rft" in name) == 1
        assert watch.store.runs.remote.freshness(watch.clock.now()) is Freshness.FRESH
        assert watch.count(USAGE) > 0, "billing names the runs"


async def test_a_list_of_runs_that_fails_once_is_not_taken_for_an_older_backend() -> None:
    async with watching() as watch:
        await watch.start()
        watch.sim.fault("status", "/api/v1/rft/runs", status=404, count=2)
        await watch.live(60)
        assert watch.store.has_run_list is True
        await watch.live(200)
        runs = watch.store.runs.value
        assert runs is not None
        assert runs.items
        assert watch.store.runs.remote.error is None


async def test_runs_that_nobody_knows_are_asked_for_once() -> None:
    async with watching() as watch:
        await watch.start()
        watch.store.type_run(RunId("rft_never_was"))
        await watch.live(3000)
        path = "/api/v1/billing/runs/rft_never_was/usage"
        assert sum(one["path"] == path for one in watch.sim.request_log()) == 1


async def test_the_run_in_view_is_read_whole_and_then_what_changes() -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        run = next(run for run in runs.items if run.state.value == "running")
        watch.engine.watch_run(run.id)
        await watch.until(lambda: watch.store.checkpoints.peek(run.id).value is not None)
        await watch.until(lambda: watch.store.metrics.peek(run.id).value)
        await watch.settled()
        before = dict(watch.sim.requests())
        await watch.live(600)
        made = {name: count - before.get(name, 0) for name, count in watch.sim.requests().items()}
        assert made["GET /api/v1/rft/runs/{run_id}/metrics"] >= 18
        assert made.get("GET /api/v1/rft/runs/{run_id}/checkpoints", 0) <= 6
        points = watch.store.metrics.peek(run.id).value
        assert points is not None
        assert [point.step for point in points] == sorted({point.step for point in points})
        watch.engine.watch_run(None)
        await watch.settled()
        before = dict(watch.sim.requests())
        await watch.live(300)
        assert (
            watch.count("GET /api/v1/rft/runs/{run_id}/metrics")
            == before["GET /api/v1/rft/runs/{run_id}/metrics"]
        )


async def test_what_a_broken_connection_kept_from_the_run_in_view_is_read_with_the_next_try() -> None:
    async with watching() as watch:
        await watch.start()
        runs = watch.store.runs.value
        assert runs is not None
        run = next(run for run in runs.items if run.state.value == "running")
        watch.sim.fault("reset", f"/api/v1/rft/runs/{run.id}", count=4)
        watch.engine.watch_run(run.id)
        await watch.settled()
        await watch.live(60)
        assert watch.store.run_details.peek(run.id).value is not None
