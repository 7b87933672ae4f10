"""The table of runs, pods, bills, offers and logs: cost follows the visible rows that changed."""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from prime_tui.ui.render.rows import Column, Placed, Row, RowSource, TupleRows, place_columns
from prime_tui.ui.render.scrolling import thumb, top_at
from prime_tui.ui.render.styled import Span, Styled, fit
from prime_tui.ui.render.table_line import EDGE_CELLS, Shown, cell_spans, column_at, title_cells
from prime_tui.ui.render.wrapping import wrapped
from prime_tui.ui.widgets.painted import PaintedWidget
from prime_tui.ui.widgets.row_cursor import RowCursor

MARK, NEW, BAR, BLANK = Span("▌", "accent"), Span("•", "accent"), Span("┃", "dim"), Span(" ")
WHEEL_ROWS = 3
NEAR_END_ROWS = 5
NO_ROWS = TupleRows(())


class KeyedTable(PaintedWidget, can_focus=True):
    """Rows with an identity: the cursor and the marks stay with their rows through refresh, sort and filter.

    Assign `rows` a tuple of `Row` or any `RowSource`; only lines that look different are painted. The
    header stays, columns that do not fit are dropped by priority, and there is no sideways scrolling.
    """

    DEFAULT_CSS = """
    KeyedTable { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next row", show=False),
        Binding("up,k", "move(-1)", "Previous row", show=False),
        Binding("home,g", "first", "First row", show=False),
        Binding("end,G", "last", "Last row", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False),
        Binding("enter", "choose", "Open", show=False),
        Binding("space", "mark", "Mark", show=False),
    ]

    class _About(Message):
        def __init__(self, table: "KeyedTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "KeyedTable":
            """The table that sent this."""
            return self.table

    class RowChosen(_About):
        """A row was opened: enter or a double click."""

        def __init__(self, table: "KeyedTable", key: str) -> None:
            super().__init__(table)
            self.key = key

    class CursorMoved(_About):
        """The cursor is on another row, or on none; several moves before a paint are told once."""

        def __init__(self, table: "KeyedTable", key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class MarksChanged(_About):
        """Other rows are marked."""

        def __init__(self, table: "KeyedTable", keys: frozenset[str]) -> None:
            super().__init__(table)
            self.keys = keys

    class SortRequested(_About):
        """The title of a sortable column was clicked."""

        def __init__(self, table: "KeyedTable", column_key: str) -> None:
            super().__init__(table)
            self.column_key = column_key

    class EndReached(_About):
        """The end came into view: time to fetch the next page. Once for the same last row."""

    rows: reactive[tuple[Row, ...] | RowSource] = reactive[tuple[Row, ...] | RowSource](
        (), always_update=True, repaint=False, init=False
    )
    """What is listed. Assigning compares only what is in view."""

    columns: reactive[tuple[Column, ...]] = reactive[tuple[Column, ...]]((), init=False)
    sort_key: reactive[str | None] = reactive[str | None](None, init=False)
    """The column whose title shows the arrow; the rows come sorted."""

    sort_reverse: reactive[bool] = reactive(False, init=False)
    placeholder: reactive[tuple[Styled, ...]] = reactive[tuple[Styled, ...]]((), repaint=False, init=False)
    """Lines in the middle while there are no rows: what is not here, why, and the key that helps."""

    new_keys: reactive[frozenset[str]] = reactive[frozenset[str]](frozenset(), repaint=False, init=False)
    """Rows that get a dot: new since the last look."""

    def __init__(
        self,
        columns: tuple[Column, ...] = (),
        *,
        markable: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(KeyedTable.columns, columns)
        self._markable = markable
        self._source: RowSource = NO_ROWS
        self._cursor = RowCursor()
        self._marked: frozenset[str] = frozenset()
        self._shown: list[Shown] = []
        self._shown_size = Size(0, 0)
        self._told_key: str | None = None
        self._telling = False
        self._end_told: tuple[int, str] | None = None

    @property
    def cursor_key(self) -> str | None:
        """The key of the selected row, or None while there are no rows."""
        return self._cursor.key if len(self._source) else None

    @cursor_key.setter
    def cursor_key(self, key: str) -> None:
        self._cursor.want(key, self._source)
        self._changed()

    @property
    def keys_in_view(self) -> list[str]:
        """The keys of the rows that can be seen."""
        top = self._cursor.top
        return [
            self._source.key_at(index)
            for index in range(top, min(top + self._cursor.visible, len(self._source)))
        ]

    @property
    def is_filling(self) -> bool:
        """Whether the first rows still arrive: until somebody moves it the cursor stays on the first row."""
        return self._cursor.is_filling

    @is_filling.setter
    def is_filling(self, is_filling: bool) -> None:
        self._cursor.is_filling = is_filling

    @property
    def marked(self) -> frozenset[str]:
        """The keys of the marked rows; a row that goes away loses its mark."""
        return self._marked

    @marked.setter
    def marked(self, keys: frozenset[str]) -> None:
        keys = frozenset(key for key in keys if self._source.index_of(key) is not None)
        if keys != self._marked:
            self._marked = keys
            self.post_message(self.MarksChanged(self, keys))
            self._changed()

    def on_mount(self) -> None:
        """Take what was assigned before."""
        self.watch_rows(self.rows)

    def watch_rows(self, rows: tuple[Row, ...] | RowSource) -> None:
        """Take new rows: keep the cursor and the marks with their rows, paint what looks different."""
        source = TupleRows(rows) if isinstance(rows, tuple) else rows
        self._cursor.rows_changed(self._source, source)
        self._source = source
        if self._marked:
            self.marked = self._marked
        self._changed()

    def watch_columns(self) -> None:
        """Other columns: everything is drawn again."""
        self._shown_size = Size(0, 0)

    def watch_placeholder(self) -> None:
        """Another sentence."""
        self._changed()

    def watch_new_keys(self) -> None:
        """Other dots."""
        self._changed()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor in full, or dimmed."""
        super().watch_has_focus(has_focus)
        self._changed()

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        self._go(self._cursor.index + rows)

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages of what is in view."""
        self._go(self._cursor.index + int(pages * max(1, self._cursor.visible)))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._go(len(self._source) - 1)

    def action_choose(self) -> None:
        """Open the selected row."""
        if self.cursor_key is not None:
            self.post_message(self.RowChosen(self, self.cursor_key))

    def action_mark(self) -> None:
        """Mark the selected row, or take its mark away."""
        if self._markable and self.cursor_key is not None:
            self.marked = self._marked ^ {self.cursor_key}

    def on_click(self, event: events.Click) -> None:
        """Select a row, open it on the second click, ask for sorting on a title."""
        event.stop()
        if event.y == 0:
            column = column_at(self._placed(), event.x)
            if column is not None and column.sort:
                self.post_message(self.SortRequested(self, column.key))
            return
        index = self._cursor.top + event.y - 1
        if event.x >= self.size.width - EDGE_CELLS or index >= len(self._source):
            return
        self._go(index)
        if event.chain == 2:
            self.action_choose()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll bar."""
        if event.x >= self.size.width - EDGE_CELLS and event.y > 0:
            self.capture_mouse()
            self._show_from(top_at(event.y - 1, self._cursor.visible, len(self._source)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the scroll bar."""
        if self.app.mouse_captured is self:
            self._show_from(top_at(event.y - 1, self._cursor.visible, len(self._source)))

    def on_mouse_up(self) -> None:
        """Let the scroll bar go."""
        self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self._show_from(self._cursor.top + WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self._show_from(self._cursor.top - WHEEL_ROWS)

    def on_resize(self) -> None:
        """Keep the cursor in view; the end may have come into view."""
        self._changed()

    def render_line(self, y: int) -> Strip:
        """The header at the top, rows below it, each exactly as wide as the widget."""
        if self._shown_size != self.size:
            self._remember()
        width = self.size.width
        inner = width - 2 * EDGE_CELLS
        if inner <= 0:
            return self.strip(fit("", width), width)
        if y == 0:
            titles = title_cells(self.columns, self.sort_key, self.sort_reverse)
            return self.strip((BLANK, *cell_spans(titles, self._placed(), inner), BLANK), width)
        shown = self._shown[y - 1] if y <= len(self._shown) else Shown()
        if shown.cells is None:
            return self.strip(fit(shown.note, width, "centre"), width)
        spans = cell_spans(shown.cells, self._placed(), inner)
        strip = self.strip((shown.mark, *spans, shown.bar), width)
        if not shown.cursor:
            return strip
        text = "".join(span.text for span in spans)
        look = self.look("cursor" if shown.focused else "cursor-blurred")
        ends = list(strip)
        return Strip([ends[0], Segment(text, look), ends[-1]], width)

    def _placed(self) -> tuple[Placed, ...]:
        return place_columns(self.columns, self.size.width - 2 * EDGE_CELLS)

    def _go(self, index: int) -> None:
        self._cursor.go(index, self._source)
        self._changed()

    def _show_from(self, top: int) -> None:
        self._cursor.scroll(top, self._source)
        self._changed()

    def _changed(self) -> None:
        """Paint the lines that look different from what was painted, and tell what there is to tell."""
        if not self.size:
            return
        before, known = self._shown, self._shown_size == self.size
        self._remember()
        if known:
            width = self.size.width
            lines = [
                Region(0, y, width, 1)
                for y, (old, new) in enumerate(zip(before, self._shown, strict=True), 1)
                if old != new
            ]
            if lines:
                self.refresh(*lines)
        self._tell_cursor()
        self._tell_end()

    def _remember(self) -> None:
        self._shown_size = self.size
        height = max(0, self.size.height - 1)
        self._cursor.resize(height, self._source)
        total, top = len(self._source), self._cursor.top
        if not total:
            self._shown = self._notes(height)
            return
        bar = thumb(top, height, total)
        self._shown = [
            self._shown_row(top + line, BAR if line in bar else BLANK) if top + line < total else Shown()
            for line in range(height)
        ]

    def _shown_row(self, index: int, bar: Span) -> Shown:
        key = self._source.key_at(index)
        cursor = index == self._cursor.index
        mark = MARK if key in self._marked else NEW if key in self.new_keys else BLANK
        return Shown(self._source.cells_at(index), "", cursor, cursor and self.has_focus, mark, bar)

    def _notes(self, height: int) -> list[Shown]:
        lines = [line for note in self.placeholder for line in wrapped(note, max(1, self.size.width - 2))]
        above = max(0, (height - len(lines)) // 2)
        notes = [Shown()] * above + [Shown(note=line) for line in lines]
        return (notes + [Shown()] * height)[:height]

    def _tell_cursor(self) -> None:
        if self.cursor_key != self._told_key and not self._telling:
            self._telling = True
            self.call_after_refresh(self._post_cursor)

    def _post_cursor(self) -> None:
        self._telling = False
        if self.cursor_key != self._told_key:
            self._told_key = self.cursor_key
            self.post_message(self.CursorMoved(self, self.cursor_key))

    def _tell_end(self) -> None:
        total = len(self._source)
        if not total or self._cursor.top + self._cursor.visible + NEAR_END_ROWS < total:
            self._end_told = None
            return
        end = (total, self._source.key_at(total - 1))
        if end != self._end_told:
            self._end_told = end
            self.post_message(self.EndReached(self))
