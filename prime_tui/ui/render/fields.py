"""Pages of details: a label and its value, wrapped into the room there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from prime_tui.domain.units import span, usd
from prime_tui.ui.render.rows import GAP_CELLS, Column
from prime_tui.ui.render.styled import Span, Styled, width_of
from prime_tui.ui.render.table_line import EDGE_CELLS
from prime_tui.ui.render.wrapping import wrapped

LABEL_CELLS = 9


def field(label: str, value: Styled, width_cells: int, label_cells: int = LABEL_CELLS) -> list[Styled]:
    """Return a label with its value beside it; further lines of the value stand below its first."""
    first = Span(f" {label:<{label_cells}} ", "dim")
    return [*wrapped(value, width_cells, first=first, rest=" " * (label_cells + 2))]


def fields(pairs: Iterable[tuple[str, Styled | None]], width_cells: int) -> list[Styled]:
    """Return the fields one below the other; those without a value are left out."""
    return [
        line
        for label, value in pairs
        if value is not None and width_of(value)
        for line in field(label, value, width_cells)
    ]


def balance_text(balance_usd: Decimal | None, stale_s: float | None) -> tuple[Span, ...]:
    """Return a balance to spend from; where it is not fresh, with its age of `stale_s` seconds."""
    if balance_usd is None or stale_s is None:
        return (Span(usd(balance_usd)),)
    return (Span(usd(balance_usd), "stale"), Span(f"  ▲ {span(stale_s)} old", "bad"))


def paragraph(value: Styled, width_cells: int) -> list[Styled]:
    """Return text indented by one cell and wrapped."""
    return [*wrapped(value, width_cells, first=" ", rest=" ")]


def fitting(columns: Sequence[Column], width_cells: int) -> tuple[Column, ...]:
    """Return the columns that fit into a table of `width_cells` at their full width.

    A table would rather squeeze a growing column than drop another; here the least wanted one goes first.
    """
    kept = list(columns)
    room = width_cells - 2 * EDGE_CELLS
    while len(kept) > 1 and sum(one.width + GAP_CELLS for one in kept) - GAP_CELLS > room:
        kept.remove(min(reversed(kept), key=lambda one: one.priority))
    return tuple(kept)
