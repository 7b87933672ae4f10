"""What must hold for every input: text, money, series, logs, metrics, ages."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prime_tui.domain import cost, disks, offers, pods, runs, spend, units, views, wallet
from prime_tui.domain.errors import NetworkError
from prime_tui.domain.remote import Freshness, Remote
from prime_tui.domain.runs import MetricPoint
from prime_tui.domain.spend import Charge, charge_within, spend_series
from prime_tui.domain.text import BODY_LIMIT, LINE_LIMIT, NAME_LIMIT, clean, clean_line, clean_name
from prime_tui.store.billing_book import BillingBook
from prime_tui.sync.logs import GAP_MARK, join_tail
from prime_tui.sync.run_reading import merge_metrics
from tests.store.making import row
from tests.store.making import wallet as a_wallet

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = settings(max_examples=150, deadline=None)

BIDI = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f", "\u061c"}
PIECES = (
    *(
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x1bP",
        "\x1b\\",
        "\x07",
        "\x9b",
        "\x9d",
        "\x90",
        "\x9c",
        "\x1b[31m",
        "\x1b]52;c;eA==",
    ),
    *(
        "\r",
        "\n",
        "\t",
        "\0",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u200d",
        "\ufe0f",
        "\u00ad",
    ),
    *("\u0301", "\u0301" * 9, "\u0489", "e", "漢", "👩", " ", "[/x]", "0;", "m", "…", "\ufffd", "\ud800"),
)
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=40).map("".join)


@SETTINGS
@given(hostile, st.sampled_from([5, 40, NAME_LIMIT, BODY_LIMIT]), st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, limit: int, one_line: bool) -> None:
    once = clean(text, limit=limit, one_line=one_line)
    assert clean(once, limit=limit, one_line=one_line) == once
    assert len(once) <= limit


@SETTINGS
@given(hostile)
def test_clean_text_holds_nothing_that_a_terminal_acts_upon(text: str) -> None:
    for cleaned, may_break in ((clean(text), True), (clean_line(text), False), (clean_name(text), False)):
        for char in cleaned:
            assert char not in BIDI
            if char == "\n":
                assert may_break
            else:
                assert unicodedata.category(char) not in ("Cc", "Cs"), hex(ord(char))
    assert len(clean_name(text)) <= NAME_LIMIT
    assert len(clean_line(text)) <= LINE_LIMIT
    assert clean_name(clean_name(text)) == clean_name(text)


def test_no_character_at_all_gets_through_that_acts_or_hides() -> None:
    for first in range(0, 0x110000, 0x400):
        text = "a".join(chr(code) for code in range(first, first + 0x400))
        found = {char for char in clean(text, limit=10_000) if char != "\n"}
        assert not found & BIDI
        assert not {char for char in found if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")}


@SETTINGS
@given(st.text(alphabet=st.sampled_from("e\u0301\u0302\u0303\u20dd"), max_size=80))
def test_marks_do_not_pile_up(text: str) -> None:
    height = 0
    for char in clean(text):
        height = height + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert height <= 4


@SETTINGS
@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200))
def test_plain_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


moments = st.integers(-3_000, 3_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
amounts = st.decimals(-1000, 1000, places=6)


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    start, end = sorted((draw(moments), draw(moments)))
    return Charge(start, draw(st.sampled_from((start, end))), draw(amounts), "compute")


@SETTINGS
@given(st.lists(charges(), max_size=12), moments, st.integers(1, 5_000), st.integers(1, 70))
def test_the_buckets_of_a_span_hold_what_was_spent_in_it(
    found: list[Charge], start: datetime, minutes: int, buckets: int
) -> None:
    end = start + timedelta(minutes=minutes)
    series = spend_series(found, start, end, buckets)
    assert len(series) == buckets
    spent = sum((charge_within(charge, start, end) for charge in found), Decimal(0))
    assert abs(sum(series, Decimal(0)) - spent) < Decimal("1e-15")


@SETTINGS
@given(charges(), moments, moments, moments)
def test_parts_of_a_span_add_up(charge: Charge, one: datetime, two: datetime, three: datetime) -> None:
    start, middle, end = sorted((one, two, three))
    parts = charge_within(charge, start, middle) + charge_within(charge, middle, end)
    assert abs(parts - charge_within(charge, start, end)) < Decimal("1e-15")


@SETTINGS
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 500), st.integers(0, 400), st.booleans()),
        max_size=25,
    )
)
def test_a_book_holds_what_its_rows_hold_however_often_they_are_read(
    readings: list[tuple[str, int, int, bool]],
) -> None:
    book, at = BillingBook(), NOW
    for row_id, cents, minutes, unreadable in readings:
        at += timedelta(minutes=7)
        billed = NOW + timedelta(minutes=minutes)
        amount = None if unreadable else str(Decimal(cents) / 100)
        book.observe(a_wallet(row(row_id, amount, billed=billed, created=NOW)), 0, at)
    total = sum((one.amount for one in book.rows if one.amount is not None), Decimal(0))
    far = timedelta(days=400)
    assert abs(book.spent(NOW - far, NOW + far) - total) < Decimal("1e-9")
    assert abs(sum(book.by_type(NOW - far, NOW + far).values(), Decimal(0)) - total) < Decimal("1e-9")


@SETTINGS
@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 80))
def test_a_tail_that_overlaps_neither_loses_nor_repeats(old: int, overlap: int, new: int) -> None:
    log = tuple(f"line {number}" for number in range(old + overlap + new))
    shown, tail = log[: old + overlap], log[old:]
    assert join_tail(shown, tail) == log


@SETTINGS
@given(st.lists(st.sampled_from("ab"), max_size=30), st.lists(st.sampled_from("ab"), max_size=30))
def test_any_tail_keeps_what_was_shown_and_ends_as_the_tail_does(shown: list[str], tail: list[str]) -> None:
    before, after = tuple(shown), tuple(tail)
    joined = join_tail(before, after)
    assert joined[: len(before)] == before
    assert not after or joined[-len(after) :] == after
    # The longest overlap is taken, as a search by hand finds it.
    longest = max(
        size
        for size in range(min(len(before), len(after)) + 1)
        if before[len(before) - size :] == after[:size]
    )
    gap = (GAP_MARK,) if before and after and not longest else ()
    assert joined == (*before, *gap, *after[longest:])


points = st.lists(
    st.builds(
        MetricPoint,
        st.integers(0, 12),
        st.dictionaries(st.sampled_from(["reward", "loss", "kl"]), st.floats(-5, 5), max_size=3),
    ),
    max_size=10,
).map(tuple)


@SETTINGS
@given(points, points)
def test_merged_metrics_have_each_step_once_in_order_and_the_newest_word(
    first: tuple[MetricPoint, ...], second: tuple[MetricPoint, ...]
) -> None:
    known = merge_metrics((), first)
    merged = merge_metrics(known, second)
    steps = [point.step for point in merged]
    assert steps == sorted({point.step for point in (*first, *second)})
    assert merge_metrics(merged, second) is merged
    newest: dict[tuple[int, str], float] = {}
    for point in (*first, *second):
        newest |= {(point.step, name): value for name, value in point.values.items()}
    assert newest == {(point.step, name): value for point in merged for name, value in point.values.items()}


wild_numbers = st.one_of(st.floats(), st.integers(-(10**20), 10**20))
wild_money = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)


@SETTINGS
@given(st.one_of(st.floats(min_value=0), st.integers(0, 10**20)))
def test_tokens_and_spans_fit_in_five_cells(number: float) -> None:
    assert 1 <= len(units.tokens(number)) <= 5
    assert 1 <= len(units.span(number)) <= 5


@SETTINGS
@given(wild_numbers)
def test_no_measured_number_breaks_a_formatter(number: float) -> None:
    assert units.number(number)
    assert units.percent(number)
    assert len(units.number(number)) <= 10


@SETTINGS
@given(wild_money)
def test_money_that_is_something_is_never_written_as_nothing(amount: Decimal) -> None:
    text = units.small_usd(amount)
    assert (amount == 0) == (not text.strip("-<$0.,"))
    assert text.count("$") == 1
    assert "-" not in text or amount < 0
    rounded = units.usd(amount)
    assert Decimal(rounded.replace("$", "").replace(",", "")) == round(amount, 2)


@pytest.mark.parametrize(
    "unknown",
    [
        units.usd(None),
        units.amount(None),
        units.small_usd(None),
        units.usd_per_h(None),
        units.count(None),
        units.tokens(None),
        units.size(None),
        units.span(None),
        units.age(None, NOW),
        units.clock_time(None),
        units.moment(None),
        units.percent(None),
        units.number(None),
        units.gpu(None, None),
    ],
)
def test_the_unknown_is_never_a_zero(unknown: str) -> None:
    assert unknown == units.UNKNOWN


@SETTINGS
@given(
    st.lists(st.sampled_from(["loaded", "failed"]), max_size=8),
    st.floats(0, 10_000),
    st.one_of(st.none(), st.floats(1, 1_000)),
)
def test_freshness_follows_from_value_error_and_age(
    events: list[str], age_s: float, interval_s: float | None
) -> None:
    remote: Remote[str] = Remote()
    for event in events:
        remote = remote.loaded("v", NOW) if event == "loaded" else remote.failed(NetworkError("gone"))
    remote = remote.paced(interval_s)
    found = remote.freshness(NOW + timedelta(seconds=age_s))
    has_value, has_failed = "loaded" in events, bool(events) and events[-1] == "failed"
    assert (found in (Freshness.FRESH, Freshness.STALE)) == has_value
    if not has_value:
        assert found is (Freshness.FAILED if has_failed else Freshness.LOADING)
    elif has_failed:
        assert found is Freshness.STALE
    elif interval_s is None or age_s <= 20:
        assert found is Freshness.FRESH
    assert (
        remote.failures
        == Counter(events[::-1][: events[::-1].index("loaded")] if has_value else events)["failed"]
    )


def money_fields() -> list[tuple[type[Any], str, object]]:
    found = []
    for module in (cost, disks, offers, pods, runs, spend, views, wallet):
        for kind in vars(module).values():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__:
                hints = get_type_hints(kind)
                found += [(kind, one.name, hints[one.name]) for one in fields(kind) if _is_money(one.name)]
    return found


def _is_money(name: str) -> bool:
    return name == "usd" or "_usd" in name or name.startswith("usd_") or name in ("amount", "balance")


def test_money_is_never_a_float() -> None:
    found = money_fields()
    assert len(found) > 30
    for kind, name, hint in found:
        assert "float" not in str(hint), f"{kind.__name__}.{name}"
        assert "Decimal" in str(hint), f"{kind.__name__}.{name}"
