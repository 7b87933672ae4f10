"""The cursor of a table: it belongs to a row, not to a line."""

from collections.abc import Iterator

from prime_tui.ui.render.rows import RowSource
from prime_tui.ui.render.scrolling import clamp_top, top_for

NEIGHBOURS = 64  # how far from a row that went away to look for one that stayed


class RowCursor:
    """Which row is selected and which are in view, through any change of the rows.

    Attributes:
        key: The selected row; kept while there are no rows, so that it is found again when they return.
        index: Where it is.
        top: The first row in view.
        visible: How many rows are in view.
        is_filling: True while the first rows still arrive from several sources: until somebody moves it, the
            cursor stays on the first row, whichever that is: what sorts first must not come out of view.
    """

    def __init__(self) -> None:
        self.key: str | None = None
        self.index = 0
        self.top = 0
        self.visible = 0
        self.is_filling = False
        self._is_moved = False

    def resize(self, visible: int, rows: RowSource) -> None:
        """Another number of rows in view; a selected row that was in view stays there."""
        if visible == self.visible:
            return
        followed = self._in_view()
        self.visible = visible
        self._settle(followed, rows)

    def go(self, index: int, rows: RowSource) -> None:
        """Select row `index`, or the nearest there is."""
        if not len(rows):
            return
        self._is_moved = True
        self.index = max(0, min(index, len(rows) - 1))
        self.key = rows.key_at(self.index)
        self.top = top_for(self.index, self.top, self.visible, len(rows))

    def want(self, key: str, rows: RowSource) -> None:
        """Select the row with `key`; without rows it is selected when they come."""
        index = rows.index_of(key)
        if index is not None:
            self.go(index, rows)
        elif not len(rows):
            self.key = key
            self._is_moved = True

    def scroll(self, top: int, rows: RowSource) -> None:
        """Show rows from `top` on, and leave the selected row where it is."""
        self._is_moved = True
        self.top = clamp_top(top, self.visible, len(rows))

    def rows_changed(self, old: RowSource, new: RowSource) -> None:
        """Find the selected row again, or the nearest of its neighbours that stayed.

        A window that was scrolled moves along, so that the selected row stays on its line.
        """
        if not len(new):
            return
        if self.is_filling and not self._is_moved:
            self.index, self.key = 0, new.key_at(0)
            return
        followed, line = self._in_view(), self.index - self.top
        self.index = self._find(old, new)
        self.key = new.key_at(self.index)
        if followed and self.top > 0:
            self.top = self.index - line
        self._settle(followed, new)

    def _in_view(self) -> bool:
        return self.top <= self.index < self.top + max(1, self.visible)

    def _settle(self, followed: bool, rows: RowSource) -> None:
        total = len(rows)
        self.top = (
            top_for(self.index, self.top, self.visible, total)
            if followed
            else clamp_top(self.top, self.visible, total)
        )

    def _find(self, old: RowSource, new: RowSource) -> int:
        last = len(new) - 1
        if self.key is None:
            return min(self.index, last)
        if self.index <= last and new.key_at(self.index) == self.key:
            return self.index
        for key in self._candidates(old):
            index = new.index_of(key)
            if index is not None:
                return index
        return min(self.index, last)

    def _candidates(self, old: RowSource) -> Iterator[str]:
        if self.key is not None:
            yield self.key
        for distance in range(1, NEIGHBOURS):
            for index in (self.index + distance, self.index - distance):
                if 0 <= index < len(old):
                    yield old.key_at(index)
