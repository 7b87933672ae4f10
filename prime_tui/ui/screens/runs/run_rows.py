"""The rows of the runs table: cells are made only for what is in view."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prime_tui.domain.views import RunView
from prime_tui.ui.render.rows import Column
from prime_tui.ui.render.runs import COLUMNS, run_cells
from prime_tui.ui.render.styled import Styled


class RunRows:
    """Runs in order, as a `RowSource` with a cell for each of `columns`."""

    def __init__(
        self,
        views: tuple[RunView, ...],
        now: datetime,
        columns: Sequence[Column] = COLUMNS,
        *,
        is_old: bool = False,
    ) -> None:
        self._views = views
        self._now = now
        self._columns = columns
        self._is_old = is_old
        self._index: dict[str, int] | None = None

    def at(self, now: datetime, *, is_old: bool) -> RunRows:
        """Return the same rows as they look at another moment."""
        later = RunRows(self._views, now, self._columns, is_old=is_old)
        later._index = self._index
        return later

    def __len__(self) -> int:
        return len(self._views)

    def key_at(self, index: int) -> str:
        """The id of a run."""
        return self._views[index].id

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of a run."""
        return run_cells(self._views[index], self._now, self._columns, is_old=self._is_old)

    def index_of(self, key: str) -> int | None:
        """Where a run is, or None."""
        if self._index is None:
            self._index = {view.id: index for index, view in enumerate(self._views)}
        return self._index.get(key)
