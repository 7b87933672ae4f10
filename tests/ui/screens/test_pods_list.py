"""The list of pods and the page about one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prime_tui.domain.ids import PodId
from prime_tui.domain.pods import PodState
from prime_tui.domain.remote import Listing, UnreadableRow
from prime_tui.sim.serve import SimOptions
from prime_tui.ui.messages import OpenPod
from tests.ui.monitor import Monitor, monitor

STILL = SimOptions(speed=0)


async def ready(m: Monitor) -> Pod:
    """Wait for the list, and return a pod of it that a shell can be opened on."""
    await m.until(lambda: m.store.pods.value and m.store.account.value, "the pods")
    listing = m.store.pods.value
    assert listing is not None
    pod = next(pod for pod in listing.items if pod.is_ready_for_ssh and pod.team_id is None)
    await m.sees(pod.name[:8])
    return pod


async def go_to(m: Monitor, pod: Pod) -> None:
    """Put the cursor on a pod with keys."""
    await m.press("g")
    for _ in range(20):
        if m.app.base_screen is not None and f"…{pod.id[-8:]}" in m.text():
            return
        await m.press("j")


def lines_with(m: Monitor, text: str) -> list[str]:
    return [line for line in m.text().splitlines() if text in line]


def names(m: Monitor) -> list[str]:
    """The first words of the rows of the list, from top to bottom."""
    body = m.text().splitlines()[4:-1]
    return [line.split()[0] for line in body if line.strip() and line[1:2].strip()]


def cursor_name(m: Monitor) -> str:
    """The name at the head of the page beside the list."""
    rule = m.text().splitlines()[2]
    return rule.split("────")[-2].split()[0] if "…" in rule else ""


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (160, 48), (300, 100), (60, 15)])
async def test_every_size_shows_the_pods_and_what_they_burn(size: tuple[int, int]) -> None:
    async with monitor(size=size, screen="pods", sim=STILL) as m:
        await m.sees("h100-reward-model", "4 of 4", "2 active", "/h")
        assert all(len(line) <= size[0] for line in m.text().splitlines())
        assert lines_with(m, "h100-reward-model")[0].split()[1:3] == ["●", "active"]


async def test_before_the_first_answer_it_says_what_it_waits_for() -> None:
    async with monitor(screen="pods", sim=SimOptions(latency_ms=400)) as m:
        assert "Reading pods…" in m.text()
        assert "NAME" in m.text()
        await m.sees("h100-reward-model")


async def test_without_pods_it_says_so_and_which_keys_help() -> None:
    async with monitor(screen="pods", scenario="empty") as m:
        await m.sees("No pods", "o shows what can be rented")
        assert "x end" not in m.text()


async def test_when_the_pods_cannot_be_read_it_says_why_and_when_it_tries_again() -> None:
    async with monitor(screen="pods", sim=SimOptions(latency_ms=50)) as m:
        m.sim.fault("status", "/api/v1/pods/", status=503)
        await m.sees("The pods cannot be read.", "Trying again in", "r tries now")
        m.sim.clear_faults()
        await m.press("r")
        await m.sees("h100-reward-model")


async def test_old_values_stay_and_are_called_stale() -> None:
    async with monitor(screen="pods", sim=STILL) as m:
        await m.sees("h100-reward-model")
        m.sim.fault("status", "/api/v1/pods/*", status=503)
        await m.press("r")
        await m.sees("▲ stale")
        assert "h100-reward-model" in m.text()


async def test_rows_that_cannot_be_read_are_counted_with_a_reason() -> None:
    async with monitor(screen="pods", sim=STILL) as m:
        await m.sees("h100-reward-model")
        listing = m.store.pods.value
        assert listing is not None
        broken = replace(listing, unreadable=(UnreadableRow(3, "gpuCount: not a number"),))
        m.store.pods.loaded(broken, m.app.clock.now())
        await m.sees("1 row unreadable: gpuCount: not a number")


async def test_the_cursor_stays_on_its_pod_when_the_list_changes() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 40)) as m:
        await m.sees("h100-reward-model")
        await m.press("G")
        await m.until(lambda: cursor_name(m) == "h100-reward-model")
        listing = m.store.pods.value
        assert listing is not None
        newer = replace(listing.items[0], id=PodId("new"), name="newcomer", created_at=m.app.clock.now())
        m.store.pods.loaded(Listing((newer, *listing.items), 5), m.app.clock.now())
        await m.sees("newcomer")
        assert cursor_name(m) == "h100-reward-model"


async def test_the_page_follows_the_cursor_and_the_page_alone_opens_below_120_columns() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model")
        await m.press("G", "enter")
        await m.sees("ssh root@", "provider", "esc back")
        assert "NAME" not in m.text()
        await m.press("escape")
        await m.sees("NAME")
        assert "ssh root@" not in m.text()


async def test_a_page_that_is_open_comes_beside_the_list_when_there_is_room() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model")
        await m.press("G", "enter")
        await m.sees("ssh root@")
        await m.pilot.resize_terminal(150, 40)
        await m.sees("NAME", "ssh root@")
        await m.pilot.resize_terminal(100, 30)
        await m.until(lambda: "NAME" not in m.text() and "ssh root@" in m.text())


async def test_a_filter_hides_rows_and_esc_brings_them_back() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model")
        await m.press("slash")
        await m.type("a6000 active")
        await m.until(lambda: "h100-reward-model" not in m.text())
        await m.sees("1 of 4", "a6000-checkpoint-merge")
        await m.press("enter", "escape")
        await m.sees("h100-reward-model", "4 of 4")
        await m.press("slash")
        await m.type("zzz")
        await m.sees("No pod matches “zzz”.")
        await m.press("escape")
        await m.sees("4 of 4")


async def test_sorting_goes_through_the_columns_and_back() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model", "AGE▼")
        newest_first = names(m)
        await m.press("R")
        await m.sees("AGE▲")
        assert names(m) == newest_first[::-1]
        for _ in range(12):
            await m.press("S")
            if "NAME▲" in m.text():
                break
        assert names(m) == sorted(newest_first)


async def test_pods_of_other_wallets_are_counted_and_shown_on_demand() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 30)) as m:
        await m.sees("+2 in other wallets")
        await m.press("w")
        await m.sees("6 of 6", "pods of every wallet", "a100-vllm-serve")
        await m.press("w")
        await m.sees("4 of 4")


async def test_a_team_sees_the_pods_of_its_wallet() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 30), team="team_9c1e04b7") as m:
        await m.sees("2 of 2", "a100-vllm-serve", "+4 in other wallets")
        assert "Research" in m.text()


async def test_another_screen_can_open_a_pod() -> None:
    async with monitor(screen="wallet", sim=STILL, size=(120, 30)) as m:
        await m.until(lambda: m.store.pods.value is not None)
        listing = m.store.pods.value
        assert listing is not None
        pod = next(pod for pod in listing.items if pod.name == "h100-reward-model")
        m.app.post_message(OpenPod(pod.id))
        await m.until(lambda: cursor_name(m) == "h100-reward-model")


async def test_ids_and_lines_can_be_copied() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model")
        await m.press("G", "y")
        await m.sees("ssh line", "root@")
        await m.press("1")
        await m.sees("clipboard")
        assert m.app.clipboard.startswith("ssh root@")


async def test_an_unknown_state_and_a_hostile_name_are_shown_as_text() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 40)) as m:
        await m.sees("h100-reward-model")
        listing = m.store.pods.value
        assert listing is not None
        odd = replace(
            listing.items[0],
            id=PodId("odd"),
            name="[@click=app.quit]x[/] [/nope]",
            state=PodState.UNKNOWN,
            status_word="WARPING",
            provider="[red]p",
        )
        m.store.pods.loaded(Listing((odd,), 1), m.app.clock.now())
        await m.sees("[@click=app.quit]x[/]", "? warping", "[red]p")


async def test_older_backends_are_shown_too() -> None:
    async with monitor(screen="pods", sim=SimOptions(speed=0, shapes="seed"), size=(160, 40)) as m:
        await m.sees("h100-reward-model", "● active", "1×H100 80GB", "ssh root@")


async def test_nothing_is_painted_while_nothing_changes() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await m.sees("h100-reward-model")
        await m.press("G")
        before = m.text()
        rows = before.splitlines()[3:]
        for _ in range(5):
            await m.pilot.pause()
        assert m.text().splitlines()[3:] == rows
