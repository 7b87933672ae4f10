"""Profiles are added, changed and removed inside the program, and every step says what it leaves alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimServer
from tests.ui.seated import (
    GIVEN,
    OTHER_KEY,
    PASSPHRASE,
    Seated,
    configure,
    files_with,
    keep,
    paths_in,
    seated,
)

SMALL = (80, 24)


def file_in(home: Path) -> Path:
    return paths_in(home).config_dir / "config.toml"


def profiles_in(home: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = tomllib.loads(file_in(home).read_text())["profiles"]
    return found


async def list_profiles(one: Seated) -> None:
    await one.signed_in()
    await one.press("p")
    await one.sees("Whose wallet")


async def select(one: Seated, words: str) -> None:
    """Move down to the row of a profile."""
    rows = [line for line in one.text().splitlines() if "■" in line and "│" in line]
    place = next(number for number, line in enumerate(rows) if words in line)
    await one.press("g", *["j"] * place)


async def fill(one: Seated, value: str) -> None:
    """Replace what stands in the field, and go to the next one."""
    await one.press("ctrl+u")
    await one.paste(value)
    await one.press("tab")


async def test_a_new_profile_is_written_signed_in_and_watched(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure(tmp_path, sim.url, "# mine, not yours")
    before = file_in(tmp_path).read_text()
    async with seated(tmp_path, sim, given=GIVEN, size=SMALL) as one:
        await list_profiles(one)
        await one.press("n")
        await one.sees("New profile", "write it")
        await one.press("enter")
        await one.sees("A profile name has only letters")
        await fill(one, "lab")
        await fill(one, other.url)
        await fill(one, f"{other.url}/api/v1")
        await one.press("tab", "right", "tab", "right")
        await one.sees("‹ red ›", "‹ yes: refuse every change ›")
        await one.press("enter")
        await one.sees("There is no API key", other.url)
        assert other.requests() == {}, "the first profile's key is not tried there"
        await one.press("enter")
        await one.sees("Sign in · lab")
        await one.paste(OTHER_KEY)
        await one.press("enter")
        await one.sees("Where shall the key be kept?")
        await one.press("enter")
        await one.until(lambda: "■ lab" in one.text().splitlines()[0], "the name on the strip")
        await one.until(lambda: other.requests().get("GET /api/v1/pods/"), "the other service")
        await one.until(lambda: "RO" in one.text().splitlines()[0], "read-only")
    assert file_in(tmp_path).read_text().startswith(before.rstrip("\n"))
    assert profiles_in(tmp_path)["lab"].items() >= {
        "base_url": other.url, "inference_url": f"{other.url}/api/v1", "colour": "red", "read_only": True,
    }.items()  # fmt: skip
    assert file_in(tmp_path).stat().st_mode & 0o777 == 0o600
    assert files_with(tmp_path, OTHER_KEY) == []


async def test_a_name_that_is_taken_is_said_in_the_form(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, "https://staging.example.com", name="staging")
    before = file_in(tmp_path).read_text()
    async with seated(tmp_path, sim, given=GIVEN, size=(60, 15)) as one:
        await one.until(lambda: one.store.account.value is not None, "the account")
        await one.press("p")
        await one.sees("n adds a profile", "esc stay    enter watch")
        await one.press("n")
        for name in ("staging", "default"):
            await fill(one, name)
            await one.press("enter")
            await one.sees(f"There is a profile {name} already", "esc leave    enter write it")
        await one.press("escape")
        await one.sees("Whose wallet")
    assert file_in(tmp_path).read_text() == before


async def test_values_of_another_profile_are_changed_in_place(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(
        tmp_path, "https://staging.example.com", 'team = "t1"  # theirs\nstore = "file"', name="staging"
    )
    before = file_in(tmp_path).read_text()
    async with seated(tmp_path, sim, given=GIVEN, size=SMALL) as one:
        await list_profiles(one)
        await select(one, "staging")
        await one.press("e")
        await one.sees("Profile staging", "https://staging.example.com", "t1", "its key stays as it is.")
        await one.press("tab", "tab", "tab", "left", "enter")
        await one.sees("Whose wallet")
        assert file_in(tmp_path).read_text() == before.rstrip("\n") + '\ncolour = "grey"\n'
        await select(one, "staging")
        await one.press("e")
        await one.sees("‹ grey ›")
        await fill(one, "https://new.example.com")
        await one.sees("Another address needs a key of its own.")
        await fill(one, "https://new.example.com/v1")
        await one.press("enter")
        await one.sees("Another address, another key", "Whose wallet")
    assert profiles_in(tmp_path)["staging"]["base_url"] == "https://new.example.com"


async def test_another_address_for_the_profile_in_use_asks_for_its_own_key(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure(tmp_path, sim.url)
    async with seated(tmp_path, sim, given=GIVEN) as one:
        await list_profiles(one)
        await one.press("e")
        await one.sees("Profile default")
        await fill(one, other.url)
        await fill(one, f"{other.url}/api/v1")
        await one.press("enter")
        await one.sees("There is no API key", f"default needs a key for {other.url}")
        assert other.requests() == {}, "a key of the environment was given for another address"
        assert "h100-reward-model" not in one.text()


async def test_removing_asks_twice_and_keeps_by_default(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, "https://staging.example.com", name="staging")
    await keep(tmp_path, OTHER_KEY, name="staging")
    before = file_in(tmp_path).read_text()
    async with seated(tmp_path, sim, given=GIVEN, size=SMALL) as one:
        await list_profiles(one)
        await one.press("d")
        await one.sees("The profile default is in use.", "Whose wallet")
        await select(one, "staging")
        await one.press("d")
        await one.sees(
            "Remove profile staging", "Goes: [profiles.staging]", "go on, and cost", "Its stored key is asked"
        )
        await one.press("enter")
        await one.sees("Whose wallet")
        assert file_in(tmp_path).read_text() == before

        await select(one, "staging")
        await one.press("d", "y")
        await one.sees("Remove its stored key too", "encrypted file", "until it is revoked")
        await one.press("y")
        await one.sees("Unlock the encrypted file")
        await one.press("escape")
        await one.sees("Whose wallet", "staging")
        assert file_in(tmp_path).read_text() == before, "its key was not removed, so it stays"

        await select(one, "staging")
        await one.press("d", "y")
        await one.sees("Remove its stored key too")
        await one.press("y")
        await one.sees("Unlock the encrypted file")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.sees("Removed the profile staging and", "until it is revoked")
    assert set(profiles_in(tmp_path)) == {"default"}


async def test_a_key_that_another_profile_uses_or_that_is_to_stay_stays(
    tmp_path: Path, sim: SimServer
) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, "https://staging.example.com", name="staging")
    await keep(tmp_path, OTHER_KEY, name="staging")
    configure(tmp_path, "https://staging.example.com", 'account = "staging"\nstore = "file"', name="night")
    async with seated(tmp_path, sim, given=GIVEN, size=SMALL) as one:
        await list_profiles(one)
        await select(one, "night")
        await one.press("d")
        await one.sees("Its key stays: staging uses it too.")
        await one.press("y")
        await one.sees("Removed the profile night.")
        await select(one, "staging")
        await one.press("d", "y")
        await one.sees("Remove its stored key too")
        await one.press("enter")
        await one.sees("Removed the profile staging.")
    assert set(profiles_in(tmp_path)) == {"default"}
    configure(tmp_path, "https://staging.example.com", 'store = "file"', name="staging")
    async with seated(tmp_path, sim, wanted="staging") as one:
        await one.sees("Unlock the encrypted file")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.until(lambda: one.program.desk.key() == Secret(OTHER_KEY), "the key that stayed")
