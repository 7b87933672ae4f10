"""Signing in, on the real program: from no key at all to data on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from prime_tui.domain.credentials import StoreName
from prime_tui.sim.serve import SimServer
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.seated import KEY, OTHER_KEY, PASSPHRASE, Seated, files_with, keep, seated

WHY = "There is no API key"


async def paste_key(one: Seated, key: str = KEY) -> None:
    await one.sees("Paste an API key")
    await one.press("enter")
    await one.sees("it is not shown")
    await one.paste(f"{key}\n")
    assert key not in one.text()
    await one.press("enter")


async def test_without_a_key_it_starts_says_why_and_signs_in_for_this_session(
    home: Path, sim: SimServer
) -> None:
    async with seated(home, sim) as one:
        await one.sees(WHY, "Paste an API key", "prime-tui --demo")
        await paste_key(one)
        await one.sees("Ada Example", "reads and writes", "instances", "this session only")
        await one.press("enter")
        await one.signed_in()
        assert "No API key" not in one.text()
    assert files_with(home, KEY) == []


async def test_signing_in_twice_at_once_asks_once(home: Path, sim: SimServer) -> None:
    async with seated(home, sim) as one:
        await one.sees("Paste an API key")
        await one.press("escape")
        await one.until(lambda: "Paste an API key" not in one.text(), "the end of the dialog")
        one.app.action_sign_in()  # both before the first dialog is there
        one.app.action_sign_in()
        await one.sees("Paste an API key")
        await one.press("escape")
        await one.until(lambda: "Paste an API key" not in one.text(), "the end of the only dialog")


async def test_a_key_that_is_refused_is_asked_for_again(home: Path, sim: SimServer) -> None:
    async with seated(home, sim) as one:
        await paste_key(one, OTHER_KEY)
        await one.sees("Invalid API key")
        await one.paste(KEY)
        await one.press("enter")
        await one.sees("Where shall the key be kept?")


async def test_leaving_the_sign_in_leaves_a_banner_that_says_what_helps(home: Path, sim: SimServer) -> None:
    async with seated(home, sim, size=(80, 24)) as one:
        await one.sees(WHY)
        await one.press("escape")
        await one.sees("✕ No API key.", "sign in: K", "burning now")
        await one.press("3")
        await one.sees("── pods", "sign in: K")
        await one.press("K")
        await one.sees("Paste an API key")
        assert sim.requests() == {}, "nothing is asked without a key"


@pytest.mark.parametrize("pasted", ["two words", "two\nlines", "schlüssel", "k\x1b]52;c;x\x07"])
async def test_what_is_no_key_is_refused_without_being_shown(home: Path, sim: SimServer, pasted: str) -> None:
    async with seated(home, sim) as one:
        await one.sees("Paste an API key")
        await one.press("enter")
        await one.paste(pasted)
        await one.sees("is no API key")
        assert pasted not in one.text()
        assert "•" not in one.text(), "nothing of it was taken"


async def test_a_new_encrypted_file_wants_its_passphrase_twice_and_opens_at_the_next_start(
    home: Path, sim: SimServer
) -> None:
    async with seated(home, sim) as one:
        await paste_key(one)
        await one.sees("encrypted file")
        await one.press("up", "up", "up", "up")
        while selected(one) != "file":
            await one.press("down")
        await one.press("enter")
        await one.sees("A new encrypted file", "again")
        await one.paste(PASSPHRASE)
        await one.press("tab")
        await one.paste("another one")
        await one.press("enter")
        await one.sees("The two differ")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.signed_in()
    assert files_with(home, KEY) == files_with(home, PASSPHRASE) == []

    async with seated(home, sim) as one:
        await one.sees("Unlock the encrypted file")
        await one.paste("not the passphrase")
        await one.press("enter")
        await one.sees("stays locked")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.signed_in()
        assert "passphrase" not in one.text()


def selected(one: Seated) -> str:
    """Return the store under the cursor of the list on top."""
    return one.app.screen.query_one(KeyedTable).cursor_key or ""


async def test_another_address_asks_for_its_own_key(home: Path, sim: SimServer) -> None:
    async with seated(home, sim) as one:
        await one.sees("Paste an API key")
        await one.press("enter")
        await one.paste(KEY)
        await one.sees("••••")
        await one.press("tab", "end", "x")
        await one.sees("Another address: paste the key that belongs to it", "with its whole path")
        assert "••••" not in one.text()


async def test_the_key_cannot_be_copied_out_and_is_forgotten_out_of_view(home: Path, sim: SimServer) -> None:
    async with seated(home, sim) as one:
        await one.sees("Paste an API key")
        await one.press("enter")
        await one.paste(KEY)
        await one.press("shift+home", "ctrl+x")
        await one.sees("••••")
        assert one.app.clipboard == ""
        await one.press("ctrl+p")
        await one.until(lambda: "Search" in one.text(), "the palette")
        await one.press("escape")
        await one.until(lambda: "it is not shown" in one.text(), "the form")
        assert "••••" not in one.text()


async def test_lock_now_locks_the_file_and_the_key_goes_on(home: Path, sim: SimServer) -> None:
    await keep(home, KEY)
    async with seated(home, sim) as one:
        await one.sees("Unlock the encrypted file")
        await one.paste(PASSPHRASE)
        await one.press("enter")
        await one.signed_in()
        await one.press("ctrl+p")
        await one.type("lock now")
        await one.sees("Lock the encrypted file of keys")
        await one.press("enter")
        await one.sees("The encrypted file is locked")
        assert await one.program.desk.keys.wants_passphrase(StoreName.FILE)
        await one.press("r")
        assert "No API key" not in one.text()
