"""The bottom line: the keys that do something now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prime_tui.ui.render.styled import Span, Styled, join, width_of


class KeyHint(NamedTuple):
    """A key and the verb of what it does now."""

    key: str
    verb: str


def footer(hints: Sequence[KeyHint], width: int) -> Styled:
    """Return as many hints as fit, the first ones first; `? help` and `q quit` should come early enough."""
    shown: list[Styled] = []
    for hint in hints:
        item = (Span(hint.key, "accent"), Span(f" {hint.verb}", "dim"))
        if width_of(join([*shown, item], "  ")) + 1 > width:
            break
        shown.append(item)
    return join([" ", join(shown, "  ")])
