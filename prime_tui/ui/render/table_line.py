"""One line of a table as spans: the header and the body, always exactly as wide as asked."""

from typing import NamedTuple

from prime_tui.ui.render.rows import GAP_CELLS, Column, Placed
from prime_tui.ui.render.styled import Span, Styled, fit

ASCENDING, DESCENDING = "▲", "▼"
GAP = Span(" " * GAP_CELLS)
EDGE_CELLS = 1  # one column of marks at the left, one of scroll bar at the right


class Shown(NamedTuple):
    """What one line of the body shows; two equal values look the same, so the second is not painted.

    Attributes:
        cells: The row's cells, or None for a line without a row.
        note: What a line without a row says, in the middle.
        cursor: How the cursor marks the line.
        mark: The character in the column of marks.
        bar: The character in the column of the scroll bar.
    """

    cells: tuple[Styled, ...] | None = None
    note: Styled = ""
    cursor: bool = False
    focused: bool = False
    mark: Span = Span(" ")
    bar: Span = Span(" ")


def cell_spans(cells: tuple[Styled, ...], placed: tuple[Placed, ...], width_cells: int) -> list[Span]:
    """The cells of the columns that have a place, side by side in `width_cells`."""
    spans: list[Span] = []
    used = 0
    for number, column, width in placed:
        if used:
            spans.append(GAP)
            used += GAP_CELLS
        spans.extend(fit(cells[number] if number < len(cells) else "", width, column.align))
        used += width
    if used < width_cells:
        spans.append(Span(" " * (width_cells - used)))
    return spans


def title_cells(columns: tuple[Column, ...], sort_key: str | None, descending: bool) -> tuple[Styled, ...]:
    """The titles, with the arrow on the sorted column."""
    arrow = DESCENDING if descending else ASCENDING
    return tuple(
        Span(f"{column.title[: column.width - 1]}{arrow}", "accent")
        if column.key == sort_key
        else Span(column.title, "dim")
        for column in columns
    )


def column_at(placed: tuple[Placed, ...], x: int) -> Column | None:
    """The column whose cells or gap are at `x` of the line, or None."""
    left = EDGE_CELLS
    for _, column, width in placed:
        if left <= x < left + width + GAP_CELLS:
            return column
        left += width + GAP_CELLS
    return None
