"""The key ring over real stores: which key is found, where it is put, and that it is put nowhere else."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import Found, KeyAddress, KeySource, Reason, StoreName, StoreTrouble
from prime_tui.domain.profiles import Profile
from prime_tui.domain.redaction import MASK, Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.kernel_store import KernelStore
from prime_tui.persistence.credentials.key_ring import KeyRing
from tests.persistence.buses import Desktop, SilentBus

KEY, OTHER = Secret("pit_sentinel_of_the_ring"), Secret("pit_another_sentinel")
PASSPHRASE = Secret("correct horse battery staple")
NO_BUS = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
PROFILE = Profile(
    name="work",
    account="main",
    base_url="https://api.example.com/api/v1",
    origin="https://api.example.com",
    inference_url="https://inference.example.com/v1",
    inference_origin="https://inference.example.com",
    own_origins=("https://api.example.com", "https://inference.example.com"),
)


def everything_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


class Notebook:
    """What the ring asked to remember."""

    def __init__(self) -> None:
        self.stores: list[tuple[str, StoreName | None]] = []

    def __call__(self, profile: Profile) -> None:
        self.stores.append((profile.name, profile.store))


def ring(
    home: Path,
    environment: dict[str, str] | None = None,
    given: Found | None = None,
    remember: Notebook | None = None,
    redactor: Redactor | None = None,
) -> KeyRing:
    return KeyRing(
        home / "state",
        clock=SystemClock(),
        environment=NO_BUS if environment is None else environment,
        given={} if given is None else {PROFILE.name: given},
        remember=remember or Notebook(),
        redactor=redactor,
    )


async def test_a_given_key_never_touches_a_store(tmp_path: Path, silent: SilentBus) -> None:
    for source in (KeySource.FLAG, KeySource.ENV, KeySource.OFFICIAL):
        keys = ring(
            tmp_path,
            {**NO_BUS, "DBUS_SESSION_BUS_ADDRESS": silent.address},
            Found(KEY, source),
        )
        found = await keys.find(replace(PROFILE, store=StoreName.SECRET_SERVICE))
        assert (found.key, found.source) == (KEY, source)
    assert silent.connections == 0
    assert not (tmp_path / "state").exists()


async def test_a_given_key_is_for_its_profile_only(tmp_path: Path) -> None:
    keys = ring(tmp_path, given=Found(KEY, KeySource.ENV))
    assert (await keys.find(replace(PROFILE, name="other"))).key is None


async def test_no_store_chosen_is_no_key_and_no_reason(tmp_path: Path) -> None:
    found = await ring(tmp_path).find(PROFILE)
    assert (found.key, found.source, found.store, found.reason) == (None, KeySource.NONE, None, None)
    assert PROFILE.origin in found.message


async def test_the_file_is_made_remembered_locked_and_unlocked(tmp_path: Path) -> None:
    notebook = Notebook()
    keys = ring(tmp_path, remember=notebook)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    assert kept.store is StoreName.FILE
    assert notebook.stores == [("work", StoreName.FILE)]
    found = await keys.find(kept)
    assert (found.key, found.source, found.store) == (KEY, KeySource.STORE, StoreName.FILE)

    later = ring(tmp_path)
    assert await later.wants_passphrase(StoreName.FILE)
    assert (await later.find(kept)).reason is Reason.LOCKED
    with pytest.raises(StoreTrouble) as caught:
        await later.unlock(Secret("wrong"))
    assert caught.value.reason is Reason.LOCKED
    await later.unlock(PASSPHRASE)
    assert not await later.wants_passphrase(StoreName.FILE)
    assert (await later.find(kept)).key == KEY
    await later.lock()
    assert (await later.find(kept)).reason is Reason.LOCKED


async def test_a_changed_address_finds_no_key(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    moved = replace(kept, origin="https://api.example.org", own_origins=None)
    found = await keys.find(moved)
    assert (found.key, found.reason) == (None, None)
    assert "https://api.example.org" in found.message


@pytest.mark.parametrize("which", ["origin", "inference_origin"])
async def test_an_address_from_the_environment_gets_no_stored_key(tmp_path: Path, which: str) -> None:
    """Not even one that is stored for that very address."""
    keys = ring(tmp_path)
    evil = "https://evil.example"
    await keys.keep(replace(PROFILE, origin=evil), StoreName.FILE, KEY, PASSPHRASE)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY)
    sources = {"base_url": "PRIME_API_BASE_URL", "inference_url": "PRIME_INFERENCE_URL"}
    foreign = replace(kept, sources=sources, origin=evil)
    if which == "inference_origin":
        foreign = replace(kept, sources=sources, inference_origin=evil)
    found = await keys.find(foreign)
    assert (found.key, found.source) == (None, KeySource.NONE)
    assert sources["base_url" if which == "origin" else "inference_url"] in found.message


async def test_profiles_of_one_account_share_the_key(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    assert (await keys.find(replace(kept, name="the same for a team"))).key == KEY
    assert (await keys.find(replace(kept, account="somebody else"))).key is None


async def test_memory_ends_with_the_ring(tmp_path: Path) -> None:
    notebook = Notebook()
    keys = ring(tmp_path, remember=notebook)
    kept = await keys.keep(PROFILE, StoreName.MEMORY, KEY)
    assert (await keys.find(kept)).store is StoreName.MEMORY
    assert (await ring(tmp_path).find(kept)).key is None
    assert notebook.stores == []
    assert not (tmp_path / "state").exists()


async def test_a_kept_key_replaces_the_one_that_was_given(tmp_path: Path) -> None:
    keys = ring(tmp_path, given=Found(OTHER, KeySource.ENV))
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    assert (await keys.find(kept)).key == KEY


async def test_a_key_that_was_replaced_by_another_process_is_found(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    await ring(tmp_path).keep(PROFILE, StoreName.FILE, OTHER, PASSPHRASE)
    assert (await keys.find(kept)).key == OTHER


async def test_a_key_is_never_put_into_another_store(tmp_path: Path, silent: SilentBus) -> None:
    """The Secret Service is silent: the key is refused, and is nowhere on the disk."""
    keys = ring(tmp_path, {**NO_BUS, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
    with pytest.raises(StoreTrouble) as caught:
        await keys.keep(PROFILE, StoreName.SECRET_SERVICE, KEY)
    assert caught.value.reason is Reason.GONE
    with pytest.raises(StoreTrouble):
        await keys.keep(PROFILE, StoreName.PLAINTEXT, KEY)
    assert (await keys.find(replace(PROFILE, store=StoreName.SECRET_SERVICE))).key is None
    assert KEY.reveal().encode() not in everything_in(tmp_path)


async def test_plain_text_only_where_the_configuration_says_so(tmp_path: Path) -> None:
    allowed = replace(PROFILE, allow_plaintext=True)
    keys = ring(tmp_path)
    kept = await keys.keep(allowed, StoreName.PLAINTEXT, KEY)
    found = await ring(tmp_path).find(kept)
    assert (found.key, found.store) == (KEY, StoreName.PLAINTEXT)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()}
    assert modes == {0o600}
    refused = await ring(tmp_path).find(replace(kept, allow_plaintext=False))
    assert refused.key is None
    assert "allow_plaintext" in refused.message


async def test_loose_modes_are_refused_with_the_repair(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    (tmp_path / "state").chmod(0o750)
    found = await keys.find(kept)
    assert (found.key, found.reason) == (None, Reason.REFUSED_MODE)
    assert f"chmod 700 '{tmp_path / 'state'}'" in found.message


async def test_forgetting_empties_every_store_and_says_what_it_could_not_ask(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    await keys.keep(PROFILE, StoreName.MEMORY, KEY)
    kept = await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    forgotten = await keys.forget(kept)
    assert StoreName.FILE in forgotten.removed
    assert forgotten.unchecked == ()
    assert (await keys.find(kept)).key is None

    await keys.keep(PROFILE, StoreName.FILE, KEY)
    locked = await ring(tmp_path).forget(kept)
    assert [(one.store, one.reason) for one in locked.unchecked] == [(StoreName.FILE, Reason.LOCKED)]


async def test_the_desktop_keyring(tmp_path: Path, running: Desktop) -> None:
    running.unlock()
    keys = ring(tmp_path, running.environment)
    kept = await keys.keep(PROFILE, StoreName.SECRET_SERVICE, KEY)
    assert (await ring(tmp_path, running.environment).find(kept)).key == KEY
    assert (await keys.forget(kept)).removed == (StoreName.SECRET_SERVICE,)
    assert (await keys.find(kept)).key is None


async def test_all_stores_are_listed_although_one_is_silent(tmp_path: Path, silent: SilentBus) -> None:
    profile = replace(PROFILE, credential_command=("/nowhere/tool",), allow_plaintext=True)
    keys = ring(tmp_path, {**NO_BUS, "DBUS_SESSION_BUS_ADDRESS": silent.address})
    choices = {one.name: one for one in await keys.stores(profile)}
    assert set(choices) == set(StoreName)
    assert choices[StoreName.SECRET_SERVICE].reason is Reason.TIMEOUT
    assert choices[StoreName.COMMAND].reason is Reason.NO_BACKEND
    assert choices[StoreName.FILE].is_available
    assert choices[StoreName.MEMORY].is_available
    assert all(one.note for one in choices.values())
    assert not (tmp_path / "state").exists()


async def test_the_event_loop_goes_on_while_a_store_is_asked(tmp_path: Path, silent: SilentBus) -> None:
    keys = ring(tmp_path, {**NO_BUS, "DBUS_SESSION_BUS_ADDRESS": silent.address})
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    counting = asyncio.create_task(count())
    await keys.stores(PROFILE)
    await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    counting.cancel()
    assert turns > 50


async def test_every_secret_is_masked_from_then_on(tmp_path: Path) -> None:
    redactor = Redactor()
    keys = ring(tmp_path, given=Found(OTHER, KeySource.ENV), redactor=redactor)
    await keys.keep(PROFILE, StoreName.FILE, KEY, PASSPHRASE)
    text = f"{KEY.reveal()} {OTHER.reveal()} {PASSPHRASE.reveal()}"
    assert redactor(text) == f"{MASK} {MASK} {MASK}"


async def test_a_store_that_loses_what_it_took_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_store: KernelStore, _address: KeyAddress) -> Secret | None:
        return None

    async def lose(_store: KernelStore, _address: KeyAddress, _secret: Secret) -> None:
        return

    monkeypatch.setattr(KernelStore, "set", lose)
    monkeypatch.setattr(KernelStore, "get", nothing)
    notebook = Notebook()
    with pytest.raises(StoreTrouble, match="does not give it back"):
        await ring(tmp_path, remember=notebook).keep(PROFILE, StoreName.KERNEL, KEY)
    assert notebook.stores == []
