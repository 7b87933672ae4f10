"""Asking for the file with the configuration."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.config.file_names import completed
from prime_tui.config.run_config import RunConfig, read_run_config
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.text import clean_name
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.runs.launch.said import Said
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.dialog import Dialog

MOST_NAMES = 12
BODY: tuple[Styled, ...] = (
    "A TOML file for prime-rl. It is checked here first; nothing is sent yet.",
    Span("tab completes the name, ~ is your home.", "dim"),
)


class PathDialog(Dialog[RunConfig | None]):
    """A file name, read and checked before the dialog closes; what is wrong stands below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False, priority=True)
    ]

    def __init__(self, place: str) -> None:
        super().__init__("Launch a run", BODY)
        self._place = place

    def asks(self) -> list[Widget]:
        """The name and a place for names it could become, or for what is wrong."""
        field = Input(self._place, placeholder="configs/rl.toml", compact=True, select_on_focus=False)
        field.cursor_blink = False
        return [field, Said()]

    def choices(self) -> list[Choice]:
        """Leave or go on."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "check it", id="yes")]

    def on_mount(self) -> None:
        """Start in the name."""
        self.query_one(Input).focus()

    def action_complete(self) -> None:
        """Go on as far as there is only one way, and show the ways there are."""
        field = self.query_one(Input)
        field.value, names = completed(field.value, ".toml")
        field.cursor_position = len(field.value)
        said = self.query_one(Said)
        if len(names) == 1:
            said.say()
        elif names:
            more = f"  … {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            listed = "  ".join(clean_name(name) for name in names[:MOST_NAMES])
            said.say(Span(f"{listed}{more}", "dim"))
        else:
            said.say(Span("Nothing here begins like that.", "dim"))

    @on(Choice.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)

    @on(Choice.Pressed, "#yes")
    @on(Input.Submitted)
    async def _check(self) -> None:
        try:
            config = await asyncio.to_thread(read_run_config, self.query_one(Input).value)
        except SettingsError as error:
            hint = [Span(error.hint, "dim")] if error.hint else []
            self.query_one(Said).say(Span(error.message, "bad"), *hint)
            self.query_one(Input).focus()
        else:
            self.dismiss(config)
