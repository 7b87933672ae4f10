"""Sparklines and bars: exact widths, spikes kept, the unknown drawn as unknown."""

from decimal import Decimal
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.ui.render.glyphs import LEVELS, UNKNOWN, bar, spark

numbers = st.none() | st.floats() | st.integers(-(10**9), 10**9) | st.decimals()


@given(st.lists(numbers, max_size=200), st.integers(0, 40))
def test_a_sparkline_is_exactly_as_wide_as_asked(values: list[float | Decimal | None], width: int) -> None:
    assert len(spark(values, width)) == width


@given(numbers, st.integers(0, 40))
def test_a_bar_is_exactly_as_wide_as_asked(fraction: float | Decimal | None, width: int) -> None:
    assert len(bar(fraction, width)) == width


def test_a_spike_survives_decimation() -> None:
    values = [1.0] * 1000
    values[617] = 100.0
    assert spark(values, 10) == "▁▁▁▁▁▁█▁▁▁"


def test_the_unknown_is_a_dot_and_not_a_zero() -> None:
    assert spark([1, None, nan, 8], 4) == "▂··█"
    assert spark([None, None], 4) == "  ··"
    assert bar(None, 3) == "···"


def test_few_values_stand_at_the_right() -> None:
    assert spark([1, 8], 5) == "   ▂█"


def test_values_far_from_zero_use_the_whole_height() -> None:
    drawn = spark([Decimal("251.10"), Decimal("251.20"), Decimal("251.30")], 3)
    assert (drawn[0], drawn[-1]) == (LEVELS[0], LEVELS[-1])


def test_equal_values_are_low() -> None:
    assert spark([5, 5, 5], 3) == "▁▁▁"


@pytest.mark.parametrize(
    ("fraction", "wanted"),
    [(0, "░░░░"), (0.5, "██░░"), (0.56, "██▎░"), (1, "████"), (7, "████"), (-1, "░░░░"), (1e-9, "▏░░░")],
)
def test_a_bar_ends_at_an_eighth_and_shows_the_smallest_beginning(fraction: float, wanted: str) -> None:
    assert bar(fraction, 4) == wanted


def test_unknown_looks_different_from_every_level() -> None:
    assert UNKNOWN not in LEVELS
