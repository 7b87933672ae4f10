"""The rows of the billing table: cells are made only for what is in view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.ids import BillingId
from prime_tui.domain.wallet import BillingRow
from prime_tui.store.selectors.wallet import Resource, resource_of
from prime_tui.ui.render.styled import Styled
from prime_tui.ui.render.wallet import billing_cells


class BillingRows:
    """Billing rows in order, as a `RowSource`.

    Args:
        rows: What is listed.
        known: Names by resource id.
        growth: By how much a row grew last.
        now: For times.
        is_old: True when the wallet could not be read lately.
    """

    def __init__(
        self,
        rows: tuple[BillingRow, ...],
        known: Mapping[str, Resource],
        growth: Callable[[BillingId], Decimal | None],
        now: datetime,
        *,
        is_old: bool,
    ) -> None:
        self._rows = rows
        self._known = known
        self._growth = growth
        self._now = now
        self._is_old = is_old
        self._index: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def key_at(self, index: int) -> str:
        """The id of a row."""
        return self._rows[index].id

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of a row."""
        row = self._rows[index]
        name = resource_of(row, self._known).name
        return billing_cells(row, name, self._growth(row.id), self._now, is_old=self._is_old)

    def index_of(self, key: str) -> int | None:
        """Where a row is, or None."""
        if self._index is None:
            self._index = {row.id: index for index, row in enumerate(self._rows)}
        return self._index.get(key)

    def row(self, key: str | None) -> BillingRow | None:
        """The row itself."""
        index = None if key is None else self.index_of(key)
        return None if index is None else self._rows[index]
