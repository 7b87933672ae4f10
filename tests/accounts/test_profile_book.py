"""Writing profiles down: what the next start begins with, and what somebody else writes meanwhile."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.profile_book import ProfileBook, ProfileDraft
from prime_tui.config import edit
from prime_tui.config.edit import with_profile_values
from prime_tui.config.load import parse_config
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.errors import SettingsError, StorageError
from prime_tui.domain.secret import Secret
from prime_tui.persistence.private_dir import PrivateDir
from tests.ui.seated import paths_in

LAB = ProfileDraft("lab", "https://api.lab.example", "https://api.lab.example/v1", "team1", "red", True)


def accounts_in(home: Path, text: str | None = None, **environment: str) -> Accounts:
    file = paths_in(home).config_dir / "config.toml"
    if text is not None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)
    given = {"default": Found(Secret("pit_x"), KeySource.ENV)}
    return Accounts(paths_in(home), environment=environment, clock=SystemClock(), given=given)


def book_of(accounts: Accounts, used: str | None = None) -> ProfileBook:
    profile = accounts.first(used)
    return ProfileBook(accounts, lambda: profile)


def written(home: Path) -> dict[str, object]:
    return tomllib.loads((paths_in(home).config_dir / "config.toml").read_text())


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (None, "default"),
        ("[profiles.work]\n", "work"),
        ("# x\n[profiles.default]\n[profiles.work]\n", "default"),
        ('default_profile = "work"\n[profiles.work]\n[profiles.home]\n', "work"),
    ],
)
def test_a_new_profile_does_not_change_what_the_next_start_begins_with(
    tmp_path: Path, text: str | None, used: str
) -> None:
    accounts = accounts_in(tmp_path, text)
    assert accounts.first(None).name == used
    profile = book_of(accounts).add(LAB)
    assert (profile.name, profile.origin, profile.team_id, profile.is_read_only) == (
        "lab", "https://api.lab.example", "team1", True,
    )  # fmt: skip
    assert accounts.first(None).name == used
    assert accounts.first("lab") == profile
    assert (paths_in(tmp_path).config_dir / "config.toml").stat().st_mode & 0o777 == 0o600
    book_of(accounts).remove(profile)
    assert accounts.first(None).name == used
    assert "lab" not in (paths_in(tmp_path).config_dir / "config.toml").read_text()


def test_the_default_profile_goes_and_the_one_in_use_takes_its_place(tmp_path: Path) -> None:
    accounts = accounts_in(tmp_path, 'default_profile = "a"\n[profiles.a]\n[profiles.b]\n[profiles.c]\n')
    book_of(accounts, "b").remove(accounts.first("a"))
    assert written(tmp_path) == {"default_profile": "b", "profiles": {"b": {}, "c": {}}}


def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    accounts = accounts_in(tmp_path, "[profiles.work]\n")
    book = book_of(accounts)
    for draft, words in (
        (replace(LAB, name="work"), "There is a profile work"),
        (replace(LAB, name="a b"), "letters, digits"),
        (replace(LAB, base_url="http://lab.example"), "http would show the key"),
        (replace(LAB, inference_url="https://u:p@lab.example"), "user name or password"),
        (replace(LAB, team="a\x1b[0m"), "one line of text"),
    ):
        with pytest.raises(SettingsError, match=words):
            book.add(draft)
    with pytest.raises(SettingsError, match="in use"):
        book.remove(accounts.first("work"))
    assert written(tmp_path) == {"profiles": {"work": {}}}


async def test_only_what_differs_is_written_and_a_given_key_stays_at_its_address(tmp_path: Path) -> None:
    accounts = accounts_in(tmp_path, '[profiles.default]\n# mine\nteam = "t1"\n')
    book = book_of(accounts)
    before = book.written("default")
    changed = book.change(before, replace(before, colour="red", team=""))
    assert written(tmp_path) == {"profiles": {"default": {"colour": "red"}}}
    assert (await accounts.keys.find(changed)).key == Secret("pit_x")
    moved = book.change(book.written("default"), replace(LAB, name="default"))
    assert moved.origin == "https://api.lab.example"
    assert (await accounts.keys.find(moved)).key is None, "it was given for another address"


def test_an_address_of_the_environment_goes_on_counting(tmp_path: Path) -> None:
    accounts = accounts_in(tmp_path, "[profiles.default]\n", PRIME_API_BASE_URL="https://env.example")
    book = book_of(accounts)
    before = book.written("default")
    assert before.base_url == "https://api.primeintellect.ai"
    assert book.change(before, replace(before, colour="red")).origin == "https://env.example"


def test_what_an_editor_writes_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = accounts_in(tmp_path, "[profiles.default]\n")
    others = iter(['[profiles.default]\nteam = "theirs"\n'])

    def slow_change(text: str, *rest: object) -> str:
        theirs = next(others, None)
        if theirs is not None:
            (paths_in(tmp_path).config_dir / "config.toml").write_text(theirs)
        return with_profile_values(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(edit, "with_profile_values", slow_change)
    accounts.config_file.set_profile("default", {"colour": "red"})
    assert written(tmp_path) == {"profiles": {"default": {"team": "theirs", "colour": "red"}}}


def test_a_file_that_never_stands_still_is_left_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = accounts_in(tmp_path, "[profiles.default]\n")
    numbers = iter(range(100))

    def restless(directory: PrivateDir, name: str, *, most_bytes: int) -> bytes:
        return f'[profiles.default]\nteam = "t{next(numbers)}"\n'.encode()

    monkeypatch.setattr(PrivateDir, "read", restless)
    with pytest.raises(StorageError, match="changed by somebody else"):
        accounts.config_file.set_profile("default", {"colour": "red"})
    file = paths_in(tmp_path).config_dir / "config.toml"
    assert parse_config(file.read_bytes(), file).profiles["default"].colour is None


def test_a_profile_stays_where_its_consents_cannot_be_taken_back(tmp_path: Path) -> None:
    accounts = accounts_in(tmp_path, "[profiles.default]\n[profiles.work]\n")
    consents = paths_in(tmp_path).consents_file
    paths_in(tmp_path).make_state_dir()
    consents.touch(0o600)
    consents.write_text("{ broken")
    with pytest.raises(StorageError, match="not JSON"):
        book_of(accounts).remove(accounts.first("work"))
    assert "work" in str(written(tmp_path)), "the next one of that name would inherit them"
    consents.unlink()
    book_of(accounts).remove(accounts.first("work"))
    assert "work" not in str(written(tmp_path))
