"""The commands of the palette: what the app can do, its themes, and what the screen in view can do."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.theme import THEMES

if TYPE_CHECKING:
    from prime_tui.ui.app import PrimeApp


def palette_commands(app: PrimeApp, screen: Screen[object]) -> Iterable[SystemCommand]:
    """Yield the commands of `app`, then those of `screen`."""
    for index, name in enumerate(app.MODES):
        yield SystemCommand(
            f"{name.title()} screen", f"Key {index + 1}", partial(app.action_open_screen, name)
        )
    yield SystemCommand("Read now", "Key r", app.refresh_now)
    yield SystemCommand("What needs you", "Key a", app.action_list_alerts)
    yield SystemCommand("Messages", "What was told in this session (!)", app.action_list_messages)
    yield SystemCommand("Keys", "The keys of this screen (?)", app.action_explain_keys)
    for theme in THEMES:
        yield SystemCommand(
            f"Theme {theme.name}", "Key T takes the next", partial(setattr, app, "theme", theme.name)
        )
    if app.desk is not None:
        yield SystemCommand("Change the profile or the team", "Key p", app.action_switch_profile)
        yield SystemCommand("Sign in", "Enter another API key (K)", app.action_sign_in)
        yield SystemCommand("Lock now", "Lock the encrypted file of keys", app.lock_file)
    yield SystemCommand("Quit", "Key q", app.action_quit)
    if isinstance(screen, PrimeScreen):
        for title, help_text, call in screen.commands():
            yield SystemCommand(title, help_text, call)
