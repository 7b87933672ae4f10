"""Markdown that arrives bit by bit: finished blocks stay as they are, only the last one is parsed again.

A block counts as finished when the line that begins the next one is complete: until then that line may turn
out to belong to the block before, as a row of a table that begins with `*` does.

The cost of a bit follows the length of the last block, and that is bounded: a long list, table, paragraph or
block of code is cut, and what came before the cut counts as finished.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from prime_tui.ui.render.markdown import CODE_EDGE, Piece, parsed, pieces_of

if TYPE_CHECKING:
    from markdown_it.token import Token

LONG_CHARS = 2_000
"""A block longer than this is cut where its lines or items end."""
TOO_LONG_CHARS = 4_000
"""Beyond this it is cut anywhere."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class GrowingMarkdown:
    """A text that only grows at its end, as pieces.

    Attributes:
        finished: Pieces that will not change any more.
        tail: Pieces of the last block, which will, and of the one before it while it may go on.
    """

    def __init__(self) -> None:
        self.finished: list[Piece] = []
        self.tail: list[Piece] = []
        self._source = ""
        self._is_cut = False
        """The source goes on with a block whose beginning is finished."""
        self._heading = 0
        """Lines at the start of the source that repeat the head of a table or of a block of code."""

    def feed(self, text: str) -> None:
        """Append `text`."""
        self._source += text
        blocks = self._settle()
        while len(self._source) > LONG_CHARS and blocks and self._cut(blocks[-1]):
            blocks = self._settle()
        self.tail = self._pieces(blocks)

    def close(self) -> None:
        """Nothing comes any more: all of it is finished."""
        self.finished.extend(self.tail)
        self.tail = []
        self._source = ""

    def _settle(self) -> list[list[Token]]:
        """Finish every block that will not change; return the others, with positions in what is left."""
        blocks, lines = parsed(self._source), _lines(self._source)
        kept = 2 if blocks and self._may_join(blocks[-1], lines) else 1
        if len(blocks) <= kept:
            return blocks
        start = _first_line(blocks[-kept])
        self.finished.extend(self._pieces(blocks[:-kept]))
        self._source = "".join(lines[start:])
        self._is_cut, self._heading = False, 0
        return parsed(self._source)

    def _may_join(self, block: Sequence[Token], lines: Sequence[str]) -> bool:
        """Whether the last block is a line whose end may still make it part of the block before."""
        is_open = not lines[-1].endswith("\n") and _first_line(block) == len(lines) - 1
        return is_open and len(self._source) <= LONG_CHARS

    def _pieces(self, blocks: Sequence[Sequence[Token]]) -> list[Piece]:
        pieces = pieces_of(blocks)
        if self._is_cut and pieces:
            if self._heading and pieces[0].is_code and pieces[0].spans[0].role == CODE_EDGE.role:
                del pieces[0]  # the language was named above the cut
            if pieces:
                pieces[0] = replace(pieces[0], gap=False)
        return pieces

    def _cut(self, block: Sequence[Token]) -> bool:
        """Finish the beginning of the last block; return False when it cannot be cut yet."""
        lines = _lines(self._source)
        kind = block[0].type
        if kind == "fence":
            end = _closing_line(lines)
            return (
                self._cut_lines(lines, len(lines) - 1, 1)
                if end is None
                else self._cut_lines(lines, end + 1, 0)
            )
        if kind == "table_open":
            return self._cut_lines(lines, len(lines) - 1, 2)
        if kind in ("bullet_list_open", "ordered_list_open"):
            starts = [
                token.map[0]
                for token in block
                if token.type == "list_item_open" and token.level == 1 and token.map
            ]
            if starts[-1] > 0:
                return self._cut_lines(lines, starts[-1], 0)
        return len(self._source) > TOO_LONG_CHARS and self._cut_lines(lines, len(lines) - 1, 0)

    def _cut_lines(self, lines: list[str], number: int, heading: int) -> bool:
        """Cut before line `number`; the first `heading` lines are repeated in front of the rest."""
        if number > heading:
            self._finish("".join(lines[:number]), heading)
            self._source = "".join([*lines[:heading], *lines[number:]])
            return True
        if len(self._source) <= TOO_LONG_CHARS:
            return False
        head, body = "".join(lines[:heading]), "".join(lines[heading:])
        at = body.rfind(" ", LONG_CHARS, TOO_LONG_CHARS) + 1 or LONG_CHARS
        self._finish(head + body[:at], heading)
        self._source = head + body[at:]
        return True

    def _finish(self, source: str, heading: int) -> None:
        self.finished.extend(self._pieces(parsed(source)))
        self._is_cut, self._heading = True, heading


def _lines(source: str) -> list[str]:
    """Lines with their ends, as the parser counts them."""
    lines = [line + "\n" for line in source.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _first_line(block: Sequence[Token]) -> int:
    return block[0].map[0] if block[0].map else 0


def _closing_line(lines: list[str]) -> int | None:
    """The line that ends the block of code at the start of `lines`, or None while it is open."""
    opening = _FENCE.match(lines[0])
    if opening is None:
        return None
    mark = opening.group(1)
    for number, line in enumerate(lines[1:], 1):
        match = _FENCE.match(line)
        if match and match.group(1).startswith(mark) and not line[match.end() :].strip():
            return number
    return None
