"""The text of the help dialog: the bindings of a screen, its table and the app."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from prime_tui.ui.render.styled import Span, Styled

NAMES = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "slash": "/",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}
KEY_WIDTH = 16
OURS = "prime_tui."


def key_name(key: str) -> str:
    """Return how a key is written for people; `key` is the toolkit's name of it."""
    return NAMES.get(key, key)


def help_lines(screen: Screen[None], app: App[None]) -> list[Styled]:
    """Return one line a binding that does something on `screen`, its own first."""
    lines: list[Styled] = []
    seen: set[str] = set()
    focused = screen.focused
    groups: list[tuple[str, Iterable[Binding]]] = [("This screen", _own(screen))]
    if focused is not None:
        groups.append(("In the list" if focused.can_focus else "Here", _own(focused)))
    groups.append(("Everywhere", _own(app)))
    for title, bindings in groups:
        rows = [row for row in _rows(bindings) if row[1] not in seen]
        if not rows:
            continue
        if lines:
            lines.append("")
        lines.append(Span(title, "title"))
        for keys, description in rows:
            seen.add(description)
            lines.append((Span(f"{keys:<{KEY_WIDTH}} ", "accent"), Span(description)))
    return lines


def _own(thing: Screen[None] | App[None] | Widget) -> Iterable[Binding]:
    """What our own classes bind; the toolkit's bindings are about selecting text and moving the focus."""
    for kind in reversed(type(thing).__mro__):
        if kind.__module__.startswith(OURS):
            yield from Binding.make_bindings(kind.__dict__.get("BINDINGS", ()))


def _rows(bindings: Iterable[Binding]) -> list[tuple[str, str]]:
    by_description: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description and not binding.system:
            by_description.setdefault(binding.description, []).append(key_name(binding.key))
    return [(" ".join(dict.fromkeys(keys)), description) for description, keys in by_description.items()]
