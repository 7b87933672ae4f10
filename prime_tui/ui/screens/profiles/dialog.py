"""The switcher: profiles and the teams of the account in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from prime_tui.ui.render.profiles import COLUMNS, Seat, seat_rows
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.table import KeyedTable

MOST_LINES = 12
HOW_TO_ADD = "prime-tui auth login --profile NAME adds a profile."


class ProfilesDialog(Dialog[Seat | None]):
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
    ]

    def __init__(self, found: Sequence[Seat], problems: Sequence[str] = ()) -> None:
        body: list[Styled] = [Span(f"▲ {problem}", "warn") for problem in problems]
        super().__init__("Whose wallet", [*body, Span(HOW_TO_ADD, "dim")])
        self._found = tuple(found)

    def asks(self) -> list[Widget]:
        """The list; the wallet in use is selected."""
        table = KeyedTable(COLUMNS, markable=False)
        table.styles.height = min(MOST_LINES, len(self._found)) + 1
        table.rows = seat_rows(self._found)
        table.cursor_key = next((str(place) for place, seat in enumerate(self._found) if seat.is_used), "0")
        return [table]

    def choices(self) -> list[Choice]:
        """Stay or change."""
        return [Choice("esc", "stay", id="no"), Choice("enter", "watch", id="yes")]

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one(KeyedTable).focus()

    def action_take_number(self, number: int) -> None:
        """Watch a wallet by its number."""
        if number <= len(self._found):
            self.dismiss(self._found[number - 1])

    @on(KeyedTable.RowChosen)
    def _chosen(self, event: KeyedTable.RowChosen) -> None:
        self.dismiss(self._found[int(event.key)])

    @on(Choice.Pressed, "#yes")
    def _take(self) -> None:
        key = self.query_one(KeyedTable).cursor_key
        self.dismiss(None if key is None else self._found[int(key)])

    @on(Choice.Pressed, "#no")
    def _stay(self) -> None:
        self.dismiss(None)
