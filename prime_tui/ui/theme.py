"""The program's own themes: calm, one accent, and red only for what costs or is broken."""

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

DARK: Final = "prime-dark"
LIGHT: Final = "prime-light"
CONTRAST: Final = "prime-contrast"
ANSI: Final = "prime-ansi"
ANSI_LIGHT: Final = "prime-ansi-light"


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
    variables |= {
        "border": dim,
        "border-blurred": dim,
        "scrollbar": dim,
        "scrollbar-background": colours["background"],
        "input-cursor-text-style": "reverse",
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
            "text": "#c9d1d9",
            "dim": "#7d8590",
            "stale": "#8b7d6b",
            "accent": "#58a6ff",
            "good": "#56d364",
            "warn": "#e3b341",
            "bad": "#ff7b72",
            "background": "#0d1117",
            "panel": "#161b22",
        },
        dark=True,
        extra={"role-cursor-blurred": "#262c36"},
    ),
    _theme(
        LIGHT,
        {
            "text": "#1f2328",
            "dim": "#656d76",
            "stale": "#7a6a52",
            "accent": "#0550ae",
            "good": "#116329",
            "warn": "#7d4e00",
            "bad": "#b3151f",
            "background": "#ffffff",
            "panel": "#f3f5f7",
        },
        dark=False,
        extra={"role-cursor-blurred": "#dde3ea"},
    ),
    _theme(
        CONTRAST,
        {
            "text": "#ffffff",
            "dim": "#c8c8c8",
            "stale": "#d7c79b",
            "accent": "#6cf0ff",
            "good": "#5dff7f",
            "warn": "#ffe14d",
            "bad": "#ff8f8f",
            "background": "#000000",
            "panel": "#101010",
        },
        dark=True,
        extra={"role-cursor-blurred": "#404040"},
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
    """The theme to start with: without colours when the user asks for none, else the wish, else dark."""
    if environ.get("NO_COLOR") is not None:
        return ANSI
    return wished or DARK
