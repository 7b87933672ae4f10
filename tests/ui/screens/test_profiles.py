"""Changing the wallet inside the program: another team, another profile, another service."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.domain.credentials import StoreName
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimServer
from prime_tui.ui.screens.base import PrimeScreen
from tests.ui.seated import GIVEN, KEY, OTHER_KEY, Seated, configure, keep, paths_in, seated

TEAM = "team_9c1e04b7"


async def switch_to(one: Seated, words: str) -> None:
    await one.press("p")
    await one.sees("Whose wallet", words)
    rows = [line for line in one.text().splitlines() if words in line and "│" in line]
    number = rows[0].split("│")[1].split()[0]
    await one.press(number)


async def switch_to_team(one: Seated, name: str) -> None:
    await one.knows_the_teams()
    await switch_to(one, name)


async def names(one: Seated) -> set[str]:
    """Return what the pods and runs of the wallet in view are called."""
    await one.until(lambda: one.app.store.pods.value and one.app.store.runs.value, "pods and runs")
    pods, runs = one.app.store.pods.value, one.app.store.runs.value
    assert pods is not None
    assert runs is not None
    return {str(pod.name) for pod in pods.items} | {str(run.name) for run in runs.items}


async def test_the_switcher_lists_the_teams_and_the_other_profiles(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, "https://staging.example.com", 'colour = "red"\nread_only = true', name="staging")
    async with seated(tmp_path, sim, given=GIVEN, size=(80, 24)) as one:
        await one.signed_in()
        await one.knows_the_teams()
        await one.press("p")
        await one.sees("default       personal", "● in use", "Research", "Evals Guild")
        await one.sees("■ staging", "staging.example.com · read-only")
        await one.press("escape")
        await one.until(lambda: "Whose wallet" not in one.text(), "the end of the dialog")


async def test_another_team_is_watched_and_charged_and_nothing_of_the_old_wallet_stays(
    tmp_path: Path, sim: SimServer
) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
        old_names = await names(one)
        await one.press("3", "2", "1")
        await switch_to_team(one, "Research")
        await one.sees("a100-flux-render")
        gone = old_names - await names(one)
        assert gone
        for number in "1234":
            await one.press(number)
            await one.pilot.pause()
            assert [name for name in gone if name in one.text()] == []
            await one.press("escape")
        wallets = [
            noted["query"] for noted in sim.request_log() if str(noted["path"]).endswith("/billing/wallet")
        ]
        first = next(place for place, query in enumerate(wallets) if TEAM in str(query))
        assert all(TEAM in str(query) for query in wallets[first:])


async def test_what_was_typed_for_one_wallet_is_gone_in_the_next(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN, screen="pods") as one:
        await one.sees("h100-rew")
        await one.press("slash")
        await one.type("flux")
        await one.press("enter")
        await one.until(lambda: "h100-rew" not in one.text(), "the filter")
        await switch_to_team(one, "Research")
        await one.sees("a100-flux", "a100-vllm")


async def test_another_profile_brings_its_address_its_key_and_its_chip(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, other.url, 'colour = "red"\nstore = "file"', name="lab")
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.program.desk.keys.keep(
            next(profile for profile in one.program.desk.profiles() if profile.name == "lab"),
            StoreName.MEMORY,
            Secret(OTHER_KEY),
        )
        await one.signed_in()
        await switch_to(one, "lab")
        await one.until(lambda: "■ lab" in one.text().splitlines()[0], "the chip and the name")
        await one.until(lambda: one.app.store.wallet.value is not None, "the other wallet")
        await one.until(lambda: other.requests().get("GET /api/v1/pods/", 0) > 0, "the other service")
        assert "No API key" not in one.text()
        after = sim.requests()
        await one.press("r")
        await one.until(lambda: other.requests().get("GET /api/v1/billing/wallet", 0) > 1, "a refresh")
        assert sim.requests() == after, "the old service is left alone"
        for number in "234":
            await one.press(number, "escape")
            await one.until(lambda: "■ lab" in one.text().splitlines()[0], "the chip on every screen")


async def test_a_profile_without_a_key_asks_for_one(tmp_path: Path, sim: SimServer, other: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, other.url, name="lab")
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
        await switch_to(one, "lab")
        await one.sees("There is no API key", "Paste an API key")
        assert other.requests() == {}, "the key of one profile is not tried at another"


async def test_the_last_known_state_belongs_to_its_wallet(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
        await switch_to_team(one, "Research")
        await one.sees("a100-flux-render")
        sim.fault("status", "*", status=503)
        await switch_to(one, "personal")
        await one.sees("h100-reward-model")
        assert "a100-flux-render" not in one.text()


async def test_the_conversation_stays_and_names_who_paid(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN, screen="chat") as one:
        await one.until(lambda: one.store.models.value is not None, "the models")
        await one.until(lambda: one.store.account.value is not None, "the account")
        await one.type("why?")
        await one.press("enter")
        await one.sees("tok/s")
        await one.until(lambda: "esc stop" not in one.text(), "the end of the answer")
        await one.press("escape", "f8")
        await one.sees("Whose wallet")
        await one.press("2")
        await one.sees("↳ billed to Ada Example · personal", "billed to Research")
        await one.press("i")
        await one.type("and now?")
        await one.press("enter")
        await one.until(lambda: one.text().count("tok/s") == 2, "the second answer")
        payers = [
            noted["team_id"] for noted in sim.request_log() if "/chat/completions" in str(noted["path"])
        ]
        assert payers == [None, TEAM]


async def test_many_switches_do_not_pile_up_screens_or_connections(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
        for _ in range(3):
            await switch_to_team(one, "Research")
            await one.sees("a100-flux-render")
            await switch_to(one, "personal")
            await one.sees("h100-reward-model")
        gc.collect()
        screens = [thing for thing in gc.get_objects() if isinstance(thing, PrimeScreen)]
        assert len(screens) <= 6


@pytest.fixture
def garbage_as_at_a_start() -> Iterator[None]:
    """Nothing is collected before the first connection, as the command line arranges it."""
    thresholds = gc.get_threshold()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("garbage_as_at_a_start")
async def test_the_screens_of_a_wallet_that_was_left_are_collected(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
        await switch_to_team(one, "Research")
        await one.sees("a100-flux-render")
        left = weakref.ref(one.app.screen)
        await switch_to(one, "personal")
        await one.sees("h100-reward-model")

        def is_collected() -> bool:
            gc.collect()
            return left() is None

        await one.until(is_collected, "the screen's end")


async def test_a_key_kept_for_another_account_does_not_show_the_first_ones_numbers(
    tmp_path: Path, sim: SimServer
) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.signed_in()
    await keep(tmp_path, KEY)
    async with seated(tmp_path, sim) as one:
        await one.sees("Unlock the encrypted file")
        assert "h100-reward-model" not in one.text()


async def test_a_broken_file_of_earlier_launches_is_told_and_stops_nothing(
    tmp_path: Path, sim: SimServer
) -> None:
    configure(tmp_path, sim.url)
    paths = paths_in(tmp_path)
    paths.make_state_dir()
    paths.launches_file.touch(0o600)
    paths.launches_file.write_text("{ broken")
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await one.sees("Launches of earlier sessions are not known", "away")
        await one.signed_in()
