"""Reading the official client's configuration: `~/.prime/config.json` and `~/.prime/environments/*.json`.

Only reading, and only when a person asks for it. Nothing there is written, made or repaired, because it is
not ours; what is odd about it becomes a sentence.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prime_tui.domain.credentials import key_from_text
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean_name

MAIN_NAME = "production"
MOST_BYTES = 256_000
MOST_ENVIRONMENTS = 100
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class OfficialEnvironment:
    """One environment of the official client; addresses are as written there, unchecked.

    Attributes:
        path: The file.
        key: None when the file has none, or none that could be sent.
    """

    name: str
    path: Path
    key: Secret | None
    base_url: str | None
    inference_url: str | None
    team_id: TeamId | None
    ssh_key_path: str | None


@dataclass(frozen=True, slots=True)
class OfficialConfig:
    """What was found.

    Attributes:
        environments: The main file first, when it can be used.
        current: The name of the environment that the official client would use.
        problems: What could not be used and why, and what should be repaired; sentences.
    """

    environments: tuple[OfficialEnvironment, ...]
    current: str | None
    problems: tuple[str, ...]

    def named(self, name: str | None) -> OfficialEnvironment | None:
        """Return the environment of this name; without a name, the one that the official client would use."""
        wanted = name or self.current or MAIN_NAME
        found = next((one for one in self.environments if one.name == wanted), None)
        return found if found or name else next(iter(self.environments), None)


def read_official(home: Path) -> OfficialConfig:
    """Read everything under `home`; takes no time worth mentioning, whatever is there, and never raises."""
    directory = home / ".prime"
    problems: list[str] = []
    environments: list[OfficialEnvironment] = []
    main = _values(directory / "config.json", problems)
    current = None
    if main is not None:
        environments.append(_environment(MAIN_NAME, directory / "config.json", main, problems))
        current = _text(main.get("current_environment"))
    for path in _environment_files(directory / "environments", problems):
        values = _values(path, problems)
        if values is not None and path.stem != MAIN_NAME:
            environments.append(_environment(path.stem, path, values, problems))
    return OfficialConfig(tuple(environments), current, tuple(problems))


def _environment(name: str, path: Path, values: dict[str, Any], problems: list[str]) -> OfficialEnvironment:
    key = None
    text = values.get("api_key")
    if isinstance(text, str) and text.strip():
        try:
            key = key_from_text(text)
        except CredentialError:
            problems.append(f"The api_key in {path} is not one that could be sent.")
    team = _text(values.get("team_id"))
    return OfficialEnvironment(
        name=name,
        path=path,
        key=key,
        base_url=_text(values.get("base_url")),
        inference_url=_text(values.get("inference_url")),
        team_id=None if team is None else TeamId(team),
        ssh_key_path=_text(values.get("ssh_key_path")),
    )


def _environment_files(directory: Path, problems: list[str]) -> list[Path]:
    paths: list[Path] = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                path = Path(entry.path)
                if path.suffix == ".json" and _NAME.match(path.stem):
                    paths.append(path)
                if len(paths) > MOST_ENVIRONMENTS:
                    problems.append(
                        f"{directory} has more than {MOST_ENVIRONMENTS} files; the rest is left out."
                    )
                    break
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        problems.append(f"Cannot read {directory}: {error.strerror}.")
    return sorted(paths)[:MOST_ENVIRONMENTS]


def _values(path: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        content = _content(path, problems)
    except OSError as error:
        problems.append(f"Cannot read {path}: {error.strerror}.")
        return None
    if content is None:
        return None
    if content.startswith(BYTE_ORDER_MARK):
        problems.append(
            f"{path} begins with a byte order mark; the official client cannot read it like that."
        )
        content = content.removeprefix(BYTE_ORDER_MARK)
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        problems.append(f"{path} is not JSON; it may have been cut off while it was written.")
        return None
    if not isinstance(values, dict):
        problems.append(f"{path} is JSON, but not a table of settings.")
        return None
    return values


def _content(path: Path, problems: list[str]) -> bytes | None:
    """Read a regular file of ours; opening a FIFO or a device does not block."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            problems.append(f"{path} is a link; links are not followed.")
            return None
        raise
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            problems.append(f"{path} is not a regular file.")
            return None
        if info.st_uid != os.geteuid():
            problems.append(f"{path} belongs to another user.")
            return None
        if info.st_size > MOST_BYTES:
            problems.append(f"{path} has {info.st_size:,} bytes, which is no configuration.")
            return None
        if info.st_mode & 0o077:
            problems.append(f"{path} can be read or changed by others on this host. Run: chmod 600 '{path}'")
        return file.read(MOST_BYTES)


def _text(value: object) -> str | None:
    return (clean_name(value) or None) if isinstance(value, str) else None
