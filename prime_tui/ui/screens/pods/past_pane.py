"""The pods that ended, page by page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from prime_tui.domain.pods import PastPod
from prime_tui.domain.units import count, usd
from prime_tui.store.selectors.pods import RowQuery, past_pods
from prime_tui.store.store import Store
from prime_tui.ui.render.lazy_rows import LazyRows
from prime_tui.ui.render.pod_detail import past_lines
from prime_tui.ui.render.pods import PAST_COLUMNS, noted, past_row, shown_note, unreadable_note
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.screens.pods.list_pane import ListPane
from prime_tui.ui.widgets.dialog import MessageDialog
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.table import KeyedTable

DIALOG_CELLS = 62


class PastPane(ListPane[RowQuery]):
    """The history; more of it is asked for as the end comes into view."""

    UP_FIRST = frozenset({"name", "gpu", "provider", "kind"})

    class MoreWanted(Message):
        """The end of what was read is in view, and the service has more."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(RowQuery(sort="ended"), id=id)
        self._rows: tuple[PastPod, ...] = ()
        self._note = ""

    def compose(self) -> ComposeResult:
        """Rule, list and filter."""
        yield Rule(id="past-rule")
        yield KeyedTable(PAST_COLUMNS, markable=False, id="past-table")
        yield FilterBar(id="past-filter")

    @property
    def selected(self) -> PastPod | None:
        """The pod under the cursor."""
        key = self.selected_key
        return next((pod for pod in self._rows if pod.id == key), None)

    @property
    def shown_rows(self) -> int:
        """How many rows the filter lets through."""
        return len(self._rows)

    def open_page(self) -> None:
        """Show everything about the selected pod."""
        pod = self.selected
        if pod is not None:
            lines = past_lines(pod, DIALOG_CELLS, self.present)
            self.app.push_screen(MessageDialog(pod.name or pod.id, lines))

    def say(self, note: str) -> None:
        """Say that the next page is being read, or why it could not be; an empty text takes it back."""
        self._note = note
        self.redraw()

    @on(KeyedTable.EndReached)
    def _near_end(self, event: KeyedTable.EndReached) -> None:
        event.stop()
        self.post_message(self.MoreWanted())

    def draw(self, store: Store, now: datetime) -> None:
        """Show rule and list."""
        columns = self.place_columns(PAST_COLUMNS)
        self._rows = past_pods(store, self.wanted)
        self.table.placeholder = self._placeholder(store, now)
        # The history can hold thousands of pods.
        self.table.rows = LazyRows(
            self._rows, lambda pod: pod.id, lambda pod: past_row(pod, columns, now).cells
        )
        self._draw_rule(store, now)

    def _draw_rule(self, store: Store, now: datetime) -> None:
        rule = self.query_one(Rule)
        listing = store.history.value
        title = "ended pods of every wallet" if self.wanted.everyone else "ended pods"
        rule.content = noted(
            (
                Span(title, "title"),
                Span(staleness(store.history.remote, now), "bad"),
                unreadable_note(listing) if listing else "",
                Span(self._note, "dim"),
            )
        )
        if listing is None:
            rule.right = ""
            return
        bills = [pod.total_billed_usd for pod in self._rows if pod.total_billed_usd is not None]
        total = count(listing.total) if listing.total is not None else "?"
        shown, read = len(self._rows), len(listing.items)
        rule.right = noted(
            (
                shown_note(shown, read, is_filtered=True)
                if self.wanted.text.strip()
                else f"{count(shown)} shown",
                Span(f"billed {usd(sum(bills, Decimal(0)))}", "title"),
                Span(f"{count(read)} of {total} read", "dim"),
            )
        )

    def _placeholder(self, store: Store, now: datetime) -> tuple[Styled, ...]:
        if store.history.value is None:
            return unread_lines("ended pods", store.history.remote, now)
        if self.wanted.text:
            return (
                Span(f"No ended pod that was read matches “{self.wanted.text}”."),
                Span("/ then esc clears the filter.", "dim"),
            )
        return (Span("No pod of this wallet has ended yet."), Span("w shows those of other wallets.", "dim"))
