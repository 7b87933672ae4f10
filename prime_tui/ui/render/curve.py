"""Points in time prepared for a plot: gaps where unknown, few points for many, axes with round steps."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import floor, log10
from typing import NamedTuple

from prime_tui.ui.render.glyphs import finite

STEPS_S = tuple(
    int(step.total_seconds())
    for step in (
        *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30)),
        *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
        *(timedelta(days=days) for days in (1, 2, 7, 14, 30, 90, 365)),
    )
)
DAY_S = 86_400
TICK_CELLS = 12  # room for a time and some air


class Point(NamedTuple):
    """An amount of money at a moment; None is not known, which is not zero."""

    at: datetime
    usd: Decimal | None


class Tick(NamedTuple):
    """A mark on an axis."""

    value: float
    label: str


def stretches(points: Sequence[Point]) -> Iterator[list[tuple[float, float]]]:
    """Runs of known points as (seconds since the epoch, dollars), broken where one is not known."""
    run: list[tuple[float, float]] = []
    for at, usd in points:
        dollars = finite(usd)
        if dollars is not None:
            run.append((at.timestamp(), dollars))
        elif run:
            yield run
            run = []
    if run:
        yield run


def decimate(
    run: Sequence[tuple[float, float]], start: float, end: float, columns: int
) -> list[tuple[float, float]]:
    """At most two points for each column, the smallest and the largest in it, so that no spike is lost."""
    width = (end - start) / columns
    if len(run) <= 2 * columns or width <= 0:
        return list(run)
    kept: list[tuple[float, float]] = []
    bucket: list[tuple[float, float]] = []
    number = 0
    for point in run:
        column = min(columns - 1, int((point[0] - start) / width))
        if bucket and column != number:
            kept.extend(_extremes(bucket))
            bucket = []
        number = column
        bucket.append(point)
    kept.extend(_extremes(bucket))
    return kept


def dollar_ticks(highest: float, count: int) -> list[Tick]:
    """Round amounts from zero to at least `highest`, about `count` of them."""
    highest = highest if highest > 0 else 1.0
    rough = highest / max(1, count - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    places = 0 if step >= 1 and step == int(step) else max(2, -floor(log10(step)))
    ticks = [Tick(0.0, f"${0:.{places}f}")]
    while ticks[-1].value < highest:
        value = len(ticks) * step
        ticks.append(Tick(value, f"${value:,.{places}f}"))
    return ticks


def time_ticks(start: float, end: float, columns: int) -> list[Tick]:
    """Round moments (UTC) between two, as many as have room: hours within days, days within months."""
    room = max(1, columns // TICK_CELLS)
    step = next((step for step in STEPS_S if (end - start) / step <= room), STEPS_S[-1])
    form = "%H:%M" if step < DAY_S else "%a %d" if end - start <= 10 * DAY_S else "%d %b"
    first = -(-start // step) * step
    ticks = []
    for number in range(room + 1):
        value = first + number * step
        if value <= end:
            ticks.append(Tick(value, datetime.fromtimestamp(value, UTC).strftime(form)))
    return ticks


def _extremes(bucket: list[tuple[float, float]]) -> list[tuple[float, float]]:
    low = min(bucket, key=lambda point: point[1])
    high = max(bucket, key=lambda point: point[1])
    return [low] if low == high else sorted((low, high))
