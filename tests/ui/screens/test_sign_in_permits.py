"""What a person reads at 80×24 when the key may not do everything, or the account is banned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prime_tui.domain.credentials import StoreName
from prime_tui.sim.serve import SimServer
from tests.ui.seated import GIVEN, KEY, Seated, configure, keep, seated

SCREENS = {"1": "burning", "2": "runs", "3": "pods", "4": "chat"}


@asynccontextmanager
async def without(home: Path, sim: SimServer, *scopes: str, screen: str = "wallet") -> AsyncIterator[Seated]:
    """Watch with a key that lacks scopes, at 80×24."""
    sim.world.people.missing_scopes = frozenset(scopes)
    async with seated(home, sim, given=GIVEN, screen=screen, size=(80, 24)) as one:
        yield one


@pytest.mark.parametrize(
    ("screen", "keys", "scope", "words"),
    [
        ("wallet", (), "billing", "Wallet not permitted: needs scope billing (read)."),
        ("wallet", (), "instances", "without pods: needs scope instances"),
        ("runs", (), "rft", "needs scope rft (read)"),
        ("pods", (), "instances", "Pods not permitted: needs scope instances (read)."),
        ("pods", ("o",), "availability", "Offers not permitted: needs scope availability (read)."),
        ("pods", ("h",), "instances", "Ended pods not permitted: needs scope instances (read)."),
        ("chat", ("ctrl+l",), "inference", "Not permitted: needs scope inference (read)."),
    ],
)
async def test_a_panel_names_the_scope_and_what_helps(
    home: Path, sim: SimServer, screen: str, keys: tuple[str, ...], scope: str, words: str
) -> None:
    async with without(home, sim, scope, screen=screen) as one:
        await one.until(lambda: one.store.account.value, "the account")
        await one.press(*keys)
        await one.sees(words)
        assert "refuses the key" not in one.text()


async def test_old_rows_stay_and_the_rule_says_why_they_age(home: Path, sim: SimServer) -> None:
    async with seated(home, sim, given=GIVEN, screen="pods", size=(80, 24)) as one:
        await one.sees("h100-rew")
        sim.world.people.missing_scopes = frozenset({"instances"})
        await one.press("r")
        await one.sees("old, needs scope instances (read)")
        assert "h100-rew" in one.text()
        assert "burn —" in one.text().splitlines()[1]
        await one.press("x")
        await one.sees("nothing is ended on old")
        sim.world.people.missing_scopes = frozenset()
        await one.press("r")
        await one.until(lambda: "needs scope" not in one.text().splitlines()[2], "the rule as before")


async def test_what_is_not_counted_is_named_beside_what_burns(home: Path, sim: SimServer) -> None:
    async with without(home, sim, "disks") as one:
        await one.sees("h100-rew", "without disks: needs scope disks")
        assert "burn ≥" in one.text().splitlines()[1]
        await one.press("a")
        await one.sees("The disks cannot be read. Not permitted: needs scope disks")


async def test_a_banned_account_is_told_everywhere_and_may_still_end_what_burns(
    home: Path, sim: SimServer
) -> None:
    sim.world.people.is_banned = True
    async with seated(home, sim, given=GIVEN, screen="pods", size=(80, 24)) as one:
        await one.sees("h100-rew")
        for number in "1243":
            await one.press(number if number != "3" else "f3")
            await one.sees("✕ The service says that this account is banned.", "another key: K")
        await one.press("x")
        await one.sees("End 1 pod", "▲ The service bans this account and may refuse this.")
        await one.press("escape", "2")
        await one.until(lambda: one.store.runs.value, "the runs")
        await one.press("x")
        await one.sees("What to do with it")
        await one.press("enter")
        await one.sees("may refuse this")


@pytest.mark.parametrize("banned", [False, True])
async def test_a_key_in_plain_text_is_told_in_red_on_every_screen(
    tmp_path: Path, sim: SimServer, banned: bool
) -> None:
    sim.world.people.is_banned = banned
    configure(tmp_path, sim.url, 'store = "plaintext"\nallow_plaintext = true')
    await keep(tmp_path, KEY, StoreName.PLAINTEXT)
    async with seated(tmp_path, sim, size=(80, 24)) as one:
        await one.signed_in()
        for number in SCREENS:
            await one.press(number if number == "1" else f"f{number}")
            await one.sees("kept in plain text")
            line = next(row for row in range(24) if "plain text" in one.text().splitlines()[row])
            assert line == 2, "under the strip"
            style = one.app.screen.get_style_at(10, line)
            assert style.color is not None
            red, green, blue = style.color.get_truecolor()
            assert red > green
            assert red > blue


async def test_a_key_from_the_environment_is_not_said_to_be_in_plain_text(
    tmp_path: Path, sim: SimServer
) -> None:
    configure(tmp_path, sim.url, 'store = "plaintext"\nallow_plaintext = true')
    async with seated(tmp_path, sim, given=GIVEN, size=(80, 24)) as one:
        await one.signed_in()
        assert "plain text" not in one.text()
