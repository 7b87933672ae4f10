"""An app that sends its terminal only what changed, and never waits for it."""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

import asyncio
import os
import sys
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any, ClassVar, ParamSpec, TypeVar

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from prime_tui.persistence.last_frame import Picture
from prime_tui.ui.terminal.audience import Audience
from prime_tui.ui.terminal.curtain import MARKED_LINES, Curtain
from prime_tui.ui.terminal.dirty_lines import paint_dirty_lines
from prime_tui.ui.terminal.driver import QuietDriver
from prime_tui.ui.terminal.environment import erases_to_background
from prime_tui.ui.terminal.frame_diff import FrameDiff, Piece
from prime_tui.ui.terminal.light_strips import lighten_strips
from prime_tui.ui.terminal.paint_clock import FRAME_S, paint_by_clock
from prime_tui.ui.terminal.pins import unfit_reason
from prime_tui.ui.terminal.see_through import see_through
from prime_tui.ui.terminal.small_caches import bound_caches
from prime_tui.ui.terminal.straight import lines_now, uncovered_region

SWITCH = "PRIME_TUI_FRAME_DIFF"
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
SYNC_FROM_CHARACTERS = 400  # a shorter frame arrives in one piece anyway
PAUSE_S = 0.1
BUILT_WITHIN_S = 5.0
SETTLING_S = 2.0  # a terminal reports its size unasked after the start; that is no change

ReturnType = TypeVar("ReturnType")
Parameters = ParamSpec("Parameters")


class QuietApp(App[ReturnType]):
    """Base of the program's app.

    Attributes:
        frame_diff_off_reason: Why frames are sent as the toolkit makes them, or None when they are compared.
        asked_at_s: When the person last did something, or something was due that had waited long enough
            (monotonic clock); what follows is painted at once.
        pace_s: The least time between two paints that nobody asked for.
        audience: Whether anybody looks; told by the terminal, by tmux and by keys.
        away_paint_s: The pace while nobody looks.
        curtain: What was painted before the toolkit was there.
        crash_report: Reports a crash and returns what is printed then; without it the plain traceback.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Stop for a while (fg goes on)", show=False),
    ]

    frame_diff_off_reason: str | None = None
    crash_report: Callable[[BaseException], str] | None = None

    def __init__(self) -> None:
        self.frame_diff_off_reason = unfit_reason()
        if self.frame_diff_off_reason is None:
            paint_by_clock()
            paint_dirty_lines()
            lighten_strips()
            bound_caches()
            see_through()
        if os.environ.get(SWITCH) == "0":
            self.frame_diff_off_reason = f"{SWITCH} is 0."
        self._frame_diff: FrameDiff | None = None
        self._painting_paused = False
        self._caret = (0, 0)
        self._caret_owner: weakref.ref[Widget] | None = None
        self._terminal_taken_at_s = 0.0
        self.asked_at_s = 0.0
        self.pace_s = FRAME_S
        self.away_paint_s = FRAME_S
        self.audience = Audience(self.audience_changed)
        self.curtain = Curtain()
        self._standing: Picture | None = None
        self._painted: tuple[int, ...] = ()
        self._farewell = ""
        super().__init__()

    def get_driver_class(self) -> type[Driver]:
        """The quiet driver in place of the toolkit's, when this is the version it was made for."""
        chosen = super().get_driver_class()
        return QuietDriver if chosen is LinuxDriver and unfit_reason() is None else chosen

    def action_suspend_process(self) -> None:
        """Stop; not where no shell would ever let us go on."""
        if os.getpgrp() == os.getsid(0):
            self.notify("No shell is waiting behind this program.", markup=False)
        else:
            super().action_suspend_process()

    def redraw(self) -> None:
        """Send the whole screen again, for a terminal that something else wrote to."""
        if self._frame_diff is not None:
            self._frame_diff.forget()
        self.refresh()

    async def on_event(self, event: events.Event) -> None:
        """Note when the person did something."""
        if isinstance(event, events.InputEvent) and not isinstance(event, events.MouseMove):
            self.acted()
        if isinstance(event, events.Key):
            await self._screen_built()
        await super().on_event(event)

    async def _screen_built(self) -> None:
        """Wait for a screen that was just put up: taken away half built, by a key typed ahead, it crashes."""
        until_s = monotonic() + BUILT_WITHIN_S
        while self.screen_stack and not self.screen.is_mounted and monotonic() < until_s:  # noqa: ASYNC110 - the toolkit has no event for it
            await asyncio.sleep(0.001)

    def acted(self) -> None:
        """Somebody pressed a key or a button."""
        self.asked_at_s = monotonic()
        self.audience.act()

    def watch_app_focus(self, has_focus: bool) -> None:
        """The terminal tells, where it can."""
        self.audience.focus(has_focus)

    def audience_changed(self, is_away: bool) -> None:
        """Paint seldom while nobody looks, and at once when somebody does again."""
        self.pace_s = self.away_paint_s if is_away else FRAME_S
        if not is_away and self._running:
            self.asked_at_s = monotonic()
            self.screen._update_timer.resume()

    def on_resize(self, event: events.Resize) -> None:
        """A terminal that changed its size may show anything; so it may after a change there and back."""
        settled = monotonic() - self._terminal_taken_at_s > SETTLING_S
        if event.size != self.size or settled:
            self.redraw()

    def terminal_cleared(self) -> None:
        """The terminal was taken over, at the start or again after a suspension: it shows nothing."""
        self._terminal_taken_at_s = monotonic()
        if self._frame_diff is not None:
            self._frame_diff.cleared(*self.size)
            self.refresh()

    def take_picture(self) -> Picture | None:
        """Return what stands on the terminal already, for the driver that takes it over."""
        self._terminal_taken_at_s = monotonic()
        self._standing = self.curtain.hand_over()
        return self._standing

    def picture(self) -> Picture | None:
        """Return what the terminal shows; None where nobody knows, or it is not the present screens."""
        if self._frame_diff is None or self.frame_diff_off_reason is not None or self._painting_paused:
            return None
        if self._painted != self._present():
            return None
        return self._frame_diff.picture(MARKED_LINES)

    def _present(self) -> tuple[int, ...]:
        return tuple(map(id, self.screen_stack))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send a frame as its difference from the last one; none while the terminal does not read."""
        driver = self._driver
        if not isinstance(driver, QuietDriver) or renderable is None or self._batch_count:
            super()._display(screen, renderable)
        elif not driver.takes_frame():
            self._pause_painting()
        elif self.frame_diff_off_reason is None and isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            self._send_difference(driver, renderable)
        else:
            super()._display(screen, renderable)

    def _send_difference(self, driver: QuietDriver, update: LayoutUpdate | ChopsUpdate) -> None:
        if self._running and not self._closed:
            if self._frame_diff is None:
                self._frame_diff = FrameDiff(
                    self.console._color_system or ColorSystem.TRUECOLOR,
                    erases_to_background=erases_to_background(),
                )
                if self._standing is None:
                    self._frame_diff.cleared(*_frame_size(update))
                else:
                    self._frame_diff.shows(self._standing)
                    self._standing = None
            if not self._send_lines(driver, self._frame_diff, _lines(update), _frame_size(update)):
                return
            self._painted = self._present()
        self.post_display_hook()

    def _send_lines(
        self,
        driver: QuietDriver,
        diff: FrameDiff,
        lines: Iterable[tuple[int, Sequence[Piece]]],
        size: tuple[int, int],
    ) -> bool:
        try:
            sequence = diff.frame(lines, *size) + self._caret_sequence(diff)
        except Exception as error:
            # A fault here must not end the program: from now on frames go as the toolkit makes them.
            self.frame_diff_off_reason = f"It failed: {type(error).__name__}: {error}."
            self.refresh()
            return False
        if sequence:
            if self._sync_available and len(sequence) >= SYNC_FROM_CHARACTERS:
                sequence = f"{SYNC_START}{sequence}{SYNC_END}"
            driver.write_frame(sequence)
        return True

    def paint_at_once(self, *widgets: Widget) -> bool:
        """Send what widgets show now, without the toolkit's round of messages: for what changes often.

        Returns:
            False where only the toolkit can tell what the terminal has to show: the widgets have to ask for
            a refresh then.
        """
        driver, diff, screen = self._driver, self._frame_diff, self.screen
        if diff is None or self.frame_diff_off_reason is not None or self._painting_paused:
            return False
        if not isinstance(driver, QuietDriver) or not driver.takes_frame():
            return False
        if any(widget.screen is not screen for widget in widgets):
            return False
        if self._batch_count or screen._layout_required or not diff.has_size(*screen._compositor.size):
            return False
        lines: list[tuple[int, list[Piece]]] = []
        for widget in widgets:
            region = uncovered_region(screen._compositor, widget)
            if region is None:
                return False
            shown = zip(region.line_range, lines_now(widget), strict=True)
            lines += [(y, [Piece(region.x, region.right, strip)]) for y, strip in shown]
        return self._send_lines(driver, diff, lines, screen._compositor.size)

    def _caret_sequence(self, diff: FrameDiff) -> str:
        """Leave the hidden cursor where text is typed, so that an input method shows up there."""
        caret = self.screen.outer_size.clamp_offset(self.cursor_position)
        focused = self.focused
        if caret != self._caret:
            self._caret = caret
            self._caret_owner = None if focused is None else weakref.ref(focused)
        if focused is None or self._caret_owner is None or self._caret_owner() is not focused:
            return ""
        return diff.move_cursor(*caret)

    def _pause_painting(self) -> None:
        """Drop this frame; when the terminal reads again, what it misses by then is sent at once."""
        if not self._painting_paused:
            self._painting_paused = True
            self.set_timer(PAUSE_S, self._resume_painting, name="terminal does not read")
        self.post_display_hook()

    def _resume_painting(self) -> None:
        self._painting_paused = False
        if isinstance(self._driver, QuietDriver) and not self._driver.takes_frame():
            self._pause_painting()
        else:
            self.refresh()

    def guarded(self, listener: Callable[Parameters, None]) -> Callable[Parameters, None]:
        """Return `listener` as something that ends the program when it fails, as any handler would.

        For what the toolkit does not call: the loop would log the failure, and the screen would stand still.
        """

        def listening(*arguments: Parameters.args, **named: Parameters.kwargs) -> None:
            try:
                listener(*arguments, **named)
            except Exception as error:
                self._handle_exception(error)

        return listening

    def panic(self, *renderables: RenderableType) -> None:
        """Leave in panic; an error that could draw itself is told like all others: it would show values."""
        if self._exception is None:
            super().panic(*renderables)
        else:
            self._fatal_error()

    def _fatal_error(self) -> None:
        """Leave because of the first mistake, told without the values of variables, which may be secrets."""
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        if error is not None and not self._farewell:
            report = self.crash_report or (lambda fault: "".join(traceback.format_exception(fault)))
            self._farewell = report(error)
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Say why the program ended; unlike the toolkit, without breaking a path into two lines."""
        if self._farewell and sys.__stderr__ is not None:
            sys.__stderr__.write(f"{self._farewell}\n")
            sys.__stderr__.flush()
        super()._print_error_renderables()


def _frame_size(update: LayoutUpdate | ChopsUpdate) -> tuple[int, int]:
    if isinstance(update, LayoutUpdate):
        return update.region.right, update.region.bottom
    return max(ends[-1] for ends in update.chop_ends), len(update.chops)


def _lines(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, list[Piece]]]:
    """The lines of an update, and the parts of them that it means."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield y, list(_side_by_side(update.region.x, line))
        return
    for y, first, last in update.spans:
        columns = zip(update.chop_ends[y], update.chops[y].items(), strict=True)
        yield (
            y,
            [
                Piece(x, min(end, last), strip)
                for end, (x, strip) in columns
                if strip is not None and x < last and end > first
            ],
        )


def _side_by_side(x: int, strips: Iterable[Any]) -> Iterator[Piece]:
    for strip in strips:
        end = x + strip.cell_length
        yield Piece(x, end, strip)
        x = end
