"""Styled text broken into lines of a given width, at words where there are any."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, split_graphemes

from prime_tui.ui.render.styled import Span, Styled, join, printable, spans_of, width_of

Line = tuple[Span, ...]

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")
LEAST_ROOM_CELLS = 8
"""A word that is longer than a line starts on the present one when that has at least this much room."""


def wrapped(styled: Styled, width: int, *, first: Styled = "", rest: Styled = "") -> list[Line]:
    """Return `styled` as lines of at most `width` cells, broken at blanks; a line end stays one.

    Args:
        styled: What to break.
        width: Cells of a line, prefixes included.
        first: What stands before the first line.
        rest: What stands before every other line.
    """
    writer = _Writer(width, spans_of(first), spans_of(rest))
    for word in _words(spans_of(styled)):
        writer.put(word)
    return writer.close()


def chopped(text: str, width: int, role_span: Span, *, prefix: Styled = "") -> list[Line]:
    """Return one line of code as lines of at most `width` cells, broken anywhere; blanks are kept.

    Args:
        text: The line.
        width: Cells of a line, the prefix included.
        role_span: A span whose role the text gets.
        prefix: What stands before every line.
    """
    room = max(1, width - width_of(prefix))
    pieces = list(_chop(printable(text), room)) or [""]
    return [join((prefix, Span(piece, role_span.role))) for piece in pieces]


def _words(spans: Iterable[Span]) -> Iterator[tuple[Span, ...]]:
    """Words (which may change their role inside), blanks, and ends of lines."""
    word: list[Span] = []
    for text, role in spans:
        for match in _PARTS.finditer(text):
            part = match.group()
            if not part[0].isspace():
                word.append(Span(printable(part), role))
                continue
            if word:
                yield tuple(word)
                word = []
            yield (Span("\n" if part == "\n" else " " * len(part), role),)
    if word:
        yield tuple(word)


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _chop(text: str, room: int) -> Iterator[str]:
    if text.isascii():
        for start in range(0, len(text), room):
            yield text[start : start + room]
        return
    start = used = 0
    for begin, _, cells in split_graphemes(text)[0]:
        if used + cells > room and begin > start:
            yield text[start:begin]
            start, used = begin, 0
        used += cells
    if start < len(text):
        yield text[start:]


class _Writer:
    """Fills lines with words."""

    def __init__(self, width: int, first: Line, rest: Line) -> None:
        self._first, self._rest = first, rest
        self._first_room = max(1, width - width_of(first))
        self._rest_room = max(1, width - width_of(rest))
        self._lines: list[Line] = []
        self._line: list[Span] = []
        self._used = 0
        self._blank: Span | None = None

    @property
    def _room(self) -> int:
        return self._rest_room if self._lines else self._first_room

    def put(self, word: tuple[Span, ...]) -> None:
        """Take the next word, blank or end of a line."""
        head = word[0]
        if head.text == "\n":
            self._end_line()
            return
        if head.text.isspace():
            self._blank = head
            return
        cells = sum(_cells(span.text) for span in word)
        blank = len(self._blank.text) if self._blank is not None else 0
        if self._line and self._used + blank + cells > self._room:
            starts_here = cells > self._rest_room and self._room - self._used - blank >= LEAST_ROOM_CELLS
            if not starts_here:
                self._end_line()
                blank = 0
        if self._blank is not None and blank and self._used + blank < self._room:
            self._add(self._blank, blank)
        self._blank = None
        if self._used + cells <= self._room:
            for span in word:
                self._add(span, _cells(span.text))
        else:
            self._put_long(word)

    def _put_long(self, word: tuple[Span, ...]) -> None:
        for text, role in word:
            left = text
            while left:
                if self._used >= self._room:
                    self._end_line()
                piece = next(_chop(left, self._room - self._used))
                cells = _cells(piece)
                if self._used and self._used + cells > self._room:  # one wide character in the last cell
                    self._end_line()
                    continue
                self._add(Span(piece, role), cells)
                left = left[len(piece) :]

    def _add(self, span: Span, cells: int) -> None:
        if self._line and self._line[-1].role == span.role:
            self._line[-1] = Span(self._line[-1].text + span.text, span.role)
        else:
            self._line.append(span)
        self._used += cells

    def _end_line(self) -> None:
        prefix = self._rest if self._lines else self._first
        self._lines.append(join((prefix, tuple(self._line))))
        self._line, self._used, self._blank = [], 0, None

    def close(self) -> list[Line]:
        """Return all lines; at least one."""
        if self._line or not self._lines:
            self._end_line()
        return self._lines
