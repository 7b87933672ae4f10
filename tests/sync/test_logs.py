"""Joining the tails of a log, and following one at a time."""

from __future__ import annotations

import pytest

from prime_tui.domain.errors import NotFound
from prime_tui.domain.runs import LogQuery, RunState
from prime_tui.store.selectors.run_list import run_views
from prime_tui.sync.logs import GAP_MARK, MOST_LINES, join_tail
from tests.sync.watch import WALLET_SCREEN, watching


def lines(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"line {number}" for number in range(first, last))


@pytest.mark.parametrize(
    ("shown", "tail", "joined"),
    [
        ((), lines(0, 5), lines(0, 5)),
        (lines(0, 5), (), lines(0, 5)),
        (lines(0, 5), lines(3, 8), lines(0, 8)),
        (lines(0, 5), lines(0, 9), lines(0, 9)),
        (lines(0, 5), lines(5, 7), (*lines(0, 5), GAP_MARK, *lines(5, 7))),
        (("a", "b", "a"), ("a", "b", "a", "c"), ("a", "b", "a", "c")),
        (("x", "a", "a"), ("a", "a", "a"), ("x", "a", "a", "a")),
        (lines(0, 9), lines(6, 9), lines(0, 9)),
    ],
)
def test_a_tail_continues_what_is_shown(
    shown: tuple[str, ...], tail: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    assert join_tail(shown, tail) == joined


def test_nothing_new_is_the_same_object() -> None:
    shown = lines(0, 9)
    assert join_tail(shown, lines(4, 9)) is shown


def test_the_number_of_lines_is_bounded() -> None:
    shown: tuple[str, ...] = ()
    for start in range(0, 3 * MOST_LINES, 400):
        shown = join_tail(shown, lines(start, start + 500))
    assert len(shown) == MOST_LINES
    assert GAP_MARK not in shown
    assert join_tail((), lines(0, 3 * MOST_LINES)) == lines(2 * MOST_LINES, 3 * MOST_LINES)


def test_equal_lines_are_joined_in_no_time() -> None:
    shown, tail = ("same",) * MOST_LINES, ("same",) * 4_999 + ("other",)
    assert join_tail(shown, tail)[-1] == "other"


async def test_another_question_starts_afresh_and_an_old_answer_does_not_come_in_between() -> None:
    async with watching() as watch:
        await watch.start(WALLET_SCREEN)
        ids = [
            view.id for view in run_views(watch.store, watch.clock.now()) if view.state is RunState.RUNNING
        ]
        watch.sim.fault("latency", f"/api/v1/rft/runs/{ids[0]}/logs", latency_ms=300, count=1)
        watch.engine.logs.follow_run(ids[0], LogQuery())
        await watch.until(lambda: any("logs" in str(one["path"]) for one in watch.sim.request_log()))
        watch.engine.logs.follow_run(ids[1], LogQuery())
        await watch.until(lambda: watch.store.run_logs.peek(ids[1]).value)
        assert watch.store.run_logs.peek(ids[0]).value is None


async def test_a_failure_is_noted_at_the_log_that_failed_and_the_lines_stay() -> None:
    async with watching() as watch:
        await watch.start(WALLET_SCREEN)
        run_id = next(
            view.id for view in run_views(watch.store, watch.clock.now()) if view.state is RunState.RUNNING
        )
        watch.engine.logs.follow_run(run_id, LogQuery())
        await watch.until(lambda: watch.store.run_logs.peek(run_id).value)
        await watch.settled()
        watch.sim.fault("status", "*/logs", status=500)
        await watch.live(40)
        remote = watch.store.run_logs.peek(run_id)
        assert remote.error is not None
        assert remote.value is not None
        assert remote.value.lines


async def test_a_pod_without_a_log_is_asked_seldom() -> None:
    async with watching() as watch:
        await watch.start(WALLET_SCREEN)
        listing = watch.store.pods.value
        assert listing is not None
        pod_id = listing.items[0].id
        watch.sim.fault("status", "*/log", status=404)
        watch.engine.logs.follow_pod(pod_id)
        await watch.until(lambda: watch.store.pod_logs.peek(pod_id).error)
        await watch.settled()
        before = watch.count("GET /api/v1/pods/{pod_id}/log")
        await watch.live(600)
        assert watch.count("GET /api/v1/pods/{pod_id}/log") - before <= 10
        assert isinstance(watch.store.pod_logs.peek(pod_id).error, NotFound)


async def test_following_yields_to_the_budget() -> None:
    async with watching(calls_per_h=60) as watch:
        run_id = None
        await watch.start(WALLET_SCREEN)
        for view in run_views(watch.store, watch.clock.now()):
            if view.state is RunState.RUNNING:
                run_id = view.id
        assert run_id is not None
        watch.engine.logs.follow_run(run_id, LogQuery())
        await watch.settled()
        await watch.live(3000)
        assert watch.total() <= 62
