"""The table of runs with its rule and its filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from prime_tui.domain.remote import Freshness, Listing, Remote
from prime_tui.domain.runs import LIVE, Run
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.runs import RunSort, filtered_runs, is_descending, sorted_runs
from prime_tui.ui.pace import ages_due
from prime_tui.ui.render.fields import fitting
from prime_tui.ui.render.runs import COLUMNS
from prime_tui.ui.render.styled import Span, Styled, clip
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.screens.runs.run_rows import RunRows
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.table import KeyedTable

LONG_AGO = datetime.min.replace(tzinfo=UTC)
REASON_CELLS = 40


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What the table is given.

    Attributes:
        views: All runs, live and newest first.
        remote: How the run list is read; billing and others may know more runs.
        has_list: False when the service has no list of runs.
        is_complete: True once every source answered.
    """

    views: tuple[RunView, ...] = ()
    remote: Remote[Listing[Run]] = field(default_factory=Remote)
    has_list: bool | None = None
    is_complete: bool = False
    now: datetime = LONG_AGO

    @property
    def is_old(self) -> bool:
        """Whether nothing of it may look fresh."""
        return self.remote.freshness(self.now) is Freshness.STALE


class RunList(Vertical):
    """Filters and sorts what it is given; the table's messages tell which run is selected or opened."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._facts = ListFacts()
        self._rows = RunRows((), LONG_AGO)
        self._filter = ""
        self._sort: RunSort | None = None
        self._reverse = False
        self._drawn_at = LONG_AGO

    def compose(self) -> ComposeResult:
        """Rule, table, filter."""
        yield Rule(Span("runs", "title"), id="runs-rule")
        yield KeyedTable(COLUMNS, markable=False, id="runs")
        yield FilterBar(id="runs-filter")

    @property
    def table(self) -> KeyedTable:
        """The table itself."""
        return self.query_one("#runs", KeyedTable)

    @property
    def has_filter(self) -> bool:
        """Whether some runs may be hidden."""
        return bool(self.query_one(FilterBar).text)

    def holds(self, run_id: str) -> bool:
        """Whether a run is among the rows."""
        return self._rows.index_of(run_id) is not None

    # -- what is shown -----------------------------------------------------------------------

    def show(self, facts: ListFacts) -> None:
        """Show these runs; the cursor stays with its run."""
        self._facts = facts
        self._fill()

    def tick(self, now: datetime) -> None:
        """Let ages grow: every second where somebody waits for something, else now and then."""
        if self._is_due(now):
            facts = self._facts
            self._facts = ListFacts(facts.views, facts.remote, facts.has_list, facts.is_complete, now)
            self._draw_rows()
            self._show_rule()

    def on_resize(self) -> None:
        """Other columns fit."""
        after_refresh(self, self._fill)

    def _is_due(self, now: datetime) -> bool:
        views = self._facts.views
        is_ending = any(view.ending is not None and view.ending.is_under_way for view in views)
        return is_ending or ages_due(self._drawn_at, now, (view.created_at for view in views))

    def _draw_rows(self) -> None:
        self._drawn_at = self._facts.now
        self._rows = self._rows.at(self._facts.now, is_old=self._facts.is_old)
        self.table.rows = self._rows

    def _fill(self) -> None:
        facts, table = self._facts, self.table
        chosen = sorted_runs(filtered_runs(facts.views, self._filter), self._sort, reverse=self._reverse)
        table.columns = fitting(COLUMNS, table.size.width or self.size.width)
        table.placeholder = self._placeholder()
        self._drawn_at = facts.now
        self._rows = RunRows(chosen, facts.now, table.columns, is_old=facts.is_old)
        table.rows = self._rows
        table.is_filling = not facts.is_complete
        table.sort_key = self._sort.value if self._sort is not None else None
        table.sort_reverse = self._sort is not None and is_descending(self._sort, reverse=self._reverse)
        self._show_rule()

    def _show_rule(self) -> None:
        facts, listing = self._facts, self._facts.remote.value
        live = sum(view.state in LIVE for view in facts.views)
        total = max(len(facts.views), (listing.total or 0) if listing is not None else 0)
        notes: list[Span] = []
        if self._filter:
            notes.append(Span(f"{len(self._rows)} of {len(facts.views)} match “{self._filter}” · "))
        is_known = listing is not None or facts.views
        notes.append(Span(f"{live} live · {total} all" if is_known else ""))
        if listing is not None and listing.unreadable:
            reason = clip(listing.unreadable[0].reason, REASON_CELLS)
            notes.append(Span(f" · {len(listing.unreadable)} rows unreadable: {reason}", "warn"))
        if facts.has_list is False:
            notes.append(Span(" · found by billing", "dim"))
        old = staleness(facts.remote, facts.now)
        if old:
            notes.append(Span(f" · {old}", "bad"))
        self.query_one("#runs-rule", Rule).right = tuple(notes)

    def _placeholder(self) -> tuple[Styled, ...]:
        facts = self._facts
        if facts.views:
            return (Span(f"No run matches “{self._filter}”."), Span("esc in the filter clears it", "dim"))
        return unread_lines("runs", facts.remote, facts.now) or (
            Span("No runs in this wallet."),
            Span("n launches one from a TOML file · i looks at one by its id", "dim"),
        )

    # -- which rows, in which order ------------------------------------------------------------

    def open_filter(self) -> None:
        """Type what runs must contain."""
        self.query_one(FilterBar).open()

    def clear_filter(self) -> None:
        """Show all runs again."""
        self.query_one(FilterBar).action_clear()
        self._filter = ""
        self._fill()

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        event.stop()
        self._filter = event.text.strip()
        self._fill()

    def sort_by_next(self) -> None:
        """Sort by the next column; after the last one, live first and newest first."""
        order: list[RunSort | None] = [None, *RunSort]
        self._sort_by(order[(order.index(self._sort) + 1) % len(order)], reverse=False)

    def reverse_order(self) -> None:
        """Sort the other way round."""
        self._sort_by(self._sort, reverse=not self._reverse)

    @on(KeyedTable.SortRequested)
    def _sort_requested(self, event: KeyedTable.SortRequested) -> None:
        event.stop()
        wanted = RunSort(event.column_key)
        self._sort_by(wanted, reverse=wanted is self._sort and not self._reverse)

    def _sort_by(self, wanted: RunSort | None, *, reverse: bool) -> None:
        self._sort, self._reverse = wanted, reverse
        self._fill()
