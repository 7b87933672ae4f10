"""Keys from elsewhere: the desktop's keyring, and the official client's configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimServer
from tests.persistence.buses import desktop
from tests.ui.seated import KEY, Seated, configure, files_with, paths_in, seated

BUS = "DBUS_SESSION_BUS_ADDRESS"


def official_client(home: Path, url: str) -> Path:
    """Write what the official client writes."""
    directory = home / ".prime"
    directory.mkdir()
    file = directory / "config.json"
    file.write_text(json.dumps({"api_key": KEY, "base_url": url, "inference_url": f"{url}/api/v1"}))
    file.chmod(0o600)
    return file


async def choose(one: Seated, words: str) -> None:
    """Take the option with these words by its number."""
    await one.sees(words)
    row = next(line for line in one.text().splitlines() if words in line and "✕" not in line)
    await one.press(row.split(words)[0].split()[-1])


async def test_the_desktops_keyring_is_offered_first_and_found_at_the_next_start(
    tmp_path: Path, sim: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desktop(tmp_path) as running:
        running.unlock()
        monkeypatch.setenv(BUS, running.environment[BUS])
        configure(tmp_path, sim.url)
        async with seated(tmp_path, sim) as one:
            await one.sees("Paste an API key")
            await one.press("enter")
            await one.paste(KEY)
            await one.press("enter")
            await one.sees("Where shall the key be kept?", "1  desktop keyring")
            await one.press("enter")
            await one.signed_in()
        async with seated(tmp_path, sim) as one:
            await one.signed_in()
            assert "There is no API key" not in one.text()


async def test_a_locked_keyring_is_named_and_asked_again_on_request(
    tmp_path: Path, sim: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desktop(tmp_path) as running:
        monkeypatch.setenv(BUS, running.environment[BUS])
        configure(tmp_path, sim.url, 'store = "secret-service"')
        async with seated(tmp_path, sim) as one:
            await one.sees("Asked: desktop keyring.", "locked", "Ask again: desktop keyring")
            await choose(one, "Ask again: desktop keyring")
            await one.sees("Asked: desktop keyring.", "locked")


async def test_the_official_clients_key_is_used_for_this_session_and_kept_nowhere(
    tmp_path: Path, sim: SimServer
) -> None:
    file = official_client(tmp_path, sim.url)
    before = file.stat()
    async with seated(tmp_path, sim) as one:
        await choose(one, "Official client: production")
        await one.signed_in()
        await one.until(lambda: "■ production" in one.text().splitlines()[0], "the profile's name")
    assert (file.stat().st_mtime_ns, file.stat().st_mode) == (before.st_mtime_ns, before.st_mode)
    assert files_with(tmp_path, KEY) == [str(file)]
    assert not (paths_in(tmp_path).config_dir / "config.toml").exists()


async def test_the_official_clients_key_is_imported_as_a_profile(tmp_path: Path, sim: SimServer) -> None:
    official_client(tmp_path, sim.url)
    async with seated(tmp_path, sim) as one:
        await choose(one, "Import production")
        await one.sees("Ada Example", "Where shall the key be kept?")
        await choose(one, "this session only")
        await one.signed_in()
