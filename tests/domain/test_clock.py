"""The machine's clock: what a sleep of the whole machine does to a waiting one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain import clock as clock_module
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.remote import CLOCK_TOLERANCE, Freshness, Remote

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
steps = st.floats(-1e7, 1e7).map(lambda seconds: timedelta(seconds=seconds))
ages = st.floats(0, 1e6).map(lambda seconds: timedelta(seconds=seconds))


class Laptop(SystemClock):
    """A machine that can be put to sleep: its timers stand still then, its time goes on."""

    def __init__(self) -> None:
        self.asleep_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.asleep_s


async def test_nobody_sleeps_on_after_the_machine_woke_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "LONGEST_NAP_S", 0.02)
    laptop = Laptop()
    waiting = asyncio.create_task(laptop.sleep(3600))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    laptop.asleep_s = 3600
    async with asyncio.timeout(30):
        await waiting


async def test_a_short_sleep_is_as_long_as_it_says() -> None:
    clock = SystemClock()
    began_s = clock.monotonic()
    await clock.sleep(0.05)
    assert clock.monotonic() - began_s >= 0.05


@given(steps, ages)
def test_whatever_is_done_to_the_clock_no_age_is_negative_and_the_future_is_not_fresh(
    step: timedelta, age: timedelta
) -> None:
    remote: Remote[int] = Remote()
    remote = remote.paced(30.0).loaded(1, NOW - age)
    after = NOW + step
    assert (remote.age_s(after) or 0.0) >= 0
    if NOW - age - after > CLOCK_TOLERANCE:
        assert remote.freshness(after) is Freshness.STALE


@given(steps, ages)
def test_a_clock_that_was_set_changes_no_age(step: timedelta, age: timedelta) -> None:
    remote: Remote[int] = Remote()
    remote = remote.paced(30.0).loaded(1, NOW - age)
    shifted = remote.shifted(step)
    assert shifted.age_s(NOW + step) == pytest.approx(remote.age_s(NOW))
    assert shifted.freshness(NOW + step) is remote.freshness(NOW)
