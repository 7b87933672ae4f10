"""`config.toml` on the disk: private, because it decides where keys go and which command is run for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui.config.load import parse_config
from prime_tui.config.schema import FILE_NAME, Config
from prime_tui.domain.errors import SettingsError, StorageError
from prime_tui.domain.profiles import DEFAULT_PROFILE
from prime_tui.persistence.private_dir import PrivateDir

if TYPE_CHECKING:
    from prime_tui.config.edit import Values

MOST_BYTES = 256_000
TRIES = 3


class ConfigFile:
    """The file in the configuration directory; never made by reading it."""

    def __init__(self, config_dir: Path) -> None:
        self._directory = config_dir
        self.path = config_dir / FILE_NAME

    def load(self) -> Config:
        """Return the settings, empty ones when there is no file.

        Raises:
            SettingsError: The text makes no sense.
            StorageError: The file or its directory is a link, somebody else's, or open to others.
        """
        try:
            with PrivateDir(self._directory, make=False) as directory:
                content = directory.read(FILE_NAME, most_bytes=MOST_BYTES)
        except FileNotFoundError:
            content = None
        return parse_config(content, self.path)

    def set_profile(self, name: str, values: Values) -> None:
        """Write values into a profile, which is added when absent; comments and other keys stay.

        Args:
            name: Of the profile.
            values: By key; None takes a key away.

        Raises:
            SettingsError, StorageError: As for `load`, or the file cannot be changed by a program.
        """
        from prime_tui.config import edit  # to change the file is rare; to read it is part of every start

        self._change(lambda text, _: edit.with_profile_values(text, name, values, self.path))

    def add_profile(self, name: str, values: Values, *, used: str) -> None:
        """Write a new profile; which one the next start begins with stays the same.

        Args:
            name: Of the new profile.
            values: By key.
            used: The profile in use.

        Raises:
            SettingsError, StorageError: There is one of that name already, or as for `set_profile`.
        """
        from prime_tui.config import edit

        def added(text: str, config: Config) -> str:
            if name in config.profiles:
                raise SettingsError(f"There is a profile {name} already.", hint="Choose another name.")
            if used == DEFAULT_PROFILE and used not in config.profiles:
                text = edit.with_profile_values(text, used, {}, self.path)
            text = edit.with_profile_values(text, name, values, self.path)
            return self._with_a_start(text, used)

        self._change(added)

    def remove_profile(self, name: str, *, used: str) -> None:
        """Take a profile out; where it was the default one, the profile in use becomes that.

        Raises:
            SettingsError, StorageError: As for `set_profile`.
        """
        from prime_tui.config import edit

        def removed(text: str, config: Config) -> str:
            if config.default_profile == name:
                heir = used if used in config.profiles and used != name else None
                text = edit.with_default_profile(text, heir, self.path)
            return self._with_a_start(edit.without_profile(text, name, self.path), used)

        self._change(removed)

    def _with_a_start(self, text: str, used: str) -> str:
        """Of several profiles the file must say which one to begin with."""
        from prime_tui.config import edit

        config = parse_config(text.encode(), self.path)
        is_clear = config.default_profile or DEFAULT_PROFILE in config.profiles or len(config.profiles) < 2
        if is_clear or used not in config.profiles:
            return text
        return edit.with_default_profile(text, used, self.path)

    def _change(self, change: Callable[[str, Config], str]) -> None:
        """Replace the file; what somebody else writes into it meanwhile, with an editor, is not lost."""
        from prime_tui.persistence.file_lock import locked

        with PrivateDir(self._directory) as directory, locked(directory, FILE_NAME):
            for _ in range(TRIES):
                content = directory.read(FILE_NAME, most_bytes=MOST_BYTES) or b""
                changed = change(content.decode("utf-8-sig"), parse_config(content, self.path)).encode()
                parse_config(changed, self.path)
                if changed == content:
                    return
                if (directory.read(FILE_NAME, most_bytes=MOST_BYTES) or b"") == content:
                    directory.replace(FILE_NAME, changed)
                    return
        raise StorageError(f"{self.path} is being changed by somebody else.", hint="Try again.")
