"""A dialog that offers a few things to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.table import KeyedTable

MOST_LINES = 13
OTHER_LINES = 4  # frame, the blank line below the list, choices
MOST_NUMBERS = 9


class Option(NamedTuple):
    """One thing to choose: what the caller gets, and what the person reads."""

    key: str
    label: str
    note: Styled = ""


class ChooseDialog(Dialog[str | None]):
    """A short list; enter takes the selected option, its number takes it at once, esc takes none.

    Args:
        title: What is chosen, in the border.
        options: At least one.
        body: Lines above the list.
        verb: The verb of the choice that takes.
        chosen: The option to begin with; else the first.
    """

    DEFAULT_CSS = """
    ChooseDialog KeyedTable { background: $panel; margin: 0 0 1 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(digit), f"take_number({digit})", f"Take option {digit}", show=False)
            for digit in range(1, MOST_NUMBERS + 1)
        )
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        *,
        body: Sequence[Styled] = (),
        verb: str = "take",
        chosen: str | None = None,
    ) -> None:
        super().__init__(title, body)
        self._begin_with = chosen
        self._options = tuple(options)
        self._verb = verb

    def asks(self) -> list[Widget]:
        """The list."""
        columns = (
            Column("number", "", 2, "right", sort=False),
            Column("label", "", max(len(option.label) for option in self._options), sort=False),
            Column("note", "", 8, grow=True, sort=False),
        )
        table = KeyedTable(columns, markable=False)
        table.rows = tuple(
            Row(option.key, (Span(str(number) if number <= MOST_NUMBERS else "", "accent"), *option[1:]))
            for number, option in enumerate(self._options, 1)
        )
        if self._begin_with is not None:
            table.cursor_key = self._begin_with
        return [table]

    def choices(self) -> list[Choice]:
        """Leave or take."""
        return [Choice("esc", "leave", id="no"), Choice("enter", self._verb, id="yes")]

    def on_mount(self) -> None:
        """Start in the list."""
        self._fit_list()
        self.query_one(KeyedTable).focus()

    def on_resize(self) -> None:
        """Keep the whole dialog on the screen."""
        self._fit_list()

    def _fit_list(self) -> None:
        room = self.app.size.height - OTHER_LINES - len(self._body)
        self.query_one(KeyedTable).styles.height = max(2, min(room, MOST_LINES, len(self._options) + 1))

    def action_take_number(self, number: int) -> None:
        """Take an option by its number."""
        if number <= len(self._options):
            self.dismiss(self._options[number - 1].key)

    @on(KeyedTable.RowChosen)
    def _chosen(self, event: KeyedTable.RowChosen) -> None:
        self.dismiss(event.key)

    @on(Choice.Pressed, "#yes")
    def _take(self) -> None:
        self.dismiss(self.query_one(KeyedTable).cursor_key)

    @on(Choice.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)
