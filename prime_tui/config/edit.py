"""Changing `config.toml` in place, so that comments, order and everything else stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prime_tui.domain.errors import SettingsError

_TABLE = re.compile(r"\s*\[")

Values = Mapping[str, str | bool | None]
"""What shall stand in a table; None takes a key away."""


def with_profile_values(text: str, profile: str, values: Values, path: Path) -> str:
    """Return the text of the file with these values in `[profiles.<profile>]`, which is added when absent.

    Args:
        text: The file, valid TOML.
        profile: A name of letters, digits, `_` and `-`.
        values: What shall stand there; other keys stay as they are.
        path: For the error.

    Raises:
        SettingsError: The file writes the table in a way that is not understood here; with what to write.
    """
    lines = _lines(text)
    start = _header(lines, profile)
    if start is None:
        lines += [*([""] if lines and lines[-1].strip() else []), f"[profiles.{profile}]"]
        start = len(lines) - 1
    for key, value in values.items():
        _set(lines, start, key, value)
    wanted = tomllib.loads(text)
    table = wanted.setdefault("profiles", {}).setdefault(profile, {})
    table.update({key: value for key, value in values.items() if value is not None})
    for key in values.keys() - {key for key, value in values.items() if value is not None}:
        table.pop(key, None)
    said = [f"{key} = {_literal(value)}" for key, value in values.items() if value is not None]
    said += [f"no {key}" for key, value in values.items() if value is None]
    return _checked(lines, wanted, path, f"Put this into [profiles.{profile}] yourself: {', '.join(said)}")


def without_profile(text: str, profile: str, path: Path) -> str:
    """Return the text of the file without `[profiles.<profile>]`; comments around the table stay.

    Raises:
        SettingsError: The file writes the table in a way that is not understood here.
    """
    wanted = tomllib.loads(text)
    if profile not in wanted.get("profiles", {}):
        return text
    del wanted["profiles"][profile]
    if not wanted["profiles"]:
        del wanted["profiles"]
    lines = _lines(text)
    start = _header(lines, profile)
    if start is not None:
        end = _last_of_table(lines, start) + 1
        if not any(lines[:start]) or (start and not lines[start - 1].strip()):
            while end < len(lines) and not lines[end].strip():
                end += 1
        del lines[start:end]
    return _checked(lines, wanted, path, f"Take [profiles.{profile}] out of it yourself.")


def with_default_profile(text: str, profile: str | None, path: Path) -> str:
    """Return the text of the file with another `default_profile`, or with none.

    Raises:
        SettingsError: The file writes it in a way that is not understood here.
    """
    lines = _lines(text)
    first_table = next((number for number, line in enumerate(lines) if _is_header(line)), len(lines))
    is_key = re.compile(r"\s*(?:default_profile|\"default_profile\")\s*=")
    at = next((number for number in range(first_table) if is_key.match(lines[number])), None)
    new = [] if profile is None else [f"default_profile = {_literal(profile)}"]
    if at is not None:
        lines[at : at + 1] = new
    elif new:
        is_tight = bool(lines) and _is_header(lines[0])
        lines[:0] = [*new, *([""] if is_tight else [])]
    wanted = tomllib.loads(text)
    wanted.pop("default_profile", None)
    if profile is not None:
        wanted["default_profile"] = profile
    said = "Take default_profile out of it" if profile is None else f"Set {new[0]} in it"
    return _checked(lines, wanted, path, f"{said} yourself.")


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _header(lines: Sequence[str], profile: str) -> int | None:
    name = re.escape(profile)
    header = re.compile(rf"\s*\[\s*profiles\s*\.\s*(?:{name}|\"{name}\")\s*\]\s*(?:#.*)?$")
    return next((number for number, line in enumerate(lines) if header.match(line)), None)


def _is_header(line: str) -> bool:
    return _TABLE.match(line) is not None and "=" not in line


def _last_of_table(lines: Sequence[str], start: int) -> int:
    """The last line of a table that says something; comments behind it may belong to the next one."""
    last = start
    for number in range(start + 1, len(lines)):
        if _is_header(lines[number]):
            break
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            last = number
    return last


def _set(lines: list[str], start: int, key: str, value: str | bool | None) -> None:
    """Replace or remove the key's line within the table, or add it after the table's last line."""
    new = [] if value is None else [f"{key} = {_literal(value)}"]
    last = start
    is_key = re.compile(rf"\s*(?:{key}|\"{key}\")\s*=")
    for number in range(start + 1, len(lines)):
        if _is_header(lines[number]):
            break
        if is_key.match(lines[number]):
            lines[number : number + 1] = new
            return
        if lines[number].strip():
            last = number
    lines[last + 1 : last + 1] = new


def _checked(lines: Sequence[str], wanted: dict[str, Any], path: Path, by_hand: str) -> str:
    """Return the lines as a text, when a TOML reader sees in it what was wanted and nothing else."""
    changed = "\n".join(lines) + "\n" if lines else ""
    try:
        is_right = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise SettingsError(
            f"{path} writes its profiles in a way that is not changed by a program.", hint=by_hand
        )
    return changed


def _literal(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'
