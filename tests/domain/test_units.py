"""One formatter a unit: what a person reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from prime_tui.domain import units

NOW = datetime(2026, 11, 20, 8, 41, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "—"),
        ("412.08", "$412.08"),
        ("-1.2", "-$1.20"),
        ("-0.001", "$0.00"),
        ("1904", "$1,904.00"),
        ("0", "$0.00"),
    ],
)
def test_money(amount: str | None, text: str) -> None:
    assert units.usd(None if amount is None else Decimal(amount)) == text


def test_money_with_marks_and_without_units() -> None:
    assert units.usd(Decimal("3.1"), mark="~") == "~$3.10"
    assert units.usd(Decimal("-3.1"), mark="~") == "~-$3.10"
    assert units.amount(Decimal("1234.5")) == "1,234.50"
    assert units.amount(Decimal("-0.001")) == "0.00"
    assert units.amount(Decimal("-2")) == "-2.00"
    assert units.usd_per_h(Decimal("11.42"), mark="≥") == "≥$11.42/h"
    assert units.usd_per_h(None) == "—"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.4", "$12.40"),
        ("0.13", "$0.13"),
        ("0.0004", "$0.0004"),
        ("0.00002", "$0.000020"),
        ("0.00000003", "<$0.000001"),
        ("0", "$0.00"),
        ("-0.0004", "-$0.0004"),
    ],
)
def test_small_money_is_never_rounded_to_nothing(amount: str, text: str) -> None:
    assert units.small_usd(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "—"),
        (0, "0"),
        (950, "950"),
        (999.6, "1.0k"),
        (12_400, "12.4k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (999_600, "1.0M"),
        (9_000_000, "9.0M"),
        (1_200_000_000, "1.2B"),
        (5e14, "500T"),
        (1e18, ">999T"),
        (float("nan"), "—"),
    ],
)
def test_tokens(number: float | None, text: str) -> None:
    assert units.tokens(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (4, "4s"),
        (59.9, "59s"),
        (725, "12m"),
        (3 * 3600 + 7 * 60, "3h07"),
        (47 * 3600 + 59 * 60, "47h59"),
        (9 * 86_400, "9d"),
        (-5, "0s"),
        (1e12, "9999y"),
        (float("inf"), "—"),
    ],
)
def test_spans(seconds: float | None, text: str) -> None:
    assert units.span(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (0.62, "0.62"), (999.9, "1.0k"), (999.4, "999"), (-18_250.0, "-18.2k"), (1e-5, "1e-05")],
)
def test_measured_numbers(value: float | None, text: str) -> None:
    assert units.number(value) == text


def test_times_are_utc_and_as_short_as_they_stay_clear() -> None:
    east = NOW.astimezone()
    assert units.clock_time(east) == "08:41:07Z"
    assert units.moment(NOW - timedelta(hours=1), NOW) == "07:41"
    assert units.moment(NOW - timedelta(days=1), NOW) == "19 Nov 08:41"
    assert units.moment(NOW - timedelta(days=400), NOW) == "2025-10-16 08:41"
    assert units.moment(None) == units.clock_time(None) == units.age(None, NOW) == "—"
    assert units.age(NOW - timedelta(seconds=4), NOW) == "4s"


def test_the_rest() -> None:
    assert units.size(734_003_200) == "734 MB"
    assert units.size(12) == "12 B"
    assert units.size(3_000_000_000_000) == "3.0 TB"
    assert units.count(12_345) == "12,345"
    assert units.percent(0.56) == "56%"
    assert units.gpu("H200_141GB", 8) == "8×H200 141GB"
    assert units.gpu("CPU_NODE", 0) == "CPU NODE"
    assert {units.size(None), units.count(None), units.percent(None), units.gpu(None, 8)} == {"—"}
