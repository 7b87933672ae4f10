"""One run in full: overview, metrics, logs, checkpoints, configuration, error."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from prime_tui.domain.ids import RunId
from prime_tui.domain.metrics import MetricSeries, reward_series
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import MetricPoint
from prime_tui.domain.units import age
from prime_tui.ui.pace import QUICK, is_due
from prime_tui.ui.render.run_overview import checkpoint_lines, config_lines, failure_lines, overview
from prime_tui.ui.render.styled import Span, Styled, clip, join, width_of
from prime_tui.ui.render.unread import staleness
from prime_tui.ui.screens.runs.facts import RunFacts
from prime_tui.ui.screens.runs.log_pane import LogPane, LogTable
from prime_tui.ui.screens.runs.metrics_pane import MetricsPane
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.line import Line, Rule
from prime_tui.ui.widgets.lines import Lines
from prime_tui.ui.widgets.table import KeyedTable


class Tab(StrEnum):
    """The pages of a run."""

    OVERVIEW = "overview"
    METRICS = "metrics"
    LOGS = "logs"
    CHECKPOINTS = "checkpoints"
    CONFIG = "config"
    ERROR = "error"


class TabLine(Line):
    """The names of the pages; a click opens one."""

    class Clicked(Message):
        """A page's name was clicked."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    GAP: ClassVar[str] = "  "

    def show(self, tabs: tuple[Tab, ...], shown: Tab) -> None:
        """Name the pages, the present one first to be seen."""
        self._tabs = tabs
        names = [Span(tab.value, "title" if tab is shown else "dim") for tab in tabs]
        marked = [
            (Span("▸", "accent"), name) if tab is shown else (Span(" "), name)
            for tab, name in zip(tabs, names, strict=True)
        ]
        self.content = join(marked, " ")

    def on_click(self, event: events.Click) -> None:
        """Open the page whose name is there."""
        event.stop()
        left = 0
        for tab in getattr(self, "_tabs", ()):
            right = left + len(tab.value) + 2
            if left <= event.x < right:
                self.post_message(self.Clicked(tab))
                return
            left = right


class RunDetail(Vertical):
    """Shows the run that it is given, one page at a time."""

    DEFAULT_CSS = """
    RunDetail #detail-head { height: 1; }
    RunDetail #joint { width: 1; }
    RunDetail #detail-body { height: 1fr; border-left: solid $border; }
    RunDetail.-page #detail-body { border-left: none; }
    RunDetail.-page #joint { display: none; }
    RunDetail #detail-body > * { display: none; }
    RunDetail #detail-body > TabLine, RunDetail #detail-body > .-shown { display: block; }
    """

    class TabChanged(Message):
        """Another page is shown."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__()
        self.tab = Tab.OVERVIEW
        self._facts: RunFacts | None = None
        self._points: tuple[MetricPoint, ...] = ()
        self._reward_known: MetricSeries | None = None

    def compose(self) -> ComposeResult:
        """Title, names of the pages, pages."""
        with Horizontal(id="detail-head"):
            yield Line(Span("┬", "dim"), id="joint")
            yield Rule(id="detail-title")
        with Vertical(id="detail-body"):
            yield TabLine()
            yield Lines(id="page", classes="-shown")
            yield MetricsPane()
            yield LogPane()

    # -- what is shown --------------------------------------------------------------------

    @property
    def subject(self) -> RunId | None:
        """The run that is shown."""
        return None if self._facts is None else self._facts.view.id

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The pages that this run has."""
        run = self._facts.view.run if self._facts is not None else None
        has_error = run is not None and (run.error_message or run.failure)
        return tuple(tab for tab in Tab if tab is not Tab.ERROR or has_error)

    def show(self, facts: RunFacts | None) -> None:
        """Show a run; None says that there is none."""
        is_other = facts is None or self._facts is None or facts.view.id != self._facts.view.id
        self._facts = facts
        if self.tab not in self.tabs:
            self.tab = Tab.OVERVIEW
        if is_other:
            self.query_one("#page", Lines).to_start()
        self.refresh_shown()

    def tick(self, now: datetime) -> None:
        """Let ages grow: every second while an end is verified, else now and then."""
        facts = self._facts
        if facts is None:
            return
        ending = facts.view.ending
        if (ending is not None and ending.is_under_way) or is_due(facts.now, now, QUICK):
            self._facts = replace(facts, now=now)
            self.refresh_shown()

    def refresh_shown(self) -> None:
        """Draw title, names and the present page from the facts."""
        facts, page = self._facts, self.query_one("#page", Lines)
        self.query_one(TabLine).show(self.tabs, self.tab)
        if facts is None:
            self.query_one("#detail-title", Rule).content = ""
            page.content = ("", Span(" No run is selected.", "dim"))
            return
        self._show_title(facts)
        if self.tab is Tab.METRICS:
            self.query_one(MetricsPane).show(facts)
        elif self.tab is Tab.LOGS:
            self.query_one(LogPane).show(facts)
        else:
            page.content = self._page(facts, page.room_cells)

    def _page(self, facts: RunFacts, width: int) -> tuple[Styled, ...]:
        if self.tab is Tab.CHECKPOINTS:
            return checkpoint_lines(facts.checkpoints, facts.view, width, facts.now)
        if self.tab is Tab.CONFIG:
            return config_lines(facts.view.run.config if facts.view.run else (), width)
        if self.tab is Tab.ERROR:
            return tuple(failure_lines(facts.view, width))
        height = self.query_one("#page", Lines).size.height
        reward = self._reward(facts.metrics.value or ())
        return overview(facts.view, width, facts.now, wallet=facts.wallet, reward=reward, height=height)

    def _reward(self, points: tuple[MetricPoint, ...]) -> MetricSeries | None:
        """The reward's course; looked for once for the same metrics."""
        if points is not self._points:
            self._points, self._reward_known = points, reward_series(points)
        return self._reward_known

    def _show_title(self, facts: RunFacts) -> None:
        rule, view = self.query_one("#detail-title", Rule), facts.view
        right = _how_new(facts)
        room = self.size.width - width_of(right) - 10
        name = clip(view.title, max(8, room))
        tail = f" {view.id}" if view.name and width_of(name) + len(view.id) + 1 <= room else ""
        rule.content = (Span(name, "title"), Span(tail, "dim"))
        rule.right = right

    # -- pages ---------------------------------------------------------------------------

    def open_tab(self, tab: Tab) -> None:
        """Show a page."""
        if tab not in self.tabs:
            return
        had_focus = self.has_focus_within
        self.tab = tab
        shown = {Tab.METRICS: MetricsPane, Tab.LOGS: LogPane}.get(tab)
        for widget in (self.query_one("#page", Lines), self.query_one(MetricsPane), self.query_one(LogPane)):
            is_shown = isinstance(widget, shown) if shown is not None else widget.id == "page"
            widget.set_class(is_shown, "-shown")
        self.query_one("#page", Lines).to_start()
        self.refresh_shown()
        if had_focus:
            self.focus_page()
        self.post_message(self.TabChanged(tab))

    def turn(self, pages: int) -> None:
        """Show the next or the previous page."""
        tabs = self.tabs
        self.open_tab(tabs[(tabs.index(self.tab) + pages) % len(tabs)])

    def focus_page(self) -> None:
        """Let the keys scroll what is shown."""
        focusable: Widget = self.query_one("#page", Lines)
        if self.tab is Tab.METRICS:
            focusable = self.query_one("#metrics", KeyedTable)
        elif self.tab is Tab.LOGS:
            focusable = self.query_one(LogTable)
        focusable.focus()

    def on_resize(self) -> None:
        """Lines are broken anew."""
        after_refresh(self, self.refresh_shown)

    @on(TabLine.Clicked)
    def _clicked(self, event: TabLine.Clicked) -> None:
        event.stop()
        self.open_tab(event.tab)


def _how_new(facts: RunFacts) -> Styled:
    """How old what was read of this run alone is."""
    if not facts.has_pages:
        return ""
    read = facts.read
    freshness = read.freshness(facts.now)
    if freshness is Freshness.LOADING:
        return Span("reading…", "dim")
    if read.is_switched_off:
        return Span(staleness(read, facts.now), "bad")
    if read.error is not None:
        return Span(f"▲ stale {age(read.fetched_at, facts.now)}" if read.value else "▲ not readable", "bad")
    return Span(age(read.fetched_at, facts.now), "dim")
