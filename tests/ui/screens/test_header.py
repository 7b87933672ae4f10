"""The header goes on, whatever lies over the screen."""

from __future__ import annotations

from tests.ui.monitor import Monitor, monitor


def clock(m: Monitor) -> str:
    return m.text().splitlines()[0].split()[-1]


async def test_clock_and_ages_go_on_under_a_dialog() -> None:
    async with monitor(screen="pods", size=(120, 36)) as m:
        await m.sees("● active")
        await m.press("a")
        await m.sees("What needs you")
        then = clock(m)
        assert then.endswith("Z")
        await m.until(lambda: clock(m) != then, "another second on the clock")
        assert "What needs you" in m.text()


async def test_a_source_that_turns_bad_under_a_dialog_is_seen() -> None:
    async with monitor(screen="pods", size=(120, 36)) as m:
        await m.sees("● active")
        await m.press("a")
        await m.sees("What needs you")
        m.sim.fault("status", "/api/v1/pods/*", status=500)
        assert m.app.engine is not None
        m.app.engine.refresh()
        await m.until(lambda: "✕p" in m.text(), "the failed source in the header")
