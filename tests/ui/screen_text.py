"""What a person would read on the screen of a running app."""

from typing import Any

from textual._compositor import LayoutUpdate
from textual.app import App


def screen_lines(app: App[Any]) -> list[str]:
    """The lines of the screen, dialogs included, without trailing blanks.

    Asks the compositor for the frame that it would send to a terminal.
    """
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)  # noqa: SLF001
    if not isinstance(update, LayoutUpdate):
        raise TypeError(f"a full update was expected, not {update!r}")
    return ["".join(strip.text for strip in line).rstrip() for line in update.strips]


def screen_text(app: App[Any]) -> str:
    """The lines of the screen as one text."""
    return "\n".join(screen_lines(app))
