"""A stream that stands still says so, second by second, and only while it does."""

from __future__ import annotations

import re

from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import monitor
from tests.ui.screens.test_chat import CHAT, FAST, ask


async def test_the_silence_of_a_stalled_stream_is_counted() -> None:
    async with monitor(screen="chat", sim=FAST, clock=HurriedClock(4), size=(80, 24)) as m:
        m.sim.fault("sse-stall", CHAT, after_bytes=4000)
        await ask(m, "hello")
        await m.sees("▌")
        assert "silent" not in m.text()
        await m.sees("silent for")
        seconds = re.findall(r"silent for (\d+) s", m.text())
        assert len(seconds) == 1
        assert int(seconds[0]) >= 5
        await m.until(lambda: f"silent for {seconds[0]} s" not in m.text(), "the next second")
        await m.sees("silent for")
        await m.press("escape")
        await m.sees("○ stopped")
        assert "silent" not in m.text()


async def test_a_stream_that_flows_is_not_called_silent() -> None:
    async with monitor(screen="chat", sim=FAST, clock=HurriedClock(4)) as m:
        await ask(m, "simulate-short")
        await m.sees("tok · ")
        await m.until(lambda: "esc stop" not in m.text(), "the end")
        assert "silent" not in m.text()
