"""The pods that exist, and beside them (or instead) everything about the selected one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from prime_tui.domain.ids import PodId
from prime_tui.domain.remote import Freshness
from prime_tui.domain.units import count
from prime_tui.domain.views import PodView
from prime_tui.store.selectors.pods import (
    RowQuery,
    disks_of,
    pod_totals,
    pod_views,
    select_pods,
)
from prime_tui.store.store import Store
from prime_tui.ui.pace import QUICK, ages_due, is_due
from prime_tui.ui.render.pod_detail import detail_lines
from prime_tui.ui.render.pods import (
    POD_COLUMNS,
    noted,
    pod_columns,
    pod_row,
    totals_note,
    unreadable_note,
)
from prime_tui.ui.render.styled import Span, Styled, width_of
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.screens.pods.list_pane import ListPane
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.lines import Lines
from prime_tui.ui.widgets.rest import AtRest
from prime_tui.ui.widgets.table import KeyedTable

RULE_CELLS = 9
"""What a rule needs around its title and its note."""
SIDE_BY_SIDE_CELLS = 120
LIST_CELLS, LEAST_PAGE_CELLS, MOST_PAGE_CELLS = 78, 40, 66
"""The list comes first: below this width it would lose columns that it has at 80."""


class LivePane(ListPane[RowQuery]):
    """The list of pods and the page about one."""

    UP_FIRST = frozenset({"age", "name", "state", "gpu", "provider", "owner"})
    DEFAULT_CSS = """
    LivePane #pod-columns { height: 1fr; }
    LivePane #pod-list { width: 1fr; }
    LivePane #pod-page { display: none; width: 1fr; }
    LivePane.-page #pod-page { display: block; }
    LivePane.-page #pod-list { display: none; }
    LivePane.-side #pod-list, LivePane.-side #pod-page { display: block; }
    LivePane.-side #pod-detail { border-left: solid $border; }
    """

    class PageTurned(Message):
        """The page about a pod was opened or closed, or another pod is selected: other keys work now."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(RowQuery(sort="age", descending=False), id=id)
        self._views: tuple[PodView, ...] = ()
        self._awaited: PodId | None = None
        self._drawn_at: datetime | None = None
        self._page_of: PodId | None = None
        self._cursor_rests = AtRest(self, self._redraw_page)

    def compose(self) -> ComposeResult:
        """List, filter and page."""
        with Horizontal(id="pod-columns"):
            with Vertical(id="pod-list"):
                yield Rule("pods", id="pods-rule")
                yield KeyedTable(POD_COLUMNS, id="pods-table")
                yield FilterBar(id="pods-filter")
            with Vertical(id="pod-page"):
                yield Rule(id="pod-rule")
                yield Lines(id="pod-detail")

    # -- what the screen asks ------------------------------------------------------

    @property
    def is_page_open(self) -> bool:
        """Whether the page stands in place of the list."""
        return self.has_class("-page") and not self.has_class("-side")

    @property
    def selected(self) -> PodView | None:
        """The pod under the cursor, as last read."""
        return self.pod(self.selected_key)

    def pod(self, key: str | None) -> PodView | None:
        """Return a pod of the list, as last read."""
        return next((view for view in self._views if view.id == key), None)

    @property
    def marked(self) -> tuple[PodView, ...]:
        """The marked pods, in the order of the list."""
        keys = self.table.marked
        return tuple(view for view in self._views if view.id in keys)

    def unmark(self) -> None:
        """Take all marks away."""
        self.table.marked = frozenset()

    def take_focus(self) -> None:
        """Give the keys to what is in view."""
        (self.query_one(Lines) if self.is_page_open else self.table).focus()

    def await_pod(self, pod_id: PodId) -> None:
        """Put the cursor on this pod, now or as soon as it is listed."""
        self._awaited = pod_id
        self.redraw()

    def open_filter(self) -> None:
        """Type a filter."""
        self.close_page()
        super().open_filter()

    def open_page(self) -> None:
        """Show the page about the selected pod; beside the list it gets the keys."""
        if self.selected is not None:
            self.add_class("-page")
            self.query_one(Lines).focus()
            self._cursor_rests.cancel()
            after_refresh(self, self.redraw)
            self.post_message(self.PageTurned())

    def close_page(self) -> bool:
        """Go back to the list; return whether there was anything to close."""
        was_open = self.is_page_open or self.query_one(Lines).has_focus
        self.remove_class("-page")
        self.table.focus()
        if was_open:
            self.post_message(self.PageTurned())
        return was_open

    # -- inside --------------------------------------------------------------------

    def on_resize(self) -> None:
        """List and page side by side where there is room."""
        side = self.size.width >= SIDE_BY_SIDE_CELLS
        self.set_class(side, "-side")
        page_cells = max(LEAST_PAGE_CELLS, min(MOST_PAGE_CELLS, self.size.width - LIST_CELLS))
        self.query_one("#pod-page").styles.width = page_cells if side else "1fr"

    @on(KeyedTable.CursorMoved)
    def _follow_cursor(self, event: KeyedTable.CursorMoved) -> None:
        event.stop()
        if self._page_of is None:
            self._redraw_page()
        else:
            self._cursor_rests.touch()  # until then the page goes on naming the pod that it is about
        self.post_message(self.PageTurned())

    def _redraw_page(self) -> None:
        if self._store is not None:
            self._cursor_rests.cancel()
            self._draw_page(self._store, self.present)

    def tick(self, store: Store, now: datetime) -> None:
        """Let ages and estimates grow: every second while seconds count, else now and then."""
        if self._is_due(store, now):
            self.show(store, now)

    def _is_due(self, store: Store, now: datetime) -> bool:
        is_ending = any(view.ending is not None and view.ending.is_under_way for view in self._views)
        if is_ending or store.pods.remote.error is not None:
            return True
        if store.pods.remote.freshness(now) is not Freshness.FRESH:
            return is_due(self._drawn_at, now, QUICK)
        return ages_due(self._drawn_at, now, self._births())

    def _births(self) -> Iterator[datetime | None]:
        """What ages are counted from: the pods, and on the page the last bill and the last change."""
        if self.selected is not None:
            yield from (self.selected.cost.as_of, self.selected.pod.updated_at)
        for view in self._views:
            yield view.pod.created_at

    def draw(self, store: Store, now: datetime) -> None:
        """Show list and page."""
        self._drawn_at = now
        table = self.table
        width = table.size.width or self.size.width
        columns = self.place_columns(pod_columns(width, everyone=self.wanted.everyone))
        every = pod_views(store, now, everyone=self.wanted.everyone)
        self._views = select_pods(every, self.wanted)
        table.placeholder = self._placeholder(store, now, len(every))
        table.rows = tuple(pod_row(view, columns, now) for view in self._views)
        if self._awaited is not None and any(view.id == self._awaited for view in self._views):
            table.cursor_key = self._awaited
            self._awaited = None
        self._draw_rule(store, now, sum(view.is_listed for view in every))
        if not self._cursor_rests.is_moving:
            self._draw_page(store, now)

    def _draw_rule(self, store: Store, now: datetime, total: int) -> None:
        rule = self.query_one("#pods-rule", Rule)
        listing = store.pods.value
        rule.content = noted(
            (
                Span("pods of every wallet" if self.wanted.everyone else "pods", "title"),
                Span(staleness(store.pods.remote, now), "bad"),
                unreadable_note(listing) if listing is not None else "",
            )
        )
        if listing is None:
            rule.right = ""
            return
        shown = sum(view.is_listed for view in self._views)
        totals = pod_totals(store, everyone=self.wanted.everyone)
        room = rule.size.width - RULE_CELLS - width_of(rule.content)
        rule.right = totals_note(totals, shown, total, room, is_filtered=bool(self.wanted.text.strip()))

    def _draw_page(self, store: Store, now: datetime) -> None:
        if not self.query_one("#pod-page").display:
            return
        rule, page, view = self.query_one("#pod-rule", Rule), self.query_one(Lines), self.selected
        self._show_from_start(None if view is None else view.id)
        if view is None:
            rule.content, page.content = "", ()
            return
        rule.content = (Span(view.pod.name or "(no name)", "title"), Span(f"  …{view.id[-8:]}", "dim"))
        page.content = detail_lines(view, disks_of(store, view.pod), page.room_cells, now)

    def _show_from_start(self, pod_id: PodId | None) -> None:
        if pod_id != self._page_of:
            self._page_of = pod_id
            self.query_one(Lines).to_start()

    def _placeholder(self, store: Store, now: datetime, total: int) -> tuple[Styled, ...]:
        if store.pods.value is None:
            return unread_lines("pods", store.pods.remote, now)
        if total:
            return (
                Span(f"No pod matches “{self.wanted.text}”."),
                Span("/ then esc clears the filter.", "dim"),
            )
        elsewhere = pod_totals(store).elsewhere
        other = f"{count(elsewhere)} in other wallets: w shows them." if elsewhere else ""
        return (
            Span("No pods: nothing of this kind burns money now."),
            Span("o shows what can be rented, h what ended.", "dim"),
            Span(other, "dim"),
        )
