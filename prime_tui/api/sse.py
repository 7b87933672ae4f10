"""Server-sent events out of any cut of bytes, tolerant where real servers are sloppy.

Written here because the usual package bounds nothing, drops a last event without its empty line, and drops
lines that some servers send without `data:`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from prime_tui.domain.errors import ResponseShapeError

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its data lines joined by LF, and its name if it had one."""

    data: str
    name: str = ""


class EventDecoder:
    """Takes bytes as they come and gives events as soon as they are whole.

    Lines end in LF, CRLF or CR; a line that is a JSON object by itself counts as an event.
    """

    def __init__(self, max_event_chars: int) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._limit = max_event_chars
        self._held = 0
        self._line: list[str] = []
        self._data: list[str] = []
        self._name = ""
        self._after_cr = False
        self._at_start = True

    def feed(self, received: bytes) -> Iterator[ServerEvent]:
        """Yield the events that `received` completes.

        Raises:
            ResponseShapeError: One event grew beyond the limit.
        """
        yield from self._lines(self._utf8.decode(received))

    def close(self) -> Iterator[ServerEvent]:
        """Yield what was left without an end when the stream ended."""
        yield from self._lines(self._utf8.decode(b"", final=True))
        yield from self._line_done("".join(self._line))
        yield from self._event_done()

    def _lines(self, text: str) -> Iterator[ServerEvent]:
        if not text:
            return
        if self._at_start:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        *whole, rest = _LINE_END.split(text)
        for line in whole:
            self._line.append(line)
            joined = "".join(self._line)
            self._line.clear()
            yield from self._line_done(joined)
        if rest:
            self._hold(len(rest))
            self._line.append(rest)

    def _line_done(self, line: str) -> Iterator[ServerEvent]:
        if not line:
            yield from self._event_done()
        elif line.startswith("{"):
            yield from self._event_done()
            yield ServerEvent(line)
            self._held = 0
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                self._hold(len(value))
                self._data.append(value)
            elif field == "event":
                self._name = value[:64]

    def _event_done(self) -> Iterator[ServerEvent]:
        if any(self._data):
            yield ServerEvent("\n".join(self._data), self._name)
        self._data.clear()
        self._name = ""
        self._held = 0

    def _hold(self, chars: int) -> None:
        self._held += chars
        if self._held > self._limit:
            raise ResponseShapeError("One event of the stream is too big.")
