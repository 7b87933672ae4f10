"""What keeps large accounts cheap gives the same answers as looking at everything."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import RunState, RunUsage
from prime_tui.domain.words import filter_words, is_narrower, matches
from prime_tui.store.billing_book import BillingBook
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runs import run_view
from prime_tui.store.selectors.wallet import BillingQuery, BillingSearch, Resource, resource_of
from prime_tui.store.store import Store
from tests.store.making import HOUR, MINUTE, NOW, row, run, wallet

texts = st.text(alphabet="ab1! ", max_size=6)
rows = st.lists(
    st.builds(
        row,
        st.sampled_from("abcdefgh"),
        st.none() | st.integers(0, 50).map(str),
        billed=st.integers(0, 60).map(lambda minutes: NOW - minutes * MINUTE),
        kind=st.sampled_from(("compute", "training", "Ab1")),
        resource=st.none() | st.sampled_from(("a1", "B2", "ab12")),
        currency=st.sampled_from(("USD", "EUR")),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(texts, texts, texts)
def test_a_narrower_filter_lets_nothing_through_that_the_wider_one_stops(a: str, b: str, hay: str) -> None:
    if is_narrower(a, b) and matches(filter_words(b), hay):
        assert matches(filter_words(a), hay)


@given(
    st.lists(
        st.tuples(rows, texts, st.sampled_from(("time", "type", "what", "grown", "total")), st.booleans())
    )
)
def test_a_search_that_remembers_finds_what_one_that_does_not_finds(
    story: list[tuple[list[object], str, str, bool]],
) -> None:
    store, search = Store(), BillingSearch()
    known = {"a1": Resource("pod", "Ab b1"), "B2": Resource("run", "1a")}
    for number, (page, text, sort, descending) in enumerate(story):
        if number % 3 == 0:
            store.wallet_loaded(wallet(*page), NOW)  # type: ignore[arg-type]
        query = BillingQuery(text, sort, descending)
        found = search.rows(store, known, query)
        assert found == BillingSearch().rows(store, known, query)
        words = filter_words(text)
        assert {one.id for one in found} == {
            one.id
            for one in store.billing.rows
            if matches(words, one.resource_type, one.resource_id, resource_of(one, known).name)
        }


@given(st.lists(rows, max_size=5))
def test_the_sums_of_a_book_are_those_of_its_rows(pages: list[list[object]]) -> None:
    book = BillingBook()
    for number, page in enumerate(pages):
        book.observe(wallet(*page), 0, NOW + number * MINUTE)  # type: ignore[arg-type]
    sums: dict[str, Decimal] = {}
    for one in book.rows:
        if one.amount is not None and one.currency == "USD":
            sums[one.resource_type] = sums.get(one.resource_type, Decimal(0)) + one.amount
    assert {name: usd for name, usd in book.totals_usd.items() if usd} == {
        name: usd for name, usd in sums.items() if usd
    }
    assert {one.resource_id for one in book.rows if one.resource_type == "training"} - {None} <= set(
        book.run_ids
    )
    everything = list(book.charges_since(NOW - 100 * HOUR))
    for minutes in (0, 10, 59):
        start = NOW - minutes * MINUTE
        assert sorted(one.end for one in book.charges_since(start)) == sorted(
            one.end for one in everything if one.end >= start
        )


def test_runs_are_joined_once_and_again_when_something_is_news_of_them() -> None:
    store = Store()
    over = [run(f"over-{number}", state=RunState.COMPLETED) for number in range(50)]
    store.runs.loaded(Listing((*over, run("live"))), NOW)
    store.wallet_loaded(wallet(row("b", "1", kind="training", resource="over-9")), NOW)
    before = {view.id: view for view in run_views(store, NOW)}
    store.runs.loaded(Listing((*over, run("live"), run("new"))), NOW + MINUTE)
    store.usage_loaded(RunUsage(over[7].id, total_cost_usd=Decimal(3)), NOW + MINUTE)
    store.wallet_loaded(wallet(row("b", "2", kind="training", resource="over-9")), NOW + MINUTE)
    after = {view.id: view for view in run_views(store, NOW + MINUTE)}
    made_anew = {run_id for run_id, view in after.items() if view is not before.get(run_id)}
    assert made_anew == {"new", "over-7", "over-9"}
    assert after[over[7].id].cost.usd == Decimal(3)
    assert after[over[9].id].cost.usd == Decimal(2)
    for run_id, view in after.items():
        assert run_view(store, run_id, NOW + MINUTE) == view
