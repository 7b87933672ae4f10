"""The rolling budget."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.budget import CallBudget, is_user_call, user_call
from prime_tui.domain.errors import BudgetExhausted
from tests.api.clients import HandClock


def test_calls_are_forgotten_after_an_hour() -> None:
    clock = HandClock()
    budget = CallBudget(clock, allowed=10)
    budget.take(by_user=False)
    clock.seconds = 1800
    budget.take(by_user=False)
    assert budget.use.used == 2
    clock.seconds = 3601
    assert budget.use.used == 1


def test_the_last_tenth_is_the_persons() -> None:
    clock = HandClock()
    budget = CallBudget(clock, allowed=10)
    for second in range(9):
        clock.seconds = float(second)
        budget.take(by_user=False)
    with pytest.raises(BudgetExhausted) as caught:
        budget.take(by_user=False)
    assert caught.value.retry_after_s == pytest.approx(3600 - 8)
    for _ in range(20):
        budget.take(by_user=True)
    assert budget.use.used == 29


def test_background_goes_on_when_the_wait_is_over() -> None:
    clock = HandClock()
    budget = CallBudget(clock, allowed=10)
    for second in range(9):
        clock.seconds = float(second)
        budget.take(by_user=False)
    with pytest.raises(BudgetExhausted) as caught:
        budget.take(by_user=False)
    clock.seconds += caught.value.retry_after_s or 0.0
    budget.take(by_user=False)


@given(st.integers(0, 1500), st.integers(0, 50))
def test_the_more_was_called_at_once_the_slower_and_what_is_in_view_comes_first(used: int, more: int) -> None:
    budget = CallBudget(HandClock(), allowed=1000)
    assert budget.stretch() == 1.0
    for _ in range(used):
        budget.take(by_user=True)
    before, first = budget.stretch(), budget.stretch(is_first=True)
    assert 1.0 <= first <= before <= 20.0
    assert (before == 1.0) is (used <= 75)
    assert (first == 1.0) is (used <= 112)
    for _ in range(more):
        budget.take(by_user=True)
    assert budget.stretch() >= before


@pytest.mark.parametrize("calls_per_h", [300, 700, 1500, 4000])
def test_reading_that_wants_more_than_there_is_slows_down_and_is_never_refused(calls_per_h: int) -> None:
    clock = HandClock()
    budget = CallBudget(clock, allowed=1000)
    waits_s: list[float] = []
    while clock.seconds < 4 * 3600:
        budget.take(by_user=False)
        waits_s.append(3600 / calls_per_h * budget.stretch(is_first=True))
        clock.seconds += waits_s[-1]
        assert budget.use.used <= 900
    assert max(waits_s) <= 3600 / min(calls_per_h, 740)


def test_the_eleventh_pod_within_an_hour_needs_a_second_thought() -> None:
    clock = HandClock()
    budget = CallBudget(clock)
    for _ in range(10):
        budget.take_creation()
    with pytest.raises(BudgetExhausted, match="10 pods"):
        budget.take_creation()
    budget.take_creation(override=True)
    clock.seconds = 3601
    budget.take_creation()


def test_who_asks_is_known_inside_and_forgotten_outside() -> None:
    assert not is_user_call()
    with user_call():
        with user_call():
            assert is_user_call()
        assert is_user_call()
    assert not is_user_call()


def test_the_budget_is_light_to_import() -> None:
    program = (
        "import sys, prime_tui.api.budget; print([m for m in ('httpx', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
