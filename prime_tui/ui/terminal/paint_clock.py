"""When a screen paints: what a person did at once, everything else at the frame rate or, unseen, more slowly.

The toolkit's timer paints on a grid of frames, so that a key may wait for up to two of them; at a rate that
is low enough for a slow link that is felt.
"""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

import asyncio
from functools import lru_cache
from time import monotonic
from typing import Any

from textual.constants import MAX_FPS
from textual.screen import Screen

FRAME_S = 1 / MAX_FPS
ANSWER_S = 1 / 60  # frames that answer keys come no closer than this, however fast a key repeats


class PaintClock:
    """Stands in for the update timer of one screen: `resume` asks for a paint, `pause` takes that back."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._due: asyncio.TimerHandle | None = None
        self._painted_at_s = 0.0

    def resume(self) -> None:
        """Paint as soon as may be."""
        asked_at_s = getattr(self._screen.app, "asked_at_s", 0.0)
        pace_s = ANSWER_S if asked_at_s > self._painted_at_s else getattr(self._screen.app, "pace_s", FRAME_S)
        loop = asyncio.get_running_loop()
        due_s = loop.time() + max(0.0, self._painted_at_s + pace_s - monotonic())
        if self._due is not None:
            if self._due.when() <= due_s:
                return
            self._due.cancel()
        self._due = loop.call_at(due_s, self._paint)

    def pause(self) -> None:
        """Paint only when asked again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _paint(self) -> None:
        self._due = None
        self._painted_at_s = monotonic()
        app = self._screen.app
        if app._exit or not self._screen.is_attached:
            return
        try:
            self._screen._on_timer_update()
        except Exception as error:
            # As the toolkit's own timer does.
            app._handle_exception(error)


def _clock_of(screen: Screen[Any]) -> PaintClock:
    clock: PaintClock | None = vars(screen).get("_paint_clock")
    if clock is None:
        clock = PaintClock(screen)
        vars(screen)["_paint_clock"] = clock
    return clock


@lru_cache(maxsize=1)
def paint_by_clock() -> None:
    """Make every screen of this process paint by a `PaintClock`."""
    setattr(Screen, "_update_timer", property(_clock_of))  # noqa: B010
