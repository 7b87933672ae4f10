"""The key of a new run, which the service tells once: it is copied or thrown away, never lost by accident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from prime_tui.domain.secret import Secret
from prime_tui.ui.render.launch import HIDDEN_KEY
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import ConfirmDialog, Dialog
from prime_tui.ui.widgets.line import Line

COPIED: Styled = Span("Sent to the terminal's clipboard. Paste it before you close.", "accent")
NOT_YET: Styled = Span("Copy it or discard it first.", "warn")


class TokenDialog(Dialog[bool]):
    """Never draws the key. Closes after copying, or after discarding was confirmed; True when copied."""

    DEFAULT_CSS = """
    TokenDialog #close { display: none; }
    TokenDialog.-copied #close { display: block; }
    TokenDialog.-copied #discard { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy the key", show=False),
        Binding("d", "discard", "Discard the key", show=False),
    ]

    def __init__(self, token: Secret, body: Sequence[Styled]) -> None:
        key: list[Styled] = [
            "",
            (Span(" its key     ", "dim"), Span(HIDDEN_KEY)),
            "",
            "The service tells this key once and keeps no copy. The run has it already; most people "
            "do not need it.",
            Span("copy: by OSC 52, through ssh; tmux passes it on with set-clipboard on.", "dim"),
        ]
        super().__init__("Launched", [*body, *key])
        self._token = token
        self._is_copied = False

    def asks(self) -> list[Widget]:
        """A line for what happened."""
        return [Line(id="said")]

    def choices(self) -> list[Choice]:
        """Copy, close once that is done, discard."""
        return [
            Choice("d", "discard", id="discard"),
            Choice("c", "copy", id="copy"),
            Choice("enter", "it arrived, close", id="close"),
        ]

    def on_mount(self) -> None:
        """Start where nothing is lost."""
        self.query_one("#copy").focus()

    @on(Choice.Pressed, "#copy")
    def action_copy(self) -> None:
        """Send the key to the terminal's clipboard."""
        self.app.copy_to_clipboard(self._token.reveal())
        self._is_copied = True
        self.add_class("-copied")
        self.query_one("#said", Line).content = COPIED
        self.query_one("#close").focus()

    @on(Choice.Pressed, "#close")
    def _close(self) -> None:
        if self._is_copied:
            self.dismiss(True)

    @on(Choice.Pressed, "#discard")
    def action_discard(self) -> None:
        """Ask once more, then forget the key."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(False)

        body = ["Nobody can show this key again. The run goes on without you having it."]
        self.app.push_screen(ConfirmDialog("Discard the key", body, yes="discard"), answered)

    def action_leave(self) -> None:
        """Esc loses nothing."""
        if self._is_copied:
            self.dismiss(True)
        else:
            self.query_one("#said", Line).content = NOT_YET
