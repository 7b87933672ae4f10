"""Burn, runway, rates and what something cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.cost import Cost, CostOrigin, best_cost, hours, upper_bound_usd
from prime_tui.domain.spend import (
    Burn,
    Charge,
    charge_within,
    rate_usd_per_h,
    runway,
    spend_series,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def charge(start_h: float, end_h: float, amount: str) -> Charge:
    return Charge(NOW + start_h * HOUR, NOW + end_h * HOUR, Decimal(amount), "compute")


@pytest.mark.parametrize(
    ("balance", "burn", "hours_left", "reason"),
    [
        ("100", Burn(Decimal(4)), "25", ""),
        ("-5", Burn(Decimal(4)), "0", ""),
        ("100", Burn(), None, "no burn"),
        ("100", Burn(unknown=("pod-1",)), None, "unknown"),
        (None, Burn(Decimal(4)), None, "unknown"),
        ("100", None, None, "unknown"),
    ],
)
def test_runway(balance: str | None, burn: Burn | None, hours_left: str | None, reason: str) -> None:
    left = runway(None if balance is None else Decimal(balance), burn, NOW)
    assert left.reason == reason
    assert left.hours == (None if hours_left is None else Decimal(hours_left))


def test_a_runway_of_ten_thousand_years_has_no_date() -> None:
    left = runway(Decimal(10**9), Burn(Decimal("0.0001")), NOW)
    assert left.hours is not None
    assert left.ends_at is None


def test_a_charge_is_split_by_time() -> None:
    one = charge(0, 2, "10")
    assert charge_within(one, NOW, NOW + HOUR) == 5
    assert charge_within(one, NOW - HOUR, NOW + 3 * HOUR) == 10
    assert charge_within(one, NOW + 3 * HOUR, NOW + 4 * HOUR) == 0


def test_a_charge_of_one_moment_belongs_to_the_span_that_begins_with_it() -> None:
    one = charge(1, 1, "10")
    assert charge_within(one, NOW, NOW + HOUR) == 0
    assert charge_within(one, NOW + HOUR, NOW + 2 * HOUR) == 10


@pytest.mark.parametrize("buckets", [1, 3, 7, 24, 49, 1440])
def test_a_moment_on_a_boundary_is_in_exactly_one_bucket(buckets: int) -> None:
    end = NOW + 24 * HOUR
    width = (end - NOW) / buckets
    for index in range(buckets):
        at = NOW + index * width
        series = spend_series([Charge(at, at, Decimal(1), "compute")], NOW, end, buckets)
        assert sum(series) == 1, index


def test_what_the_widths_leave_over_belongs_to_the_last_bucket() -> None:
    end = NOW + HOUR  # seven equal parts of an hour are two microseconds short of it
    at = end - timedelta(microseconds=1)
    assert sum(spend_series([Charge(at, at, Decimal(1), "compute")], NOW, end, 7)) == 1


def test_the_series_has_every_hour() -> None:
    series = spend_series([charge(0, 2, "10"), charge(3, 3, "1")], NOW, NOW + 4 * HOUR, 4)
    assert list(series) == [Decimal(5), Decimal(5), Decimal(0), Decimal(1)]


def test_the_rate_of_a_growing_total() -> None:
    window = timedelta(minutes=15)
    samples = [(NOW - timedelta(minutes=minutes), Decimal(60 - minutes)) for minutes in (60, 10, 5, 0)]
    rate = rate_usd_per_h(samples, NOW, window)
    assert rate is not None
    assert round(rate, 9) == 60
    assert rate_usd_per_h(samples[-1:], NOW, window) is None
    assert rate_usd_per_h([(NOW - timedelta(seconds=30), Decimal(1)), (NOW, Decimal(2))], NOW, window) is None


def test_the_rate_of_a_total_that_was_corrected_is_that_since_then() -> None:
    window = timedelta(minutes=15)
    falling = [
        (NOW - timedelta(minutes=minutes), Decimal(total)) for minutes, total in ((9, 9), (4, 1), (0, 5))
    ]
    assert rate_usd_per_h(falling[:2], NOW, window) is None, "unknown, and not zero"
    rate = rate_usd_per_h(falling, NOW, window)
    assert rate is not None
    assert round(rate, 9) == 60


def test_hours_are_exact_and_never_negative() -> None:
    assert hours(NOW, NOW + timedelta(microseconds=3600)) == Decimal("0.000001")
    assert hours(NOW + HOUR, NOW) == 0


def test_an_upper_bound_needs_price_and_start() -> None:
    assert upper_bound_usd(Decimal(2), NOW, NOW + HOUR * 3) == 6
    assert upper_bound_usd(None, NOW, NOW) is None
    assert upper_bound_usd(Decimal(2), None, NOW) is None


def test_the_most_trustworthy_cost_wins() -> None:
    def cost(amount: str | None, origin: CostOrigin) -> Cost:
        return Cost(None if amount is None else Decimal(amount), origin)

    billed, usage = cost("3", CostOrigin.BILLED), cost("4", CostOrigin.USAGE)
    estimate, reported = cost("9", CostOrigin.ESTIMATE), cost("1", CostOrigin.REPORTED)
    history = cost("2", CostOrigin.HISTORY)
    assert best_cost(billed=billed, usage=usage, estimate=estimate) == usage
    assert best_cost(billed=billed, usage=cost(None, CostOrigin.USAGE)) == billed
    assert best_cost(history=history, estimate=estimate) == history
    assert best_cost(estimate=estimate, reported=reported) == estimate
    assert best_cost(reported=reported) == reported
    assert best_cost() == Cost()
    assert best_cost(billed=cost("0", CostOrigin.BILLED), estimate=estimate).usd == 0, "zero is known"
