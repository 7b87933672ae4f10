"""Sorting rows by a column; what is unknown comes last in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def ordered(items: Iterable[T], key: Callable[[T], Any], *, descending: bool) -> tuple[T, ...]:
    """Return the items by `key`; equal ones keep their order, those whose key is None come last."""
    things = tuple(items)
    keys = [key(item) for item in things]
    known = [item for item, one in zip(things, keys, strict=True) if one is not None]
    in_turn = (one for one in keys if one is not None)
    known.sort(key=lambda _: next(in_turn), reverse=descending)  # each key is made once, and no pair
    return (*known, *(item for item, one in zip(things, keys, strict=True) if one is None))
