"""The list of pods and the page about one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prime_tui.domain.ids import PodId
from prime_tui.domain.pods import PodState
from prime_tui.domain.remote import Listing, UnreadableRow
from prime_tui.sim.serve import SimOptions
from prime_tui.ui.messages import OpenPod
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_pods import STILL, calls, line_of, pods, ready, rows


def names(m: Monitor) -> list[str]:
    return [row.split()[0] for row in rows(m)]


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (160, 48), (300, 100), (60, 15)])
async def test_every_size_shows_the_pods_and_what_they_burn(size: tuple[int, int]) -> None:
    async with monitor(size=size, screen="pods", sim=STILL) as m:
        pod = await ready(m)
        await m.sees("4 of 4", "2 active", "/h")
        assert all(len(line) <= size[0] for line in m.text().splitlines())
        words = line_of(m, pod).split()
        assert words[1:3] == ["●", "active"]
        assert f"{pod.price_usd_per_h:.2f}" in words


async def test_before_the_first_answer_it_says_what_it_waits_for() -> None:
    async with monitor(screen="pods", sim=SimOptions(latency_ms=2000)) as m:
        assert "Reading pods…" in m.text()
        assert "NAME" in m.text()
        await ready(m)


async def test_without_pods_it_says_so_and_which_keys_help() -> None:
    async with monitor(screen="pods", scenario="empty") as m:
        await m.sees("No pods", "o shows what can be rented")
        assert "x end" not in m.text()


async def test_when_the_pods_cannot_be_read_it_says_why_and_when_it_tries_again() -> None:
    async with monitor(screen="pods", sim=SimOptions(latency_ms=100)) as m:
        m.sim.fault("status", "/api/v1/pods/", status=503)
        await m.sees("The pods cannot be read.", "Trying again in", "r tries now")
        m.sim.clear_faults()
        await m.press("r")
        await ready(m)


async def test_old_values_stay_and_are_called_stale() -> None:
    async with monitor(screen="pods", sim=STILL) as m:
        pod = await ready(m)
        m.sim.fault("status", "/api/v1/pods/*", status=503)
        await m.press("r")
        await m.sees("pods · ▲ stale")
        assert line_of(m, pod)


async def test_what_was_read_since_the_last_look_is_fresh_when_it_is_only_sorted() -> None:
    async with monitor(screen="pods", sim=STILL, clock=HurriedClock(20)) as m:
        await ready(m)
        for _ in range(4):
            before = calls(m, "GET", "/api/v1/pods/")

            def is_read(before: int = before) -> bool:
                return calls(m, "GET", "/api/v1/pods/") > before

            await m.until(is_read, "another reading")
            await m.press("R")
            assert "stale" not in m.text()


async def test_rows_that_cannot_be_read_are_counted_with_a_reason() -> None:
    async with monitor(screen="pods", sim=STILL) as m:
        await ready(m)
        broken = Listing(pods(m), 9, (UnreadableRow(3, "gpuCount: not a number"),))
        m.store.pods.loaded(broken, m.app.clock.now())
        await m.sees("1 row unreadable: gpuCount: not a number")


async def test_the_cursor_stays_on_its_pod_when_the_list_changes() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 40)) as m:
        pod = await ready(m)
        await m.sees(f"…{pod.id[-8:]}")
        newer = replace(pod, id=PodId("new"), name="newcomer", created_at=m.app.clock.now())
        m.store.pods.loaded(Listing((newer, *pods(m)), 5), m.app.clock.now())
        await m.sees("newcomer")
        assert f"…{pod.id[-8:]}" in m.text()


async def test_the_page_follows_the_cursor_beside_the_list() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 40)) as m:
        pod = await ready(m)
        await m.sees(f"…{pod.id[-8:]}", pod.id)
        other = next(one for one in pods(m) if one.id != pod.id and one.team_id is None)
        await m.press("g")
        await m.until(lambda: f"…{pod.id[-8:]}" not in m.text())
        assert other.name[:10] in m.text()


async def test_below_120_columns_the_page_stands_alone() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        assert pod.id not in m.text()
        await m.press("enter")
        await m.sees("ssh root@", "provider", "esc back", pod.id)
        assert "NAME" not in m.text()
        await m.press("escape")
        await m.sees("NAME")
        assert pod.id not in m.text()


async def test_a_page_that_is_open_comes_beside_the_list_when_there_is_room() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        await m.press("enter")
        await m.sees(pod.id)
        await m.pilot.resize_terminal(150, 40)
        await m.sees("NAME", pod.id)
        await m.pilot.resize_terminal(100, 30)
        await m.until(lambda: "NAME" not in m.text() and pod.id in m.text())


async def test_a_filter_hides_rows_and_esc_brings_them_back() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        await m.press("slash")
        await m.type(f"{pod.name[:6]} active")
        await m.sees("1 of 4 match")
        assert names(m)[0].startswith(pod.name[:10])
        await m.press("enter", "escape")
        await m.sees("4 of 4")
        await m.press("slash")
        await m.type("zzz")
        await m.sees("No pod matches “zzz”.")
        await m.press("escape")
        await m.sees("4 of 4")


async def test_sorting_goes_through_the_columns_and_both_ways() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await ready(m)
        newest_first = names(m)
        assert "AGE▲" in m.text(), "the youngest first"
        await m.press("R")
        await m.sees("AGE▼")
        assert names(m) == newest_first[::-1]
        await m.press("S")
        await m.until(lambda: "AGE▲" not in m.text() and "AGE▼" not in m.text())
        for _ in range(8):
            if "NAME▲" in m.text():
                break
            await m.press("S")
        assert "NAME▲" in m.text()
        assert names(m) == sorted(newest_first)


async def test_a_click_on_a_title_sorts_by_it() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await ready(m)
        title_line = m.text().splitlines()[3]
        await m.pilot.click(offset=(title_line.index("$/H") + 1, 3))
        await m.sees("$/H▼")
        prices = [float(row.split("×")[1].split()[2].replace("~", "")) for row in rows(m)]
        assert prices == sorted(prices, reverse=True)


async def test_pods_of_other_wallets_are_counted_and_shown_on_demand() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 30)) as m:
        await ready(m)
        await m.sees("+2 in other wallets")
        await m.press("w")
        await m.sees("6 of 6", "pods of every wallet")
        await m.press("w")
        await m.sees("4 of 4")


async def test_a_team_sees_the_pods_of_its_wallet() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 30), team="team_9c1e04b7") as m:
        await m.sees("2 of 2", "+4 in other wallets", "Research")


async def test_another_screen_can_open_a_pod() -> None:
    async with monitor(screen="wallet", sim=STILL, size=(150, 30)) as m:
        await m.until(lambda: pods(m))
        pod = next(pod for pod in pods(m) if pod.is_ready_for_ssh and pod.team_id is None)
        m.app.post_message(OpenPod(pod.id))
        await m.sees("── pods", f"…{pod.id[-8:]}")


async def test_lines_ids_and_names_can_be_copied() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        await m.press("y")
        await m.sees("ssh line", "root@")
        await m.press("1")
        await m.sees("clipboard")
        assert m.app.clipboard.startswith("ssh root@")
        await m.press("y")
        await m.sees("ssh line")
        await m.press("j", "enter")
        await m.until(lambda: m.app.clipboard == pod.id)


async def test_an_unknown_state_and_a_hostile_name_are_shown_as_text() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 40)) as m:
        pod = await ready(m)
        odd = replace(
            pod,
            id=PodId("odd"),
            name="[@click=app.quit]x[/] [/nope]",
            state=PodState.UNKNOWN,
            status_word="WARPING",
            provider="[red]p",
        )
        m.store.pods.loaded(Listing((odd,), 1), m.app.clock.now())
        await m.sees("[@click=app.quit]x[/]", "? warping", "[red]p")
        await m.press("x")
        await m.sees("End 1 pod", "Type odd to end")


async def test_older_backends_are_shown_too() -> None:
    async with monitor(screen="pods", sim=SimOptions(speed=0, shapes="seed"), size=(160, 40)) as m:
        await m.until(lambda: pods(m))
        pod = next(pod for pod in pods(m) if pod.is_ready_for_ssh)
        m.app.post_message(OpenPod(pod.id))
        await m.sees(f"…{pod.id[-8:]}", "● active", "ssh root@", "running (the service's own)")
        assert f"{pod.price_usd_per_h:.2f}" in line_of(m, pod)


async def test_the_keys_of_the_screen_are_explained_and_in_the_palette() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 60)) as m:
        await ready(m)
        await m.press("question_mark")
        await m.sees("ssh into the pod", "What can be rented", "Pods that ended")
        await m.press("escape", "ctrl+p")
        await m.type("rented")
        await m.sees("What can be rented")


async def test_a_terminal_that_is_too_small_says_so() -> None:
    async with monitor(screen="pods", sim=STILL, size=(59, 14)) as m:
        await m.sees("60×15")
