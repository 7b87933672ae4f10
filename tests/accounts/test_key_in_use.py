"""A key that is replaced while the program runs, against a service that takes the new one only."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.desk import AccountDesk
from prime_tui.accounts.key_in_use import KeyInUse
from prime_tui.accounts.resolve import resolve_profile
from prime_tui.api.budget import CallBudget
from prime_tui.api.client import PrimeClient
from prime_tui.config.schema import Config, ProfileSettings
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.errors import CredentialError, NotAuthenticated
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_ring import KeyRing
from prime_tui.persistence.paths import Paths
from prime_tui.sim.serve import SimOptions, SimServer

OLD, NEW = Secret("pit_the_old_key_4711"), Secret("pit_the_new_key_4712")
PASSPHRASE = Secret("correct horse battery staple")


@pytest.fixture
def server() -> Iterator[SimServer]:
    with SimServer(SimOptions(require_key=NEW.reveal())) as one:
        yield one


@pytest.fixture
def profile(server: SimServer, tmp_path: Path) -> Profile:
    flags = ProfileSettings(base_url=server.url, inference_url=f"{server.url}/api/v1", store="file")
    return resolve_profile(Config(tmp_path / "config.toml"), "work", environment={}, flags=flags)


def ring(home: Path) -> KeyRing:
    return KeyRing(home / "state", clock=SystemClock(), environment=os.environ)


def accounts_at(home: Path) -> Accounts:
    return Accounts(Paths(home / "config", home / "state"), environment={}, clock=SystemClock())


@asynccontextmanager
async def client_of(profile: Profile, key: KeyInUse) -> AsyncIterator[PrimeClient]:
    clock = SystemClock()
    client = PrimeClient(
        base_url=profile.base_url,
        inference_url=profile.inference_url,
        api_key=key,
        budget=CallBudget(clock, 100),
        clock=clock,
    )
    yield client
    await client.aclose()


async def test_a_replaced_key_is_found_and_used(server: SimServer, profile: Profile, tmp_path: Path) -> None:
    keys = ring(tmp_path)
    await keys.keep(profile, StoreName.FILE, OLD, PASSPHRASE)
    key = KeyInUse(keys, profile, AccountDesk(accounts_at(tmp_path), profile, tmp_path).check)
    assert key() is None
    assert (await key.find()).key == OLD
    async with client_of(profile, key) as client:
        with pytest.raises(NotAuthenticated):
            await client.account.whoami()
        assert await key.replacement() is None, "nobody replaced it"

        await ring(tmp_path).keep(profile, StoreName.FILE, NEW, PASSPHRASE)
        found = await key.replacement()
        assert found is not None
        assert found.account is not None
        assert found.account.name == "Ada Example"
        assert key() == OLD, "whose it is is known before it is used"
        found.use()
        assert (await client.account.whoami()).name == "Ada Example"
        assert await key.replacement() is None


async def test_a_store_that_fails_does_not_take_the_key_away(profile: Profile, tmp_path: Path) -> None:
    keys = ring(tmp_path)
    await keys.keep(profile, StoreName.FILE, NEW, PASSPHRASE)
    key = KeyInUse(keys, profile, AccountDesk(accounts_at(tmp_path), profile, tmp_path).check)
    await key.find()
    (tmp_path / "state").chmod(0o755)
    with pytest.raises(CredentialError, match="chmod"):
        await key.replacement()
    assert key() == NEW
