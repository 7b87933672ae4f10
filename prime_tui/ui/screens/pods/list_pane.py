"""What the lists of this screen have in common: a table that is filtered and sorted by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

from textual import on
from textual.widget import Widget

from prime_tui.store.store import Store
from prime_tui.ui.render.fields import fitting
from prime_tui.ui.render.rows import Column
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.table import KeyedTable

if TYPE_CHECKING:
    from prime_tui.ui.shell import Shell


class TableQuery(Protocol):
    """What every query says: filter and order."""

    @property
    def text(self) -> str:
        """The filter as typed."""

    @property
    def sort(self) -> str:
        """Key of the column that is sorted by."""

    @property
    def descending(self) -> bool:
        """The largest first."""


Q = TypeVar("Q", bound=TableQuery)


class ListPane(Widget, Generic[Q]):
    """A pane with one table and one filter.

    A subclass composes both, and fills the table in `draw`.
    """

    UP_FIRST: ClassVar[frozenset[str]] = frozenset()
    """Columns that begin with the smallest; the others begin with the largest."""

    DEFAULT_CSS = """
    ListPane { layout: vertical; height: 1fr; }
    """

    def __init__(self, wanted: Q, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.wanted = wanted
        self._store: Store | None = None

    def draw(self, store: Store, now: datetime) -> None:
        """Show what is known, as it is wanted."""
        raise NotImplementedError

    def open_page(self) -> None:
        """Show everything about the selected row."""
        raise NotImplementedError

    def show(self, store: Store, now: datetime) -> None:
        """Show what is known now."""
        self._store = store
        if self.is_mounted:
            self.draw(store, now)

    def redraw(self) -> None:
        """Show the same again, as it is wanted by now and as old as it is by now."""
        if self._store is not None:
            self.show(self._store, self.present)

    @property
    def present(self) -> datetime:
        """The present, UTC: what was read since the last `show` must not seem to come from the future."""
        return cast("Shell", self.app).clock.now()

    @property
    def table(self) -> KeyedTable:
        """The table."""
        return self.query_one(KeyedTable)

    @property
    def selected_key(self) -> str | None:
        """The key under the cursor."""
        return self.table.cursor_key

    def take_focus(self) -> None:
        """Give the keys to the table."""
        self.table.focus()

    def open_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open()

    def change(self, **changes: object) -> None:
        """Want something else."""
        self.wanted = replace(self.wanted, **changes)  # type: ignore[type-var]
        self.redraw()

    def clear_filter(self) -> None:
        """Take the filter away."""
        if self.wanted.text:
            self.query_one(FilterBar).action_clear()

    def sort_next(self) -> None:
        """Sort by the next column."""
        keys = [column.key for column in self.table.columns if column.sort]
        position = keys.index(self.wanted.sort) if self.wanted.sort in keys else -1
        self.sort_by(keys[(position + 1) % len(keys)])

    def sort_by(self, key: str) -> None:
        """Sort by a column, in the direction that one expects of it."""
        self.change(sort=key, descending=key not in self.UP_FIRST)

    def reverse(self) -> None:
        """Sort the other way round."""
        self.change(descending=not self.wanted.descending)

    def place_columns(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Give the table those of `columns` that fit, with the arrow on the right one; return them."""
        table = self.table
        kept = fitting(columns, table.size.width or self.size.width)
        if kept != table.columns:
            table.columns = kept
        table.sort_key, table.sort_reverse = self.wanted.sort, self.wanted.descending
        return kept

    def on_resize(self) -> None:
        """Other columns fit."""
        after_refresh(self, self.redraw)

    @on(FilterBar.Changed)
    def _filter(self, event: FilterBar.Changed) -> None:
        event.stop()
        self.change(text=event.text)

    @on(KeyedTable.SortRequested)
    def _sort(self, event: KeyedTable.SortRequested) -> None:
        event.stop()
        if event.column_key == self.wanted.sort:
            self.reverse()
        else:
            self.sort_by(event.column_key)

    @on(KeyedTable.RowChosen)
    def _open(self, event: KeyedTable.RowChosen) -> None:
        event.stop()
        self.open_page()
