"""Launching and ending runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from prime_tui.domain.errors import InvalidRequest, NotPermitted
from prime_tui.domain.runs import RunOrder, RunState
from prime_tui.domain.views import EndingPhase, RunView
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.store import Severity
from tests.sync.watch import Watch, watching

LAUNCH, STOP = "POST /api/v1/training/runs", "PUT /api/v1/rft/runs/{run_id}/stop"


@asynccontextmanager
async def acting(shapes: str = "official") -> AsyncIterator[Watch]:
    """A world whose runs were read once; nothing reads by itself."""
    async with watching(run_engine=False, shapes=shapes) as watch:
        if shapes == "official":
            watch.store.runs.loaded(await watch.client.runs.list(), watch.clock.now())
            watch.store.has_run_list = True
        else:
            watch.store.has_run_list = False
        watch.store.wallet_loaded(await watch.client.billing.wallet(), watch.clock.now())
        yield watch


def running(watch: Watch) -> RunView:
    views = run_views(watch.store, watch.clock.now())
    return next(view for view in views if view.state is RunState.RUNNING)


async def order(watch: Watch, name: str | None = "my-run") -> RunOrder:
    choices = await watch.client.runs.choices()
    model = choices.models[0] if choices.models else "Qwen/Qwen3.5-9B"
    gpu_type = choices.rates[0].gpu_type if choices.rates else choices.gpu_types[0]
    config = {"model": {"name": model}, "env": [{"id": "primeintellect/gsm8k"}], "max_steps": 10}
    return RunOrder(config=config, name=name, gpu_type=gpu_type)


async def test_a_launch_is_sent_once_remembered_and_shown_before_the_list_has_it() -> None:
    async with acting() as watch:
        launch = await watch.finish(watch.engine.runs.launch(await order(watch)))
        assert launch.launched is not None
        assert watch.count(LAUNCH) == 1
        (record,) = watch.remembered
        assert (record.run_id, record.name) == (launch.launched.run_id, "my-run")
        assert launch.launched.run_id in {view.id for view in run_views(watch.store, watch.clock.now())}
        assert launch.launched.token is not None
        assert launch.launched.token.reveal() not in repr(record)
        assert record.price_usd_per_gpu_h is not None
        assert record.gpu_count is not None
        assert record.price_usd_per_gpu_h * record.gpu_count == launch.launched.estimated_usd_per_h


async def test_a_lost_answer_is_resolved_by_the_name() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("lost-answer", "/api/v1/training/runs", method="POST")
        launch = await watch.finish(watch.engine.runs.launch(one))
        assert launch.found is not None
        assert launch.found.name == "my-run"
        assert watch.count(LAUNCH) == 1
        assert [record.run_id for record in watch.remembered] == [launch.found.id]


async def error_is_said(watch: Watch) -> None:
    await watch.until(lambda: [one for one in watch.notices if one.severity is Severity.ERROR], "an error")


async def test_a_launch_that_never_shows_up_stays_unknown() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("status", "/api/v1/training/runs", method="POST", status=504)
        launch = await watch.finish(watch.engine.runs.launch(one))
        assert launch.is_unknown
        assert watch.count(LAUNCH) == 1
        assert watch.remembered == []
        await error_is_said(watch)


async def test_a_live_name_is_refused() -> None:
    async with acting() as watch:
        with pytest.raises(InvalidRequest, match="exists already"):
            await watch.finish(watch.engine.runs.launch(await order(watch, running(watch).name)))
        assert watch.count(LAUNCH) == 0


async def test_a_refused_launch_raises() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("status", "/api/v1/training/runs", method="POST", status=403)
        with pytest.raises(NotPermitted):
            await watch.finish(watch.engine.runs.launch(one))


async def test_a_stop_is_believed_when_the_run_has_stopped() -> None:
    async with acting() as watch:
        view = running(watch)
        ending = await watch.finish(watch.engine.runs.stop(view))
        assert ending.phase is EndingPhase.GONE
        assert watch.store.run_endings[view.id] == ending
        assert ending.billed_usd is not None
        assert watch.count(STOP) == 1
        after = next(one for one in run_views(watch.store, watch.clock.now()) if one.id == view.id)
        assert after.state is RunState.STOPPED


async def test_a_stop_without_an_answer_is_looked_after() -> None:
    async with acting() as watch:
        watch.sim.fault("lost-answer", "*/stop", method="PUT")
        ending = await watch.finish(watch.engine.runs.stop(running(watch)))
        assert ending.phase is EndingPhase.GONE


async def test_a_stop_that_does_not_happen_is_not_called_done() -> None:
    async with acting() as watch:
        view = running(watch)
        watch.sim.fault("status", f"/api/v1/rft/runs/{view.id}", method="GET", status=500)
        ending = await watch.finish(watch.engine.runs.stop(view))
        assert ending.phase is EndingPhase.NOT_CONFIRMED
        assert ".;" not in ending.message
        await error_is_said(watch)


async def test_a_refused_stop_says_so() -> None:
    async with acting() as watch:
        watch.sim.fault("status", "*/stop", method="PUT", status=403)
        ending = await watch.finish(watch.engine.runs.stop(running(watch)))
        assert ending.phase is EndingPhase.FAILED
        assert watch.clock.elapsed_s == 0


async def test_trouble_at_the_service_is_followed_by_one_look() -> None:
    async with acting() as watch:
        watch.sim.fault("status", "*/stop", method="PUT", status=500)
        ending = await watch.finish(watch.engine.runs.stop(running(watch)))
        assert ending.phase is EndingPhase.FAILED
        assert watch.clock.elapsed_s < 10


async def test_a_deleted_run_leaves_the_list_and_its_bill_stays() -> None:
    async with acting() as watch:
        view = running(watch)
        assert watch.store.billing.billed_usd(view.id) is not None
        ending = await watch.finish(watch.engine.runs.delete(view))
        assert ending.phase is EndingPhase.GONE
        listing = watch.store.runs.value
        assert listing is not None
        assert view.id not in {run.id for run in listing.items}
        assert watch.store.billing.billed_usd(view.id) is not None


async def test_without_a_list_a_lost_answer_to_a_deletion_is_not_called_done() -> None:
    async with acting(shapes="seed") as watch:
        row = next(row for row in watch.store.billing.rows if row.resource_type == "training")
        view = next(one for one in run_views(watch.store, watch.clock.now()) if one.id == row.resource_id)
        watch.sim.fault("lost-answer", "/api/v1/training/runs/*", method="DELETE")
        ending = await watch.finish(watch.engine.runs.delete(view))
        assert ending.phase is EndingPhase.NOT_CONFIRMED


async def test_without_a_list_the_answer_to_a_deletion_is_believed() -> None:
    async with acting(shapes="seed") as watch:
        row = next(row for row in watch.store.billing.rows if row.resource_type == "training")
        view = next(one for one in run_views(watch.store, watch.clock.now()) if one.id == row.resource_id)
        ending = await watch.finish(watch.engine.runs.delete(view))
        assert ending.phase is EndingPhase.GONE
