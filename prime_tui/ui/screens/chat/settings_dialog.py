"""What is sent along with every question: temperature, token limit, system prompt."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, TextArea

from prime_tui.domain.conversation import ChatSettings
from prime_tui.ui.render.styled import Span
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.line import Line

HOTTEST = 2.0
MOST_TOKENS = 1_000_000


class SettingsDialog(Dialog[ChatSettings | None]):
    """Change the settings; None when the person left. An empty field is not sent: the service decides."""

    DEFAULT_CSS = """
    SettingsDialog #body { display: none; }
    SettingsDialog .field { height: 1; }
    SettingsDialog .field > Line { width: 16; }
    SettingsDialog .field > Input { width: 1fr; }
    SettingsDialog TextArea, SettingsDialog TextArea:focus {
        height: 5; border: none; padding: 0; background: $surface; background-tint: transparent;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "take", "Take these settings", show=False)]

    def __init__(self, settings: ChatSettings) -> None:
        super().__init__("What is sent along", ())
        self._settings = settings

    def asks(self) -> list[Widget]:
        """The fields and a line for what is wrong with one."""
        temperature, most = self._settings.temperature, self._settings.max_tokens
        prompt = TextArea(
            self._settings.system_prompt, id="system", compact=True, highlight_cursor_line=False
        )
        prompt.cursor_blink = False
        return [
            _field("temperature", "temperature", "" if temperature is None else f"{temperature:g}", "0 to 2"),
            _field("most", "max tokens", "" if most is None else str(most), "the model's own limit"),
            Line(Span("system prompt", "dim")),
            prompt,
            Line(id="problem"),
        ]

    def choices(self) -> list[Choice]:
        """Leave or take."""
        return [Choice("esc", "leave", id="no"), Choice("ctrl+o", "take", id="yes")]

    def on_mount(self) -> None:
        """Start in the first field."""
        self.query_one("#temperature", Input).focus()

    @on(Choice.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Choice.Pressed, "#yes")
    def action_take(self) -> None:
        """Check the fields and take them."""
        temperature = self.query_one("#temperature", Input).value.strip()
        most = self.query_one("#most", Input).value.strip()
        warm = _number(temperature)
        if temperature and (warm is None or not 0 <= warm <= HOTTEST):
            self._complain("#temperature", f"The temperature is a number from 0 to {HOTTEST:g}.")
            return
        limit = int(most) if most.isascii() and most.isdigit() else None
        if most and (limit is None or not 1 <= limit <= MOST_TOKENS):
            self._complain("#most", f"Max tokens is a whole number from 1 to {MOST_TOKENS:,}.")
            return
        self.dismiss(ChatSettings(warm, limit, self.query_one("#system", TextArea).text.strip()))

    def _complain(self, field: str, what: str) -> None:
        self.query_one("#problem", Line).content = Span(what, "bad")
        self.query_one(field, Input).focus()


def _field(name: str, label: str, value: str, hint: str) -> Widget:
    field = Input(value, placeholder=hint, id=name, compact=True, select_on_focus=False)
    field.cursor_blink = False
    return Horizontal(Line(Span(label, "dim")), field, classes="field")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
