"""What follows a cursor once it rests: while somebody runs through a list, nothing is drawn beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump

REST_S = 0.15


class AtRest:
    """Calls `act` when nothing was touched for a moment, unless `node` is gone by then."""

    def __init__(self, node: MessagePump, act: Callable[[], object], after_s: float = REST_S) -> None:
        self._node = node
        self._act = act
        self._after_s = after_s
        self._due: asyncio.TimerHandle | None = None

    @property
    def is_moving(self) -> bool:
        """Whether it was touched a moment ago."""
        return self._due is not None

    def touch(self) -> None:
        """Wait anew."""
        self.cancel()
        self._due = asyncio.get_running_loop().call_later(self._after_s, self._rests)

    def cancel(self) -> None:
        """Do not call any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _rests(self) -> None:
        self._due = None
        if self._node.is_running:
            self._node.call_later(self._act)  # by its own queue, where a failure is told
