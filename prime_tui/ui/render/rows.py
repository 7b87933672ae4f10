"""What a table is made of: columns, rows, and where rows come from."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from prime_tui.ui.render.styled import Styled

GAP_CELLS = 2
LEAST_GROWING_CELLS = 8

ColumnAlign = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        key: Name used in messages about sorting.
        title: Shown in the header.
        width: Cells wanted; a growing column starts from it.
        align: Side the text stands at; numbers right.
        grow: Takes the spare width, and gives way first when there is too little.
        priority: A table that is too narrow drops the column with the lowest priority first.
        sort: A click on the title asks for sorting.
    """

    key: str
    title: str
    width: int
    align: ColumnAlign = "left"
    grow: bool = False
    priority: int = 0
    sort: bool = True


class Row(NamedTuple):
    """A row: an identity that survives refreshes, and one cell for each column."""

    key: str
    cells: tuple[Styled, ...]


class RowSource(Protocol):
    """Rows made on demand: a table asks only for those it shows."""

    def __len__(self) -> int:
        """How many rows there are."""

    def key_at(self, index: int) -> str:
        """The key of row `index`."""

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of row `index`."""

    def index_of(self, key: str) -> int | None:
        """Where the row with `key` is, or None."""


class TupleRows:
    """A tuple of rows as a `RowSource`; the index is built when a key is first looked for."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self._rows = rows
        self._index_by_key: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def key_at(self, index: int) -> str:
        """The key of row `index`."""
        return self._rows[index].key

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of row `index`."""
        return self._rows[index].cells

    def index_of(self, key: str) -> int | None:
        """Where the row with `key` is, or None."""
        if self._index_by_key is None:
            self._index_by_key = {row.key: index for index, row in enumerate(self._rows)}
        return self._index_by_key.get(key)


class Placed(NamedTuple):
    """A column with its place: the number of its cell in a row, and the cells of width it gets."""

    number: int
    column: Column
    width: int


@lru_cache(maxsize=256)
def place_columns(columns: tuple[Column, ...], width_cells: int) -> tuple[Placed, ...]:
    """Columns that fit into `width_cells` side by side with a gap between, in their order.

    Growing columns give way down to a readable width; when that is not enough the column with the lowest
    priority goes (the rightmost of equals), until one is left.
    """
    kept = list(enumerate(columns))
    while len(kept) > 1 and _least_width([column for _, column in kept]) > width_cells:
        dropped = min(kept, key=lambda item: (item[1].priority, -item[0]))
        kept.remove(dropped)
    widths = _share([column for _, column in kept], width_cells)
    return tuple(Placed(number, column, width) for (number, column), width in zip(kept, widths, strict=True))


def _least(column: Column) -> int:
    return min(column.width, LEAST_GROWING_CELLS) if column.grow else column.width


def _least_width(columns: list[Column]) -> int:
    return sum(_least(column) for column in columns) + GAP_CELLS * (len(columns) - 1)


def _share(columns: list[Column], width_cells: int) -> list[int]:
    """Cells of each column: least widths, then wanted widths, then the spare evenly among those that grow."""
    if len(columns) == 1:
        only = columns[0]
        return [width_cells if only.grow else min(only.width, width_cells)]
    widths = [_least(column) for column in columns]
    spare = width_cells - sum(widths) - GAP_CELLS * max(0, len(columns) - 1)
    growing = [index for index, column in enumerate(columns) if column.grow]
    for index in growing:
        wanted = min(spare, columns[index].width - widths[index])
        widths[index] += wanted
        spare -= wanted
    for number, index in enumerate(growing):
        widths[index] += spare // len(growing) + (number < spare % len(growing))
    return widths
