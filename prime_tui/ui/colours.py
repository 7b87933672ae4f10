"""The colours of our themes, and how a terminal is told to draw them. Nothing here imports the toolkit.

They are those of the 256-colour palette: every terminal shows them, and they take half the bytes.
"""

from collections.abc import Mapping
from typing import Final

DARK: Final = "prime-dark"
LIGHT: Final = "prime-light"
CONTRAST: Final = "prime-contrast"
ANSI: Final = "prime-ansi"
ANSI_LIGHT: Final = "prime-ansi-light"

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

_ANSI_COLOURS: Final[Mapping[str, str]] = {
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

COLOURS: Final[Mapping[str, Mapping[str, str]]] = {
    DARK: {
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
    LIGHT: {
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
    CONTRAST: {
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
    ANSI: _ANSI_COLOURS,
    ANSI_LIGHT: {**_ANSI_COLOURS, "accent": "ansi_blue", "warn": "ansi_magenta"},
}
"""What carries meaning, by theme."""


def role_colours(theme: str) -> dict[str, str]:
    """The colour of every role of ours that has its own in this theme."""
    colours = COLOURS[theme]
    shade = 2 if theme in (ANSI, ANSI_LIGHT) else 1 if theme == LIGHT else 0
    roles = {role: colours[role] for role in ("dim", "accent", "good", "warn", "bad", "stale")}
    return roles | {f"chip-{chip}": shades[shade] for chip, shades in CHIPS.items()}


def starting_theme(wished: str | None, environ: Mapping[str, str]) -> str:
    """The theme to start with: without colours when the user asks for none, else the wish, else dark.

    Ask before the app is made: it takes NO_COLOR out of the environment.
    """
    if environ.get("NO_COLOR") is not None:
        return ANSI
    return wished or DARK
