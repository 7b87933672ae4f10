"""Completing a file name as it is typed."""

from __future__ import annotations

import os
from pathlib import Path

MOST_ENTRIES = 5_000


def completed(typed: str, suffix: str) -> tuple[str, tuple[str, ...]]:
    """Return `typed` as far as it can only go on one way, and the names it could become.

    Folders and files that end in `suffix` count; hidden ones only once a dot is typed. A folder that cannot
    be read has no names.
    """
    folder, slash, beginning = typed.rpartition("/")
    names = sorted(_names(f"{folder}{slash}", beginning, suffix))
    if not names:
        return typed, ()
    return f"{folder}{slash}{_common_beginning(names[0], names[-1])}", tuple(names)


def _common_beginning(first: str, last: str) -> str:
    """Of sorted names the first and the last differ earliest."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _names(folder: str, beginning: str, suffix: str) -> list[str]:
    found: list[str] = []
    try:
        with os.scandir(Path(folder).expanduser() if folder else Path()) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_ENTRIES:
                    break
                if not entry.name.startswith(beginning) or (entry.name.startswith(".") and not beginning):
                    continue
                if entry.is_dir():
                    found.append(entry.name + "/")
                elif entry.name.endswith(suffix):
                    found.append(entry.name)
    except (OSError, RuntimeError, ValueError):
        return []
    return found
