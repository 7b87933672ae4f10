"""The switcher: profiles and the teams of the account in use."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from prime_tui.ui.render.profiles import COLUMNS, Seat, seat_rows
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.table import KeyedTable

MOST_LINES = 12
OTHER_LINES = 5  # frame, the blank line below the list, one that wraps, choices
HOW_TO_CHANGE = "n adds a profile, e changes the selected one, d removes it."


class Verb(StrEnum):
    """What is to be done."""

    WATCH = "watch"
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class Wish(NamedTuple):
    """What is to be done, and with which wallet's profile."""

    verb: Verb
    seat: Seat


class ProfilesDialog(Dialog[Wish | None]):
    """Enter watches the selected wallet, its number does at once; esc stays.

    Args:
        found: What can be watched.
        problems: What could not be read of the configuration or the teams.
    """

    DEFAULT_CSS = """
    ProfilesDialog > #box { width: 90; }
    ProfilesDialog KeyedTable { background: $panel; margin: 0 0 1 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(digit), f"take_number({digit})", f"Watch number {digit}", show=False)
            for digit in range(1, 10)
        ),
        Binding("p", "leave", "Stay", show=False),
        Binding("n", "wish('add')", "New profile", show=False),
        Binding("e", "wish('change')", "Change the profile", show=False),
        Binding("d", "wish('remove')", "Remove the profile", show=False),
    ]

    def __init__(self, found: Sequence[Seat], problems: Sequence[str] = ()) -> None:
        body: list[Styled] = [Span(f"▲ {problem}", "warn") for problem in problems]
        super().__init__("Whose wallet", [*body, Span(HOW_TO_CHANGE, "dim")])
        self._found = tuple(found)

    def asks(self) -> list[Widget]:
        """The list; the wallet in use is selected."""
        table = KeyedTable(COLUMNS, markable=False)
        table.rows = seat_rows(self._found)
        table.cursor_key = next((str(place) for place, seat in enumerate(self._found) if seat.is_used), "0")
        return [table]

    def choices(self) -> list[Choice]:
        """Stay or change."""
        return [Choice("esc", "stay", id="no"), Choice("enter", "watch", id="yes")]

    def on_mount(self) -> None:
        """Start in the list."""
        self._fit_list()
        self.query_one(KeyedTable).focus()

    def on_resize(self) -> None:
        """Keep the choices on the screen however low it is."""
        self._fit_list()

    def _fit_list(self) -> None:
        room = self.app.size.height - OTHER_LINES - len(self._body)
        self.query_one(KeyedTable).styles.height = max(2, min(room, MOST_LINES, len(self._found)) + 1)

    def action_take_number(self, number: int) -> None:
        """Watch a wallet by its number."""
        if number <= len(self._found):
            self.dismiss(Wish(Verb.WATCH, self._found[number - 1]))

    def action_wish(self, verb: str) -> None:
        """Do something with the selected profile."""
        key = self.query_one(KeyedTable).cursor_key
        if key is not None:
            self.dismiss(Wish(Verb(verb), self._found[int(key)]))

    @on(KeyedTable.RowChosen)
    @on(Choice.Pressed, "#yes")
    def _take(self) -> None:
        self.action_wish(Verb.WATCH)

    @on(Choice.Pressed, "#no")
    def _stay(self) -> None:
        self.dismiss(None)
