"""Markdown of models as pieces that can be laid out at any width.

The text is untrusted. Nothing in it becomes a link, an image or HTML; what the parser decodes (entities can
spell characters that were cleaned away before) is cleaned again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from prime_tui.domain.text import clean
from prime_tui.ui.render.styled import Align, Role, Span, fit, join, width_of
from prime_tui.ui.render.wrapping import Line, chopped, wrapped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CODE_EDGE, QUOTE_EDGE = Span("▎ ", "dim"), Span("│ ", "dim")
BULLETS = ("•", "◦", "▪")
RULE_CELLS = 24
LEAST_COLUMN_CELLS = 5
LEAST_TEXT_CELLS = 8
MOST_COLUMNS = 16
ALIGNS: dict[str, Align] = {"text-align:right": "right", "text-align:center": "centre"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, heading, list item, line of code or table.

    Attributes:
        spans: The text.
        first: What stands before its first line: bullets, edges.
        rest: What stands before its other lines.
        is_code: Broken anywhere, blanks kept.
        gap: A blank line stands above it.
        table: Rows of cells instead of text, the header first.
        aligns: How the columns of the table stand.
    """

    spans: tuple[Span, ...] = ()
    first: tuple[Span, ...] = ()
    rest: tuple[Span, ...] = ()
    is_code: bool = False
    gap: bool = False
    table: tuple[tuple[tuple[Span, ...], ...], ...] = ()
    aligns: tuple[Align, ...] = ()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # the first answer needs it, the screen does not

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    return parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])


def parsed(text: str) -> list[list[Token]]:
    """Return the parser's tokens, one list for each block of the outermost level."""
    blocks: list[list[Token]] = []
    for token in _parser().parse(text):
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        if blocks:
            blocks[-1].append(token)
    return blocks


def pieces_of(blocks: Sequence[Sequence[Token]]) -> list[Piece]:
    """Return the pieces of some blocks; each block is set off by a blank line."""
    pieces: list[Piece] = []
    for block in blocks:
        found = list(_Walker().walk(block))
        if found:
            found[0] = replace(found[0], gap=True)
        pieces.extend(found)
    return pieces


def layout(piece: Piece, width: int) -> list[Line]:
    """Return the lines of a piece, none wider than `width`."""
    if width_of(piece.first) > width - LEAST_TEXT_CELLS:  # nested too deeply for the room there is
        most = max(0, width - LEAST_TEXT_CELLS)
        piece = replace(piece, first=fit(piece.first, most), rest=fit(piece.rest, most))
    if piece.table:
        return _table_lines(piece, width)
    if piece.is_code:
        text = "".join(span.text for span in piece.spans)
        role = piece.spans[0] if piece.spans else Span("")
        return chopped(text, width, role, prefix=piece.first)
    return wrapped(piece.spans, width, first=piece.first, rest=piece.rest)


@dataclass(slots=True)
class _Container:
    """A list item or quotation: what it puts before its lines."""

    first: Span
    rest: Span
    used: bool = False


@dataclass(slots=True)
class _List:
    number: int | None
    is_loose: bool = False


@dataclass(slots=True)
class _Table:
    rows: list[tuple[tuple[Span, ...], ...]] = field(default_factory=list)
    row: list[tuple[Span, ...]] = field(default_factory=list)
    aligns: list[Align] = field(default_factory=list)


class _Walker:
    """From one block's tokens to pieces."""

    def __init__(self) -> None:
        self._containers: list[_Container] = []
        self._lists: list[_List] = []
        self._table: _Table | None = None
        self._heading = False
        self._gap = False

    def walk(self, tokens: Sequence[Token]) -> Iterator[Piece]:
        """Yield the pieces."""
        for token in tokens:
            kind = token.type
            if kind == "inline":
                spans = _inline(token.children or [], "title" if self._heading else "text")
                if self._table is not None:
                    self._table.row.append(spans)
                else:
                    yield self._piece(spans)
            elif kind in ("fence", "code_block"):
                yield from self._code(token)
            elif kind == "hr":
                yield self._piece((Span("─" * RULE_CELLS, "dim"),))
            elif kind == "table_close" and self._table is not None:
                table, self._table = self._table, None
                yield replace(self._piece(()), table=tuple(table.rows), aligns=tuple(table.aligns))
            else:
                self._structure(token)

    def _structure(self, token: Token) -> None:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start")
            number = (1 if start is None else int(start)) if kind == "ordered_list_open" else None
            self._lists.append(_List(number))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._containers.append(self._item())
        elif kind == "blockquote_open":
            self._containers.append(_Container(QUOTE_EDGE, QUOTE_EDGE))
        elif kind in ("list_item_close", "blockquote_close"):
            self._containers.pop()
        elif kind == "heading_open":
            self._heading = True
        elif kind == "heading_close":
            self._heading = False
        elif kind == "paragraph_open":
            self._gap = not token.hidden
        elif kind == "table_open":
            self._table = _Table()
        elif kind in ("th_open", "td_open") and self._table is not None and not self._table.rows:
            self._table.aligns.append(ALIGNS.get(str(token.attrGet("style")), "left"))
        elif kind == "tr_close" and self._table is not None:
            self._table.rows.append(tuple(self._table.row[:MOST_COLUMNS]))
            self._table.row = []

    def _item(self) -> _Container:
        inside = self._lists[-1]
        if inside.number is None:
            mark = BULLETS[min(len(self._lists), len(BULLETS)) - 1] + " "
        else:
            mark = f"{inside.number}. "
            inside.number += 1
        return _Container(Span(mark, "dim"), Span(" " * len(mark)))

    def _piece(self, spans: tuple[Span, ...], *, is_code: bool = False) -> Piece:
        first = [one.rest if one.used else one.first for one in self._containers]
        rest = [one.rest for one in self._containers]
        for one in self._containers:
            one.used = True
        gap, self._gap = self._gap and bool(self._containers), False
        return Piece(spans, join(first), join(rest), is_code, gap)

    def _code(self, token: Token) -> Iterator[Piece]:
        language = clean(token.info.strip().split(" ")[0], limit=32, one_line=True)
        if language:
            yield self._code_line(Span(language, "dim"))
        lines = clean(token.content, limit=len(token.content) * 4 + 1).split("\n")
        if lines and not lines[-1]:
            lines.pop()
        for line in lines:
            yield self._code_line(Span(line))

    def _code_line(self, span: Span) -> Piece:
        piece = self._piece((span,), is_code=True)
        return replace(piece, first=join((piece.first, CODE_EDGE)), rest=join((piece.rest, CODE_EDGE)))


def _inline(tokens: Sequence[Token], base: Role) -> tuple[Span, ...]:
    """The text of a paragraph; emphasis is bold, code has the accent, links show where they lead."""
    spans: list[Span] = []
    strong = 0
    targets: list[str] = []
    for token in tokens:
        kind = token.type
        role: Role = "title" if strong else base
        if kind == "text":
            spans.append(Span(_clean(token.content), role))
        elif kind == "code_inline":
            spans.append(Span(_clean(token.content), "accent"))
        elif kind in ("softbreak", "hardbreak"):
            spans.append(Span(" " if kind == "softbreak" else "\n", role))
        elif kind in ("strong_open", "em_open"):
            strong += 1
        elif kind in ("strong_close", "em_close"):
            strong -= 1
        elif kind == "link_open":
            targets.append(_clean(str(token.attrGet("href") or "")))
        elif kind == "link_close" and targets:
            target = targets.pop()
            if target and not _ends_with(spans, target):
                spans.append(Span(f" ({target})", "dim"))
        elif kind == "image":
            spans.append(Span(f"[image: {_clean(token.content)}]", "dim"))
        elif token.content:
            spans.append(Span(_clean(token.content), role))
    return tuple(span for span in spans if span.text)


def _ends_with(spans: Sequence[Span], target: str) -> bool:
    return bool(spans) and spans[-1].text == target


def _clean(text: str) -> str:
    return clean(text, limit=len(text) * 4 + 1, one_line=True)


def _table_lines(piece: Piece, width: int) -> list[Line]:
    """Columns side by side where they fit, else each row as `header: cell` lines."""
    columns = max(len(row) for row in piece.table)
    room = width - width_of(piece.first) - 3 * (columns - 1)
    wanted = [
        max(width_of(row[index]) if index < len(row) else 0 for row in piece.table)
        for index in range(columns)
    ]
    if room < columns * LEAST_COLUMN_CELLS:
        return _stacked(piece, width)
    widths = _shares(wanted, room)
    lines: list[Line] = []
    for number, row in enumerate(piece.table):
        prefix = piece.rest if lines else piece.first
        cells = [row[index] if index < len(row) else () for index in range(columns)]
        if not number:
            cells = [tuple(Span(span.text, "title") for span in cell) for cell in cells]
        lines.extend(_table_row(cells, widths, piece.aligns, prefix))
        if not number:
            rule = join([Span("─" * one, "dim") for one in widths], Span("─┼─", "dim"))
            lines.append(join((piece.rest, rule)))
    return lines


def _table_row(
    cells: Sequence[tuple[Span, ...]], widths: Sequence[int], aligns: Sequence[Align], prefix: Line
) -> Iterator[Line]:
    stacks = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    sides: list[Align] = [*aligns]
    sides.extend(["left"] * len(widths))
    for line in range(max(len(stack) for stack in stacks)):
        parts = [
            fit(stack[line] if line < len(stack) else (), width, side)
            for stack, width, side in zip(stacks, widths, sides, strict=False)
        ]
        yield join((prefix, join(parts, Span(" │ ", "dim"))))


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into `room`: narrow columns get what they want, the others share the rest."""
    widths = [max(1, width) for width in wanted]
    while sum(widths) > room:
        widest = max(widths)
        widths[widths.index(widest)] = widest - 1
    return widths


def _stacked(piece: Piece, width: int) -> list[Line]:
    header, *body = piece.table
    lines: list[Line] = []
    for row in body:
        for index, cell in enumerate(row):
            name = header[index] if index < len(header) else ()
            text = join((tuple(Span(span.text, "dim") for span in name), Span(": ", "dim"), cell))
            lines.extend(wrapped(text, width, first=piece.rest if lines else piece.first, rest=piece.rest))
    return lines or [piece.first]
