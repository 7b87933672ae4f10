"""The billing rows: filter, order, and older pages as the end comes into view."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from prime_tui.domain.remote import Freshness
from prime_tui.domain.wallet import BillingRow
from prime_tui.store.billing_book import EPOCH
from prime_tui.store.selectors.wallet import (
    BillingQuery,
    BillingSearch,
    Resource,
    known_resources,
    resource_of,
)
from prime_tui.store.store import Store
from prime_tui.ui.render.styled import Span, Styled, join
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.render.wallet import (
    BILLING_COLUMNS,
    BILLING_SORTS,
    UP_FIRST,
    billing_details,
    rows_note,
    unreadable_note,
)
from prime_tui.ui.screens.wallet.billing_rows import BillingRows
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.table import KeyedTable


class BillingPane(Vertical):
    """Rule, table and filter."""

    class OlderWanted(Message):
        """The end of what was read is in view, and there is more."""

    class Changed(Message):
        """The person filtered or sorted: draw again."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._query = BillingQuery()
        self._search = BillingSearch()
        self._known: dict[str, Resource] = {}
        self._rows = BillingRows((), {}, lambda _: None, EPOCH, is_old=False)
        self._doing = ""

    def compose(self) -> ComposeResult:
        """Rule, table and filter."""
        yield Rule(Span("billing", "title"), id="billing-rule")
        yield KeyedTable(BILLING_COLUMNS, markable=False, id="billing")
        yield FilterBar(id="billing-filter")

    @property
    def selected(self) -> BillingRow | None:
        """The row under the cursor."""
        return self._rows.row(self.query_one(KeyedTable).cursor_key)

    def resource(self, row: BillingRow) -> Resource:
        """What a row is about."""
        return resource_of(row, self._known)

    def details(self, row: BillingRow, store: Store, now: datetime) -> list[Styled]:
        """Everything about a row, in lines."""
        return billing_details(row, self.resource(row).name, store.billing.last_growth(row.id), now)

    def say(self, doing: str) -> None:
        """Say that older rows are being read, or why they could not be; an empty text takes it back."""
        self._doing = doing
        self.post_message(self.Changed())

    def open_filter(self) -> None:
        """Filter."""
        self.query_one(FilterBar).open()

    def sort_next(self) -> None:
        """Sort by the next column."""
        at = BILLING_SORTS.index(self._query.sort)
        self._sort_by(BILLING_SORTS[(at + 1) % len(BILLING_SORTS)])

    def sort_reverse(self) -> None:
        """Reverse the order."""
        self._ask(replace(self._query, descending=not self._query.descending))

    def learn(self, store: Store) -> None:
        """Take in the names of pods, runs and disks."""
        known = known_resources(store)
        if known != self._known:
            self._known = known

    def draw(self, store: Store, now: datetime) -> None:
        """Show what the store has."""
        book = store.billing
        table, rule = self.query_one(KeyedTable), self.query_one(Rule)
        is_old = store.wallet.remote.freshness(now) is Freshness.STALE
        rows = self._search.rows(store, self._known, self._query)
        self._rows = BillingRows(rows, self._known, book.last_growth, now, is_old=is_old)
        table.placeholder = self._placeholder(store, now)
        table.sort_key, table.sort_reverse = self._query.sort, self._query.descending
        table.rows = self._rows
        self.draw_title(store, now)
        read, filtered = len(book.rows), bool(self._query.text.strip())
        rule.right = (
            rows_note(len(rows), read, book.total_rows, self._doing, is_filtered=filtered)
            if store.wallet.value is not None
            else ""
        )

    def draw_title(self, store: Store, now: datetime) -> None:
        """Show what the pane is, how old its rows are where they are old, and which could not be read."""
        unreadable = store.wallet.value.unreadable if store.wallet.value is not None else ()
        old = staleness(store.wallet.remote, now)
        self.query_one(Rule).content = join(
            (Span("billing", "title"), Span(f" · {old}" if old else "", "bad"), unreadable_note(unreadable))
        )

    @on(KeyedTable.EndReached)
    def _near_end(self, event: KeyedTable.EndReached) -> None:
        event.stop()
        if not self._query.text.strip():  # the end of what a filter lets through is no reason to read on
            self.post_message(self.OlderWanted())

    @on(KeyedTable.SortRequested)
    def _clicked(self, event: KeyedTable.SortRequested) -> None:
        event.stop()
        if event.column_key == self._query.sort:
            self.sort_reverse()
        else:
            self._sort_by(event.column_key)

    @on(FilterBar.Changed)
    @on(FilterBar.Closed)
    def _filter(self, event: FilterBar.Changed) -> None:
        event.stop()
        if event.text != self._query.text:
            self._ask(replace(self._query, text=event.text))

    def _sort_by(self, column: str) -> None:
        self._ask(replace(self._query, sort=column, descending=column not in UP_FIRST))

    def _ask(self, query: BillingQuery) -> None:
        self._query = query
        self.post_message(self.Changed())

    def _placeholder(self, store: Store, now: datetime) -> tuple[Styled, ...]:
        if store.wallet.value is None:
            return unread_lines("wallet", store.wallet.remote, now)
        if self._query.text.strip():
            return (
                Span(f"No row that was read matches “{self._query.text.strip()}”."),
                Span("o reads older rows; / then esc clears the filter.", "dim"),
            )
        return (Span("Nothing was charged to this wallet yet."),)
