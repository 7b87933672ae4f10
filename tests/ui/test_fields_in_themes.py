"""The caret and the hints of the fields can be seen in every theme."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Input, TextArea

from prime_tui.ui.theme import THEMES
from tests.ui.monitor import monitor
from tests.ui.render.test_styles import contrast

CARET_CONTRAST, HINT_CONTRAST = 4.5, 4.5


def ground(style: Style) -> RichColor | None:
    """What a cell is filled with, as the terminal draws it."""
    return style.color if style.reverse else style.bgcolor


def ink(style: Style) -> RichColor | None:
    return style.bgcolor if style.reverse else style.color


def rgb(colour: RichColor | None) -> Color:
    assert colour is not None
    return Color(*colour.get_truecolor())


def check_caret(field: Widget, name: str, theme: Theme) -> None:
    caret, around = field.get_component_rich_style(name), field.rich_style
    if theme.ansi:
        assert caret.reverse
        assert {colour.name for colour in (caret.color, caret.bgcolor) if colour} <= {"default"}
        return
    assert contrast(rgb(ground(caret)), rgb(around.bgcolor)) >= CARET_CONTRAST, "the caret"
    assert contrast(rgb(ground(caret)), rgb(ink(caret))) >= CARET_CONTRAST, "the letter under it"


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_caret_and_hints_are_seen(theme: Theme) -> None:
    async with monitor(screen="chat", size=(80, 24)) as m:
        m.app.theme = theme.name
        await m.pilot.pause()
        await m.sees("Ask a model")
        prompt = m.app.screen.query_one(TextArea)
        check_caret(prompt, "text-area--cursor", theme)
        await m.press("ctrl+o")
        await m.sees("What is sent along")
        for field in m.app.screen.query(Input):
            check_caret(field, "input--cursor", theme)
            hint = field.get_component_rich_style("input--placeholder")
            if not theme.ansi:
                assert contrast(rgb(hint.color), rgb(field.rich_style.bgcolor)) >= HINT_CONTRAST
