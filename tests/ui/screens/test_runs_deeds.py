"""Ending runs and more: nothing happens by accident, and an end is believed only when it was seen."""

from __future__ import annotations

import pytest

from prime_tui.domain.runs import RunState
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import monitor
from tests.ui.screens.driving_runs import SMALL, STILL, calls, ready, row_of, settled, view_now, views

NEVER_GONE_S = 30


async def test_enter_alone_and_esc_stop_nothing() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("x")
        await one.sees("What to do with it", "Stop", "Pause", "Restart", "Delete")
        await one.press("1")
        await one.sees("Stop 1 run")
        await one.press("enter")
        await one.until(lambda: "Stop 1 run" not in one.text(), "kept")
        await one.press("x", "1")
        await one.sees("Stop 1 run")
        await one.press("escape")
        await one.press("x", "escape")
        await one.until(lambda: "What to do" not in one.text(), "left")
        assert calls(one, "PUT", f"/api/v1/rft/runs/{view.id}/stop") == 0
        assert view_now(one, view).state is RunState.RUNNING


async def test_the_question_names_the_run_its_cost_and_what_stays() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.RUNNING, by_gpu_hour=True)
        await one.until(lambda: view_now(one, view).usage is not None, "its usage")
        await one.press("x")
        await one.until(lambda: one.store.checkpoints.peek(view.id).value is not None, "its checkpoints")
        await one.press("1")
        now = view_now(one, view)
        await one.sees(view.name or "", f"…{view.id[-6:]}", f"so far ${now.cost.usd:.2f}")
        await one.sees(f"saves ~${now.usd_per_h:.2f}/h", "heckpoint", "billing rows stay")


async def test_a_stop_is_shown_in_the_row_and_verified() -> None:
    clock = HurriedClock(10)
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True, clock=clock) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("x", "1")
        await one.sees("Stop 1 run")
        await one.press("y")
        await one.until(
            lambda: "◐" in row_of(one, view) and "ending" in row_of(one, view), "ending in the row"
        )
        await one.until(lambda: calls(one, "PUT", f"/api/v1/rft/runs/{view.id}/stop") == 1, "asked once")
        one.sim.advance(60)
        await one.until(lambda: "stopped" in row_of(one, view), "stopped in the row")
        await one.sees("Run ended")
        assert calls(one, "PUT", f"/api/v1/rft/runs/{view.id}/stop") == 1
        assert view_now(one, view).state is RunState.STOPPED


async def test_a_run_being_ended_is_not_ended_twice() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("x", "1", "y")
        await one.until(lambda: "ending" in row_of(one, view))
        await one.press("x")
        await one.sees("being ended")


async def test_an_end_that_never_comes_is_said_loudly() -> None:
    clock = HurriedClock(40)
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True, clock=clock) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("x", "1", "y")
        await one.until(lambda: "not ended?" in row_of(one, view), "not confirmed")
        assert "▲" in row_of(one, view)


async def test_a_refused_stop_says_why_and_the_run_goes_on() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        view = await ready(one, RunState.RUNNING)
        one.sim.fault(kind="status", path="*/stop", status=403)
        await one.press("x", "1", "y")
        await one.sees("Run not ended")
        assert "running" in row_of(one, view)


async def test_a_finished_run_can_only_be_deleted_and_leaves_the_list() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        view = await ready(one, RunState.COMPLETED)
        await one.press("x")
        await one.sees("Delete 1 run", "does not come", "billing rows stay")
        await one.press("enter")
        await one.until(lambda: "Delete 1 run" not in one.text(), "kept")
        assert calls(one, "DELETE", f"/api/v1/rft/runs/{view.id}") == 0
        await one.press("x", "y")
        await one.until(lambda: calls(one, "DELETE", f"/api/v1/rft/runs/{view.id}") == 1, "deleted once")
        await one.press("r")
        await one.until(
            lambda: all(view.id != run.id for run in one.store.runs.value.items),  # type: ignore[union-attr]
            "gone from the list",
        )
        await one.until(lambda: "deleted" in row_of(one, view), "billing still knows it")


async def test_without_a_run_list_a_run_can_only_be_deleted() -> None:
    async with monitor(screen="runs", size=SMALL, shapes="seed", toasts=True) as one:
        await settled(one)
        await one.until(lambda: any(view.state is RunState.RUNNING for view in views(one)), "a live run")
        view = await ready(one, RunState.RUNNING)
        await one.press("x")
        await one.sees("Delete 1 run", "It is stopped first")
        await one.press("y")
        await one.until(lambda: calls(one, "DELETE", f"/api/v1/training/runs/{view.id}") == 1, "deleted")
        await one.until(lambda: view_now(one, view).ending is not None, "its ending")
        await one.until(lambda: "deleted" in row_of(one, view), "in the row")


@pytest.mark.parametrize(("key", "verb", "path"), [("2", "Pause", "pause"), ("3", "Restart", "restart")])
async def test_pause_and_restart_ask_first(key: str, verb: str, path: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        view = await ready(one, RunState.RUNNING, by_gpu_hour=True)
        await one.press("x", key)
        await one.sees(f"{verb} 1 run")
        await one.press("enter")
        assert not [call for call in one.sim.request_log() if str(call["path"]).endswith(path)]
        await one.press("x", key, "y")
        await one.until(
            lambda: [
                call for call in one.sim.request_log() if str(call["path"]).endswith(f"{view.id}/{path}")
            ],
            "asked",
        )
        await one.sees(verb)


async def test_a_pause_without_a_volume_is_refused_in_words() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        await ready(one, RunState.RUNNING, by_gpu_hour=False)
        await one.press("x", "2", "y")
        await one.sees("volume")


async def test_a_resumed_run_answers_with_a_key() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.PAUSED)
        await one.press("x", "1")
        await one.sees("Resume 1 run", "costs money again")
        await one.press("y")
        await one.sees("Launched", view.name or "", "••••")
        assert "pit_" not in one.text()


async def test_read_only_ends_nothing() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True, read_only=True) as one:
        await ready(one, RunState.RUNNING)
        assert "x end" not in one.text()
        await one.press("x")
        await one.sees("read-only session")
        await one.press("n")
        await one.until(lambda: one.text().count("read-only session") == 2, "said again")


async def test_a_run_that_ended_while_the_question_was_open_is_left_alone() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("x", "1")
        await one.sees("Stop 1 run")
        one.sim.world.runs[view.id].stop(one.sim.world.clock.now_s())
        one.sim.advance(60)
        assert one.app.engine is not None
        one.app.engine.refresh()
        await one.until(lambda: view_now(one, view).state is RunState.STOPPED, "it ended by itself")
        await one.press("y")
        await one.sees("not done")
        assert calls(one, "PUT", f"/api/v1/rft/runs/{view.id}/stop") == 0
