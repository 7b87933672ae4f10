"""One notice a reason, however many sources share it."""

from __future__ import annotations

import pytest

from prime_tui.domain.errors import (
    BudgetExhausted,
    InternalError,
    NetworkError,
    NotAuthenticated,
    PrimeError,
    ServerFault,
)
from prime_tui.store.store import Store
from prime_tui.sync.health import Health

GONE, BAD = NetworkError("The service could not be reached."), ServerFault("HTTP 502 Bad Gateway.")


def texts(store: Store) -> list[str]:
    return [f"{notice.title}: {notice.text}" for notice in store.take_notices()]


async def test_a_blip_is_not_told() -> None:
    store = Store()
    health = Health(store)
    health.failed("pods", GONE)
    health.succeeded("pods")
    health.failed("pods", GONE)
    health.succeeded("pods")
    assert texts(store) == []


async def test_a_mistake_of_ours_is_told_at_once_with_where_its_report_is() -> None:
    store = Store()
    health = Health(store)
    for _ in range(3):
        health.failed("pods", InternalError("Reading pods", KeyError("x")))
    (notice,) = store.take_notices()
    assert notice.text.startswith("Reading pods failed inside prime-tui (KeyError). Showing the last known")
    assert notice.text.endswith("prime-tui doctor says where the report is.")


async def test_no_last_values_are_promised_where_there_are_none() -> None:
    store = Store()
    health = Health(store)
    for _ in range(2):
        health.failed("models", GONE, is_known=False)
    (notice,) = store.take_notices()
    assert notice.text == "The service could not be reached. Nothing of it is known yet."


async def test_an_outage_of_all_sources_is_told_once_and_its_end_once() -> None:
    store = Store()
    health = Health(store)
    for _ in range(5):
        for name in ("pods", "wallet", "runs"):
            health.failed(name, GONE)
    assert len(texts(store)) == 1
    health.succeeded("pods")
    health.succeeded("wallet")
    assert texts(store) == []
    health.succeeded("runs")
    (end,) = texts(store)
    assert "All sources answer" in end


async def test_two_reasons_are_two_stories() -> None:
    store = Store()
    health = Health(store)
    for _ in range(3):
        health.failed("disks", BAD)
        health.failed("pods", GONE)
    assert len(texts(store)) == 2
    health.succeeded("pods")
    (end,) = texts(store)
    assert "pods" in end
    assert "still fail" in end
    for _ in range(2):
        health.failed("pods", GONE)
    assert len(texts(store)) == 1, "the second outage is news again"


async def test_a_source_that_changes_its_excuse_is_not_told_again() -> None:
    store = Store()
    health = Health(store)
    for error in (GONE, BAD, GONE, BAD, GONE):
        health.failed("pods", error)
    assert len(texts(store)) == 1


async def test_the_end_is_not_told_before_the_last_one_is_well() -> None:
    store = Store()
    health = Health(store)
    for name in ("history", "history", "runs"):
        health.failed(name, GONE)
    assert len(texts(store)) == 1
    health.succeeded("history")
    assert texts(store) == [], "the runs failed a moment ago"
    health.failed("runs", GONE)
    assert texts(store) == [], "still the same trouble"
    health.succeeded("runs")
    (end,) = texts(store)
    assert "All sources answer" in end


async def test_a_reason_that_nobody_has_any_more_is_over() -> None:
    store = Store()
    health = Health(store)
    for name in ("pods", "pods", "runs"):
        health.failed(name, GONE)
    health.succeeded("pods")
    health.failed("runs", BAD)
    assert len(texts(store)) == 2, "one reason, then the other"
    health.succeeded("runs")
    (end,) = texts(store)
    assert "All sources answer" in end


async def test_a_source_that_nobody_needs_any_more_holds_back_nothing() -> None:
    store = Store()
    health = Health(store)
    for name in ("offers", "pods"):
        health.failed(name, GONE)
        health.failed(name, GONE)
    assert len(texts(store)) == 1
    health.dropped("offers")
    health.succeeded("pods")
    assert texts(store) == ["Reading pods works again: Its numbers are fresh."], "who knows of the offers?"
    health.succeeded("offers")
    assert texts(store) == ["Reading offers works again: All sources answer again."]


async def test_what_is_not_read_any_more_is_told_to_be_well_when_it_is_read_again() -> None:
    store = Store()
    health = Health(store)
    health.failed("offers", GONE)
    health.failed("offers", GONE)
    assert len(texts(store)) == 1
    for _ in range(2):
        health.dropped("offers")
    health.failed("offers", GONE)
    assert texts(store) == [], "somebody came back, and it is as it was"
    health.dropped("offers")
    health.succeeded("offers")
    assert texts(store) == ["Reading offers works again: All sources answer again."]


async def test_all_is_well_only_where_nothing_failed_a_moment_ago() -> None:
    store = Store()
    health = Health(store)
    for error in (GONE, GONE):
        health.failed("pods", error)
    health.failed("runs", BAD)
    texts(store)
    health.succeeded("pods")
    assert texts(store) == ["Reading pods works again: Its numbers are fresh."]
    health.succeeded("runs")
    assert texts(store) == ["Reading runs works again: All sources answer again."]


async def test_no_end_is_owed_for_what_nobody_reads_any_more() -> None:
    store = Store()
    health = Health(store)
    for _ in range(2):
        health.failed("pods", GONE)
    health.failed("offers", BAD)
    health.succeeded("pods")
    health.dropped("offers")
    assert len(texts(store)) == 2
    health.failed("runs", BAD)
    health.succeeded("runs")
    assert texts(store) == [], "a blip is not told, nor is its end"


@pytest.mark.parametrize("error", [NotAuthenticated("no"), BudgetExhausted("later")])
async def test_what_is_shown_elsewhere_is_not_told_here(error: PrimeError) -> None:
    store = Store()
    health = Health(store)
    for _ in range(5):
        health.failed("pods", error)
    assert texts(store) == []
