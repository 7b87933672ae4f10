"""What is left of things done over and over, in a process of its own: `python -m tests.ui.pile WHAT`.

One line for each class of which more and more are there; nothing where nothing piles up.
"""

from __future__ import annotations

import asyncio
import sys

from tests.benchmarks.memory import DIALOGS, WORLD, Growth, Held, measured
from tests.ui.monitor import monitor

WARM_UP = 10
"""Until what is kept of the last few lines of the header is full."""
TIMES = {"refreshes": 12, "screens": 12, "dialogs": 2 * len(DIALOGS), "chats": 6}
KEPT = "kept dialogs"


async def growth(what: str) -> Growth:
    """Do it, in a program that has built all its screens."""
    async with monitor(sim=WORLD, size=(140, 40)) as m:
        await m.press("f2", "f3", "f4", "f1")
        return await measured(m, what, TIMES[what], warm_up=WARM_UP)


async def kept_dialogs() -> list[str]:
    """Return the classes of which three are left when three dialogs are kept."""
    async with monitor(sim=WORLD) as m:
        before, kept = Held.now(), []
        for _ in range(3):
            await m.press("question_mark")
            kept.append(m.app.screen)
            await m.press("escape")
        return [kind.__name__ for kind, number in Held.now().grown_since(before).items() if number == 3]


def main(what: str) -> None:
    """Print what is left."""
    if what == KEPT:
        print(*asyncio.run(kept_dialogs()), sep="\n")
        return
    found = asyncio.run(growth(what))
    for kind, number in (*found.widgets.items(), *found.piled_up.items()):
        print(f"{number} more {kind.__module__}.{kind.__qualname__} after {found.times} {what}")


if __name__ == "__main__":
    main(sys.argv[1])
