"""Rows that are read again and again and seldom change."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


class UnchangedRows(Generic[T]):
    """Reads the rows of one list: a row that comes as it came the last time gives the same object again.

    To validate a row costs several times what it costs to compare it, and of fifty pods hardly one has
    changed within half a minute. Only a digest of each row is kept.

    Args:
        read: Makes a value of a row, of nothing else, and raises when it cannot.
    """

    def __init__(self, read: Callable[[object], T]) -> None:
        self._read = read
        self._before: dict[bytes, T] = {}
        self._now: dict[bytes, T] = {}

    def begin(self) -> None:
        """The list is read once more: what it does not hold this time is forgotten, unless nothing comes."""
        if self._now:
            self._before, self._now = self._now, {}

    def __call__(self, row: object) -> T:
        """Return what the row says."""
        digest = blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._before.get(digest)
        item = self._now[digest] = self._read(row) if known is None else known
        return item
