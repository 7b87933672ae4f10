"""A kept answer is shared by those who ask about the same state, and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prime_tui.domain.remote import Listing
from prime_tui.store.selectors.kept import KEEP_FOR, kept
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def asked() -> list[datetime]:
    return []


@pytest.fixture
def store() -> Store:
    return Store()


def test_is_kept_until_the_store_or_the_time_changes(store: Store, asked: list[datetime]) -> None:
    @kept
    def select(store: Store, now: datetime) -> int:
        asked.append(now)
        return len(asked)

    assert select(store, NOW) == select(store, NOW + KEEP_FOR / 2) == 1
    assert select(store, NOW - KEEP_FOR / 2) == 1, "two readers of one beat ask for moments in any order"
    store.pods.loaded(Listing(()), NOW)
    assert select(store, NOW + KEEP_FOR / 2) == 2
    assert select(store, NOW + 2 * KEEP_FOR) == 3
    assert select(store, NOW - timedelta(hours=1)) == 4, "the clock went back"
    assert select(Store(), NOW - timedelta(hours=1)) == 5, "another wallet"


@pytest.mark.parametrize("topic", [Topic.FRESHNESS, Topic.BUDGET, Topic.NOTICES])
def test_what_passes_by_changes_nothing(store: Store, topic: Topic) -> None:
    before = store.version
    store.mark(topic)
    assert store.version == before
    store.mark(Topic.PODS)
    assert store.version > before
