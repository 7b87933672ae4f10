"""What stays behind of things done over and over: refreshes, screens, dialogs, chats.

The real app without a terminal, on the real client and a simulated service in the same process, which stands
still and has nothing that is read bit by bit, so that what is known does not grow.
"""

from __future__ import annotations

import asyncio
import gc
import resource
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from textual.widget import Widget

from prime_tui.sim.serve import SimOptions
from tests.benchmarks.figures import Figure
from tests.ui.monitor import Monitor, monitor

WORLD = SimOptions(speed=0, pods=3, runs=4, billings=20)
DIALOGS = ("question_mark", "a", "x", "n", "i", "y", "ctrl+p")
CENT = Decimal("0.01")
PAGE_MB = resource.getpagesize() / 2**20
OURS, NOT_MEANT = "prime_tui.", ("prime_tui.sim.", "prime_tui.ui.render.")
"""What is drawn differs from moment to moment, and is held by a widget."""

Act = Callable[[Monitor, int], Awaitable[None]]


async def refresh(m: Monitor, number: int) -> None:
    """Read everything that is shown, with another balance each time, and paint it."""
    before = m.store.wallet.remote.fetched_at
    m.sim.world.wallet(None).opening_usd += CENT
    m.app.refresh_now()
    await m.until(lambda: m.store.wallet.remote.fetched_at != before, "a reading")
    await m.pilot.pause()


async def switch(m: Monitor, number: int) -> None:
    """Go to the next screen."""
    await m.press(f"f{number % 4 + 1}")


async def dialog(m: Monitor, number: int) -> None:
    """Open a dialog on the runs screen and leave it."""
    if m.app.current_mode != "runs":
        await m.press("f2")
        await m.sees("── runs")
    await m.press(DIALOGS[number % len(DIALOGS)])
    await m.until(lambda: len(m.app.screen_stack) == 2, DIALOGS[number % len(DIALOGS)])
    await m.press("escape")
    await m.until(lambda: len(m.app.screen_stack) == 1, "the end of the dialog")


async def chat(m: Monitor, number: int) -> None:
    """Ask something in a new conversation, and wait for the answer."""
    if m.app.current_mode != "chat":
        await m.press("f4")
        await m.until(lambda: "per M" in m.text(), "a model")
    await m.press("ctrl+n")
    await m.type("simulate-short")
    await m.press("enter")
    await m.until(lambda: " ↳ " in m.text(), "an answer")


ACTS: Mapping[str, tuple[Act, int]] = {
    "refreshes": (refresh, 10_000),
    "screens": (switch, 1_000),
    "dialogs": (dialog, 1_000),
    "chats": (chat, 200),
}
"""What is done, and how often where it is measured at leisure."""


@dataclass(frozen=True)
class Held:
    """What the process holds at a moment."""

    rss_mb: float
    objects: Counter[type]

    @classmethod
    def now(cls) -> Held:
        """Look, after what can go has gone."""
        gc.collect()
        objects = Counter(type(one) for one in gc.get_objects() if is_ours(type(one)))
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(pages * PAGE_MB, objects)

    def grown_since(self, before: Held) -> Counter[type]:
        """Return of which classes there are more, and how many."""
        return self.objects - before.objects


def is_ours(kind: type) -> bool:
    """Return whether a class belongs to the program, widgets of the toolkit included."""
    name = str(kind.__module__)
    return issubclass(kind, Widget) or (name.startswith(OURS) and not name.startswith(NOT_MEANT))


@dataclass(frozen=True)
class Growth:
    """What doing something `times` over left behind."""

    what: str
    times: int
    before: Held
    halfway: Held
    after: Held

    @property
    def grown_mb(self) -> float:
        """Resident memory, which the allocator may keep for later."""
        return self.after.rss_mb - self.before.rss_mb

    @property
    def widgets(self) -> Counter[type]:
        """Widgets that are still there."""
        grown = self.after.grown_since(self.before)
        return Counter({kind: number for kind, number in grown.items() if issubclass(kind, Widget)})

    @property
    def piled_up(self) -> Counter[type]:
        """Anything of ours of which, in both halves, about each second time left one."""
        halves = self.halfway.grown_since(self.before) & self.after.grown_since(self.halfway)
        return Counter({kind: number for kind, number in halves.items() if number >= max(2, self.times / 4)})


async def measured(m: Monitor, what: str, times: int, warm_up: int) -> Growth:
    """Do something `warm_up` times, then `times` more, and look before, halfway and after."""
    act, middle = ACTS[what][0], warm_up + times // 2
    for number in range(warm_up):
        await act(m, number)
    before = Held.now()
    for number in range(warm_up, middle):
        await act(m, number)
    halfway = Held.now()
    for number in range(middle, warm_up + times):
        await act(m, number)
    return Growth(what, times, before, halfway, Held.now())


async def growths(part: float) -> AsyncIterator[Growth]:
    """Measure everything in one program that has built all its screens; `part` of the full counts."""
    async with monitor(sim=WORLD, size=(140, 40), calls_per_h=10_000_000) as m:
        await m.press("f2", "f3", "f4", "f1")
        for what, (_, full) in ACTS.items():
            await m.press("f1")
            times = max(20, round(full * part))
            yield await measured(m, what, times, max(20, times // 5))


def growth_figures(part: float) -> Iterator[Figure]:
    """What is left behind, as figures."""

    async def everything() -> list[Growth]:
        return [growth async for growth in growths(part)]

    for growth in asyncio.run(everything()):
        what = f"after {growth.times:,} {growth.what}"
        yield Figure(f"{what}: memory grew by", growth.grown_mb, "MB", "5 MB")
        yield Figure(f"{what}: widgets left", growth.widgets.total(), "", "0")
        yield Figure(f"{what}: kinds of things piled up", len(growth.piled_up), "", "0")
