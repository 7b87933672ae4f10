"""The spend plot: what it shows, when it draws, and that it says so when there is nothing to draw."""

import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partialmethod
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.screen import Screen

from prime_tui.ui.colours import LIGHT
from prime_tui.ui.render import curve
from prime_tui.ui.render.curve import Point, decimate, dollar_ticks, stretches, time_ticks
from prime_tui.ui.render.filling import filled
from prime_tui.ui.widgets import plot
from prime_tui.ui.widgets.plot import SpendPlot
from tests.ui.widgets.stage import Stage, on_stage

MOST_BYTES_A_PICTURE = 4_000_000
START = datetime(2026, 11, 20, tzinfo=UTC)


def points(*usd: float | str | None, minutes: int = 10) -> tuple[Point, ...]:
    return tuple(
        Point(START + timedelta(minutes=minutes * n), None if amount is None else Decimal(str(amount)))
        for n, amount in enumerate(usd)
    )


async def drawn(stage: Stage) -> None:
    await stage.workers.wait_for_complete()
    await stage.rest()


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A growing list: one entry for each picture that is made."""
    made: list[int] = []
    draw = plot.draw

    def counted(scene: plot.Scene) -> list[str]:
        made.append(scene.width)
        return draw(scene)

    monkeypatch.setattr(plot, "draw", counted)
    return made


@pytest.mark.parametrize("given", [(), points(None, None), points("NaN", "Infinity")])
async def test_without_a_known_point_it_says_so(given: tuple[Point, ...]) -> None:
    chart = SpendPlot()
    chart.points = given
    async with on_stage(chart) as stage:
        assert [line.strip() for line in stage.lines if line.strip()] == ["No spend is known yet."]


async def test_it_shows_a_curve_dollars_and_times() -> None:
    chart = SpendPlot()
    chart.points = points(*[10 + n % 9 for n in range(140)])
    async with on_stage(chart, size=(80, 11)) as stage:
        await drawn(stage)
        assert "$20" in stage.text
        assert "$0" in stage.text
        assert "06:00" in stage.text
        assert "⣿" in stage.text
        assert max(map(len, stage.lines)) <= 80


async def test_the_unknown_is_a_gap() -> None:
    chart = SpendPlot()
    chart.points = points(*[5] * 30, *[None] * 30, *[5] * 30)
    async with on_stage(chart, size=(70, 11)) as stage:
        await drawn(stage)
        middle = stage.lines[6][6:]
        assert "⣿" in middle[:15]
        assert middle[25:35].strip() == ""
        assert "⣿" in middle[-15:]


@pytest.mark.parametrize("given", [points(3), points(0, 0, 0), points(0.0004, 0.0002), points(1e9, 2e9)])
async def test_any_known_points_can_be_drawn(given: tuple[Point, ...]) -> None:
    chart = SpendPlot()
    chart.points = given
    async with on_stage(chart, size=(50, 9)) as stage:
        await drawn(stage)
        assert "$" in stage.text
        assert any("\u2801" <= character <= "\u28ff" for character in stage.text)


async def test_with_too_little_room_it_says_so() -> None:
    chart = SpendPlot()
    chart.points = points(1, 2)
    async with on_stage(chart, size=(30, 3)) as stage:
        await drawn(stage)
        assert "Too little room for a plot." in stage.text


async def test_one_picture_for_one_change_and_equal_points_make_none(pictures: list[int]) -> None:
    chart = SpendPlot()
    chart.points = points(1, 2, 3)
    async with on_stage(chart) as stage:
        await drawn(stage)
        chart.refresh()
        await stage.rest()
        chart.points = points(1, 2, 3)
        await stage.rest()
        assert len(pictures) == 1


async def test_what_moves_dots_by_one_makes_no_new_picture(
    pictures: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plot, "DRAW_EVERY_S", 0.0)
    chart = SpendPlot()
    chart.points = points(10, 20, 30)
    async with on_stage(chart, size=(60, 12)) as stage:
        await drawn(stage)
        chart.points = points(10, 20, 30.01)
        await stage.rest()
        assert len(pictures) == 1
        for creeping in (31, 32, 33):
            chart.points = points(10, 20, creeping)
            await stage.rest()
        assert len(pictures) == 2, "many small steps are a large one"


async def test_under_a_curve_that_stays_the_hours_move_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "DRAW_EVERY_S", 0.0)
    chart, steady = SpendPlot(), points(*[5] * 49, minutes=30)
    chart.points = steady
    async with on_stage(chart, size=(80, 10)) as stage:
        await drawn(stage)
        places = [stage.lines[-1].index("06:00")]
        for hours in (1, 2, 3):
            chart.points = tuple(Point(at + timedelta(hours=hours), usd) for at, usd in steady)
            await stage.rest()
            places.append(stage.lines[-1].index("06:00"))
        cells_an_hour = 75 / 24
        assert places == [pytest.approx(places[0] - hours * cells_an_hour, abs=1) for hours in range(4)]


async def test_new_points_wait_and_another_size_does_not(
    pictures: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(plot, "monotonic", lambda: now_s)
    chart = SpendPlot()
    chart.points = points(1, 2, 3)
    async with on_stage(chart, size=(60, 12)) as stage:
        await drawn(stage)
        chart.points = points(1, 2, 30)
        await stage.rest()
        assert pictures == [60]
        assert "$40" not in stage.text
        await stage.pilot.resize_terminal(50, 12)
        await stage.rest()
        assert pictures == [60, 50]
        assert "$40" in stage.text
        now_s += plot.DRAW_EVERY_S
        chart.points = points(1, 2, 50)
        await stage.rest()
        assert pictures == [60, 50, 50]


async def test_another_window_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "monotonic", lambda: 1000.0)
    chart = SpendPlot()
    chart.window, chart.points = "24 h", points(1, 2, 3)
    async with on_stage(chart) as stage:
        await drawn(stage)
        chart.window, chart.points = "7 d", points(1, 2, 30)
        await stage.rest()
        assert "$40" in stage.text
        chart.window, chart.points = "7 d", points(1, 2, 90)
        await stage.rest()
        assert "$100" not in stage.text


async def test_what_waited_is_drawn_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "DRAW_EVERY_S", 0.2)
    chart = SpendPlot()
    chart.points = points(1, 2, 3)
    async with on_stage(chart, size=(60, 12)) as stage:
        await drawn(stage)
        chart.points = points(1, 2, 90)
        for _ in range(1000):
            if "$100" in stage.text:
                break
            await stage.pilot.pause(0.01)
        assert "$100" in stage.text


async def test_a_screen_that_is_not_shown_draws_nothing(pictures: list[int]) -> None:
    chart = SpendPlot()
    chart.points = points(1, 2, 3)
    async with on_stage(chart) as stage:
        await drawn(stage)
        await stage.push_screen(Screen())
        await stage.rest()
        chart.points = points(4, 5, 6)
        await stage.rest()
        assert len(pictures) == 1


async def test_a_theme_recolours_without_a_new_picture(pictures: list[int]) -> None:
    chart = SpendPlot()
    chart.points = points(1, 2, 3)
    async with on_stage(chart) as stage:
        await drawn(stage)

        def colours() -> set[str]:
            return {str(s.style.color) for y in range(11) for s in chart.render_line(y) if s.style}

        before = colours()
        stage.theme = LIGHT
        await stage.rest()
        assert not before & colours()
        assert len(pictures) == 1


def test_the_library_is_not_imported_with_the_widget() -> None:
    code = "import sys, prime_tui.ui.widgets.plot; print(*[m for m in sys.modules if 'plotext' in m])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "\n"


@pytest.mark.parametrize(("width", "height"), [(40, 8), (121, 17)])
def test_the_area_is_what_the_library_would_fill(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textual_plotext import Plot

    chance = Random(width)
    usd = [chance.choice([0.0, 0.01, 1.0, 30.0]) * chance.random() for _ in range(120)]
    runs = [[(600.0 * n, usd[n]) for n in part] for part in (range(3), range(20, 70), range(80, 120))]
    ours = plot.draw(plot.scene_of(runs, width, height))
    monkeypatch.setattr(plot, "filled", list)
    assert plot.draw(plot.scene_of(runs, width, height)) != ours
    monkeypatch.setattr(Plot, "plot", partialmethod(Plot.plot, fillx=True))
    assert plot.draw(plot.scene_of(runs, width, height)) == ours


def test_a_picture_takes_little_memory_for_a_moment() -> None:
    runs = [[(600.0 * n, n * 7919 % 100.0) for n in range(170)]]
    plot.draw(plot.scene_of(runs, 160, 40))
    tracemalloc.start()
    plot.draw(plot.scene_of(runs, 160, 40))
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < MOST_BYTES_A_PICTURE


@given(st.lists(st.text(" ⠁⠂⡀⢀⣿x", min_size=5, max_size=5), max_size=5))
def test_what_lies_under_a_dot_is_filled_and_nothing_else(lines: list[str]) -> None:
    below = filled(lines)
    assert filled(below) == below
    for y, line in enumerate(lines):
        for x, cell in enumerate(line):
            above = any("\u2801" <= other[x] <= "\u28ff" for other in lines[:y])
            assert below[y][x] == cell or "\u2801" <= below[y][x] <= "\u28ff"
            assert (below[y][x] == cell) or above or cell != " "
            assert cell != "x" or below[y][x] == "x"


def test_decimation_keeps_ends_and_spikes() -> None:
    run = [(float(n), 1.0) for n in range(10_000)]
    run[6170] = (6170.0, 99.0)
    run[2222] = (2222.0, -5.0)
    kept = decimate(run, 0.0, 9999.0, 60)
    assert len(kept) <= 120
    assert (6170.0, 99.0) in kept
    assert (2222.0, -5.0) in kept
    assert kept == sorted(kept)


def test_runs_break_where_a_point_is_unknown() -> None:
    assert [[usd for _, usd in run] for run in stretches(points(1, 2, None, "NaN", 3, None))] == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (0, ["$0.00", "$0.50", "$1.00"]),
        (18, ["$0", "$10", "$20"]),
        (0.0011, ["$0.000", "$0.001", "$0.002"]),
        (2500, ["$0", "$2,000", "$4,000"]),
    ],
)
def test_dollar_ticks_are_round_and_reach_the_highest(highest: float, labels: list[str]) -> None:
    assert [tick.label for tick in dollar_ticks(highest, 3)] == labels


def test_time_ticks_are_round_and_have_room() -> None:
    day = START.timestamp()
    assert [t.label for t in time_ticks(day, day + curve.DAY_S, 60)] == [
        "00:00",
        "06:00",
        "12:00",
        "18:00",
        "00:00",
    ]
    week = [t.label for t in time_ticks(day + 60, day + 7 * curve.DAY_S, 50)]
    assert week == ["Sat 21", "Mon 23", "Wed 25", "Fri 27"]
    assert len(time_ticks(day, day + 400 * curve.DAY_S, 60)) <= 6
