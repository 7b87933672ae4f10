"""One question on its way: events in, an attempt out, a few times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from prime_tui.domain.chat import ChatDelta, ChatEnd, ChatRequest
from prime_tui.domain.clock import Clock
from prime_tui.domain.conversation import AnswerState, Attempt
from prime_tui.domain.errors import PrimeError, StreamBroken

if TYPE_CHECKING:
    from prime_tui.sync.chat_desk import ChatDesk

SHOW_EVERY_S = 0.25
SILENT_AFTER_S = 5.0


class Asking:
    """Asks once and tells `changed` of the growing attempt, at most four times a second.

    Args:
        desk: Who asks.
        attempt: The attempt as it begins.
        changed: Called with the attempt as it is now; the last call has one that is not live.
    """

    def __init__(
        self, desk: ChatDesk, clock: Clock, attempt: Attempt, changed: Callable[[Attempt], None]
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._attempt = attempt
        self._changed = changed
        self._began_s = clock.monotonic()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._first_s: float | None = None
        self._last_s = 0.0
        self._shown_s = -SHOW_EVERY_S
        self._later: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._is_stopped = False

    @property
    def attempt(self) -> Attempt:
        """What came so far."""
        return self._attempt

    async def run(self, request: ChatRequest) -> None:
        """Ask, and take the answer to its end; errors are part of the attempt."""
        self._task = asyncio.current_task()
        try:
            if self._is_stopped:
                return
            async with aclosing(self._desk.ask(request)) as events:
                async for event in events:
                    if isinstance(event, ChatDelta):
                        self._take(event)
                    else:
                        self._end(event)
                        return
            self._end(ChatEnd(error=StreamBroken("The answer stopped before its end.")))
        except PrimeError as error:
            self._end(ChatEnd(error=error.to_keep()))
        except asyncio.CancelledError:
            if not self._is_stopped:  # the program ends
                raise
            if self._task is not None:
                self._task.uncancel()
        finally:
            self._close()

    def stop(self) -> None:
        """Break the answer off; what came is kept."""
        self._is_stopped = True
        if self._task is not None:
            self._task.cancel()

    def tick(self) -> None:
        """Let the seconds without news be seen: before the first piece, and when the stream has stalled."""
        silent_s = self._elapsed_s() - self._last_s
        if self._attempt.state is AnswerState.WAITING:
            self._show()
        elif self._attempt.is_live and silent_s >= SILENT_AFTER_S:
            self._attempt = self._attempt.silent(silent_s)
            self._show()

    def _elapsed_s(self) -> float:
        return max(0.0, self._clock.monotonic() - self._began_s)

    def _take(self, delta: ChatDelta) -> None:
        self._last_s = self._elapsed_s()
        if self._first_s is None:
            self._first_s = self._last_s
        if delta.text:
            self._text.append(delta.text)
        if delta.reasoning:
            self._reasoning.append(delta.reasoning)
        if self._later is None:
            wait_s = self._shown_s + SHOW_EVERY_S - self._last_s
            if wait_s <= 0:
                self._show()
            else:
                self._later = asyncio.get_running_loop().call_later(wait_s, self._show)

    def _gather(self) -> None:
        """Move what waits into the attempt."""
        pieces = max(len(self._text), len(self._reasoning))
        if not pieces:
            return
        self._attempt = self._attempt.grown(
            "".join(self._text),
            "".join(self._reasoning),
            pieces,
            first_s=self._first_s or 0.0,
            took_s=self._last_s,
        )
        self._text.clear()
        self._reasoning.clear()

    def _show(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._shown_s = self._elapsed_s()
        self._gather()
        if self._attempt.state is AnswerState.WAITING:
            self._attempt = self._attempt.waited(self._shown_s)
        self._changed(self._attempt)

    def _end(self, end: ChatEnd) -> None:
        self._gather()
        self._attempt = self._attempt.ended(end, took_s=self._last_s or self._elapsed_s())

    def _close(self) -> None:
        """Show the last state once, whatever ended it."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._gather()
        if self._attempt.is_live:
            self._attempt = self._attempt.stopped(took_s=self._last_s or self._elapsed_s())
        self._changed(self._attempt)
