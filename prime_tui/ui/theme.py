"""The program's own themes: calm, one accent, and red only for what costs or is broken."""

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

from prime_tui.ui.colours import ANSI, ANSI_LIGHT, COLOURS, CONTRAST, DARK, LIGHT, role_colours

FIELDS_CSS: Final = """
TextArea .text-area--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
TextArea .text-area--placeholder { color: $text-disabled; }
Input:ansi > .input--cursor, TextArea:ansi .text-area--cursor {
    color: ansi_default; background: ansi_default; text-style: reverse;
}
"""
"""A caret that is seen in every theme: nobody knows whether a terminal's own background is light."""


def _theme(
    name: str,
    *,
    dark: bool,
    ansi: bool = False,
    extra: Mapping[str, str] | None = None,
) -> Theme:
    """A theme from the few colours that carry meaning; everything Textual wants follows from them."""
    colours = COLOURS[name]
    dim = colours["dim"]
    variables = {f"role-{role}": colour for role, colour in role_colours(name).items()}
    variables |= {
        "border": dim,
        "border-blurred": dim,
        "scrollbar": dim,
        "scrollbar-background": colours["background"],
        # Swapped already where the colours are ours; swapped twice the caret would be lost.
        "input-cursor-text-style": "reverse" if ansi else "none",
        "text-disabled": dim,
        "button-focus-text-style": "reverse",
        "block-cursor-text-style": "reverse",
        **(extra or {}),
    }
    return Theme(
        name=name,
        primary=colours["accent"],
        secondary=colours["accent"],
        accent=colours["accent"],
        success=colours["good"],
        warning=colours["warn"],
        error=colours["bad"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["background"],
        panel=colours["panel"],
        dark=dark,
        ansi=ansi,
        variables=variables,
    )


THEMES: Final[tuple[Theme, ...]] = (
    _theme(DARK, dark=True, extra={"role-cursor-blurred": "#303030"}),
    _theme(LIGHT, dark=False, extra={"role-cursor-blurred": "#dadada"}),
    _theme(CONTRAST, dark=True, extra={"role-cursor-blurred": "#444444"}),
    _theme(
        ANSI,
        dark=True,
        ansi=True,
        extra={"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"},
    ),
    _theme(
        ANSI_LIGHT,
        dark=False,
        ansi=True,
        extra={"ansi-background": "ansi_white", "ansi-foreground": "ansi_black"},
    ),
)
