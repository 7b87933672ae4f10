"""What is told even where no value changed: what turns stale does so at a moment that is known before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.remote import Freshness, Listing, Remote
from prime_tui.store.selectors.aspect import aspect, next_late_at, trust
from prime_tui.store.slice import Slice
from prime_tui.store.store import Store

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@given(st.floats(0.1, 1e5), st.floats(0, 1e5))
def test_a_value_is_fresh_up_to_the_moment_that_was_foretold(interval_s: float, age_s: float) -> None:
    remote = Remote(1, AT, interval_s=interval_s)
    now = AT + timedelta(seconds=age_s)
    late_at = remote.late_at(now)
    if late_at is None:
        assert remote.freshness(now) is Freshness.STALE
    else:
        assert remote.freshness(late_at - INSTANT) is Freshness.FRESH
        assert remote.freshness(late_at + 2 * INSTANT) is Freshness.STALE


def test_what_is_not_polled_is_never_late() -> None:
    assert Remote(1, AT).late_at(AT + timedelta(days=9)) is None


@given(st.lists(st.floats(5, 4000), min_size=1, max_size=3))
def test_the_aspect_holds_until_the_first_value_is_late(intervals_s: list[float]) -> None:
    store = Store()
    slices: tuple[Slice[Any], ...] = (store.pods, store.history, store.disks)
    for one, interval_s in zip(slices, intervals_s, strict=False):
        one.paced(interval_s)
        one.loaded(Listing(), AT)
    late_at = next_late_at(store, AT)
    assert late_at is not None
    assert trust(store, late_at - INSTANT) == trust(store, AT)
    assert aspect(store, late_at - INSTANT) == aspect(store, AT)
    assert trust(store, late_at + 2 * INSTANT) != trust(store, AT)
    assert aspect(store, late_at + 2 * INSTANT) != aspect(store, AT)
