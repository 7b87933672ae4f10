"""The list of models: search, prices, and any id typed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.ids import ModelId
from prime_tui.store.selectors.chat import models_by_price, models_like
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.ui.render.chat import MODEL_COLUMNS, model_row, typed_row
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.line import Line
from prime_tui.ui.widgets.table import KeyedTable

TYPED = "typed:"
MOST_LINES = 18
OTHER_LINES = 9
"""Frame, search, count, choices, and some of the screen behind."""


class ModelDialog(Dialog[ModelId | None]):
    """Choose a model; None when the person left.

    Args:
        store: Where the models are.
        chosen: The model that is used now.
        read_again: Asks for the list anew.
    """

    DEFAULT_CSS = """
    ModelDialog > #box { width: 86; }
    ModelDialog #body { display: none; }
    ModelDialog KeyedTable { background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next model", show=False, priority=True),
        Binding("up", "move(-1)", "Previous model", show=False, priority=True),
        Binding("pagedown", "move(8)", "Page down", show=False, priority=True),
        Binding("pageup", "move(-8)", "Page up", show=False, priority=True),
        Binding("ctrl+r", "read_again", "Read the list again", show=False),
    ]

    def __init__(self, store: Store, chosen: ModelId | None, read_again: Callable[[], None]) -> None:
        super().__init__("Model", ())
        self._store = store
        self._chosen = chosen
        self._read_again = read_again
        self._unsubscribe: Callable[[], None] = lambda: None

    def asks(self) -> list[Widget]:
        """Search, list, and a line for what is missing."""
        field = Input(placeholder="search, or type any model id", compact=True)
        field.cursor_blink = False
        return [field, Line(id="count"), KeyedTable(MODEL_COLUMNS, markable=False)]

    def choices(self) -> list[Choice]:
        """Leave or take."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "take", id="yes")]

    def on_mount(self) -> None:
        """Start in the search, with the model of now selected."""
        self._unsubscribe = self._store.subscribe(self._store_changed)
        self._show()
        if self._chosen is not None:
            self.query_one(KeyedTable).cursor_key = self._chosen
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        """Leave the choices on the screen."""
        self._fit_table()

    def on_unmount(self) -> None:
        """Hear nothing more."""
        self._unsubscribe()

    def action_move(self, rows: int) -> None:
        """Move the cursor of the list from within the search."""
        self.query_one(KeyedTable).action_move(rows)

    def action_read_again(self) -> None:
        """Read the models again."""
        self._read_again()

    def _store_changed(self, topics: frozenset[Topic]) -> None:
        if Topic.MODELS in topics and self.is_mounted:
            self._show()
            self._fit_table()

    @on(Input.Changed)
    def _show(self) -> None:
        table, typed = self.query_one(KeyedTable), self.query_one(Input).value.strip()
        every = models_by_price(self._store)
        found = models_like(every, typed)
        rows = [model_row(model, is_chosen=model.id == self._chosen) for model in found]
        if typed and all(model.id != typed for model in found):
            rows.append(typed_row(typed))
        table.rows = tuple(rows)
        table.placeholder = self._placeholder(typed)
        shown = f"{len(found)} of {len(every)}" if typed else f"{len(every)} models"
        self.query_one("#count", Line).right = Span(shown if every else "", "dim")

    def _fit_table(self) -> None:
        """As high as the whole list where that fits, whatever is searched."""
        models = len(self._store.models.value.items) if self._store.models.value else 0
        room = min(MOST_LINES, self.app.size.height - OTHER_LINES)
        self.query_one(KeyedTable).styles.height = max(4, min(models + 2, room))

    def _placeholder(self, typed: str) -> tuple[Styled, ...]:
        remote = self._store.models.remote
        if remote.value is None and remote.error is not None:
            return (
                Span("The models could not be read.", "bad"),
                Span(remote.error.message, "dim"),
                Span("ctrl+r reads again; any id can be typed above.", "dim"),
            )
        if remote.value is None:
            return (Span("Reading models…", "dim"),)
        if typed:
            return (Span(f"No model matches “{typed}”.", "dim"),)
        return (
            Span("The service lists no models.", "dim"),
            Span("Any id can be typed above.", "dim"),
        )

    @on(Input.Submitted)
    @on(Choice.Pressed, "#yes")
    def _take_cursor(self) -> None:
        key = self.query_one(KeyedTable).cursor_key
        if key is not None:
            self._take(key)

    @on(KeyedTable.RowChosen)
    def _take_row(self, event: KeyedTable.RowChosen) -> None:
        self._take(event.key)

    @on(Choice.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)

    def _take(self, key: str) -> None:
        self.dismiss(ModelId(key.removeprefix(TYPED)))
