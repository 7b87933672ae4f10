"""Taking profiles out of the configuration and naming another default: nothing else changes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.config.edit import with_default_profile, with_profile_values, without_profile
from prime_tui.domain.errors import SettingsError

PATH = Path("config.toml")
WHOLE = """\
# Mine.
default_profile = "work"

# for the day
[profiles.work]   # paid by work
team = "team1"
store = "file"

# for the night
[profiles.home]
colour = "red" # as the lamp

[profiles."lab"]
credential_command = [
  "pass", # mine
  "prime",
]
"""


def test_a_profile_goes_and_the_others_keep_every_letter() -> None:
    gone = without_profile(WHOLE, "home", PATH)
    assert gone == WHOLE.replace('[profiles.home]\ncolour = "red" # as the lamp\n', "")
    gone = without_profile(gone, "lab", PATH)
    assert "pass" not in gone
    assert "# for the night" in gone
    assert tomllib.loads(gone)["profiles"] == {"work": {"team": "team1", "store": "file"}}
    assert without_profile(WHOLE, "nobody", PATH) == WHOLE


def test_a_key_is_taken_away() -> None:
    changed = with_profile_values(WHOLE, "work", {"team": None, "colour": None, "store": "kernel"}, PATH)
    assert changed == WHOLE.replace('team = "team1"\n', "").replace('"file"', '"kernel"')


def test_another_default_or_none() -> None:
    assert with_default_profile(WHOLE, "home", PATH) == WHOLE.replace('"work"', '"home"')
    assert with_default_profile(WHOLE, None, PATH) == WHOLE.replace('default_profile = "work"\n', "")
    assert with_default_profile("[profiles.a]\n", "a", PATH) == 'default_profile = "a"\n\n[profiles.a]\n'
    assert with_default_profile("", None, PATH) == ""


@pytest.mark.parametrize(
    "text",
    [
        "profiles = { work = { store = 'kernel' }, home = {} }\n",
        "profiles.work.store = 'kernel'\nprofiles.home.team = 'x'\n",
        "[profiles]\nwork = { team = 'x' }\nhome = {}\n",
        "[profiles.home]\nteam = '''\n[profiles.work]\nstore = 1\n'''\n[profiles.work]\nteam = 'x'\n",
    ],
)
def test_what_is_written_in_an_unusual_way_is_refused_with_what_to_do(text: str) -> None:
    wanted = tomllib.loads(text)
    del wanted["profiles"]["work"]
    with pytest.raises(SettingsError) as refusal:
        assert tomllib.loads(without_profile(text, "work", PATH)) != wanted
    assert "[profiles.work]" in refusal.value.hint


names = st.sampled_from(["a", "b", "c-d", "e_f", "0"])
noise = st.sampled_from(["", "# x", "   ", "#[profiles.a]", '# default_profile = "a"'])
keys = st.sampled_from(['team = "t"', "read_only = true", 'colour="red"  # why', '"store" = "file"'])


@given(
    st.lists(st.tuples(names, st.lists(noise), st.lists(keys, unique=True)), unique_by=lambda one: one[0]),
    names,
    st.booleans(),
)
def test_whatever_stands_in_the_file_only_the_wanted_table_goes(
    tables: list[tuple[str, list[str], list[str]]], name: str, is_last_line_open: bool
) -> None:
    lines = [line for one, around, said in tables for line in (*around, f"[profiles.{one}]", *said)]
    text = "\n".join(lines) + ("" if is_last_line_open else "\n")
    changed = without_profile(text, name, PATH)
    wanted = tomllib.loads(text).get("profiles", {})
    wanted.pop(name, None)
    assert tomllib.loads(changed).get("profiles", {}) == wanted
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in changed.splitlines() if line.startswith("#")] == comments
