"""The pods that ended, and the log of one that runs."""

from __future__ import annotations

import re

from prime_tui.sim.serve import SimOptions
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_pods import STILL, calls, ready, rows

HISTORY = "/api/v1/pods/history"


def lines(m: Monitor) -> list[str]:
    """The lines of the log without the scroll bar."""
    return [line.rstrip("┃ ") for line in m.text().splitlines()[3:-1]]


async def test_what_ended_is_listed_with_its_bill_and_opens() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 30)) as m:
        await ready(m)
        assert calls(m, "GET", HISTORY) == 0
        await m.press("h")
        await m.sees("ended pods", "BILLED $", "ENDED▼", "billed $")
        await m.until(lambda: rows(m))
        await m.press("enter")
        await m.sees("on average", "machine", "id")
        await m.press("escape", "escape")
        await m.sees("── pods")


async def test_older_pages_are_read_as_the_end_comes_into_view() -> None:
    options = SimOptions(speed=0, scenario="huge")
    async with monitor(screen="pods", sim=options, size=(120, 30)) as m:
        await m.until(lambda: m.store.pods.value)
        await m.press("h")
        await m.sees("100 of 10,0")
        await m.press("G")
        await m.sees("200 of 10,0")
        await m.press("G")
        await m.sees("300 of 10,0")


async def test_a_page_that_cannot_be_read_is_told_and_the_rows_stay() -> None:
    options = SimOptions(speed=0, scenario="huge")
    async with monitor(screen="pods", sim=options, size=(120, 30)) as m:
        await m.until(lambda: m.store.pods.value)
        await m.press("h")
        await m.sees("100 of 10,0")
        m.sim.fault("status", HISTORY, status=503)
        await m.press("G")
        await m.sees("100 of 10,0")
        await m.until(lambda: calls(m, "GET", HISTORY) > 1)
        await m.until(lambda: "reading older ones" not in m.text())
        assert len(rows(m)) > 20


async def test_ended_pods_are_filtered_and_those_of_teams_shown_on_demand() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 40)) as m:
        await ready(m)
        await m.press("h")
        await m.until(lambda: rows(m))
        shown = len(rows(m))
        await m.press("w")
        await m.sees("ended pods of every wallet")
        await m.press("w", "slash")
        await m.type("h100")
        await m.until(lambda: 0 < len(rows(m)) < shown and all("H100" in row for row in rows(m)))
        assert re.search(rf" {len(rows(m))} of \d+ match · ", m.text())
        await m.type("zzz")
        await m.sees("No ended pod that was read matches")


async def test_the_log_is_followed_held_and_followed_again() -> None:
    async with monitor(screen="pods", sim=SimOptions(speed=0), size=(100, 30), clock=HurriedClock(20)) as m:
        pod = await ready(m)
        path = f"/api/v1/pods/{pod.id}/log"
        await m.press("l")
        await m.sees(f"log of {pod.name}", "following", "lines")
        first = m.text().splitlines()[-2]
        m.sim.advance(3600)
        await m.until(lambda: m.text().splitlines()[-2] != first, "newer lines")
        await m.press("k")
        await m.sees("held, G follows")
        held = lines(m)
        m.sim.advance(3600)
        seen = calls(m, "GET", path)
        await m.until(lambda: calls(m, "GET", path) >= seen + 2)
        assert lines(m) == held
        await m.press("G")
        await m.sees("following")
        await m.press("escape")
        await m.sees("── pods")
        seen = calls(m, "GET", path)
        others = calls(m, "GET", "/api/v1/pods/")
        await m.until(lambda: calls(m, "GET", "/api/v1/pods/") >= others + 3)
        assert calls(m, "GET", path) <= seen + 1


async def test_leaving_the_screen_stops_the_log_and_coming_back_goes_on() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), clock=HurriedClock(20)) as m:
        pod = await ready(m)
        path = f"/api/v1/pods/{pod.id}/log"
        await m.press("l")
        await m.sees("following")
        await m.press("1")
        await m.sees("burning now")
        seen = calls(m, "GET", path)
        others = calls(m, "GET", "/api/v1/pods/")
        await m.until(lambda: calls(m, "GET", "/api/v1/pods/") >= others + 3)
        assert calls(m, "GET", path) <= seen + 1
        await m.press("3")
        await m.until(lambda: calls(m, "GET", path) > seen + 1)


async def test_a_pod_without_a_log_says_so() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        m.sim.fault("status", f"/api/v1/pods/{pod.id}/log", status=404)
        await m.press("l")
        await m.sees("This pod has no log")


async def test_a_log_that_cannot_be_read_says_why() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        m.sim.fault("status", f"/api/v1/pods/{pod.id}/log", status=503)
        await m.press("l")
        await m.sees("The log cannot be read.")


async def test_pages_that_were_read_stay_when_the_newest_is_read_again() -> None:
    options = SimOptions(speed=0, scenario="huge")
    async with monitor(screen="pods", sim=options, size=(120, 30)) as m:
        await m.until(lambda: m.store.pods.value)
        await m.press("h")
        await m.sees("100 of 10,0")
        await m.press("G")
        await m.sees("200 of 10,0")
        seen = calls(m, "GET", HISTORY)
        await m.press("r")
        await m.until(lambda: calls(m, "GET", HISTORY) > seen and not m.store.history.remote.error)
        await m.sees("200 of 10,0")
