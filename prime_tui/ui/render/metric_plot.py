"""One metric over the steps as a braille curve with its axes."""

from __future__ import annotations

from collections.abc import Iterator

from prime_tui.domain.metrics import MetricSeries
from prime_tui.domain.units import number
from prime_tui.ui.render.styled import Span, Styled, fit

DOT_COLUMNS, DOT_ROWS = 2, 4
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0x2800
LEAST_WIDTH, LEAST_HEIGHT = 24, 4
LEAST_LABEL_CELLS = 5


def metric_plot(series: MetricSeries, width: int, height: int) -> tuple[Styled, ...]:
    """Return `height` lines: title, curve, and the axis of steps.

    Each column of dots shows the smallest and the largest value in it, so no spike is lost.
    """
    title: Styled = (Span(f" {series.name}", "title"), Span(f"  {number(series.last)}"))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return (title,)[: max(0, height)]
    known = [
        (step, value) for step, value in zip(series.steps, series.values, strict=True) if value is not None
    ]
    if not known:
        return (title, Span(" no value yet", "dim"))
    low, high = min(value for _, value in known), max(value for _, value in known)
    if high == low:  # a flat line in the middle
        half = abs(high) / 2 or 1.0
        low, high = low - half, high + half
    label_cells = max(len(number(low)), len(number(high)), LEAST_LABEL_CELLS)
    columns, rows = width - label_cells - 2, height - 2
    first, last = known[0][0], known[-1][0]
    cells = _curve(known, columns, rows, first, last, low, high)
    lines: list[Styled] = [title]
    for row in range(rows):
        label = number(high) if row == 0 else number(low) if row == rows - 1 else ""
        edge = "┤" if label else "│"
        drawn = "".join(chr(BLANK + dots) if dots else " " for dots in cells[row])
        lines.append((Span(f" {label:>{label_cells}}", "dim"), Span(edge, "dim"), Span(drawn, "accent")))
    lines.append((Span(" " * (label_cells + 2)), *fit(Span(_axis(first, last, columns), "dim"), columns)))
    return tuple(lines)


def _curve(
    known: list[tuple[int, float]], columns: int, rows: int, first: int, last: int, low: float, high: float
) -> list[list[int]]:
    cells = [[0] * columns for _ in range(rows)]
    across, down = columns * DOT_COLUMNS, rows * DOT_ROWS
    for x, top, bottom in _strokes(known, across, down, first, last, low, high):
        for y in range(top, bottom + 1):
            cells[y // DOT_ROWS][x // DOT_COLUMNS] |= _DOTS[y % DOT_ROWS][x % DOT_COLUMNS]
    return cells


def _strokes(
    known: list[tuple[int, float]], across: int, down: int, first: int, last: int, low: float, high: float
) -> Iterator[tuple[int, int, int]]:
    """One vertical stroke for each column of dots that has a value or lies between two that have."""
    scale_x = (across - 1) / max(1, last - first)
    extremes: dict[int, tuple[int, int]] = {}
    for step, value in known:
        x = round((step - first) * scale_x)
        y = round((high - value) / (high - low) * (down - 1))
        top, bottom = extremes.get(x, (y, y))
        extremes[x] = (min(top, y), max(bottom, y))
    old_x, old_top, old_bottom = -1, 0, 0
    for x in sorted(extremes):
        top, bottom = extremes[x]
        if old_x >= 0:
            old_y, new_y = (old_top + old_bottom) / 2, (top + bottom) / 2
            for between in range(old_x + 1, x):
                y = round(old_y + (new_y - old_y) * (between - old_x) / (x - old_x))
                joined = _joined(y, y, old_top, old_bottom)
                yield between, *joined
                old_top, old_bottom = joined
            top, bottom = _joined(top, bottom, old_top, old_bottom)
        yield x, top, bottom
        old_x, (old_top, old_bottom) = x, extremes[x]


def _joined(top: int, bottom: int, old_top: int, old_bottom: int) -> tuple[int, int]:
    """A stroke made long enough to touch the one beside it, so that the curve has no holes."""
    if top > old_bottom + 1:
        return old_bottom + 1, bottom
    if bottom < old_top - 1:
        return top, old_top - 1
    return top, bottom


def _axis(first: int, last: int, columns: int) -> str:
    left, right = f"step {first}", str(last)
    middle = columns - len(left) - len(right)
    return left if middle < 1 else left + " " * middle + right
