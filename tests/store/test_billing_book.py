"""Rows that grow in place: differences, never sums of readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.ids import BillingId
from prime_tui.store.billing_book import EPOCH, KEEP, BillingBook
from tests.store.making import DAY, HOUR, MINUTE, NOW, row, wallet


def test_a_row_read_again_and_again_is_counted_once() -> None:
    book = BillingBook()
    for _ in range(5):
        book.observe(wallet(row("a", "10")), 0, NOW)
    assert book.spent(NOW - 2 * DAY, NOW + DAY) == 10


def test_growth_is_charged_to_the_time_in_which_it_arose() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", billed=NOW)), 0, NOW)
    book.observe(wallet(row("a", "13", billed=NOW + HOUR)), 0, NOW + HOUR)
    assert book.spent(NOW, NOW + HOUR) == 3
    assert book.spent(NOW, NOW + HOUR / 2) == Decimal("1.5")
    assert book.observed_usd(NOW - 2 * DAY, NOW + DAY) == 3, "the past was not seen happening"


def test_the_past_of_the_first_snapshot_is_spread_over_the_life_of_the_row() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "48", created=NOW - 2 * DAY, billed=NOW)), 0, NOW)
    assert book.spent(NOW - DAY, NOW) == 24, "not all of it is today's"
    assert book.spent(NOW - 3 * DAY, NOW + DAY) == 48


def test_a_row_that_is_born_while_we_watch_was_seen_from_its_start() -> None:
    book = BillingBook()
    book.observe(wallet(), 0, NOW)
    born = row("new", "5", created=NOW + MINUTE, billed=NOW + HOUR)
    book.observe(wallet(born), 0, NOW + HOUR)
    assert book.observed_usd(NOW, NOW + HOUR) == 5


def test_an_old_row_on_a_later_page_is_not_taken_for_new_spending() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "1"), total=2), 0, NOW)
    old = row("b", "500", created=NOW - 30 * DAY, billed=NOW - 29 * DAY)
    book.observe(wallet(old, total=2), 1, NOW + MINUTE)
    assert book.observed_usd(NOW - 60 * DAY, NOW + DAY) == 0
    assert book.spent(NOW - DAY, NOW + DAY) == 1


def test_a_refund_is_negative() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", billed=NOW)), 0, NOW)
    book.observe(wallet(row("a", "7.5", billed=NOW + HOUR)), 0, NOW + HOUR)
    assert book.spent(NOW, NOW + 2 * HOUR) == Decimal("-2.5")
    assert book.by_type(NOW, NOW + 2 * HOUR) == {"compute": Decimal("-2.5")}


def test_a_correction_that_is_dated_back_is_counted_once() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", billed=NOW)), 0, NOW)
    book.observe(wallet(row("a", "12", billed=NOW + HOUR)), 0, NOW + HOUR)
    book.observe(wallet(row("a", "11", billed=NOW - DAY)), 0, NOW + 2 * HOUR)
    assert book.spent(NOW - 3 * DAY, NOW + DAY) == 11


def test_an_amount_that_cannot_be_read_once_is_not_counted_twice_afterwards() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", billed=NOW)), 0, NOW)
    book.observe(wallet(row("a", None, billed=NOW + MINUTE)), 0, NOW + MINUTE)
    book.observe(wallet(row("a", "11", billed=NOW + HOUR)), 0, NOW + HOUR)
    assert book.spent(NOW - 2 * DAY, NOW + DAY) == 11


def test_another_wallet_starts_the_book_anew() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", resource="pod-1")), 0, NOW)
    book.observe(wallet(row("b", "3"), wallet_id="wal_2"), 0, NOW + HOUR)
    assert [one.id for one in book.rows] == ["b"]
    assert book.billed_usd("pod-1") is None
    assert book.spent(NOW - 2 * DAY, NOW + DAY) == 3
    assert book.observed_since == NOW + HOUR


def test_two_currencies_are_never_added() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", resource="x"), row("b", "900", currency="EUR", resource="x")), 0, NOW)
    assert book.spent(NOW - 2 * DAY, NOW + DAY) == 10
    billed = book.billed_usd("x")
    assert billed is not None
    assert billed[0] == 10
    assert len(book.rows) == 2, "it is still there to be seen"


def test_rows_without_times_or_amounts_are_no_trouble() -> None:
    book = BillingBook()
    book.observe(
        wallet(row("a", "10", created=None, billed=None), row("b", None, created=None, billed=None)), 0, NOW
    )
    assert book.spent(NOW - HOUR, NOW + HOUR) == 10
    assert book.billed_usd("nobody") is None
    long_ago = datetime.min.replace(tzinfo=UTC)
    book.observe(wallet(row("c", "1", created=long_ago, billed=long_ago)), 0, NOW)
    book.observe(wallet(row("c", "2", created=long_ago, billed=NOW)), 0, NOW)
    assert 10 < book.spent(NOW - 2 * DAY, NOW + DAY) < 11


def test_nothing_new_is_no_change() -> None:
    book = BillingBook()
    assert book.observe(wallet(row("a", "10")), 0, NOW)
    assert not book.observe(wallet(row("a", "10")), 0, NOW + MINUTE)
    assert book.observe(wallet(row("a", "10"), total=7), 0, NOW + MINUTE)


def test_how_far_back_the_book_is_whole() -> None:
    book = BillingBook()
    found = [book.complete_since]
    book.observe(wallet(row("a", "1", billed=NOW), row("b", "1", billed=NOW - HOUR), total=3), 0, NOW)
    found.append(book.complete_since)
    book.observe(wallet(row("c", "1", billed=NOW - 2 * HOUR), total=3), 2, NOW)
    found.append(book.complete_since)
    assert found == [None, NOW - HOUR, EPOCH]


def test_what_an_earlier_session_read_is_known_but_does_not_make_this_one_whole() -> None:
    book = BillingBook()
    book.restore(wallet(row("a", "10", billed=NOW - 3 * DAY)), NOW - 3 * DAY)
    restored: list[object] = [book.complete_since, book.observed_since, len(book.rows)]
    assert restored == [EPOCH, None, 1]
    book.observe(wallet(row("b", "1", billed=NOW), row("c", "1", billed=NOW - HOUR), total=900), 0, NOW)
    assert book.complete_since == NOW - HOUR
    assert book.observed_since == NOW
    book.observe(wallet(row("a", "12", billed=NOW + HOUR), total=900), 0, NOW + HOUR)
    assert book.spent(NOW - 9 * DAY, NOW + DAY) == 14


def test_the_bill_of_a_resource_is_the_sum_of_its_rows() -> None:
    book = BillingBook()
    book.observe(
        wallet(
            row("a", "10", resource="pod-1", billed=NOW - HOUR), row("b", "2.5", resource="pod-1", billed=NOW)
        ),
        0,
        NOW,
    )
    assert book.billed_usd("pod-1") == (Decimal("12.5"), NOW)


def test_rows_come_last_billed_first() -> None:
    book = BillingBook()
    book.observe(wallet(row("old", "1", billed=NOW - DAY), row("new", "1", billed=NOW)), 0, NOW)
    assert [one.id for one in book.rows] == ["new", "old"]
    book.observe(wallet(row("old", "2", billed=NOW + HOUR)), 0, NOW + HOUR)
    assert [one.id for one in book.rows] == ["old", "new"]


def test_a_month_of_minutes_stays_small_and_loses_nothing() -> None:
    book = BillingBook()
    minutes = 30 * 24 * 60
    for minute in range(0, minutes, 5):
        at = NOW + minute * MINUTE
        book.observe(wallet(row("a", str(minute), billed=at)), 0, at)
    charges = list(book.charges_since(NOW - 9 * DAY))
    assert len(charges) <= 30 * 48 + 2
    end = NOW + minutes * MINUTE
    assert book.spent(NOW, end) == minutes - 5
    assert abs(sum(book.series(NOW, end, 720), Decimal(0)) - (minutes - 5)) < Decimal("1e-9")


def test_charges_older_than_two_months_are_forgotten() -> None:
    book = BillingBook()
    for day in range(90):
        at = NOW + day * DAY
        book.observe(wallet(row("a", str(day + 1), created=NOW, billed=at)), 0, at)
    assert len(list(book.charges_since(NOW - DAY))) <= KEEP / timedelta(days=1) + 1


def test_growth_of_the_last_reading_is_kept_by_row() -> None:
    book = BillingBook()
    book.observe(wallet(row("a", "10", billed=NOW)), 0, NOW)
    assert book.last_growth(BillingId("a")) is None
    book.observe(wallet(row("a", "10.25", billed=NOW + MINUTE)), 0, NOW + MINUTE)
    assert book.last_growth(BillingId("a")) == Decimal("0.25")
