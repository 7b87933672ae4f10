"""Two calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def both(one: Coroutine[None, None, T], other: Coroutine[None, None, U]) -> tuple[T, U]:
    """Return both results; when one fails the other is given up."""
    tasks = (asyncio.ensure_future(one), asyncio.ensure_future(other))
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
