"""Roles to terminal styles: the one place where a theme's colours meet the words for their meaning."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from rich.style import Style
from textual.color import Color, ColorParseError

from prime_tui.ui.render.styled import BOLD, FADED, Role

Look = Role | Literal["cursor", "cursor-blurred"]

ROLES: tuple[Role, ...] = get_args(Role)
ROLE_VARIABLE = "role-{}"
# Where a theme that is not ours keeps a colour of the same meaning.
FOREIGN_VARIABLE: Mapping[Role, str] = MappingProxyType(
    {
        "dim": "foreground-muted",
        "accent": "accent",
        "good": "success",
        "warn": "warning",
        "bad": "error",
        "stale": "foreground-muted",
    }
)


def look_styles(variables: Mapping[str, str], base: Style) -> dict[Look, Style]:
    """The style of every role, and of the selected row, on top of `base`.

    Args:
        variables: The theme's variables; `role-bad` and its like win over Textual's own names.
        base: The widget's own colours.
    """
    looks: dict[Look, Style] = {role: base + _role_style(role, variables) for role in ROLES}
    looks["cursor"] = base + Style(reverse=True)
    blurred = _colour(variables.get("role-cursor-blurred"))
    looks["cursor-blurred"] = base + (
        Style(reverse=True, dim=True) if blurred is None else Style.from_color(None, blurred.rich_color)
    )
    return looks


def _role_style(role: Role, variables: Mapping[str, str]) -> Style:
    bold = True if role in BOLD else None
    name = ROLE_VARIABLE.format(role)
    colour = _colour(variables.get(name, variables.get(FOREIGN_VARIABLE.get(role, ""))))
    if colour is None:
        # The terminal's own palette: a dimmed default is readable on any background, a grey is not.
        return Style(bold=bold, dim=True if role in FADED else None)
    return Style.from_color(colour.rich_color) + Style(bold=bold)


def _colour(value: str | None) -> Color | None:
    """A colour that can be drawn as it is, or None: unset, automatic and see-through ones cannot."""
    if not value:
        return None
    try:
        colour = Color.parse(value)
    except ColorParseError:
        return None
    return None if colour.a < 1 or colour.ansi == -1 or colour.auto else colour
