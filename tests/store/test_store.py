"""The store: one publication a turn, equal values keep their identity, failures keep values."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.errors import NetworkError, ServerFault
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import RunUsage, TokenUse
from prime_tui.store.series import Series, rates_per_s
from prime_tui.store.slice import Topic
from prime_tui.store.store import MOST_TRAILS, KeyState, Store
from tests.store.making import DAY, HOUR, NOW, pod, row, wallet


class Ear:
    """Hears what a store tells."""

    def __init__(self, store: Store) -> None:
        self.heard: list[frozenset[Topic]] = []
        self.stop = store.subscribe(self.heard.append)

    async def take(self) -> list[frozenset[Topic]]:
        """What was told since the last call."""
        await asyncio.sleep(0)
        taken, self.heard[:] = list(self.heard), []
        return taken


async def test_many_changes_of_one_turn_are_one_publication() -> None:
    store = Store()
    ear = Ear(store)
    store.pods.loaded(Listing((pod(),)), NOW)
    store.wallet_loaded(wallet(row("a", "1")), NOW)
    store.use_budget(BudgetUse(1, 10))
    store.notify("hello")
    (topics,) = await ear.take()
    assert topics == {
        Topic.PODS,
        Topic.WALLET,
        Topic.BILLING,
        Topic.BUDGET,
        Topic.NOTICES,
        Topic.FRESHNESS,
    }
    assert await ear.take() == []
    ear.stop()
    store.notify("again")
    assert await ear.take() == []


async def test_an_equal_value_keeps_its_identity_and_tells_only_that_it_was_read() -> None:
    store = Store()
    first = Listing((pod(),))
    store.pods.loaded(first, NOW)
    ear = Ear(store)
    await ear.take()
    store.pods.loaded(Listing((pod(),)), NOW + HOUR)
    assert await ear.take() == [frozenset({Topic.FRESHNESS})]
    assert store.pods.value is first
    assert store.pods.remote.fetched_at == NOW + HOUR


async def test_a_failure_keeps_the_value_and_another_reason_is_news() -> None:
    store = Store()
    store.pods.loaded(Listing((pod(),)), NOW)
    ear = Ear(store)
    await ear.take()
    told = []
    for error in (NetworkError("gone"), NetworkError("gone"), ServerFault("502")):
        store.pods.failed(error)
        told.append(Topic.PODS in (await ear.take())[0])
    assert told == [True, False, True]
    assert store.pods.value is not None
    assert store.pods.remote.failures == 3
    store.pods.loaded(Listing((pod(),)), NOW)
    assert Topic.PODS in (await ear.take())[0], "that it is well again is news too"


async def test_a_session_that_does_not_change_is_not_told() -> None:
    store = Store()
    ear = Ear(store)
    store.change_session(key=KeyState.UNCHECKED)
    assert await ear.take() == []
    store.change_session(key=KeyState.ACCEPTED)
    assert await ear.take() == [frozenset({Topic.SESSION})]


async def test_notices_are_taken_once() -> None:
    store = Store()
    store.notify("one")
    store.notify("two")
    assert [notice.text for notice in store.take_notices()] == ["one", "two"]
    assert store.take_notices() == []


async def test_another_wallet_forgets_the_balances_of_the_first() -> None:
    store = Store()
    store.wallet_loaded(wallet(balance="10"), NOW)
    store.wallet_loaded(wallet(balance="9"), NOW + HOUR)
    assert [balance for _, balance in store.balances.points()] == [10, 9]
    store.wallet_loaded(wallet(balance="500", wallet_id="wal_2"), NOW + 2 * HOUR)
    assert [balance for _, balance in store.balances.points()] == [500]


async def test_balances_in_another_currency_are_not_mixed_in() -> None:
    store = Store()
    store.wallet_loaded(wallet(balance="10", currency="EUR"), NOW)
    store.wallet_loaded(wallet(balance=None), NOW + HOUR)
    assert store.balances.points() == ()


async def test_a_keyed_slice_drops_what_was_written_longest_ago() -> None:
    store = Store()
    for number in range(20):
        store.run_logs[RunId(f"r{number}")].failed(NetworkError("gone"))
    assert store.run_logs.peek(RunId("r0")).error is None
    assert store.run_logs.peek(RunId("r19")).error is not None


async def test_usage_makes_a_trail_and_the_number_of_trails_is_bounded() -> None:
    store = Store()
    for number in range(MOST_TRAILS + 50):
        usage = RunUsage(RunId(f"r{number}"), total_tokens=number, total_cost_usd=Decimal(1))
        store.usage_loaded(usage, NOW)
    assert len(store.run_trails) == MOST_TRAILS
    assert RunId("r0") not in store.run_trails
    again = RunUsage(RunId("r60"), training=TokenUse(5), total_tokens=70)
    store.usage_loaded(again, NOW + HOUR)
    assert [tokens for _, tokens in store.run_trails[RunId("r60")].tokens.points()] == [60, 70]


async def test_a_trail_that_nobody_continues_is_forgotten() -> None:
    store = Store()
    for hour, name in enumerate(("ended", "live", "live", "live")):
        store.usage_loaded(RunUsage(RunId(name), total_tokens=hour), NOW + hour * HOUR)
    assert list(store.run_trails) == [RunId("live")]
    assert [tokens for _, tokens in store.run_trails[RunId("live")].tokens.points()] == [1, 2, 3]


def test_a_series_is_bounded_in_number_and_age_and_ignores_a_clock_that_goes_back() -> None:
    series: Series[int] = Series(limit=5, keep=timedelta(hours=3))
    for number in range(10):
        series.add(NOW + number * HOUR / 2, number)
    series.add(NOW, 99)
    assert [value for _, value in series.points()] == [5, 6, 7, 8, 9]
    series.add(NOW + DAY, 1)
    assert [value for _, value in series.points()] == [1]


def test_rates_between_readings() -> None:
    points = [(NOW + timedelta(seconds=10 * number), 100 * number) for number in range(4)]
    assert rates_per_s(points, 24) == (10.0, 10.0, 10.0), "fewer readings than cells"
    assert rates_per_s(points, 2) == (10.0, 10.0)
    assert rates_per_s(points[:1], 24) == ()
    assert rates_per_s([], 24) == ()


def test_a_total_that_shrinks_has_an_unknown_rate() -> None:
    points = [(NOW, 100), (NOW + timedelta(seconds=10), 50), (NOW + timedelta(seconds=20), 70)]
    assert rates_per_s(points, 24) == (None, 2.0)
