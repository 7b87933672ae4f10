"""Rows whose cells are made only for what is in view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from prime_tui.ui.render.styled import Styled

T = TypeVar("T")


class LazyRows(Generic[T]):
    """Things in order, as a `RowSource`; the index is built when a key is first looked for.

    Args:
        things: What is listed.
        key: The identity of one.
        cells: How one is drawn.
    """

    def __init__(
        self, things: Sequence[T], key: Callable[[T], str], cells: Callable[[T], tuple[Styled, ...]]
    ) -> None:
        self._things = things
        self._key = key
        self._cells = cells
        self._index: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._things)

    def key_at(self, index: int) -> str:
        """The key of thing `index`."""
        return self._key(self._things[index])

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of thing `index`."""
        return self._cells(self._things[index])

    def index_of(self, key: str) -> int | None:
        """Where the thing with `key` is, or None."""
        if self._index is None:
            self._index = {self._key(thing): index for index, thing in enumerate(self._things)}
        return self._index.get(key)
