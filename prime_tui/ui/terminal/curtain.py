"""A first frame on the terminal, before the toolkit is even imported.

That is the last frame of an earlier session, marked as old in its first line, or else one that is drawn now.
With it the terminal is taken over: keys are not echoed and wait for the program. `hand_over` leaves the frame
standing for the toolkit; `drop` gives the terminal back, for a program that ends before. Nothing here imports
Textual.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import StorageError
from prime_tui.domain.units import clock_time, span
from prime_tui.persistence.last_frame import KeptPicture, LastFrame, Picture

INPUT, OUTPUT = 0, 2
TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[m\x1b[2J"
GIVE_BACK = "\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"
DISABLED = b"\0"
MARKED_LINES = 1
"""At the top: they say how old the rest is, and are not part of a kept picture."""


class Painting(NamedTuple):
    """A picture, and what is drawn over its first line."""

    picture: Picture
    mark: str = ""


class Curtain:
    """A frame on the terminal. Does nothing, at any call, where there is none."""

    def __init__(self) -> None:
        self.picture: Picture | None = None
        """What stands on the terminal."""
        self.attributes: list[Any] | None = None
        """How the terminal was before."""

    def raise_old(self, kept: LastFrame, clock: Clock) -> None:
        """Paint the old frame that fits this terminal, if there is one, below the mark."""

        def old(width: int, height: int) -> Painting | None:
            found = kept.read(width, height)
            return None if found is None else Painting(found.picture, _mark(found, clock))

        self._raise(old)

    def raise_new(self, draw: Callable[[int, int], Picture | None]) -> None:
        """Paint what `draw` makes for this width and height, unless a frame stands there already."""

        def new(width: int, height: int) -> Painting | None:
            picture = draw(width, height)
            return None if picture is None else Painting(picture)

        if self.picture is None:
            self._raise(new)

    def _raise(self, painting: Callable[[int, int], Painting | None]) -> None:
        try:
            size = os.get_terminal_size(OUTPUT)
            found = painting(size.columns, size.lines)
            if found is None:
                return
            attributes = termios.tcgetattr(INPUT)
            _be_silent(attributes)
        except (OSError, termios.error, StorageError):
            return
        self.attributes, self.picture = attributes, found.picture
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)
        _write(TAKE + found.mark + found.picture.sequence)

    def hand_over(self) -> Picture | None:
        """Leave the frame where it is, and the terminal's attributes as they were, to the toolkit."""
        picture, self.picture = self.picture, None
        if picture is not None:
            self._restore()
        return picture

    def drop(self) -> None:
        """Give the terminal back if it was not handed over."""
        if self.picture is not None:
            self.picture = None
            _write(GIVE_BACK)
            self._restore()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        """End here: an exception is lost when the signal comes while the interpreter runs a callback."""
        self.drop()
        os._exit(0)

    def _restore(self) -> None:
        if self.attributes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(INPUT, termios.TCSANOW, self.attributes)


def _be_silent(attributes: list[Any]) -> None:
    """Keep what is typed, unseen, for the program; an interrupt ends it, a stop has to wait for it."""
    silent = [*attributes[:6], list(attributes[6])]
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    silent[0] &= ~(termios.ICRNL | termios.INLCR)
    silent[6][termios.VSUSP] = DISABLED
    silent[6][termios.VMIN] = 1
    termios.tcsetattr(INPUT, termios.TCSANOW, silent)


def _mark(kept: KeptPicture, clock: Clock) -> str:
    age = span((clock.now() - kept.kept_at).total_seconds())
    when = f"{kept.kept_at:%d %b} {clock_time(kept.kept_at)}"
    text = f" prime-tui is starting · below is the screen of {when}, {age} ago"
    width = kept.picture.width
    return f"\x1b[H\x1b[0;7m{text[:width]:<{width}}\x1b[m"


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        data = text.encode()
        while data:
            data = data[os.write(OUTPUT, data) :]
