"""The metrics of a run as rows of a table: a line of its course, its last value, its range."""

from __future__ import annotations

from collections.abc import Sequence

from prime_tui.domain.metrics import MetricSeries
from prime_tui.domain.units import number
from prime_tui.ui.render.glyphs import spark
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Role, Span

SPARK_CELLS = 16
COLUMNS = (
    Column("name", "METRIC", 22, grow=True, priority=5, sort=False),
    Column("course", "COURSE", SPARK_CELLS, priority=3, sort=False),
    Column("last", "LAST", 8, "right", priority=4, sort=False),
    Column("low", "LOW", 8, "right", priority=1, sort=False),
    Column("high", "HIGH", 8, "right", priority=2, sort=False),
)


def metric_rows(
    series: tuple[MetricSeries, ...], reward: str | None, columns: Sequence[Column] = COLUMNS
) -> tuple[Row, ...]:
    """Return one row a metric with a cell for each of `columns`; the reward stands out."""
    return tuple(_row(one, "title" if one.name == reward else "text", columns) for one in series)


def _row(series: MetricSeries, role: Role, columns: Sequence[Column]) -> Row:
    known = series.known
    cells = {
        "name": Span(series.name, role),
        "course": Span(spark(series.values, SPARK_CELLS), "accent"),
        "last": Span(number(series.last), role),
        "low": Span(number(min(known, default=None)), "dim"),
        "high": Span(number(max(known, default=None)), "dim"),
    }
    return Row(series.name, tuple(cells[column.key] for column in columns))
