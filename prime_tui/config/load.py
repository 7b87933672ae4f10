"""Reading `config.toml`: text in, settings or one clear sentence out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prime_tui.config.schema import (
    DEFAULT_AWAY_PAINT_S,
    LONGEST_AWAY_PAINT_S,
    PROFILE_KEYS,
    PROFILE_NAME,
    TOP_KEYS,
    Config,
    ProfileSettings,
)
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.text import clean_key, clean_name

_SECRET_NAMES = ("api_key", "key", "token", "secret", "password", "passphrase")
_KIND_WORDS = {
    str: "a text in quotes",
    bool: "true or false",
    list: 'a list of texts, such as ["pass", "prime"]',
}


def parse_config(content: bytes | None, path: Path) -> Config:
    """Return the settings; None is a file that is not there.

    Raises:
        SettingsError: With the file, the key, and the nearest valid one. Values are not repeated: somebody
            may have put a secret there.
    """
    if content is None:
        return Config(path)
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not written in UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not valid TOML: {clean_name(error)}.") from None
    _refuse_unknown(path, "", document, TOP_KEYS)
    tables = document.get("profiles", {})
    if not isinstance(tables, dict):
        raise SettingsError(f"{path}: profiles must be tables, such as [profiles.work].")
    profiles = {name: _profile(path, name, table) for name, table in tables.items()}
    default = document.get("default_profile")
    if default is not None and (not isinstance(default, str) or default not in profiles):
        hint = _nearest(str(default), profiles) if isinstance(default, str) else ""
        raise SettingsError(f"{path}: default_profile names no profile of the file.", hint=hint)
    clock = document.get("clock", True)
    if not isinstance(clock, bool):
        raise SettingsError(f"{path}: clock must be {_KIND_WORDS[bool]}.")
    return Config(path, default, profiles, clock, _away_paint_s(path, document))


def _away_paint_s(path: Path, document: dict[str, Any]) -> int:
    seconds = document.get("away_paint_s", DEFAULT_AWAY_PAINT_S)
    if type(seconds) is not int or not 1 <= seconds <= LONGEST_AWAY_PAINT_S:
        raise SettingsError(f"{path}: away_paint_s must be a whole number of 1 to {LONGEST_AWAY_PAINT_S}.")
    return seconds


def _profile(path: Path, name: str, table: object) -> ProfileSettings:
    shown = clean_key(name)
    if not PROFILE_NAME.match(name):
        raise SettingsError(f"{path}: the profile name {shown!r} may only have letters, digits, _ and -.")
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: profiles.{shown} must be a table.")
    _refuse_unknown(path, f"profiles.{shown}.", table, PROFILE_KEYS)
    values = {key: _value(path, f"profiles.{shown}.{key}", key, value) for key, value in table.items()}
    return ProfileSettings(**values)


def _value(path: Path, full_key: str, key: str, value: object) -> Any:  # noqa: ANN401 - by the schema
    known = PROFILE_KEYS[key]
    if type(value) is not known.kind:
        raise SettingsError(f"{path}: {full_key} must be {_KIND_WORDS[known.kind]}.")
    if isinstance(value, list):
        if not value or not all(isinstance(word, str) and word for word in value):
            raise SettingsError(f"{path}: {full_key} must be {_KIND_WORDS[list]}.")
        return tuple(value)
    if isinstance(value, str):
        value = value.strip()
        if not value or value != clean_name(value):
            raise SettingsError(f"{path}: {full_key} must be one line of text that is not empty.")
    if known.choices and value not in known.choices:
        hint = _nearest(str(value), known.choices) or f"There are: {', '.join(known.choices)}."
        raise SettingsError(f"{path}: {full_key} has a value that is not known.", hint=hint)
    return value


def _refuse_unknown(path: Path, prefix: str, table: dict[str, Any], known: Iterable[str]) -> None:
    names = list(known)
    for key in table:
        if key in names:
            continue
        hint = _nearest(key, names) or f"There are: {', '.join(names)}."
        if key.lower() in _SECRET_NAMES:
            hint += " No secret belongs into this file: remove it and run `prime-tui auth login`."
        raise SettingsError(f"{path}: unknown key {prefix}{clean_key(key)}.", hint=hint)


def _nearest(word: str, known: Iterable[str]) -> str:
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"Did you mean {found[0]}?" if found else ""
