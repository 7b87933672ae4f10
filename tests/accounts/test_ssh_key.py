"""The private key for pods: whose word counts, and which keys are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prime_tui.accounts.resolve import resolve_profile
from prime_tui.accounts.ssh_key import SshKey, find_ssh_key
from prime_tui.config.load import parse_config
from prime_tui.config.schema import Config
from prime_tui.domain.errors import StorageError
from prime_tui.domain.profiles import Profile


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def key(home: Path, name: str, mode: int = 0o600) -> str:
    path = home / name
    path.write_text("a private key")
    path.chmod(mode)
    return str(path)


def official(home: Path, environment: str = "", **values: str) -> None:
    path = home / ".prime" / (f"environments/{environment}.json" if environment else "config.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    path.chmod(0o600)


def profile(home: Path, text: str = "", name: str = "default") -> Profile:
    path = home / "config.toml"
    config = parse_config(text.encode(), path) if text else Config(path)
    return resolve_profile(config, name, environment={})


def test_the_profile_then_the_environment_then_the_official_client(home: Path) -> None:
    mine, variable, theirs = key(home, "mine"), key(home, "variable"), key(home, "theirs")
    configured = profile(home, '[profiles.default]\nssh_key = "~/mine"\n')
    official(home, ssh_key_path="~/theirs")
    inherited = {"PRIME_SSH_KEY_PATH": "~/variable"}
    assert find_ssh_key(configured, inherited, home) == SshKey(mine, "config.toml [profiles.default]")
    assert find_ssh_key(profile(home), inherited, home) == SshKey(variable, "PRIME_SSH_KEY_PATH")
    assert find_ssh_key(profile(home), {"PRIME_SSH_KEY_PATH": " "}, home) == SshKey(theirs, "~/.prime")
    assert find_ssh_key(profile(home), {}, home) == SshKey(theirs, "~/.prime")


def test_nobody_names_one(home: Path) -> None:
    assert find_ssh_key(profile(home), {}, home) is None
    assert list(home.iterdir()) == []


def test_an_official_environment_counts_for_the_profile_of_its_name(home: Path) -> None:
    staging, main = key(home, "staging"), key(home, "main")
    official(home, ssh_key_path=main, current_environment="staging")
    official(home, "staging", ssh_key_path=staging)
    official(home, "bare")
    found = {
        name: find_ssh_key(profile(home, f"[profiles.{name}]", name), {}, home)
        for name in ("staging", "bare", "work")
    }
    assert {name: one and one.path for name, one in found.items()} == {
        "staging": staging,
        "bare": main,
        "work": main,
    }


def test_the_default_that_the_official_client_writes_unasked_is_nobodys_choice(home: Path) -> None:
    official(home, ssh_key_path=str(home / ".ssh/id_rsa"))
    assert find_ssh_key(profile(home), {}, home) is None


@pytest.mark.parametrize("place", ["profile", "environment", "official"])
def test_a_key_that_others_can_read_is_refused_with_the_repair(home: Path, place: str) -> None:
    path = key(home, "loose", 0o640)
    text = f'[profiles.default]\nssh_key = "{path}"\n' if place == "profile" else ""
    variables = {"PRIME_SSH_KEY_PATH": path} if place == "environment" else {}
    if place == "official":
        official(home, ssh_key_path=path)
    with pytest.raises(StorageError, match="open to others") as refused:
        find_ssh_key(profile(home, text), variables, home)
    assert f"chmod 600 '{path}'" in refused.value.hint
    words = {"profile": "config.toml [profiles.default]", "environment": "PRIME_SSH_KEY_PATH"}
    assert words.get(place, "~/.prime") in refused.value.message


@pytest.mark.parametrize("what", ["absent", "directory"])
def test_a_key_that_was_named_and_is_not_there_is_refused(home: Path, what: str) -> None:
    named = home / "somewhere"
    if what == "directory":
        named.mkdir()
    for text, variables in (
        (f'[profiles.default]\nssh_key = "{named}"\n', {}),
        ("", {"PRIME_SSH_KEY_PATH": str(named)}),
    ):
        with pytest.raises(StorageError, match="ssh key"):
            find_ssh_key(profile(home, text), variables, home)


@pytest.mark.parametrize("named", ["~nobody-of-that-name/key", "/a\x1b]0;title\x07key"])
def test_a_path_that_cannot_be_one_is_refused_in_words_and_cleaned(home: Path, named: str) -> None:
    with pytest.raises(StorageError, match="cannot use the ssh key") as refused:
        find_ssh_key(profile(home), {"PRIME_SSH_KEY_PATH": named}, home)
    assert refused.value.message.isprintable()
    if named.startswith("~"):
        configured = profile(home, f'[profiles.default]\nssh_key = "{named}"\n')
        with pytest.raises(StorageError, match="cannot use the ssh key"):
            find_ssh_key(configured, {}, home)
        official(home, ssh_key_path=named)
        assert find_ssh_key(profile(home), {}, home) is None
