"""The bottom line: the keys that do something now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prime_tui.ui.render.styled import Span, Styled, join, width_of


class KeyHint(NamedTuple):
    """A key and the verb of what it does now."""

    key: str
    verb: str


COMMON_HINTS = (KeyHint("?", "help"), KeyHint("q", "quit"))


def footer(hints: Sequence[KeyHint], width: int, always: Sequence[KeyHint] = ()) -> Styled:
    """Return as many hints as fit, the first ones first, with room kept for those of `always` at the end."""
    last = [_item(hint) for hint in always]
    shown: list[Styled] = []
    for hint in hints:
        item = _item(hint)
        if width_of(join([*shown, item, *last], "  ")) + 1 > width:
            break
        shown.append(item)
    return join([" ", join([*shown, *last], "  ")])


def _item(hint: KeyHint) -> Styled:
    return (Span(hint.key, "accent"), Span(f" {hint.verb}", "dim"))
