"""Nothing of ours is left behind by what is done over and over; for megabytes: `tests.benchmarks memory`."""

from __future__ import annotations

import pytest

from tests.benchmarks.memory import ACTS, DIALOGS, WORLD, Held, measured
from tests.ui.monitor import monitor

WARM_UP = 10
"""Until what is kept of the last few lines of the header is full."""
TIMES = {"refreshes": 12, "screens": 12, "dialogs": 2 * len(DIALOGS), "chats": 6}


@pytest.mark.parametrize("what", ACTS)
async def test_nothing_piles_up(what: str) -> None:
    async with monitor(sim=WORLD, size=(140, 40)) as m:
        await m.press("f2", "f3", "f4", "f1")
        growth = await measured(m, what, TIMES[what], warm_up=WARM_UP)
        assert not growth.widgets
        assert not growth.piled_up


async def test_what_is_left_is_noticed() -> None:
    async with monitor(sim=WORLD) as m:
        before, kept = Held.now(), []
        for _ in range(3):
            await m.press("question_mark")
            kept.append(m.app.screen)
            await m.press("escape")
        grown = {kind.__name__: number for kind, number in Held.now().grown_since(before).items()}
        assert grown["MessageDialog"] == len(kept)
