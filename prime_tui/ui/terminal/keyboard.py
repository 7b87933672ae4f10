"""Reading the terminal: asleep until a key comes, awake for a moment after it, still when input ends."""

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.message import Message

from prime_tui.ui.terminal.pasted import Pasted

READ_BYTES = 4096
AWAKE_MS = 100  # while an escape key may still turn out to be the start of a sequence


class Keyboard:
    """Turns what a terminal sends into messages, in its own thread.

    The toolkit's loop wakes ten times a second for ever, and never sleeps at the end of input.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._wake_read, self._wake_write = os.pipe()

    def stop(self) -> None:
        """Make `run` return; from another thread."""
        os.write(self._wake_write, b"x")

    def run(self, send: Callable[[Message], None], *, debug: bool = False) -> None:
        """Send messages until stopped, or until there is no more input."""
        parser, pasted = XTermParser(debug), Pasted()
        decode = getincrementaldecoder("utf-8")("replace").decode
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        naps = 0
        while True:
            ready = {fd for fd, _ in poll.poll(AWAKE_MS if naps else None)}
            if self._wake_read in ready:
                break
            naps = max(0, naps - 1)
            if self._fd in ready:
                read = self._read()
                if not read:
                    break
                for message in parser.feed(pasted.harmless(decode(read))):
                    send(message)
                naps = 1 + int(ESCAPE_DELAY * 1000 / AWAKE_MS)
            for message in parser.tick():
                send(message)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, READ_BYTES)
        except OSError:
            return b""
