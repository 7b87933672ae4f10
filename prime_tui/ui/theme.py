"""The program's own themes: calm, one accent, and red only for what costs or is broken.

The colours are those of the 256-colour palette: every terminal shows them, and they take half the bytes.
"""

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

DARK: Final = "prime-dark"
LIGHT: Final = "prime-light"
CONTRAST: Final = "prime-contrast"
ANSI: Final = "prime-ansi"
ANSI_LIGHT: Final = "prime-ansi-light"


FIELDS_CSS: Final = """
TextArea .text-area--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
TextArea .text-area--placeholder { color: $text-disabled; }
Input:ansi > .input--cursor, TextArea:ansi .text-area--cursor {
    color: ansi_default; background: ansi_default; text-style: reverse;
}
"""
"""A caret that is seen in every theme: nobody knows whether a terminal's own background is light."""

CHIPS: Final[Mapping[str, tuple[str, str, str]]] = {
    "red": ("#ff5f5f", "#d70000", "ansi_red"),
    "orange": ("#ff8700", "#af5f00", "ansi_bright_red"),
    "yellow": ("#d7d700", "#878700", "ansi_yellow"),
    "green": ("#5fd75f", "#008700", "ansi_green"),
    "cyan": ("#5fd7d7", "#008787", "ansi_cyan"),
    "blue": ("#5f87ff", "#0000d7", "ansi_blue"),
    "violet": ("#af87ff", "#8700af", "ansi_magenta"),
    "grey": ("#9e9e9e", "#767676", "ansi_bright_black"),
}
"""The chips of profiles: on dark, on light, and with the terminal's own sixteen colours."""


def _theme(
    name: str,
    colours: Mapping[str, str],
    *,
    dark: bool,
    ansi: bool = False,
    extra: Mapping[str, str] | None = None,
) -> Theme:
    """A theme from the few colours that carry meaning; everything Textual wants follows from them."""
    dim = colours["dim"]
    variables = {f"role-{role}": colours[role] for role in ("dim", "accent", "good", "warn", "bad", "stale")}
    shade = 2 if ansi else 0 if dark else 1
    variables |= {f"role-chip-{chip}": shades[shade] for chip, shades in CHIPS.items()}
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


_ANSI_COLOURS = {
    "text": "ansi_default",
    "dim": "ansi_default",
    "stale": "ansi_default",
    "accent": "ansi_cyan",
    "good": "ansi_green",
    "warn": "ansi_yellow",
    "bad": "ansi_red",
    "background": "ansi_default",
    "panel": "ansi_default",
}

THEMES: Final[tuple[Theme, ...]] = (
    _theme(
        DARK,
        {
            "text": "#d0d0d0",
            "dim": "#8a8a8a",
            "stale": "#af8787",
            "accent": "#5fafff",
            "good": "#87d787",
            "warn": "#d7af5f",
            "bad": "#ff8787",
            "background": "#121212",
            "panel": "#1c1c1c",
        },
        dark=True,
        extra={"role-cursor-blurred": "#303030"},
    ),
    _theme(
        LIGHT,
        {
            "text": "#262626",
            "dim": "#6c6c6c",
            "stale": "#875f5f",
            "accent": "#005faf",
            "good": "#005f00",
            "warn": "#875f00",
            "bad": "#af0000",
            "background": "#ffffff",
            "panel": "#eeeeee",
        },
        dark=False,
        extra={"role-cursor-blurred": "#dadada"},
    ),
    _theme(
        CONTRAST,
        {
            "text": "#ffffff",
            "dim": "#c6c6c6",
            "stale": "#d7d7af",
            "accent": "#5fffff",
            "good": "#5fff5f",
            "warn": "#ffff5f",
            "bad": "#ffafaf",
            "background": "#000000",
            "panel": "#080808",
        },
        dark=True,
        extra={"role-cursor-blurred": "#444444"},
    ),
    _theme(
        ANSI,
        _ANSI_COLOURS,
        dark=True,
        ansi=True,
        extra={"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"},
    ),
    _theme(
        ANSI_LIGHT,
        _ANSI_COLOURS | {"accent": "ansi_blue", "warn": "ansi_magenta"},
        dark=False,
        ansi=True,
        extra={"ansi-background": "ansi_white", "ansi-foreground": "ansi_black"},
    ),
)


def starting_theme(wished: str | None, environ: Mapping[str, str]) -> str:
    """The theme to start with: without colours when the user asks for none, else the wish, else dark.

    Ask before the app is made: it takes NO_COLOR out of the environment.
    """
    if environ.get("NO_COLOR") is not None:
        return ANSI
    return wished or DARK
