"""What the wallet screen shows, out of readings of a wallet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.chat import ChatModel
from prime_tui.domain.errors import ServerFault
from prime_tui.domain.ids import BillingId, ModelId, PodId, WalletId
from prime_tui.domain.pods import Pod, PodState
from prime_tui.domain.remote import Listing
from prime_tui.domain.spending import SpendRange
from prime_tui.domain.wallet import BillingRow, Wallet
from prime_tui.store.selectors.chat import first_choice, models_by_price, models_like
from prime_tui.store.selectors.wallet import (
    BillingQuery,
    BillingSearch,
    burn_gap,
    known_resources,
    last_rise,
    resource_of,
    spend_rates,
    spend_totals,
    uncharged,
)
from prime_tui.store.store import Store

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def row(
    number: int, amount: str, at: datetime, kind: str = "compute", made: datetime | None = None
) -> BillingRow:
    return BillingRow(
        BillingId(f"b{number}"), Decimal(amount), "USD", kind, f"r{number}",
        created_at=made or at - timedelta(hours=2), last_billed_at=at,
    )  # fmt: skip


def read(store: Store, at: datetime, balance: str, *rows: BillingRow, total: int | None = None) -> None:
    wallet = Wallet(WalletId("w"), Decimal(balance), "USD", None, len(rows) if total is None else total, rows)
    store.wallet_loaded(wallet, at)


def test_time_that_was_not_read_is_unknown_not_zero() -> None:
    store = Store()
    assert spend_rates(store, SpendRange.DAY, NOW) == ()
    read(store, NOW, "10", row(1, "4", NOW), row(2, "1", NOW - timedelta(hours=6)), total=50)
    rates = spend_rates(store, SpendRange.DAY, NOW)
    assert len(rates) == SpendRange.DAY.buckets
    known = [rate for at, rate in rates if at > NOW - timedelta(hours=6)]
    assert None not in known
    assert all(rate is None for at, rate in rates if at < NOW - timedelta(hours=6, minutes=15))
    read(store, NOW + MINUTE, "10", row(1, "4", NOW), row(2, "1", NOW - timedelta(hours=6)))
    assert None not in [rate for _, rate in spend_rates(store, SpendRange.DAY, NOW + MINUTE)]


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 600), st.integers(1, 10_000)), max_size=12))
def test_the_plot_holds_exactly_what_was_charged(parts: list[tuple[int, int, int]]) -> None:
    store = Store()
    rows = [
        row(number, str(cents), NOW - ago * MINUTE, made=NOW - (ago + life) * MINUTE)
        for number, (ago, life, cents) in enumerate(parts)
    ]
    read(store, NOW, "0", *rows)
    for chosen in SpendRange:
        rates = spend_rates(store, chosen, NOW)
        width_h = Decimal(str(chosen.span / chosen.buckets / timedelta(hours=1)))
        drawn = sum((rate or Decimal(0) for _, rate in rates), Decimal(0)) * width_h
        assert abs(drawn - store.billing.spent(NOW - chosen.span, NOW + timedelta.resolution)) < Decimal(
            "0.001"
        )


def test_sums_by_type_add_up_and_say_what_they_cover() -> None:
    store = Store()
    assert spend_totals(store, NOW) is None
    read(
        store, NOW, "10",
        row(1, "4", NOW, "compute"), row(2, "1", NOW - timedelta(hours=20), "disks"),
        row(3, "9", NOW - timedelta(days=10), "training"), total=50,
    )  # fmt: skip
    totals = spend_totals(store, NOW)
    assert totals is not None
    assert totals.day_usd == 5
    assert totals.today_usd == 4
    assert totals.every_usd == 14
    assert [one.resource_type for one in totals.by_type] == ["compute", "disks", "training"]
    assert totals.covers_day
    assert not totals.covers_month
    assert totals.month_mark == "≥"
    assert totals.has_guesses


def test_sums_that_are_not_read_any_more_are_lower_bounds_and_another_day_has_none() -> None:
    store = Store()
    read(store, NOW, "10", row(1, "4", NOW, "compute"))
    fresh_but_of_yesterday = spend_totals(store, NOW.replace(hour=0, minute=0) + 24 * HOUR)
    assert fresh_but_of_yesterday is not None
    assert fresh_but_of_yesterday.today_usd is None
    store.wallet.failed(ServerFault("It is down."))
    same_day, next_day = (spend_totals(store, NOW + later) for later in (HOUR, 18 * HOUR))
    assert same_day is not None
    assert next_day is not None
    assert same_day.today_usd == next_day.day_usd == 4
    assert next_day.today_usd is None
    assert {same_day.day_mark, same_day.month_mark, next_day.day_mark} == {"≥"}
    assert [one.today_usd for one in next_day.by_type] == [None]


def test_the_gap_names_what_no_list_counts() -> None:
    store = Store()
    store.pods.loaded(Listing(()), NOW)
    store.runs.loaded(Listing(()), NOW)
    store.disks.loaded(Listing(()), NOW)
    start = NOW - timedelta(hours=1)
    read(store, start, "10", row(1, "4", start, "inference"), row(2, "1", start, "compute"))
    read(store, NOW, "6", row(1, "7", NOW, "inference"), row(2, "2", NOW, "compute"))
    gap = burn_gap(store, NOW)
    assert gap.billed_usd_per_h == 4
    assert gap.gap_usd_per_h == 4
    assert gap.unlisted_usd_per_h == {"inference": Decimal(3)}


def test_within_the_first_quarter_of_an_hour_nothing_is_claimed() -> None:
    store = Store()
    read(store, NOW - 10 * MINUTE, "10", row(1, "4", NOW - 10 * MINUTE))
    read(store, NOW, "9", row(1, "5", NOW))
    assert burn_gap(store, NOW).billed_usd_per_h is None
    assert uncharged(store, NOW) is None


def test_money_that_came_in_is_seen_for_a_while() -> None:
    store = Store()
    for minutes, balance in ((30, "10"), (20, "9"), (10, "109"), (0, "108")):
        read(store, NOW - minutes * MINUTE, balance)
    rise = last_rise(store, NOW)
    assert rise is not None
    assert (rise.at, rise.usd) == (NOW - 10 * MINUTE, Decimal(100))
    assert last_rise(store, NOW + timedelta(hours=1)) is None
    assert last_rise(Store(), NOW) is None


@pytest.mark.parametrize(
    ("fell", "is_said"), [("4.00", False), ("3.90", False), ("1.00", True), ("0.00", True)]
)
def test_a_balance_that_falls_less_than_the_bills_grow(fell: str, is_said: bool) -> None:
    store = Store()
    for minutes in (40, 20, 0):
        part = Decimal(40 - minutes) / 40
        at = NOW - minutes * MINUTE
        read(store, at, str(Decimal(10) - Decimal(fell) * part), row(1, str(1 + 4 * part), at))
    found = uncharged(store, NOW)
    assert (found is not None) is is_said
    if found is not None:
        assert found.grown_usd == 4
        assert found.fell_usd == Decimal(fell)


def test_rows_are_named_filtered_and_sorted() -> None:
    store = Store()
    pod = Pod(id=PodId("r1"), name="dev-h100", state=PodState.ACTIVE, status_word="ACTIVE")
    store.pods.loaded(Listing((pod,)), NOW)
    model = BillingRow(BillingId("b9"), Decimal(1), "USD", "inference", "qwen/qwen3", last_billed_at=NOW)
    read(store, NOW, "1", row(1, "4", NOW - MINUTE), row(2, "9", NOW - 2 * MINUTE, "disks"), model)
    known = known_resources(store)
    assert [resource_of(one, known).name for one in store.billing.rows] == ["qwen/qwen3", "dev-h100", ""]
    assert [resource_of(one, known).kind for one in store.billing.rows] == ["", "pod", "disk"]

    def ids(query: BillingQuery) -> list[str]:
        return [one.id for one in BillingSearch().rows(store, known, query)]

    assert ids(BillingQuery()) == ["b9", "b1", "b2"]
    assert ids(BillingQuery("H100")) == ["b1"]
    assert ids(BillingQuery("!disks qwen")) == ["b9"]
    assert ids(BillingQuery(sort="total")) == ["b2", "b1", "b9"]
    assert ids(BillingQuery(sort="what", descending=False)) == ["b1", "b9", "b2"]  # a nameless one comes last


def test_growth_is_the_difference_of_two_readings() -> None:
    store = Store()
    read(store, NOW - MINUTE, "10", row(1, "4", NOW - MINUTE))
    assert store.billing.last_growth(BillingId("b1")) is None
    read(store, NOW, "9", row(1, "5.25", NOW))
    assert store.billing.last_growth(BillingId("b1")) == Decimal("1.25")


def test_models_by_price_with_the_unknown_last() -> None:
    store = Store()
    assert first_choice(store) is None

    def model(name: str, out: str | None, year: int) -> ChatModel:
        price = None if out is None else Decimal(out)
        made = datetime(year, 1, 1, tzinfo=UTC)
        return ChatModel(ModelId(name), created_at=made, input_usd_per_mtok=price, output_usd_per_mtok=price)

    listed = (
        model("a/none", None, 2026),
        model("b/dear", "3", 2026),
        model("c/old", "0.1", 2023),
        model("d/new", "0.9", 2025),
    )
    store.models.loaded(Listing(listed), NOW)
    assert [one.id for one in models_by_price(store)] == ["c/old", "d/new", "b/dear", "a/none"]
    assert first_choice(store) == "d/new"
    assert [one.id for one in models_like(models_by_price(store), "D new")] == ["d/new"]
