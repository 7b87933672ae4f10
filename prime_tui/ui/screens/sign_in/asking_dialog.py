"""A dialog with secrets in it, whose answer is checked by somebody who takes a moment."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.errors import PrimeError
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.choice import Choice, Paragraphs
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.line import Line
from prime_tui.ui.widgets.secret_input import SecretInput

Result = TypeVar("Result")
LABEL_CELLS = 15


class AskingDialog(Dialog[Result | None]):
    """Base: fields, a place for what is wrong, and the work that decides; esc leaves at any moment.

    Secrets are forgotten when they are submitted and when the dialog goes out of view.
    """

    DEFAULT_CSS = """
    AskingDialog .field { height: 1; }
    AskingDialog .field > Line { width: 15; }
    AskingDialog .field > Input, AskingDialog .field > Cycle { width: 1fr; }
    AskingDialog #said { height: auto; }
    """

    def fields(self) -> list[Widget]:
        """What is asked for."""
        raise NotImplementedError

    def submit(self) -> None:
        """Take the fields; ends in `complain` or `wait_for`."""
        raise NotImplementedError

    def asks(self) -> list[Widget]:
        """The fields, and what is wrong with them."""
        return [*self.fields(), Paragraphs((), id="said")]

    def choices(self) -> list[Choice]:
        """Leave or go on."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "go on", id="yes")]

    def on_mount(self) -> None:
        """Start in the first field."""
        self.query(Input).first().focus()

    def on_screen_suspend(self) -> None:
        """Out of view: forget."""
        for one in self.query(SecretInput):
            one.clear()

    def say(self, text: Styled) -> None:
        """Show a sentence below the fields."""
        self.query_one("#said", Paragraphs).lines = (text,) if text else ()
        after_refresh(self, self._fit_body)

    def complain(self, text: str, field: str) -> None:
        """Say what is wrong and go to the field."""
        self.say(Span(text, "bad"))
        self.query_one(field, Input).focus()

    def wait_for(self, work: Awaitable[Result], saying: str, field: str) -> None:
        """Close with what the work brings; when it fails say why and go back to the field."""
        self.say(Span(saying, "dim"))
        self.run_worker(self._wait(work, field), group="asking", exclusive=True, exit_on_error=False)

    async def _wait(self, work: Awaitable[Result], field: str) -> None:
        try:
            result = await work
        except PrimeError as error:
            self.complain(str(error), field)
        else:
            self.dismiss(result)

    @on(SecretInput.Refused)
    def _refused(self, event: SecretInput.Refused) -> None:
        self.say(Span(event.why, "bad"))

    @on(Choice.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)

    @on(Choice.Pressed, "#yes")
    @on(Input.Submitted)
    def _go_on(self) -> None:
        for one in self.query(SecretInput):
            one.resume()
        self.submit()


def field(label: str, entry: Widget) -> Widget:
    """Return an entry with its name in front."""
    return Horizontal(Line(Span(label, "dim")), entry, classes="field")


def text_input(value: str, *, id: str, placeholder: str = "") -> Input:  # noqa: A002 - Textual's own name for it
    """Return an input for something that may be seen."""
    entry = Input(value, id=id, placeholder=placeholder, compact=True, select_on_focus=False)
    entry.cursor_blink = False
    return entry
