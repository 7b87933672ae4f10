"""A key that is refused or replaced while the program runs, and one that may not do everything."""

from __future__ import annotations

from pathlib import Path

from prime_tui.sim.serve import SimServer
from tests.ui.seated import GIVEN, KEY, OTHER_KEY, PASSPHRASE, Seated, keep, seated

WHOAMI = "GET /api/v1/user/whoami"


def refusals(sim: SimServer, path: str) -> list[object]:
    return [noted["status"] for noted in sim.request_log() if str(noted["path"]).endswith(path)]


async def unlocked(one: Seated) -> None:
    await one.sees("Unlock the encrypted file")
    await one.paste(PASSPHRASE)
    await one.press("enter")
    await one.signed_in()


async def test_a_key_replaced_in_its_store_is_taken_without_a_question(home: Path, sim: SimServer) -> None:
    await keep(home, KEY)
    async with seated(home, sim) as one:
        await unlocked(one)
        await keep(home, OTHER_KEY)
        sim.set_key(OTHER_KEY)
        asked = len(refusals(sim, "/user/whoami"))
        await one.press("r")
        await one.sees("The key was replaced where it is kept")
        await one.until(lambda: refusals(sim, "/billing/wallet")[-1] == 200, "the wallet again")
        assert "refuses the key" not in one.text()
        assert refusals(sim, "/user/whoami")[asked : asked + 2] == [401, 200]


async def test_a_refused_key_pauses_reading_keeps_the_numbers_and_takes_a_new_one(
    home: Path, sim: SimServer
) -> None:
    async with seated(home, sim, given=GIVEN, size=(100, 30)) as one:
        await one.signed_in()
        await one.sees("h100-rew")
        sim.set_key(OTHER_KEY)
        await one.press("r")
        await one.sees("✕ The service refuses the key", "enter a new one: K")
        counts = [0]
        while counts[-10:] != [counts[-1]] * 10:  # those that were asked together are refused together
            await one.pilot.pause(0.05)
            counts.append(sum(sim.requests().values()))
        for number in "231":
            await one.press(number)
            await one.sees("enter a new one: K")
        assert sum(sim.requests().values()) == counts[-1], "the service is left alone"
        assert "h100-rew" in one.text(), "the last numbers stay"
        await one.press("K")
        await one.sees("The service refuses the key: Invalid API key", "Paste an API key")
        await one.press("enter")
        await one.paste(OTHER_KEY)
        await one.press("enter")
        await one.sees("Ada Example", "this session only")
        await one.press("enter")
        await one.until(lambda: "refuses the key" not in one.text(), "the end of the banner")
        await one.until(lambda: refusals(sim, "/billing/wallet")[-1] == 200, "the wallet again")
        assert "h100-rew" in one.text()


async def test_where_the_service_gives_no_ids_another_name_is_another_account(
    home: Path, sim: SimServer
) -> None:
    people = sim.world.people
    people.user_id = ""
    async with seated(home, sim, given=GIVEN, size=(100, 30)) as one:
        await one.signed_in()
        first = one.app.store
        sim.set_key(OTHER_KEY)
        people.name, people.email = "Bo Other", "bo@example.com"
        await one.press("r")
        await one.sees("enter a new one: K")
        await one.press("K")
        await one.sees("Paste an API key")
        await one.press("enter")
        await one.paste(OTHER_KEY)
        await one.press("enter")
        await one.sees("Bo Other", "this session only")
        sim.fault("latency", "*/user/whoami", latency_ms=500)
        read_at = first.wallet.remote.fetched_at
        await one.press("enter")
        await one.until(lambda: one.app.store is not first, "a store of its own")
        await one.sees("■ Bo Other")
        assert first.wallet.remote.fetched_at == read_at, "nothing of the second account is read into it"


async def test_a_refusal_of_one_panel_names_what_the_service_says(home: Path, sim: SimServer) -> None:
    sim.fault("status", "*/billing/wallet", status=403)
    async with seated(home, sim, given=GIVEN) as one:
        await one.sees("h100-rew", "Not permitted: needs scope billing")
        assert "refuses the key" not in one.text()
        await one.press("3")
        await one.sees("h100-rew")
