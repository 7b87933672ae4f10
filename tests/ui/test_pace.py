"""When what only ages is drawn again."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.ui.pace import QUICK, SLOW, SPANS, YOUNG, ages_due, is_due
from tests.store.making import DAY, NOW

paces = st.sampled_from((QUICK, SLOW, SPANS))
moments = st.timedeltas(timedelta(0), DAY).map(lambda later: NOW + later)


def test_what_was_never_drawn_is_due() -> None:
    assert is_due(None, NOW, SLOW)


@given(moments, paces)
def test_it_is_due_once_within_its_pace(drawn_at: datetime, pace: timedelta) -> None:
    due = [is_due(drawn_at, drawn_at + step * pace / 10, pace) for step in range(11)]
    assert due[0] is False
    assert due[-1] is True
    assert due == sorted(due)


@given(st.floats(0, 1, exclude_max=True), paces)
def test_all_of_one_pace_fall_due_together(drawn: float, pace: timedelta) -> None:
    drawn_at = min(NOW + drawn * pace, NOW + pace - timedelta.resolution)
    assert not is_due(drawn_at, NOW + pace - timedelta.resolution, pace)
    assert is_due(drawn_at, NOW + pace, pace)


def test_ages_are_drawn_quickly_while_one_is_young() -> None:
    young, old = NOW - YOUNG + timedelta(minutes=1), NOW - YOUNG
    for births, due in (((), False), ((old, None), False), ((old, young), True)):
        assert ages_due(NOW, NOW + QUICK, births) is due
        assert ages_due(NOW, NOW + SLOW, births)
        assert not ages_due(NOW, NOW + QUICK - timedelta.resolution, births)


@given(moments, paces)
def test_after_the_clock_was_set_back_it_is_due(drawn_at: datetime, pace: timedelta) -> None:
    assert is_due(drawn_at, drawn_at - pace, pace)
