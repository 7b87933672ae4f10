"""What is beside a list follows the cursor once it rests, and names what it is about until then."""

from __future__ import annotations

import asyncio

from textual.app import App

from prime_tui.sim.serve import SimOptions
from prime_tui.ui.widgets.rest import REST_S, AtRest
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.monitor import Monitor, monitor


async def test_it_acts_once_when_nothing_was_touched_for_a_moment() -> None:
    acts: list[str] = []
    async with App[None]().run_test() as pilot:
        rest = AtRest(pilot.app, lambda: acts.append("act"))
        for _ in range(4):
            rest.touch()
            assert rest.is_moving
        assert acts == []
        async with asyncio.timeout(30):
            while not acts:
                await pilot.pause(0.01)
        await pilot.pause(2 * REST_S)
        assert acts == ["act"]
        assert not rest.is_moving
        rest.touch()
        rest.cancel()
        await pilot.pause(2 * REST_S)
        assert acts == ["act"]


async def test_details_of_pods_and_runs_follow_the_cursor_and_never_mix_two() -> None:
    async with monitor(screen="pods", size=(150, 40), sim=SimOptions(speed=0.0)) as one:
        await one.sees("●pods", "…")
        await _walks(one, "#pods-table", "#pod-rule")
        await one.press("f2")
        await one.sees("live ·")
        await _walks(one, "#runs", "#detail-title")


async def _walks(one: Monitor, table_id: str, title_id: str) -> None:
    table = one.app.screen.query_one(table_id, KeyedTable)
    await one.until(lambda: len(table.rows) > 2, "rows")
    for key in ("down", "down", "up"):
        await one.press(key)
        name = _name_under_cursor(table)
        await one.until(lambda name=name: name in _title(one, title_id), name)  # type: ignore[misc]


def _name_under_cursor(table: KeyedTable) -> str:
    rows = {row.key: row for row in table.rows} if isinstance(table.rows, tuple) else {}
    key = table.cursor_key or ""
    return rows[key].key[-8:] if rows else key


def _title(one: Monitor, title_id: str) -> str:
    region = one.app.screen.query_one(title_id).region
    return one.text().splitlines()[region.y][region.x : region.right]
