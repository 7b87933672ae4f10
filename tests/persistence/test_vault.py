"""The encrypted file as a keyring backend: what it keeps, what it hides, what it refuses."""

from __future__ import annotations

import json
import os
import pickle
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.credentials.vault import Vault, VaultDamaged
from prime_tui.persistence.private_dir import UnsafePlace

PASSPHRASE = "correct horse battery staple"
SERVICE, USER, SECRET = "prime-tui:https://api.example.com", "api-key:main", "pit_sentinel_4711"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def vault(home: Path) -> Vault:
    vault = Vault(home)
    vault.create(PASSPHRASE)
    return vault


def again(home: Path, passphrase: str = PASSPHRASE) -> Vault:
    vault = Vault(home)
    vault.unlock(passphrase)
    return vault


def test_what_is_kept_is_found_by_another_process(vault: Vault, home: Path) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    assert again(home).get_password(SERVICE, USER) == SECRET
    assert again(home).get_password(SERVICE, "api-key:other") is None


def test_the_file_shows_neither_secrets_nor_names_nor_the_passphrase(vault: Vault) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    content = vault.path.read_text()
    for hidden in (SECRET, SERVICE, USER, "example.com", "main", PASSPHRASE):
        assert hidden not in content
    assert SECRET not in repr(vault)
    assert PASSPHRASE not in repr(vars(vault))


def test_a_wrong_passphrase_is_a_clean_refusal(vault: Vault, home: Path) -> None:
    with pytest.raises(KeyringLocked, match="wrong"):
        again(home, "correct horse battery stapl")


def test_passphrases_are_the_same_however_accents_are_composed(home: Path) -> None:
    Vault(home).create("Gem\u00fcse und K\u00e4se")
    assert not again(home, "Gemu\u0308se und Ka\u0308se").is_locked


def test_locked_means_that_nothing_works(vault: Vault) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    vault.lock()
    with pytest.raises(KeyringLocked):
        vault.get_password(SERVICE, USER)
    with pytest.raises(KeyringLocked):
        vault.set_password(SERVICE, USER, "other")
    with pytest.raises(KeyringLocked):
        vault.delete_password(SERVICE, USER)


def test_without_a_file_there_is_no_key_and_reading_makes_none(home: Path) -> None:
    vault = Vault(home)
    assert vault.get_password(SERVICE, USER) is None
    assert not vault.exists()
    assert not home.exists()
    with pytest.raises(KeyringLocked):
        vault.unlock(PASSPHRASE)
    assert not home.exists()


def test_delete(vault: Vault, home: Path) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    vault.delete_password(SERVICE, USER)
    assert again(home).get_password(SERVICE, USER) is None
    with pytest.raises(PasswordDeleteError):
        vault.delete_password(SERVICE, USER)


def test_a_file_is_not_made_over_another(vault: Vault, home: Path) -> None:
    with pytest.raises(PasswordSetError):
        Vault(home).create("another passphrase")
    with pytest.raises(PasswordSetError):
        Vault(home / "elsewhere").create("")


def test_a_file_that_was_made_anew_elsewhere_is_not_mixed_with_the_old_keys(vault: Vault, home: Path) -> None:
    other = Vault(home)
    other.destroy()
    other.create("another passphrase")
    with pytest.raises(KeyringLocked):
        vault.set_password(SERVICE, USER, SECRET)
    assert vault.is_locked


def test_swapped_items_are_noticed(vault: Vault) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    vault.set_password(SERVICE, "api-key:other", "another key")
    document = json.loads(vault.path.read_text())
    first, second = document["items"]
    items = document["items"]
    items[first], items[second] = items[second], items[first]
    vault.path.write_text(json.dumps(document))
    with pytest.raises(VaultDamaged):
        vault.get_password(SERVICE, USER)


def test_an_item_of_another_file_with_the_same_passphrase_is_refused(tmp_path: Path, vault: Vault) -> None:
    vault.set_password(SERVICE, USER, SECRET)
    other = Vault(tmp_path / "other")
    other.create(PASSPHRASE)
    other.set_password(SERVICE, USER, "planted")
    planted = json.loads(other.path.read_text())["items"].popitem()[1]
    document = json.loads(vault.path.read_text())
    document["items"] = dict.fromkeys(document["items"], planted)
    vault.path.write_text(json.dumps(document))
    with pytest.raises(VaultDamaged):
        vault.get_password(SERVICE, USER)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"[" * 200_000, b"\xff\xfe", b'{"format": 1}',
        b'{"format": 2, "derivation": {}, "check": "", "items": {}}',
        b'{"format": 1, "derivation": {"name": "argon2id", "salt": "AAAA", "memory_kib": 99999999999},'
        b' "check": "", "items": {}}',
        b'{"format": 1, "derivation": {"name": "rot13", "salt": "AAAA"}, "check": "", "items": {}}',
        b'{"format": 1, "derivation": 7, "check": "", "items": {}}',
        b'{"format": 1, "derivation": {}, "check": "", "items": {"a": 1}}',
    ],
)  # fmt: skip
def test_nonsense_in_the_file_is_called_damage(vault: Vault, home: Path, content: bytes) -> None:
    vault.path.write_bytes(content)
    with pytest.raises(VaultDamaged):
        Vault(home).unlock(PASSPHRASE)


def test_a_huge_file_is_refused(vault: Vault, home: Path) -> None:
    with vault.path.open("ab") as file:
        file.truncate(50_000_000)
    with pytest.raises(StorageError, match="at most"):
        Vault(home).unlock(PASSPHRASE)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_modes_do_not_depend_on_the_umask(home: Path) -> None:
    vault = Vault(home)
    vault.create(PASSPHRASE)
    vault.set_password(SERVICE, USER, SECRET)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}


@pytest.mark.parametrize("what", ["directory", "file", "linked directory", "linked file", "fifo"])
def test_a_place_that_others_could_read_or_swap_is_refused(
    vault: Vault, home: Path, tmp_path: Path, what: str
) -> None:
    if what == "directory":
        home.chmod(0o755)
    elif what == "file":
        vault.path.chmod(0o640)
    elif what == "linked directory":
        home.rename(tmp_path / "real")
        home.symlink_to(tmp_path / "real")
    elif what == "linked file":
        vault.path.rename(tmp_path / "real")
        vault.path.symlink_to(tmp_path / "real")
    else:
        vault.path.unlink()
        os.mkfifo(vault.path, 0o600)
    with pytest.raises(UnsafePlace) as refusal:
        vault.get_password(SERVICE, USER)
    if what in ("directory", "file"):
        path, mode = (home, "700") if what == "directory" else (vault.path, "600")
        assert f"chmod {mode} '{path}'" in str(refusal.value)


def test_a_directory_below_one_that_everybody_may_change_is_refused(tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    with pytest.raises(UnsafePlace, match="Everybody"):
        Vault(loose / "state").create(PASSPHRASE)


def test_what_an_interrupted_write_left_is_swept_up(vault: Vault, home: Path) -> None:
    (home / f".{vault.path.name}.0123456789abcdef").write_text("half a file")
    vault.set_password(SERVICE, USER, SECRET)
    assert sorted(path.name for path in home.iterdir()) == ["keys.vault", "keys.vault.lock"]


def test_the_environment_cannot_set_its_attributes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYRING_PROPERTY__DIRECTORY", "/nowhere")
    monkeypatch.setenv("KEYRING_PROPERTY__NAME", "planted")
    vault = Vault(home)
    vault.create(PASSPHRASE)
    assert (home / "keys.vault").exists()


def test_it_is_not_pickled(vault: Vault) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(vault)


texts = st.text(min_size=1, max_size=60)
names = st.tuples(texts, texts)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(names, st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
    )
)
def test_it_behaves_like_a_dictionary(
    steps: list[tuple[tuple[str, str], str | None]], unlocked_once: Vault
) -> None:
    """Any order of keeping (a text) and deleting (None), with names of any kind."""
    vault = unlocked_once
    model: dict[tuple[str, str], str] = {}
    used = {name for name, _ in steps}
    for name, value in steps:
        if value is not None:
            vault.set_password(*name, value)
            model[name] = value
        elif name in model:
            vault.delete_password(*name)
            del model[name]
        else:
            with pytest.raises(PasswordDeleteError):
                vault.delete_password(*name)
        assert {one: vault.get_password(*one) for one in used} == {one: model.get(one) for one in used}
    for name in model:
        vault.delete_password(*name)


@pytest.fixture(scope="module")
def unlocked_once() -> Iterator[Vault]:
    with TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "state")
        vault.create(PASSPHRASE)
        yield vault


@settings(max_examples=50, deadline=None)
@given(position=st.integers(min_value=0), flip=st.integers(1, 255))
def test_no_changed_byte_yields_a_wrong_secret(position: int, flip: int, unlocked_once: Vault) -> None:
    """Whatever byte of the file is changed: the secret, no such key, or an error; never another text."""
    vault = unlocked_once
    vault.set_password(SERVICE, USER, SECRET)
    before = vault.path.read_bytes()
    changed = bytearray(before)
    changed[position % len(changed)] ^= flip
    vault.path.write_bytes(changed)
    try:
        assert vault.get_password(SERVICE, USER) in (SECRET, None)
    except (KeyringLocked, VaultDamaged):
        pass
    finally:
        vault.path.write_bytes(before)
        if vault.is_locked:
            vault.unlock(PASSPHRASE)
