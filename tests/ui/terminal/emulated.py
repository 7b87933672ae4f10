"""An app whose frames go to two emulated terminals: as the toolkit makes them, and as differences."""

from collections.abc import Iterable
from queue import Queue
from typing import Any

import pyte
from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver
from textual.geometry import Size
from textual.screen import Screen
from wcwidth import wcwidth

from prime_tui.ui.terminal.driver import QuietDriver
from prime_tui.ui.terminal.quiet_app import QuietApp

Cell = tuple[object, ...]


class Recorder:
    """Stands where the writer thread stands, and writes at once."""

    def __init__(self, driver: "EmulatedDriver") -> None:
        self._driver = driver
        self._queue: Queue[str | None] = Queue()

    def write(self, text: str) -> None:
        self._driver.feed(text)

    def stop(self) -> None:
        """Nothing is waiting."""


class EmulatedDriver(QuietDriver):
    """A driver on a terminal emulator instead of a terminal."""

    def feed(self, text: str) -> None:
        if isinstance(self._app, TwoTerminals):
            self._app.as_difference.feed(text)
            self._app.bytes_as_difference += len(text.encode())

    def start_application_mode(self) -> None:
        self._writer_thread = Recorder(self)  # type: ignore[assignment]
        if isinstance(self._app, TwoTerminals):
            self.send_size(*self._app.emulated_size)
            self._app.plain.reset()
        self.take_over()

    def send_size(self, width: int, height: int) -> None:
        self._size = (width, height)
        self.send_message(events.Resize(Size(width, height), Size(width, height)))

    def disable_input(self) -> None:
        """There is no input thread."""

    def stop_application_mode(self) -> None:
        """There is no terminal to restore."""


class Terminal:
    """A pyte screen."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l\x1b[20h")

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def reset(self) -> None:
        self.feed("\x1b[m\x1b[2J")

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(height, width)

    def cells(self) -> list[list[Cell]]:
        """What can be seen: a blank shows no foreground unless it is reversed or underlined.

        The emulator keeps the first half of a wide character whose second half was written over; terminals
        show a blank there.
        """
        return [self._line(y) for y in range(self.screen.lines)]

    def _line(self, y: int) -> list[Cell]:
        line = [self.screen.buffer[y][x] for x in range(self.screen.columns)]
        after = [*line[1:], None]
        return [
            seen(cell._replace(data=" ") if is_half(cell, other) else cell)
            for cell, other in zip(line, after, strict=True)
        ]


def is_half(cell: pyte.screens.Char, after: pyte.screens.Char | None) -> bool:
    return len(cell.data) == 1 and wcwidth(cell.data) == 2 and (after is None or after.data != "")


def seen(cell: pyte.screens.Char) -> Cell:
    lined = cell.underscore or cell.strikethrough
    if cell.data == " " and not (cell.reverse or lined):
        return (" ", cell.bg)
    weight = () if cell.data == " " else (cell.bold, cell.italics)
    return (cell.data, cell.fg, cell.bg, cell.reverse, lined, *weight)


class TwoTerminals(QuietApp[None]):
    """Feeds both terminals, and notes each frame after which they differ."""

    def __init__(self, width: int = 60, height: int = 16) -> None:
        super().__init__()
        self.emulated_size = (width, height)
        self.plain = Terminal(width, height)
        self.as_difference = Terminal(width, height)
        self.bytes_as_difference = self.bytes_plain = self.frames = 0
        self.differences: list[str] = []

    def get_driver_class(self) -> type[Driver]:
        return EmulatedDriver

    def resize_terminal(self, width: int, height: int) -> None:
        self.emulated_size = (width, height)
        for terminal in (self.plain, self.as_difference):
            terminal.resize(width, height)
        driver = self._driver
        if isinstance(driver, EmulatedDriver):
            driver.send_size(width, height)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        update: object = renderable
        if isinstance(update, CompositorUpdate) and not self._batch_count:
            sequence = update.render_segments(self.console)
            self.plain.feed(sequence)
            self.bytes_plain += len(sequence.encode())
            self.frames += 1
        super()._display(screen, renderable)
        # A frame for a size that the terminal no longer has shows anything, until the next one.
        if frame_size(update) == self.emulated_size:
            self.differences.extend(differing(self.plain.cells(), self.as_difference.cells()))


def frame_size(update: object) -> tuple[int, int] | None:
    if isinstance(update, LayoutUpdate):
        return update.region.size
    if isinstance(update, ChopsUpdate):
        return max(ends[-1] for ends in update.chop_ends), len(update.chops)
    return None


def differing(plain: list[list[Cell]], other: list[list[Cell]]) -> Iterable[str]:
    for y, (wanted, got) in enumerate(zip(plain, other, strict=True)):
        for x, (want, have) in enumerate(zip(wanted, got, strict=True)):
            if want != have:
                yield f"({x}, {y}): {want} is shown as {have}"
