"""The log of a run: follows its end until the person goes up, and follows again from the end."""

from __future__ import annotations

import json

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import LogQuery
from prime_tui.domain.text import clean
from prime_tui.domain.units import age, count
from prime_tui.ui.render.run_log import COLUMNS, LogBook, LogRows
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.runs.facts import RunFacts
from prime_tui.ui.widgets.dialog import MessageDialog
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Line
from prime_tui.ui.widgets.table import KeyedTable

TAIL_LINES = 1_000
LEVELS = (None, "ERROR", "WARNING", "SUCCESS", "INFO", "DEBUG")
COMPONENTS = (None, "trainer", "inference", "env-server")
FIRST_COMPONENT = "orchestrator"
DEDICATED = "DEDICATED"
WHEEL_LINES = 3


class LogTable(KeyedTable):
    """Lines of a log; the wheel moves the cursor, so that one place says whether the end is followed."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down."""
        event.prevent_default()
        event.stop()
        self.action_move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up."""
        event.prevent_default()
        event.stop()
        self.action_move(-WHEEL_LINES)


class LogPane(Vertical):
    """Shows the log that it is given, and says which part of it is wanted."""

    DEFAULT_CSS = """
    LogPane > #log-state { height: 1; }
    """

    class QueryChanged(Message):
        """Another part of the log is wanted."""

        def __init__(self, query: LogQuery) -> None:
            super().__init__()
            self.query_wanted = query

    def __init__(self) -> None:
        super().__init__()
        self.query_wanted = LogQuery(tail_lines=TAIL_LINES)
        self._run_id: RunId | None = None
        self._is_dedicated = False
        self._book = LogBook()
        self._rows = LogRows(self._book)
        self._filter = ""
        self._facts: RunFacts | None = None

    def compose(self) -> ComposeResult:
        """What is shown, the lines, and a filter."""
        yield Line(id="log-state")
        yield LogTable(COLUMNS, markable=False, id="log")
        yield FilterBar()

    # -- what is shown -----------------------------------------------------------------

    def show(self, facts: RunFacts) -> None:
        """Show the log of a run; the first lines of another run start at their end."""
        self._facts = facts
        run = facts.view.run
        self._is_dedicated = run is not None and DEDICATED in (run.kind or "").upper()
        if facts.view.id != self._run_id:
            self._run_id = facts.view.id
            self._book = LogBook()
            self._rows = LogRows(self._book)
            self.query_wanted = LogQuery(tail_lines=TAIL_LINES)
        value = facts.logs.value
        lines = value.lines if value is not None else ()
        if lines is not self._book.lines:
            self._book.take(lines)
            self._fill()
        self.query_one(LogTable).placeholder = self._placeholder(facts)
        self._show_state()

    @property
    def follows(self) -> bool:
        """Whether new lines move the view: the cursor is on the last line."""
        last = len(self._rows) - 1
        return last < 0 or self.query_one(LogTable).cursor_key == self._rows.key_at(last)

    @property
    def selected_line(self) -> str | None:
        """The line under the cursor, as it came."""
        key = self.query_one(LogTable).cursor_key
        return None if key is None else self._book.line(int(key))

    def _fill(self) -> None:
        follows, table = self.follows, self.query_one(LogTable)
        self._rows = LogRows(self._book, self._filter)
        table.rows = self._rows
        if follows:
            table.action_last()

    def _show_state(self) -> None:
        line, facts = self.query_one("#log-state", Line), self._facts
        if facts is None:
            return
        query = self.query_wanted
        level = query.level.lower() if query.level else "all levels"
        what = f" {query.component or FIRST_COMPONENT} · {level}"
        if self._filter:
            what += f" · {len(self._rows)} of {len(self._book.lines)} match “{self._filter}”"
        line.content = (
            Span(what),
            Span("  e level" + ("  c component" if self._is_dedicated else ""), "dim"),
        )
        line.right = self._how_new(facts)

    def _how_new(self, facts: RunFacts) -> Styled:
        if facts.logs.error is not None:
            return (Span(f"▲ stale {age(facts.logs.fetched_at, facts.now)}", "bad"), Span(" "))
        if not len(self._rows):
            return ""
        lines = f"{count(len(self._rows))} lines "
        if self.follows:
            return (Span(f"{lines}· ", "dim"), Span("following ", "good"))
        return (Span(f"{lines}· ", "dim"), Span("stopped, G follows ", "warn"))

    def _placeholder(self, facts: RunFacts) -> tuple[Styled, ...]:
        logs, query = facts.logs, self.query_wanted
        if not facts.has_pages:
            return (Span("This service gives no logs of runs.", "dim"),)
        if logs.error is not None and logs.value is None:
            return (
                Span(f"The log cannot be read: {logs.error.message}", "bad"),
                Span("r tries again", "dim"),
            )
        if logs.value is None:
            return (Span("Reading the log…", "dim"),)
        if logs.value.waiting:
            said = Span(f"The service says: {logs.value.waiting}", "dim")
            return (Span("Waiting for the run to start. The log comes by itself."), said)
        if self._filter and self._book.lines:
            return (Span(f"No line has “{self._filter}”. esc in the filter clears it.", "dim"),)
        if query.level is not None:
            return (Span(f"No {query.level} lines in the last 15 minutes. e shows other levels.", "dim"),)
        return (Span(f"The {query.component or FIRST_COMPONENT} has written nothing.", "dim"),)

    # -- what is wanted ------------------------------------------------------------------

    def next_level(self) -> None:
        """Ask for the next level."""
        level = LEVELS[(LEVELS.index(self.query_wanted.level) + 1) % len(LEVELS)]
        self._want(LogQuery(tail_lines=TAIL_LINES, component=self.query_wanted.component, level=level))

    def next_component(self) -> None:
        """Ask for the next component; only dedicated runs have more than one."""
        if self._is_dedicated:
            at = COMPONENTS.index(self.query_wanted.component)
            component = COMPONENTS[(at + 1) % len(COMPONENTS)]
            self._want(LogQuery(tail_lines=TAIL_LINES, component=component, level=self.query_wanted.level))

    def open_filter(self) -> None:
        """Type what lines must contain."""
        self.query_one(FilterBar).open()

    def _want(self, query: LogQuery) -> None:
        self.query_wanted = query
        self._book = LogBook()
        self._fill()
        self._show_state()
        self.post_message(self.QueryChanged(query))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        event.stop()
        self._filter = event.text
        self._fill()
        if self._facts is not None:
            self.query_one(LogTable).placeholder = self._placeholder(self._facts)
        self._show_state()

    @on(KeyedTable.CursorMoved)
    def _moved(self, event: KeyedTable.CursorMoved) -> None:
        event.stop()
        self._show_state()

    @on(KeyedTable.RowChosen)
    def _whole(self, event: KeyedTable.RowChosen) -> None:
        event.stop()
        line = self._book.line(int(event.key))
        self.app.push_screen(MessageDialog("Log line", [Span(text) for text in whole_line(line).split("\n")]))


def whole_line(line: str) -> str:
    """Return a line to be read in full: JSON with one field a line."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    return clean(json.dumps(record, indent=1, ensure_ascii=False)) if isinstance(record, dict) else line
