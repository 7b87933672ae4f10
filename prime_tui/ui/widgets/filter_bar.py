"""The `/` filter: one line at the bottom that tells every change as it is typed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.ui.widgets.line import Line


class FilterBar(Horizontal):
    """Hidden until `open`; enter keeps the filter and gives the focus back, esc clears it and closes."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; }
    FilterBar.-open { display: block; }
    FilterBar > Line { width: 2; }
    FilterBar > Input, FilterBar > Input:focus {
        border: none; height: 1; padding: 0; width: 1fr;
        background: transparent; background-tint: transparent;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "Clear the filter", show=False)]

    class Changed(Message):
        """The filter is another one."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> "FilterBar":
            """The bar that sent this."""
            return self.bar

    class Closed(Changed):
        """The person is done: `text` is the filter that stays, empty after esc."""

    _before: Widget | None = None

    @property
    def text(self) -> str:
        """The filter as typed so far."""
        return self.query_one(Input).value

    def compose(self) -> ComposeResult:
        """The slash and the input."""
        yield Line("/")
        field = Input(compact=True, select_on_focus=False)
        field.cursor_blink = False
        yield field

    def open(self) -> None:
        """Show the bar and put the cursor into it; what was typed before is still there."""
        if not self.query_one(Input).has_focus:
            self._before = self.screen.focused
        self.add_class("-open")
        self.query_one(Input).focus()

    def action_clear(self) -> None:
        """Clear the filter and close."""
        self.query_one(Input).value = ""
        self._close()

    @on(Input.Changed)
    def _tell(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def _close(self) -> None:
        self.set_class(bool(self.text), "-open")
        self.screen.set_focus(self._before)
        self._before = None
        self.post_message(self.Closed(self, self.text))
