"""A small app that shows the widgets under test, what they said, and which of their lines were drawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from prime_tui.ui.colours import DARK
from prime_tui.ui.theme import THEMES
from tests.ui.screen_text import screen_lines, screen_text

Said = TypeVar("Said", bound=Message)


class Stage(App[None]):
    """Shows `widgets`, one below the other, in the program's theme."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._shown = widgets
        self._heard: list[Message] = []
        self.pilot: Pilot[None]

    def compose(self) -> ComposeResult:
        yield from self._shown

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    def hear(self, message: Message) -> None:
        """Note a message; one that bubbles arrives several times."""
        if not any(message is heard for heard in self._heard):
            self._heard.append(message)

    def said(self, kind: type[Said]) -> list[Said]:
        """The messages of a kind since the last time of asking, once the app is at rest."""
        found = [message for message in self._heard if isinstance(message, kind)]
        self._heard = [message for message in self._heard if not isinstance(message, kind)]
        return found

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def rest(self) -> None:
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        return screen_text(self)

    @property
    def lines(self) -> list[str]:
        return screen_lines(self)


@asynccontextmanager
async def on_stage(*widgets: Widget, size: tuple[int, int] = (60, 12)) -> AsyncIterator[Stage]:
    stage = Stage(*widgets)
    async with stage.run_test(size=size, message_hook=stage.hear) as pilot:
        stage.pilot = pilot
        await stage.rest()
        yield stage


class Drawn:
    """Notes the lines that a widget draws from here on."""

    def __init__(self, widget: Widget) -> None:
        self._lines: list[int] = []
        draw = widget.render_line

        def noted(y: int) -> Strip:
            self._lines.append(y)
            return draw(y)

        widget.render_line = noted  # type: ignore[method-assign]

    def take(self) -> list[int]:
        """The lines drawn since the last take, top to bottom."""
        taken, self._lines = sorted(self._lines), []
        return taken
