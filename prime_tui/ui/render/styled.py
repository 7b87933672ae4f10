"""Styled text as plain tuples: what a table cell, a strip and a dialog line are made of.

A `Styled` names roles ("dim", "bad"), never colours; a widget turns roles into colours when it paints, so a
change of theme recolours everything. Values compare at the speed of tuples, which is what decides whether a
line is painted again. Text is always literal: there is no markup.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rich.cells import cell_len, split_graphemes

ChipRole = Literal[
    "chip-red",
    "chip-orange",
    "chip-yellow",
    "chip-green",
    "chip-cyan",
    "chip-blue",
    "chip-violet",
    "chip-grey",
]
"""The colours that tell profiles apart; they mean nothing else."""

Role = Literal["text", "dim", "accent", "good", "warn", "bad", "title", "stale", ChipRole]
BOLD: frozenset[Role] = frozenset({"title", "bad"})
FADED: frozenset[Role] = frozenset({"dim", "stale"})
"""Dimmed where the theme has no colour for them."""
Align = Literal["left", "right", "centre"]

ELLIPSIS = "…"
UNPRINTABLE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\ufffd")


class Span(NamedTuple):
    """A stretch of literal text in one role."""

    text: str
    role: Role = "text"


Styled = str | Span | tuple[Span, ...]


def spans_of(styled: Styled) -> tuple[Span, ...]:
    """The spans of any styled value, left to right."""
    if isinstance(styled, str):
        return (Span(styled),)
    if isinstance(styled, Span):
        return (styled,)
    return styled


def plain(styled: Styled) -> str:
    """The text without its roles."""
    return "".join(span.text for span in spans_of(styled))


def join(parts: Iterable[Styled], separator: Styled = "") -> tuple[Span, ...]:
    """Parts one after the other, with `separator` between them."""
    between = spans_of(separator)
    joined: list[Span] = []
    for number, part in enumerate(parts):
        if number:
            joined.extend(between)
        joined.extend(spans_of(part))
    return tuple(span for span in joined if span.text)


def printable(text: str) -> str:
    """`text` with control characters made visible, so that one line stays one line.

    Text from outside is cleaned where it enters; this is the last guard in front of the terminal.
    """
    return text if text.isprintable() else text.translate(UNPRINTABLE)


def width_of(styled: Styled) -> int:
    """Terminal cells that `styled` takes."""
    return sum(cell_len(printable(span.text)) for span in spans_of(styled))


def clip(text: str, width_cells: int) -> str:
    """At most `width_cells` of printable text, with an ellipsis where something was cut."""
    if text.isascii():
        return text if len(text) <= width_cells else _cut_ascii(text, width_cells)
    if cell_len(text) <= width_cells:
        return text
    return _head(text, width_cells - 1) + ELLIPSIS if width_cells > 0 else ""


def fit(styled: Styled, width_cells: int, align: Align = "left") -> tuple[Span, ...]:
    """`styled` in exactly `width_cells`: cut with an ellipsis, or padded on the side away from `align`."""
    if width_cells <= 0:
        return ()
    if isinstance(styled, str):
        return (Span(_fit_text(printable(styled), width_cells, align)),)
    if isinstance(styled, Span):
        return (Span(_fit_text(printable(styled.text), width_cells, align), styled.role),)
    kept, used = _clip_spans(styled, width_cells)
    left, right = _padding(width_cells - used, align)
    if left:
        kept.insert(0, Span(" " * left))
    if right:
        kept.append(Span(" " * right))
    return tuple(kept)


def edges(left: Styled, right: Styled, width_cells: int) -> tuple[Span, ...]:
    """`left` and `right` at the two ends of `width_cells`.

    Where there is too little room the left part is cut: what stands at the right is short and wanted.
    """
    right_cells = min(width_of(right), width_cells)
    left_cells = width_cells - right_cells
    gap = 1 if right_cells and left_cells else 0
    return join((fit(left, left_cells - gap), " " * gap, fit(right, right_cells)))


def _fit_text(text: str, width_cells: int, align: Align) -> str:
    if text.isascii():
        if len(text) > width_cells:
            return _cut_ascii(text, width_cells)
        if align == "left":
            return text.ljust(width_cells)
        return text.rjust(width_cells) if align == "right" else text.center(width_cells)
    text = clip(text, width_cells)
    left, right = _padding(width_cells - cell_len(text), align)
    return " " * left + text + " " * right


def _cut_ascii(text: str, width_cells: int) -> str:
    return text[: width_cells - 1] + ELLIPSIS if width_cells > 0 else ""


def _head(text: str, width_cells: int) -> str:
    """The longest beginning of `text` that takes at most `width_cells`, never half a character."""
    end = 0
    for _, stop, cells in split_graphemes(text)[0]:
        if cells > width_cells:
            break
        width_cells -= cells
        end = stop
    return text[:end]


def _clip_spans(spans: tuple[Span, ...], width_cells: int) -> tuple[list[Span], int]:
    """Spans that fit, and the cells they use; the ellipsis stands in the role of the span that was cut."""
    texts = [Span(printable(text), role) for text, role in spans if text]
    used = sum(cell_len(text) for text, _ in texts)
    if used <= width_cells:
        return texts, used
    kept: list[Span] = []
    room = width_cells - 1
    for text, role in texts:
        cells = cell_len(text)
        if cells > room:
            head = _head(text, room)
            kept.append(Span(head + ELLIPSIS, role))
            return kept, width_cells - room + cell_len(head)
        kept.append(Span(text, role))
        room -= cells
    return kept, width_cells - 1 - room


def _padding(spare_cells: int, align: Align) -> tuple[int, int]:
    if align == "left":
        return 0, spare_cells
    if align == "right":
        return spare_cells, 0
    return spare_cells // 2, spare_cells - spare_cells // 2
