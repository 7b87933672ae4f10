"""Spend over time, as large as there is room: drawn once for each change, then kept."""

import asyncio
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from time import monotonic
from typing import NamedTuple

from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer

from prime_tui.ui.render.curve import Point, decimate, dollar_ticks, stretches, time_ticks
from prime_tui.ui.render.filling import filled
from prime_tui.ui.render.styled import Span, Styled, fit
from prime_tui.ui.widgets.painted import PaintedWidget

LIBRARY = "textual_plotext"
LEAST_SIZE = Size(24, 5)
DRAW_EVERY_S = 5.0
LOAD_AFTER_S = 0.7
"""What talks to the service is loaded first."""
AXIS_LINES = 2
DOTS = Size(2, 4)  # of a cell
LINES_FOR_TICK = 3
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
CURVE = re.compile("([\u2801-\u28ff]+)")


class SpendPlot(PaintedWidget):
    """A plot of dollars over time, in the colours of the theme.

    New points are drawn at most every five seconds, and only while the plot is on the screen that is shown;
    another size or another window of time is drawn at once, another theme only recolours. The
    plotting library is loaded, in a thread, when there is something to draw.
    """

    DEFAULT_CSS = """
    SpendPlot { height: 1fr; }
    """

    points: reactive[tuple[Point, ...]] = reactive[tuple[Point, ...]]((), repaint=False, init=False)
    """What to draw, oldest first; a point that is not known leaves a gap."""

    empty: reactive[Styled] = reactive[Styled]("No spend is known yet.")
    """What is said when there is nothing to draw."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[list[Span]] = []
        self._scene: Scene | None = None
        self._drawn: tuple[tuple[Point, ...], Size] | None = None
        self._drawn_at_s = -DRAW_EVERY_S
        self._later: Timer | None = None

    window: reactive[str] = reactive("", repaint=False, init=False)
    """What span of time the points are of; set it before the points."""

    def watch_window(self) -> None:
        """These are other points, not newer ones: they do not wait."""
        self._drawn_at_s = -DRAW_EVERY_S

    def watch_points(self, old: tuple[Point, ...], new: tuple[Point, ...]) -> None:
        """Draw again, now or when it is time."""
        if old != new:
            self._draw_in_time()

    def render_line(self, y: int) -> Strip:
        """A line of the picture, or the sentence in its middle."""
        if y == 0:
            self._draw()
        width = self.size.width
        if self._lines:
            return self.strip(fit(tuple(self._lines[y]) if y < len(self._lines) else "", width), width)
        said = y == self.size.height // 2
        return self.strip(fit(self._sentence() if said else "", width, "centre"), width)

    def _sentence(self) -> Styled:
        if not any(stretches(self.points)):
            return self.empty
        if self.size.width < LEAST_SIZE.width or self.size.height < LEAST_SIZE.height:
            return Span("Too little room for a plot.", "dim")
        return Span("…", "dim")

    def _draw_in_time(self) -> None:
        wait_s = self._drawn_at_s + DRAW_EVERY_S - monotonic()
        if wait_s <= 0 or not self._lines:
            self.refresh()
        elif self._later is None:
            self._later = self.set_timer(wait_s, self._draw_later)

    def _draw_later(self) -> None:
        self._later = None
        self.refresh()

    def _draw(self) -> None:
        """Make the picture, unless it is there or must wait."""
        wanted = (self.points, self.size)
        if wanted == self._drawn or not self._worth_drawing():
            return
        resized = self._drawn is None or self._drawn[1] != self.size
        if not resized and self._lines and monotonic() - self._drawn_at_s < DRAW_EVERY_S:
            return
        runs = list(stretches(self.points))
        if not runs or self.size.width < LEAST_SIZE.width or self.size.height < LEAST_SIZE.height:
            self._scene, self._lines = None, []
        elif LIBRARY not in sys.modules:
            # Of the screen, which tells when it fails.
            self.screen.run_worker(
                self._load(), "Loading the plot", group="plot", exclusive=True, exit_on_error=False
            )
            return
        else:
            scene = scene_of(runs, self.size.width, self.size.height)
            if not scene.looks_like(self._scene):
                self._scene, self._lines = scene, [_spans(line) for line in draw(scene)]
        self._drawn, self._drawn_at_s = wanted, monotonic()

    def _worth_drawing(self) -> bool:
        return bool(self.size) and (self.screen.is_current or not self._lines)

    async def _load(self) -> None:
        await asyncio.sleep(LOAD_AFTER_S)
        await asyncio.to_thread(import_module, LIBRARY)
        self.refresh()


class Scene(NamedTuple):
    """What is to be drawn, in the dots of the picture.

    Attributes:
        curves: Dots from the lower left corner, in columns and lines of dots.
        moments: Marks of the lower axis, at a column of dots.
        dollars: Marks of the left axis, at a line of dots.
    """

    width: int
    height: int
    curves: tuple[tuple[tuple[int, int], ...], ...]
    moments: tuple[tuple[int, str], ...]
    dollars: tuple[tuple[int, str], ...]
    columns: int
    lines: int

    def looks_like(self, other: "Scene | None") -> bool:
        """Whether no dot and no mark is more than one away from its place in the other: nobody sees that."""
        if other is None or self.shape != other.shape:
            return False
        return all(abs(ours - theirs) <= 1 for ours, theirs in zip(self.places, other.places, strict=True))

    @property
    def shape(self) -> tuple[object, ...]:
        """What there is, wherever it is."""
        labels = [[label for _, label in axis] for axis in (self.moments, self.dollars)]
        return self.width, self.height, self.columns, [len(curve) for curve in self.curves], labels

    @property
    def places(self) -> list[int]:
        """Where it is."""
        dots = (place for curve in self.curves for dot in curve for place in dot)
        return [*dots, *(at for axis in (self.moments, self.dollars) for at, _ in axis)]


def scene_of(runs: Sequence[Sequence[tuple[float, float]]], width: int, height: int) -> Scene:
    """The scene of `runs` of (seconds, dollars) for `width` by `height` cells."""
    start, end = runs[0][0][0], runs[-1][-1][0]
    if end <= start:
        start, end = start - 1800, end + 1800
    highest = max(usd for run in runs for _, usd in run)
    dollars = dollar_ticks(highest, max(2, (height - AXIS_LINES) // LINES_FOR_TICK))
    cells = max(1, width - len(dollars[-1].label) - 1)
    columns, lines = DOTS.width * cells, DOTS.height * max(1, height - AXIS_LINES)

    def column(seconds: float) -> int:
        return round((seconds - start) / (end - start) * (columns - 1))

    def line(usd: float) -> int:
        return round(usd / dollars[-1].value * (lines - 1))

    return Scene(
        width,
        height,
        tuple(
            tuple((column(seconds), line(usd)) for seconds, usd in decimate(run, start, end, cells))
            for run in runs
        ),
        tuple((column(tick.value), tick.label) for tick in time_ticks(start, end, cells)),
        tuple((line(tick.value), tick.label) for tick in dollars),
        columns,
        lines,
    )


def draw(scene: Scene) -> list[str]:
    """The picture of a scene, without colours."""
    from textual_plotext import Plot

    plot = Plot()
    plot.theme("clear")
    plot.plotsize(scene.width, scene.height)
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    plot.xlim(0, scene.columns - 1)
    plot.ylim(0, scene.lines - 1)
    plot.yticks([at for at, _ in scene.dollars], [label for _, label in scene.dollars])
    plot.xticks([at for at, _ in scene.moments], [label for _, label in scene.moments])
    for curve in scene.curves:
        plot.plot([x for x, _ in curve], [y for _, y in curve], marker="braille")
    lines = ESCAPES.sub("", str(plot.build())).splitlines()
    # The library could fill it too, with twenty megabytes for a moment and a fifth of a second.
    return filled(lines[:-AXIS_LINES]) + lines[-AXIS_LINES:]


def _spans(line: str) -> list[Span]:
    """The curve in the accent colour, axes and labels dim."""
    return [Span(part, "accent" if CURVE.match(part) else "dim") for part in CURVE.split(line) if part]
