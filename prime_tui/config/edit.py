"""Changing single values of `config.toml` in place, so that comments and order stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from prime_tui.domain.errors import SettingsError

_TABLE = re.compile(r"\s*\[")


def with_profile_values(text: str, profile: str, values: Mapping[str, str | bool], path: Path) -> str:
    """Return the text of the file with these values in `[profiles.<profile>]`, which is added when absent.

    Args:
        text: The file, valid TOML.
        profile: A name of letters, digits, `_` and `-`.
        values: What shall stand there; other keys stay as they are.
        path: For the error.

    Raises:
        SettingsError: The file writes the table in a way that is not understood here; with what to write.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    header = re.compile(
        rf"\s*\[\s*profiles\s*\.\s*(?:{re.escape(profile)}|\"{re.escape(profile)}\")\s*\]\s*(?:#.*)?$"
    )
    start = next((number for number, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        lines += [*([""] if lines and lines[-1].strip() else []), f"[profiles.{profile}]"]
        start = len(lines) - 1
    for key, value in values.items():
        _set(lines, start, key, f"{key} = {_literal(value)}")
    changed = "\n".join(lines) + "\n"
    if not _is_only(text, changed, profile, values):
        wanted = ", ".join(f"{key} = {_literal(value)}" for key, value in values.items())
        raise SettingsError(
            f"{path} writes its profiles in a way that is not changed by a program.",
            hint=f"Put this into [profiles.{profile}] yourself: {wanted}",
        )
    return changed


def _set(lines: list[str], start: int, key: str, line: str) -> None:
    """Replace the key's line within the table, or add it after the table's last line that says something."""
    last = start
    is_key = re.compile(rf"\s*(?:{key}|\"{key}\")\s*=")
    for number in range(start + 1, len(lines)):
        if _TABLE.match(lines[number]) and "=" not in lines[number]:
            break
        if is_key.match(lines[number]):
            lines[number] = line
            return
        if lines[number].strip():
            last = number
    lines.insert(last + 1, line)


def _is_only(before: str, after: str, profile: str, values: Mapping[str, str | bool]) -> bool:
    """Whether the change did what was wanted and nothing else, as a TOML reader sees it."""
    wanted = tomllib.loads(before)
    wanted.setdefault("profiles", {}).setdefault(profile, {}).update(values)
    try:
        return tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _literal(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
