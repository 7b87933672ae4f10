"""Where our files are, and that nobody else can read them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

from prime_tui.domain.errors import StorageError

PRIVATE_DIR, PRIVATE_FILE = 0o700, 0o600
ELSEWHERE = "XDG_STATE_HOME and XDG_CONFIG_HOME choose another place."


class NothingKept(StorageError):
    """The disk refuses a directory of ours: what needs none can go on."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The directories of one user; made on first use, for the user alone."""

    config_dir: Path
    state_dir: Path

    @classmethod
    def of_user(cls) -> Paths:
        """Return the directories that the platform names (on Linux the XDG ones)."""
        dirs = PlatformDirs("prime-tui", appauthor=False)
        return cls(Path(dirs.user_config_dir), Path(dirs.user_state_dir))

    @property
    def log_file(self) -> Path:
        """The log."""
        return self.state_dir / "prime-tui.log"

    @property
    def database_file(self) -> Path:
        """The last known state."""
        return self.state_dir / "prime-tui.db"

    @property
    def calls_file(self) -> Path:
        """The calls of the last hour, of all instances."""
        return self.state_dir / "calls.db"

    @property
    def launches_file(self) -> Path:
        """What we remember of runs launched here."""
        return self.state_dir / "launches.json"

    @property
    def chat_choices_file(self) -> Path:
        """The model and the numbers that the chat was used with last."""
        return self.state_dir / "chat.json"

    @property
    def consents_file(self) -> Path:
        """Which addresses a key may be sent to besides its own."""
        return self.state_dir / "consents.json"

    @property
    def known_hosts_file(self) -> Path:
        """Host keys of pods, apart from the user's own."""
        return self.state_dir / "known_hosts"

    def make_state_dir(self) -> Path:
        """Make the state directory, or check the one that is there.

        Raises:
            NothingKept: It cannot be made or written to.
            StorageError: It is a link, somebody else's, or open to others.
        """
        make_private_dir(self.state_dir)
        if not os.access(self.state_dir, os.W_OK | os.X_OK):
            raise NothingKept(f"Nothing can be written to {self.state_dir}.", hint=ELSEWHERE)
        return self.state_dir


def make_private_dir(path: Path) -> None:
    """Make a directory with mode 0700 (and its parents), or refuse one that others could read or swap."""
    try:
        path.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        info = path.lstat()
    except OSError as error:
        raise NothingKept(f"Cannot make {path}: {error.strerror}.", hint=ELSEWHERE) from error
    if stat.S_ISLNK(info.st_mode) or not stat.S_ISDIR(info.st_mode):
        raise StorageError(f"{path} is not a plain directory.", hint="Move it away; links are not followed.")
    check_private(path, info, PRIVATE_DIR)


def check_private(path: Path, info: os.stat_result, mode: int) -> None:
    """Refuse a file or directory of another user, or one that group or others may use.

    Raises:
        StorageError: With the command that repairs it.
    """
    if info.st_uid != os.geteuid():
        raise StorageError(f"{path} belongs to another user.", hint="Choose another directory.")
    if info.st_mode & 0o077:
        raise StorageError(f"{path} is open to others.", hint=f"Run: chmod {mode:o} '{path}'")
