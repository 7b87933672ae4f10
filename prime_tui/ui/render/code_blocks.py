"""Blocks of code in an answer."""

from __future__ import annotations

from prime_tui.ui.render.markdown import parsed


def last_code_block(text: str) -> str | None:
    """Return the last block of code of a markdown text without its fences; None when there is none."""
    for block in reversed(parsed(text)):
        for token in reversed(block):
            if token.type in ("fence", "code_block"):
                return token.content.removesuffix("\n")
    return None
