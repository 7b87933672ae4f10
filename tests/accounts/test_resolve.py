"""Which value wins, where each comes from, and which addresses are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from prime_tui.accounts.official_profiles import official_profile
from prime_tui.accounts.resolve import choose_name, resolve_profile
from prime_tui.config.load import parse_config
from prime_tui.config.schema import Config, ProfileSettings
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret
from prime_tui.persistence.official import OfficialEnvironment

PATH = Path("/somewhere/config.toml")
CONFIG = parse_config(
    b"""
default_profile = "work"
[profiles.work]
base_url = "https://API.Example.com:443/api/v1/"
inference_url = "https://inference.example.com/v1/"
team = "team-of-the-file"
store = "file"
ssh_key = "~/of-the-file"
[profiles.home]
account = "main"
read_only = true
""",
    PATH,
)


def test_the_profile_says_it_all() -> None:
    profile = resolve_profile(CONFIG, "work", environment={})
    assert (profile.origin, profile.base_url) == ("https://api.example.com", "https://api.example.com/api/v1")
    assert profile.inference_origin == "https://inference.example.com"
    assert (profile.account, profile.team_id, profile.store) == ("work", "team-of-the-file", "file")
    assert profile.address.service == "prime-tui:https://api.example.com"
    assert profile.address.user == "api-key:work"
    assert profile.wallet.team_id == "team-of-the-file"
    assert profile.may_use_stored_key
    assert profile.sources["team"] == "config.toml [profiles.work]"
    assert profile.sources["colour"] == "default"
    assert profile.ssh_key_path == str(Path("~/of-the-file").expanduser())


def test_the_environment_wins_over_the_file_and_says_so() -> None:
    environment = {
        "PRIME_API_BASE_URL": "https://other.example.com", "PRIME_BASE_URL": "https://third.example.com",
        "PRIME_TEAM_ID": "team-of-the-environment",
    }  # fmt: skip
    profile = resolve_profile(CONFIG, "work", environment=environment)
    assert profile.origin == "https://other.example.com"
    assert profile.team_id == "team-of-the-environment"
    assert profile.sources["base_url"] == "PRIME_API_BASE_URL"
    assert profile.sources["team"] == "PRIME_TEAM_ID"


def test_blank_variables_count_for_nothing() -> None:
    environment = dict.fromkeys(("PRIME_API_BASE_URL", "PRIME_TEAM_ID", "PRIME_INFERENCE_URL"), "  ")
    assert resolve_profile(CONFIG, "work", environment=environment) == resolve_profile(
        CONFIG, "work", environment={}
    )


@pytest.mark.parametrize("variable", ["PRIME_API_BASE_URL", "PRIME_BASE_URL", "PRIME_INFERENCE_URL"])
def test_an_address_of_the_environment_gets_no_stored_key(variable: str) -> None:
    profile = resolve_profile(CONFIG, "work", environment={variable: "https://evil.example"})
    assert not profile.may_use_stored_key


def test_the_same_address_in_the_environment_changes_nothing() -> None:
    environment = {
        "PRIME_BASE_URL": "https://api.example.com", "PRIME_INFERENCE_URL": "https://inference.example.com/v1",
    }  # fmt: skip
    assert resolve_profile(CONFIG, "work", environment=environment).may_use_stored_key


def test_the_command_line_counts_as_configured() -> None:
    flags = ProfileSettings(base_url="https://flag.example.com", team="team-of-the-flag")
    profile = resolve_profile(
        CONFIG, "work", environment={"PRIME_BASE_URL": "https://evil.example"}, flags=flags, is_read_only=True
    )
    assert (profile.origin, profile.team_id) == ("https://flag.example.com", "team-of-the-flag")
    assert profile.may_use_stored_key
    assert profile.is_read_only
    assert profile.sources["base_url"] == "--base-url"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com", "https://ada:geheim@api.example.com", "ftp://api.example.com",
        "api.example.com", "https://", "https://api.example.com/?key=1", "https://api.example.com:99999",
        "https://api example.com",
    ],
)  # fmt: skip
def test_addresses_that_no_key_may_go_to(url: str) -> None:
    for variable in ("PRIME_API_BASE_URL", "PRIME_INFERENCE_URL"):
        with pytest.raises(SettingsError, match=variable) as caught:
            resolve_profile(CONFIG, "home", environment={variable: url})
        assert "geheim" not in str(caught.value)


def test_loopback_may_be_http() -> None:
    for url in ("http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"):
        assert resolve_profile(CONFIG, "home", environment={"PRIME_BASE_URL": url}).origin == url


def test_which_profile() -> None:
    assert choose_name(CONFIG, None, {}) == "work"
    assert choose_name(CONFIG, None, {"PRIME_TUI_PROFILE": "home"}) == "home"
    assert choose_name(CONFIG, "home", {"PRIME_TUI_PROFILE": "work"}) == "home"
    assert choose_name(Config(PATH), None, {}) == "default"
    only = parse_config(b"[profiles.only]", PATH)
    assert choose_name(only, None, {}) == "only"
    with pytest.raises(SettingsError, match="no profile 'hom'") as caught:
        choose_name(CONFIG, "hom", {})
    assert "Did you mean home?" in caught.value.hint
    with pytest.raises(SettingsError, match="several profiles"):
        choose_name(parse_config(b"[profiles.a]\n[profiles.b]", PATH), None, {})


def test_an_official_environment_keeps_its_own_address_and_team() -> None:
    file = Path("/home/ada/.prime/environments/work.json")
    environment = OfficialEnvironment(
        name="work",
        path=file,
        key=Secret("pit_sentinel"),
        base_url="https://official.example.com/api/v1",
        inference_url=None,
        team_id=TeamId("team-of-the-official"),
        ssh_key_path="~/official",
    )
    profile = official_profile(environment, CONFIG)
    assert (profile.origin, profile.team_id) == ("https://official.example.com", "team-of-the-official")
    assert profile.sources["base_url"] == str(file)
    assert profile.store is None
    assert "pit_sentinel" not in repr(profile)
