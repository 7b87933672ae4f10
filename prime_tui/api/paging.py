"""Reading a list over all its pages, whichever way the service counts them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from prime_tui.api.wire.base import Page, read_rows, readable
from prime_tui.domain.remote import Listing, UnreadableRow

T = TypeVar("T")

PAGE_ROWS = 100


async def read_pages(
    fetch: Callable[[int, int], Awaitable[Page]],
    read: Callable[[object], T],
    key: Callable[[T], object],
    *,
    max_pages: int,
    page_rows: int = PAGE_ROWS,
    whole_without_total: bool = False,
) -> Listing[T]:
    """Return all pages as one list without repeated keys.

    It ends when a page is empty or brings nothing new, when the announced total is reached, when nothing was
    announced and a page is shorter than asked, and after `max_pages`. One page that fails, fails the list.

    Raises:
        ResponseShapeError: There are rows and none of them can be read.

    Args:
        fetch: Given the page number (from 0) and the number of rows seen so far.
        read: Reads a row.
        key: Tells rows apart.
        max_pages: The most pages to read.
        page_rows: The rows a page was asked for.
        whole_without_total: An answer without a total is the whole list, whatever its length.
    """
    items: dict[object, T] = {}
    lost: list[UnreadableRow] = []
    total: int | None = None
    seen = 0
    for number in range(max_pages):
        page = await fetch(number, seen)
        found, unreadable = read_rows(page.rows, read, key, start=seen)
        before = len(items)
        for item in found:
            items.setdefault(key(item), item)
        lost += unreadable
        seen += len(page.rows)
        total = page.total
        if page.is_bare or (len(items) == before and not unreadable):
            break
        if seen >= total if total is not None else whole_without_total or len(page.rows) < page_rows:
            break
    return readable(Listing(tuple(items.values()), total, tuple(lost)))
