"""`config.toml` on the disk: private, because it decides where keys go and which command is run for one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prime_tui.config.load import parse_config
from prime_tui.config.schema import FILE_NAME, Config
from prime_tui.persistence.private_dir import PrivateDir

MOST_BYTES = 256_000


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

    def set_profile(self, name: str, values: Mapping[str, str | bool]) -> None:
        """Write values into a profile, which is added when absent; comments and other keys stay.

        Raises:
            SettingsError, StorageError: As for `load`, or the file cannot be changed by a program.
        """
        from prime_tui.config.edit import with_profile_values
        from prime_tui.persistence.file_lock import locked

        with PrivateDir(self._directory) as directory, locked(directory, FILE_NAME):
            content = directory.read(FILE_NAME, most_bytes=MOST_BYTES) or b""
            parse_config(content, self.path)
            text = with_profile_values(content.decode("utf-8-sig"), name, values, self.path)
            parse_config(text.encode(), self.path)
            if text.encode() != content:
                directory.replace(FILE_NAME, text.encode())
