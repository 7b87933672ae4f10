from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from prime_tui.domain.metrics import MetricSeries
from prime_tui.ui.render.metric_plot import metric_plot
from prime_tui.ui.render.run_metrics import COLUMNS, metric_rows
from prime_tui.ui.render.styled import plain, width_of

VALUES = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=300)


def series(values: list[float | None]) -> MetricSeries:
    return MetricSeries("reward/all/mean", tuple(range(len(values))), tuple(values))


@given(VALUES, st.integers(0, 140), st.integers(0, 40))
def test_a_plot_fits_its_room_whatever_it_shows(values: list[float | None], width: int, height: int) -> None:
    lines = metric_plot(series(values), width, height)
    assert len(lines) <= max(height, 0)
    if width >= 24:
        assert all(width_of(line) <= width for line in lines[1:])


def test_a_rising_curve_rises() -> None:
    lines = [plain(line) for line in metric_plot(series([float(n) for n in range(100)]), 60, 12)]
    body = lines[1:-1]
    heights = [
        min(row for row, line in enumerate(body) if column < len(line) and line[column] > "\u2800")
        for column in range(8, 58)
    ]
    assert heights == sorted(heights, reverse=True)
    assert body[0].lstrip().startswith("99┤")
    assert body[-1].lstrip().startswith("0┤")
    assert lines[-1].split() == ["step", "0", "99"]


def test_one_spike_among_thousands_is_not_lost() -> None:
    values: list[float | None] = [0.0] * 4_000
    values[1_234] = 5.0
    top = plain(metric_plot(series(values), 60, 12)[1])
    assert any(char > "\u2800" for char in top[8:])


def test_a_curve_has_no_holes() -> None:
    values: list[float | None] = [0.0 if n % 2 else 1.0 for n in range(30)]
    body = [plain(line)[7:].ljust(52) for line in metric_plot(series(values), 60, 10)[1:-1]]
    assert all(any(line[column] > "\u2800" for line in body) for column in range(50))


def test_nothing_and_a_flat_line_are_said() -> None:
    assert "no value yet" in plain(metric_plot(series([None, None]), 60, 10)[1])
    assert len(metric_plot(series([0.5, 0.5]), 60, 10)) == 10


@given(VALUES)
@example([0.0, -2.2e-309])
@example([0.0, 2.2e-309])
def test_a_row_shows_last_low_and_high_and_never_nan(values: list[float | None]) -> None:
    (row,) = metric_rows((series(values),), "reward/all/mean")
    assert len(row.cells) == len(COLUMNS)
    assert "nan" not in "".join(plain(cell) for cell in row.cells)
