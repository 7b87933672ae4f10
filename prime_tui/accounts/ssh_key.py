"""Which private key opens a pod: the profile's, then the environment's, then the official client's."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prime_tui.domain.errors import StorageError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.text import clean_line
from prime_tui.persistence.official import MAIN_NAME, OfficialConfig, read_official

KEY_VARIABLE = "PRIME_SSH_KEY_PATH"


@dataclass(frozen=True, slots=True)
class SshKey:
    """A private key that is there and that nobody else can read.

    Attributes:
        path: Absolute.
        source: Where it is named.
    """

    path: str
    source: str


def find_ssh_key(profile: Profile, environment: Mapping[str, str], home: Path) -> SshKey | None:
    """Return the key to use; None leaves the choice to ssh.

    Args:
        profile: Whose pod.
        environment: The variables that the program was started with.
        home: Where the official client's configuration is.

    Raises:
        StorageError: One is named that is not there, or that others could read.
    """
    if profile.ssh_key_path is not None:
        return _checked(profile.ssh_key_path, profile.sources.get("ssh_key", "the profile"))
    named = environment.get(KEY_VARIABLE, "").strip()
    if named:
        return _checked(named, KEY_VARIABLE)
    official = _official_path(read_official(home), profile.name)
    # The official client writes its default down unasked: where that is not there, nobody chose it.
    if official is None or not _absolute(official).exists():
        return None
    return _checked(official, "~/.prime")


def _official_path(official: OfficialConfig, name: str) -> str | None:
    """Return the path of the environment of this name, else that of the main file, which holds for all."""
    candidates = (official.named(name), official.named(MAIN_NAME))
    return next((one.ssh_key_path for one in candidates if one is not None and one.ssh_key_path), None)


def _absolute(path: str) -> Path:
    # Unlike that of Path it leaves alone what names nobody's home: there is no such file then.
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111


def _checked(named: str, source: str) -> SshKey:
    path = _absolute(named)
    shown = clean_line(path)
    try:
        info = path.stat()
    except OSError as error:
        raise StorageError(f"{source}: cannot use the ssh key {shown}: {error.strerror}.") from error
    if not stat.S_ISREG(info.st_mode):
        raise StorageError(f"{source}: the ssh key {shown} is not a file.")
    if info.st_mode & 0o077:
        raise StorageError(
            f"{source}: the ssh key {shown} is open to others.", hint=f"Run: chmod 600 '{shown}'"
        )
    return SshKey(str(path), source)
