"""What may stand in `config.toml`; no secret may.

default_profile = "work"
clock = false

[profiles.work]
base_url = "https://api.primeintellect.ai"
team = "clteam123"
store = "file"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prime_tui.domain.credentials import StoreName

FILE_NAME = "config.toml"
PROFILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "violet", "grey")
STORES = tuple(name.value for name in StoreName if name is not StoreName.MEMORY)


@dataclass(frozen=True, slots=True)
class ProfileKey:
    """One key of a `[profiles.NAME]` table.

    Attributes:
        kind: Of its value.
        meaning: One line for people.
        choices: The only values that it may have.
    """

    kind: type
    meaning: str
    choices: tuple[str, ...] = ()


PROFILE_KEYS: Mapping[str, ProfileKey] = {
    "account": ProfileKey(str, "whose key; profiles with one account share it (default: the profile's name)"),
    "base_url": ProfileKey(str, "the platform API"),
    "inference_url": ProfileKey(str, "the inference API, with its whole path"),
    "team": ProfileKey(str, "id of the team whose wallet is watched and charged (default: your own)"),
    "store": ProfileKey(str, "where the key is kept; `prime-tui auth login` writes it", STORES),
    "credential_command": ProfileKey(list, "words of a command that prints the key, for store = 'command'"),
    "allow_plaintext": ProfileKey(bool, "permit store = 'plaintext'"),
    "colour": ProfileKey(str, "of the chip that tells profiles apart", COLOURS),
    "read_only": ProfileKey(bool, "refuse every request that changes anything"),
    "ssh_key": ProfileKey(str, "path of the private key for pods"),
}
TOP_KEYS = ("default_profile", "profiles", "clock", "away_paint_s")
DEFAULT_AWAY_PAINT_S = 10
LONGEST_AWAY_PAINT_S = 3600


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """A profile as it is written; None is what the file does not say."""

    account: str | None = None
    base_url: str | None = None
    inference_url: str | None = None
    team: str | None = None
    store: str | None = None
    credential_command: tuple[str, ...] | None = None
    allow_plaintext: bool | None = None
    colour: str | None = None
    read_only: bool | None = None
    ssh_key: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """A whole file.

    Attributes:
        path: Where it is, or would be.
        clock: Whether a clock and ages tick on the screen.
        away_paint_s: Seconds between two paints while nobody looks.
    """

    path: Path
    default_profile: str | None = None
    profiles: Mapping[str, ProfileSettings] = field(default_factory=dict)
    clock: bool = True
    away_paint_s: int = DEFAULT_AWAY_PAINT_S
