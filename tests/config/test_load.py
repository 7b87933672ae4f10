"""`config.toml`: what is read, and the sentence for what is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.config.edit import with_profile_values
from prime_tui.config.load import parse_config
from prime_tui.config.schema import PROFILE_KEYS, ProfileSettings
from prime_tui.domain.errors import SettingsError

PATH = Path("/home/ada/.config/prime-tui/config.toml")
KEY = "pit_sentinel_in_the_wrong_place"
WHOLE = """\
# my accounts
default_profile = "work"   # the one that pays

[profiles.work]
account = "main"
base_url = "https://api.example.com"
inference_url = "https://inference.example.com/v1"
team = "team1"
store = "command"
credential_command = ["vault", "kv", "get", "-field=key", "prime"]
allow_plaintext = false
colour = "green"
read_only = true
ssh_key = "~/.ssh/id_ed25519"

[profiles.home]
"""


def refusal(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse_config(text.encode(), PATH)
    assert str(PATH) in caught.value.message
    assert KEY not in str(caught.value)
    return caught.value


def test_everything() -> None:
    config = parse_config(WHOLE.encode(), PATH)
    assert config.default_profile == "work"
    assert config.profiles["home"] == ProfileSettings()
    work = config.profiles["work"]
    assert work.credential_command == ("vault", "kv", "get", "-field=key", "prime")
    assert (work.account, work.team, work.colour, work.read_only) == ("main", "team1", "green", True)
    assert set(PROFILE_KEYS) == set(ProfileSettings.__dataclass_fields__)


def test_no_file_is_no_profiles() -> None:
    config = parse_config(None, PATH)
    assert (config.default_profile, dict(config.profiles)) == (None, {})
    assert dict(parse_config(b"\xef\xbb\xbf", PATH).profiles) == {}


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[profiles.work]\nbase_ulr = 'x'", "profiles.work.base_ulr", "base_url"),
        ("[profiles.work]\ncolor = 'red'", "profiles.work.color", "colour"),
        ("[profiles.work]\nreadonly = true", "profiles.work.readonly", "read_only"),
        ("[profile.work]\n", "profile", "profiles"),
        ("default = 'x'", "default", "default_profile"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_valid_one(text: str, key: str, nearest: str) -> None:
    error = refusal(text)
    assert f"unknown key {key}." in error.message
    assert error.hint == f"Did you mean {nearest}?"


@pytest.mark.parametrize("table", ["", "[profiles.work]\n", "[profiles."])
def test_a_key_is_repeated_neither_at_length_nor_with_its_control_characters(table: str) -> None:
    written = '"' + "a\\u001b[31m" + "x" * 300 + '"'
    message = refusal(f"{table}{written}]" if table.endswith(".") else f"{table}{written} = 1").message
    assert "a\ufffdxxx" in message
    assert "\x1b" not in message
    assert len(message) < len(str(PATH)) + 120


@pytest.mark.parametrize("key", ["api_key", "key", "token", "password"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(key: str) -> None:
    error = refusal(f"[profiles.work]\n{key} = '{KEY}'")
    assert key in error.message
    assert "No secret belongs" in error.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{KEY}", "not valid TOML"),
        ("[profiles.work\n", "line 1"),
        ("[profiles.work]\nteam = 7", "profiles.work.team must be a text"),
        ("[profiles.work]\nread_only = 'yes'", "profiles.work.read_only must be true or false"),
        ("[profiles.work]\nread_only = 1", "true or false"),
        (f"[profiles.work]\nstore = '{KEY}'", "profiles.work.store has a value that is not known"),
        ("[profiles.work]\nstore = 'memory'", "not known"),
        ("[profiles.work]\ncredential_command = 'pass show prime'", "must be a list of texts"),
        ("[profiles.work]\ncredential_command = []", "must be a list of texts"),
        ("[profiles.work]\ncredential_command = ['a', 1]", "must be a list of texts"),
        ("[profiles.work]\nteam = ' '", "not empty"),
        ('[profiles.work]\nteam = "a\\u001b]52;c;x\\u0007"', "one line of text"),
        ("[profiles.'wo rk']\n", "letters, digits"),
        ("profiles = 7", "must be tables"),
        ("[profiles]\nwork = 7", "must be a table"),
        ("default_profile = 'wrok'\n[profiles.work]\n", "names no profile"),
    ],
)
def test_a_wrong_value_is_named(text: str, words: str) -> None:
    assert words in refusal(text).message


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SettingsError, match="UTF-8"):
        parse_config(b"\xff\xfe", PATH)
    with pytest.raises(SettingsError, match="TOML"):
        parse_config(b"a = " + b"[" * 100_000, PATH)


def test_a_hint_for_the_nearest_value() -> None:
    assert refusal("[profiles.work]\nstore = 'secretservice'").hint == "Did you mean secret-service?"
    assert refusal("default_profile = 'wrok'\n[profiles.work]\n").hint == "Did you mean work?"


def test_an_edit_keeps_comments_order_and_everything_else() -> None:
    changed = with_profile_values(WHOLE, "work", {"store": "file", "team": "team2"}, PATH)
    assert changed == WHOLE.replace('store = "command"', 'store = "file"').replace('"team1"', '"team2"')
    added = with_profile_values(WHOLE, "home", {"store": "file"}, PATH)
    assert added == WHOLE + 'store = "file"\n'
    new = with_profile_values(WHOLE, "new", {"base_url": "https://x.example", "read_only": True}, PATH)
    assert new == WHOLE + '\n[profiles.new]\nbase_url = "https://x.example"\nread_only = true\n'
    assert with_profile_values("", "new", {"store": "file"}, PATH) == '[profiles.new]\nstore = "file"\n'


@pytest.mark.parametrize(
    "text",
    [
        "profiles = { work = { store = 'kernel' } }\n",
        "profiles.work.store = 'kernel'\n",
        "[profiles]\nwork = { team = 'x' }\n",
        "[profiles.work]\nteam = '''\n[profiles.work]\nstore = 1\n'''\n",
        "[profiles.work]\nstore = '''kernel'''\ncredential_command = [\n 'a',\n 'b',\n]\n",
    ],
)
def test_an_edit_never_does_anything_else_than_what_was_wanted(text: str) -> None:
    """What is written in an unusual way is either changed right or refused with what to write."""
    wanted = tomllib.loads(text)
    wanted["profiles"]["work"]["store"] = "file"
    try:
        changed = with_profile_values(text, "work", {"store": "file"}, PATH)
    except SettingsError as error:
        changed = error.hint
    assert 'store = "file"' in changed
    if not changed.startswith("Put this"):
        assert tomllib.loads(changed) == wanted


values = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30)


@given(name=st.from_regex(r"\A[A-Za-z0-9_-]{1,20}\Z"), store=values, team=values)
def test_any_value_survives_being_written_and_read(name: str, store: str, team: str) -> None:
    text = with_profile_values(WHOLE, name, {"store": store, "team": team}, PATH)
    text = with_profile_values(text, "other", {"team": store}, PATH)
    profiles = tomllib.loads(text)["profiles"]
    assert (profiles[name]["store"], profiles[name]["team"]) == (store, team) or name == "other"
    assert profiles["other"]["team"] == store
    if name != "work":
        assert profiles["work"] == tomllib.loads(WHOLE)["profiles"]["work"]


def test_the_clock_and_the_pace_while_nobody_looks() -> None:
    config = parse_config(b"", PATH)
    assert (config.clock, config.away_paint_s) == (True, 10)
    config = parse_config(b"clock = false\naway_paint_s = 60\n", PATH)
    assert (config.clock, config.away_paint_s) == (False, 60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('clock = "off"', "clock must be true or false"),
        ("away_paint_s = 0", "away_paint_s must be a whole number of 1 to 3600"),
        ("away_paint_s = true", "away_paint_s must be a whole number"),
        ("away_paint = 3", "Did you mean away_paint_s?"),
    ],
)
def test_a_setting_of_the_screen_that_makes_no_sense(text: str, words: str) -> None:
    assert words in str(refusal(text))
