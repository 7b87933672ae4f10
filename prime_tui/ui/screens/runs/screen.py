"""The runs: a table of all, and one of them in full."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from prime_tui.domain.ids import RunId
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.permission import why_no_writes
from prime_tui.store.selectors.run_ids import known_run_ids
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.slice import Topic
from prime_tui.ui.render.footer import KeyHint
from prime_tui.ui.render.styled import Span
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.runs.deeds import RunDeeds
from prime_tui.ui.screens.runs.detail import RunDetail, Tab
from prime_tui.ui.screens.runs.facts import run_facts
from prime_tui.ui.screens.runs.launch.desk import LaunchDesk
from prime_tui.ui.screens.runs.list_pane import ListFacts, RunList
from prime_tui.ui.screens.runs.log_pane import LogPane
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.dialog import PromptDialog
from prime_tui.ui.widgets.rest import AtRest
from prime_tui.ui.widgets.table import KeyedTable

PANE_WIDTH = 120
SETTLE_S = 0.35
"""A cursor that only passes a row should not cost five requests."""
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
LISTED = frozenset({Topic.RUNS, Topic.USAGE, Topic.BILLING, Topic.ENDINGS, Topic.RUN_DETAIL, Topic.SESSION})


class RunsScreen(PrimeScreen):
    """All runs that any source knows; from 120 columns on the selected one stands beside them."""

    TAB = 1
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(
        {
            *(Topic.RUNS, Topic.USAGE, Topic.RUN_DETAIL, Topic.RUN_LOGS, Topic.BILLING, Topic.ENDINGS),
            *(Topic.SESSION, Topic.TEAMS),
        }
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter (a word, !word, status:live, model:qwen, env:gsm8k)", show=False),
        Binding("S", "next_sort", "Sort by the next column", show=False),
        Binding("R", "reverse_sort", "Reverse the order", show=False),
        Binding("d", "toggle_detail", "Details beside the table, or instead of it", show=False),
        Binding("tab,right_square_bracket", "turn(1)", "Next page of the details", show=False),
        Binding("shift+tab,left_square_bracket", "turn(-1)", "Previous page of the details", show=False),
        Binding("l", "logs", "Logs of the run", show=False),
        Binding("e", "log_level", "Logs: next level", show=False),
        Binding("c", "log_component", "Logs: next component", show=False),
        Binding("x", "deeds", "Stop, delete, pause, restart …", show=False),
        Binding("n", "launch", "Launch a run from a TOML file", show=False),
        Binding("i", "type_id", "Look at a run by its id", show=False),
        Binding("y", "copy", "Copy id, name or log line", show=False),
        Binding("escape", "back", "Back", show=False),
    ]
    DEFAULT_CSS = """
    RunsScreen #panes { height: 1fr; }
    RunsScreen #list { width: 1fr; }
    RunsScreen RunDetail { display: none; }
    RunsScreen.-pane RunDetail { display: block; width: 42%; min-width: 54; max-width: 90; }
    RunsScreen.-page #list { display: none; }
    RunsScreen.-page RunDetail { display: block; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.deeds = RunDeeds(self)
        self.desk = LaunchDesk(self)
        self._views: tuple[RunView, ...] = ()
        self._wants_pane = True
        self._is_page_open = False
        self._subject: RunId | None = None
        self._cursor_rests = AtRest(self, self._show_subject)
        self._settling = AtRest(self, self._attend, SETTLE_S)

    def body(self) -> Widget:
        """The table and the details."""
        return Vertical(Horizontal(RunList(id="list"), RunDetail(), id="panes"), id="middle")

    def on_mount(self) -> None:
        """Start in the table."""
        self._list.table.focus()

    # -- what is shown -----------------------------------------------------------------------

    @property
    def _list(self) -> RunList:
        return self.query_one(RunList)

    @property
    def _detail(self) -> RunDetail:
        return self.query_one(RunDetail)

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= PANE_WIDTH

    @property
    def _shows_detail(self) -> bool:
        return self._is_page_open or (self._is_wide and self._wants_pane)

    @property
    def is_overview(self) -> bool:
        """Everything but a log."""
        return not (self._shows_detail and self._detail.tab is Tab.LOGS)

    def show(self, topics: frozenset[Topic], now: datetime) -> None:
        """Show what changed."""
        if topics & LISTED:
            self._show_list(now)
        self._show_detail(now)

    def tick(self, now: datetime) -> None:
        """Let ages grow."""
        self._list.tick(now)
        if self.engine is not None:
            self.engine.look_at_runs(self._list.table.keys_in_view)
        if self._shows_detail:
            self._detail.tick(now)

    def _show_list(self, now: datetime) -> None:
        store = self.store
        self._views = run_views(store, now)
        is_complete = store.runs.value is not None and store.wallet.value is not None
        facts = ListFacts(self._views, store.runs.remote, store.has_run_list, is_complete, now)
        self._list.show(facts)

    def _show_detail(self, now: datetime) -> None:
        if self._shows_detail and not self._cursor_rests.is_moving:
            run_id = self._subject
            self._detail.show(None if run_id is None else run_facts(self.store, run_id, now))

    # -- which run is looked at ---------------------------------------------------------------

    @on(KeyedTable.CursorMoved, "#runs")
    def _cursor_moved(self, event: KeyedTable.CursorMoved) -> None:
        self._subject = None if event.key is None else RunId(event.key)
        if self._detail.subject is None:
            self._show_subject()
        else:
            self._cursor_rests.touch()  # until then the page goes on naming the run that it is about
        self._settling.touch()
        self.show_hints()

    def _show_subject(self) -> None:
        self._cursor_rests.cancel()
        self._show_detail(self.now())

    def _attend(self) -> None:
        """Have read what is on the screen, and nothing else."""
        if self.engine is None:
            return
        run_id = self._subject if self._shows_detail and self.is_in_view else None
        self.engine.watch_run(run_id)
        if run_id is not None and self._detail.tab is Tab.LOGS and self.store.has_run_list is not False:
            self.engine.logs.follow_run(run_id, self.query_one(LogPane).query_wanted)
        else:
            self.engine.logs.stop()

    @property
    def is_in_view(self) -> bool:
        """Whether this screen is shown, under a dialog or not."""
        return self.monitor.base_screen is self

    @property
    def is_on_top(self) -> bool:
        """Whether nothing covers this screen."""
        return self.app.screen is self

    def on_screen_resume(self) -> None:
        """In view again; the base class reads and shows."""
        after_refresh(self, self._attend)
        after_refresh(self, self.desk.present)

    def on_screen_suspend(self) -> None:
        """Covered by a dialog, or another screen is shown: then nobody looks at the run."""
        after_refresh(self, self._leave_if_gone)

    def _leave_if_gone(self) -> None:
        if not self.is_in_view and self.engine is not None:
            self.engine.watch_run(None)
            self.engine.logs.stop()

    def select(self, thing_id: str) -> None:
        """Put the cursor on a run and show it in full; another screen asked for it."""
        if not self._list.holds(thing_id) and self._list.has_filter:
            self._list.clear_filter()
        if not self._list.holds(thing_id):
            if RunId(thing_id) not in known_run_ids(self.store):  # else only the list was not drawn since
                self.store.type_run(RunId(thing_id))
            self._show_list(self.now())
        self._list.table.cursor_key = thing_id
        self._subject = RunId(thing_id)
        self._open_detail()

    # -- the details -------------------------------------------------------------------------

    def on_resize(self) -> None:
        """From one page to two panes, or back."""
        self._lay_out()

    def _lay_out(self) -> None:
        is_page = self._is_page_open and not self._is_wide
        self.set_class(self._is_wide and (self._wants_pane or self._is_page_open), "-pane")
        self.set_class(is_page, "-page")
        self._detail.set_class(is_page, "-page")
        self.show_hints()
        self._attend()
        self._show_subject()

    def _open_detail(self) -> None:
        if self._subject is None:
            return
        self._wants_pane = self._wants_pane or self._is_wide
        self._is_page_open = True
        self._lay_out()
        self._detail.focus_page()
        self.show_hints()

    def _close_detail(self) -> None:
        self._is_page_open = False
        self._lay_out()
        self._list.table.focus()
        self.show_hints()

    @on(KeyedTable.RowChosen, "#runs")
    def _row_chosen(self, event: KeyedTable.RowChosen) -> None:
        self._subject = RunId(event.key)
        self._open_detail()

    @on(RunDetail.TabChanged)
    def _tab_changed(self) -> None:
        self._attend()
        self.show_hints()

    @on(LogPane.QueryChanged)
    def _log_query_changed(self) -> None:
        self._attend()

    # -- keys ----------------------------------------------------------------------------------

    def hints(self) -> Iterable[KeyHint]:
        """The keys that do something now."""
        if self._is_page_open:
            yield KeyHint("esc", "back")
            yield KeyHint("tab", "page")
            if self._detail.tab is Tab.LOGS:
                yield KeyHint("G", "follow")
                yield KeyHint("e", "level")
                yield KeyHint("/", "find")
            else:
                yield KeyHint("l", "logs")
        else:
            if self._subject is not None:
                yield KeyHint("enter", "open")
            yield KeyHint("/", "filter")
            yield KeyHint("S", "sort")
        can_write = why_no_writes(self.store) is None
        if self._subject is not None and can_write:
            yield KeyHint("x", "end")
        if not self._is_page_open:
            if can_write:
                yield KeyHint("n", "launch")
            yield KeyHint("i", "by id")
        if self._subject is not None:
            yield KeyHint("y", "copy")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the log do something only where a log is shown."""
        if action in ("log_level", "log_component"):
            return self._shows_detail and self._detail.tab is Tab.LOGS
        return True

    def action_filter(self) -> None:
        """Filter the log when that is looked at, else the runs."""
        if self._detail.tab is Tab.LOGS and self._detail.has_focus_within:
            self.query_one(LogPane).open_filter()
        else:
            self._list.open_filter()

    def action_next_sort(self) -> None:
        """Sort by the next column."""
        self._list.sort_by_next()

    def action_reverse_sort(self) -> None:
        """Reverse the order."""
        self._list.reverse_order()

    def action_toggle_detail(self) -> None:
        """Show or hide the pane; without room for one, open the page."""
        if self._is_page_open:
            self._close_detail()
        elif self._is_wide:
            self._wants_pane = not self._wants_pane
            self._lay_out()
        else:
            self._open_detail()

    def action_turn(self, pages: int) -> None:
        """Show another page of the details."""
        if self._shows_detail:
            self._detail.turn(pages)
        else:
            self._open_detail()

    def action_logs(self) -> None:
        """Open the log of the run."""
        if self._subject is not None:
            self._open_detail()
            self._detail.open_tab(Tab.LOGS)
            self._detail.focus_page()

    def action_log_level(self) -> None:
        """Ask for other levels."""
        self.query_one(LogPane).next_level()

    def action_log_component(self) -> None:
        """Ask for another component."""
        self.query_one(LogPane).next_component()

    def action_deeds(self) -> None:
        """Ask what to do with the run."""
        if self._subject is not None:
            self.deeds.ask(self._subject)

    def action_launch(self) -> None:
        """Launch a run, or go on with a launch."""
        self.desk.open()

    def action_type_id(self) -> None:
        """Look at a run by its id."""

        def typed(run_id: str | None) -> None:
            if run_id is not None:
                self.select(run_id.strip())

        def check(text: str) -> str | None:
            return None if RUN_ID.fullmatch(text.strip()) else "An id has letters, digits, - _ . : only."

        body = [Span("For a run that no list tells: another wallet's, or a deleted one.", "dim")]
        self.app.push_screen(PromptDialog("Run id", body, check=check), typed)

    def action_copy(self) -> None:
        """Copy something of the run."""
        view = next((view for view in self._views if view.id == self._subject), None)
        if view is None:
            return
        texts: dict[str, str] = {"id": view.id}
        if view.name:
            texts["name"] = view.name
        line = self.query_one(LogPane).selected_line if self._detail.tab is Tab.LOGS else None
        if line is not None:
            texts["log line"] = line
        if len(texts) == 1:
            self.copy(view.id, "The id")
            return

        def chosen(key: str | None) -> None:
            if key is not None:
                self.copy(texts[key], f"The {key}")

        options = [Option(key, key, Span(text, "dim")) for key, text in texts.items()]
        self.app.push_screen(ChooseDialog("Copy", options, verb="copy"), chosen)

    def action_back(self) -> None:
        """Back to the table; from there, without the filter."""
        if self._is_page_open:
            self._close_detail()
        elif self._list.has_filter:
            self._list.clear_filter()
