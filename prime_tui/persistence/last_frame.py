"""The last frame of a screen, as it was when the program ended: painted while the next one loads.

One private file a screen. It says whose and of what terminal it is; a frame of anything else is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prime_tui import __version__
from prime_tui.domain.errors import StorageError
from prime_tui.persistence.private_dir import PrivateDir

FORMAT = 1
COLOUR_VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TEXTUAL_COLOR_SYSTEM")
"""What decides how the toolkit writes colours."""
ERASING_VARIABLES = ("STY",)
"""Where one is set, what is erased comes out in another colour, whatever the terminal says that it is."""
MOST_BYTES = 2_000_000
Run = tuple[str, int]
LookParts = tuple[tuple[str, ...], str, str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a terminal shows.

    Attributes:
        sequence: Draws it on a cleared terminal.
        lines: The same as text with the number of its look, line by line.
        looks: Attributes, foreground, background and link of each look.
    """

    width: int
    height: int
    sequence: str
    lines: tuple[tuple[Run, ...], ...]
    looks: tuple[LookParts, ...]


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture and when it was true."""

    picture: Picture
    kept_at: datetime


def frame_key(wallet: str, theme: str | None, environ: Mapping[str, str]) -> str:
    """Name whose numbers a frame shows and how it is drawn.

    Args:
        wallet: As in `wallet_name`.
        theme: The one that was asked for.
        environ: Where the terminal says what it is.
    """
    terminal = [f"{name}={environ[name]}" for name in COLOUR_VARIABLES if name in environ]
    terminal += [name for name in ERASING_VARIABLES if name in environ]
    return " ".join([__version__, wallet, theme or "-", *terminal])


class LastFrame:
    """The last frame of one screen, for one wallet on one kind of terminal."""

    def __init__(self, directory: Path, screen: str, key: str) -> None:
        """Prepare; nothing is read yet.

        Args:
            directory: Our state directory.
            screen: Its name is part of the file's.
            key: Names whose numbers these are and how the terminal draws; only an equal one is brought back.
        """
        self._directory = directory
        self._name = f"frame-{screen}.json"
        self._key = key

    def read(self, width: int, height: int) -> KeptPicture | None:
        """Return the picture for a terminal of this size; None when there is none that fits.

        Raises:
            StorageError: The file is not ours alone.
        """
        try:
            with PrivateDir(self._directory, make=False) as directory:
                content = directory.read(self._name, most_bytes=MOST_BYTES)
        except FileNotFoundError:
            return None
        try:
            kept = json.loads(content or b"{}")
            if kept.get("format") != FORMAT or kept["key"] != self._key or kept["size"] != [width, height]:
                return None
            return _picture(kept)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, picture: Picture, at: datetime) -> None:
        """Keep a picture.

        Raises:
            StorageError: The disk refuses.
        """
        kept = {
            "format": FORMAT,
            "key": self._key,
            "kept_at": at.isoformat(),
            "size": [picture.width, picture.height],
            "sequence": picture.sequence,
            "lines": picture.lines,
            "looks": picture.looks,
        }
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        try:
            with PrivateDir(self._directory) as directory:
                directory.replace(self._name, text.encode())
        except OSError as error:
            raise StorageError(f"Cannot use {self._directory}: {error.strerror}.") from error


def forget_frames(directory: Path) -> None:
    """Remove the frames of all screens.

    Raises:
        StorageError: The disk refuses.
    """
    try:
        with PrivateDir(directory, make=False) as ours:
            for path in directory.glob("frame-*.json"):
                ours.remove(path.name)
    except FileNotFoundError:
        return


def _picture(kept: dict[str, Any]) -> KeptPicture:
    width, height = kept["size"]
    lines = tuple(tuple((str(text), int(look)) for text, look in line) for line in kept["lines"])
    looks = tuple((tuple(map(str, one[0])), str(one[1]), str(one[2]), str(one[3])) for one in kept["looks"])
    if len(lines) != height or any(not 0 <= look < len(looks) for line in lines for _, look in line):
        raise ValueError("the lines do not fit")
    at = datetime.fromisoformat(kept["kept_at"])
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return KeptPicture(Picture(width, height, str(kept["sequence"]), lines, looks), at)
