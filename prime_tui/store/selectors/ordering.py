"""Sorting rows by a column; what is unknown comes last in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def ordered(items: Iterable[T], key: Callable[[T], Any], *, descending: bool) -> tuple[T, ...]:
    """Return the items by `key`; equal ones keep their order, those whose key is None come last."""
    known: list[T] = []
    unknown: list[T] = []
    for item in items:
        (unknown if key(item) is None else known).append(item)
    known.sort(key=key, reverse=descending)
    return (*known, *unknown)
