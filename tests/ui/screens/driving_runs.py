"""Steps that the tests of the runs screen share."""

from __future__ import annotations

from prime_tui.domain.runs import RunState
from prime_tui.domain.views import RunView
from prime_tui.sim.serve import SimOptions
from prime_tui.store.selectors.run_list import run_views
from tests.ui.monitor import Monitor

STILL = SimOptions(speed=0)
"""A world that moves only when it is told to."""
SMALL, WIDE = (80, 24), (160, 48)
SEEN = 12
"""Characters of a name that are in view at any size."""


def rows(one: Monitor) -> list[str]:
    """The lines of the table below its header."""
    lines = one.text().splitlines()
    header = next(number for number, line in enumerate(lines) if line.split()[:1] == ["NAME"])
    body = lines[header + 1 : -1]
    return [line.rstrip("┃ ") for line in body if line.strip("┃ ") and line[:2] != "/ "]


def views(one: Monitor) -> tuple[RunView, ...]:
    """All runs as the screen merges them."""
    return run_views(one.store, one.app.clock.now())


def view_now(one: Monitor, view: RunView) -> RunView:
    """The same run as it is known by now."""
    return next(found for found in views(one) if found.id == view.id)


async def settled(one: Monitor) -> None:
    """Wait until both lists are read and shown."""
    await one.until(lambda: one.store.runs.value and one.store.wallet.value, "runs and wallet")
    await one.until(lambda: f"{len(views(one))} all" in one.text(), "the rows")


async def ready(one: Monitor, state: RunState, *, by_gpu_hour: bool | None = None) -> RunView:
    """Wait for the rows, put the cursor on a run in `state`, and return it."""
    await settled(one)

    def wanted(view: RunView) -> bool:
        is_dedicated = view.run is not None and "DEDICATED" in (view.run.kind or "")
        return view.state is state and by_gpu_hour in (None, is_dedicated)

    await one.until(lambda: any(map(wanted, views(one))), f"a run that is {state}")
    order = [view.id for view in views(one)]
    view = next(view for view in views(one) if wanted(view))
    await one.press("g", *("j" for _ in range(order.index(view.id))))
    return view


def row_of(one: Monitor, view: RunView) -> str:
    """The row of a run as it is seen."""
    place = [found.id for found in views(one)].index(view.id)
    return rows(one)[place] if place < len(rows(one)) else ""


def calls(one: Monitor, method: str, path: str) -> int:
    """How often the service was asked so, whether or not it answered."""
    return sum(call["method"] == method and call["path"] == path for call in one.sim.request_log())
