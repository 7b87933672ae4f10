"""The last frame of an earlier session, before the toolkit is even imported.

It is marked as old in its first line. Where it fits, the terminal is taken over at once: keys are not echoed
and wait for the program. `hand_over` leaves the frame standing for the toolkit; `drop` gives the terminal
back, for a program that ends before. Nothing here imports Textual.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from types import FrameType
from typing import Any

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


class Curtain:
    """An old frame on the terminal. Does nothing, at any call, where there is none."""

    def __init__(self) -> None:
        self.picture: Picture | None = None
        """What stands on the terminal, below the mark."""
        self.attributes: list[Any] | None = None
        """How the terminal was before."""

    def raise_(self, kept: LastFrame, clock: Clock) -> None:
        """Paint the frame that fits this terminal, if there is one."""
        try:
            size = os.get_terminal_size(OUTPUT)
            found = kept.read(size.columns, size.lines)
            if found is None:
                return
            attributes = termios.tcgetattr(INPUT)
            _be_silent(attributes)
        except (OSError, termios.error, StorageError):
            return
        self.attributes, self.picture = attributes, found.picture
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        _write(TAKE + _mark(found, clock) + found.picture.sequence)

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
