"""Lines that make a cache when they need it.

The screens are made of thousands of lines and parts of lines. The toolkit gives each of them seven caches,
most of which stay empty for ever: a kilobyte a line.
"""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip


class _LateCache:
    """Stands for one cache of every line, and makes it where it is first asked for."""

    def __init__(self, slot: Any, size: int) -> None:  # noqa: ANN401 - slots have no type of their own
        self._slot = slot
        self._size = size

    def __get__(self, strip: Strip, owner: type[Strip]) -> FIFOCache[Any, Any]:
        cache: FIFOCache[Any, Any]
        try:
            cache = self._slot.__get__(strip, owner)
        except AttributeError:
            cache = FIFOCache(self._size)
            self._slot.__set__(strip, cache)
        return cache


def _begin(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    """Begin a line as the toolkit does, without its caches."""
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = None
    strip._link_ids = None
    strip._cell_count = None


@lru_cache(maxsize=1)
def lighten_strips() -> None:
    """Let every line of this process make its caches late."""
    model = Strip(())
    for name in Strip.__slots__:
        cache = getattr(model, name)
        if isinstance(cache, FIFOCache):
            setattr(Strip, name, _LateCache(vars(Strip)[name], cache._maxsize))
    setattr(Strip, "__init__", _begin)  # noqa: B010
