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


@given(st.integers(0, 1500))
def test_stretching_begins_at_four_fifths_and_only_grows(used: int) -> None:
    budget = CallBudget(HandClock(), allowed=1000)
    before = budget.stretch()
    for _ in range(used):
        budget.take(by_user=True)
    factor = budget.stretch()
    assert factor >= before == 1.0
    assert (factor == 1.0) is (used <= 800)
    assert factor <= 6.0
    assert (factor == pytest.approx(6.0)) is (used >= 1000)


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
