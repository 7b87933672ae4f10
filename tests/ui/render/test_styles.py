"""Roles in every theme: readable, told apart, and without colours where none are wanted."""

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from prime_tui.ui.colours import ANSI, DARK, starting_theme
from prime_tui.ui.render.styles import ROLES, Look, look_styles
from prime_tui.ui.theme import THEMES

ON_BACKGROUND_CONTRAST = 4.5
PALETTE_LEVELS = {0, 95, 135, 175, 215, 255}
PALETTE_GREYS = set(range(8, 248, 10))


def variables(theme: Theme) -> dict[str, str]:
    return theme.to_color_system().generate()


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


coloured = [theme for theme in THEMES if not theme.ansi]


@pytest.mark.parametrize("theme", coloured, ids=lambda theme: theme.name)
def test_every_role_is_readable_on_the_background_and_on_the_panel(theme: Theme) -> None:
    names = variables(theme)
    for background in (names["background"], names["panel"]):
        for role in ROLES:
            colour = names.get(f"role-{role}", names["foreground"])
            assert contrast(Color.parse(colour), Color.parse(background)) >= ON_BACKGROUND_CONTRAST, role


@pytest.mark.parametrize("theme", coloured, ids=lambda theme: theme.name)
def test_every_colour_is_of_the_palette_that_takes_few_bytes(theme: Theme) -> None:
    names = variables(theme)
    chosen = [names["background"], names["foreground"], names["panel"]]
    chosen += [colour for name, colour in names.items() if name.startswith("role-")]
    for colour in chosen:
        levels = set(Color.parse(colour).rgb)
        assert levels <= PALETTE_LEVELS or (len(levels) == 1 and levels <= PALETTE_GREYS), colour


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_means_something_else_looks_different(theme: Theme) -> None:
    looks = look_styles(variables(theme), Style())
    told_apart: tuple[Look, ...] = (
        "text",
        "dim",
        "accent",
        "good",
        "warn",
        "bad",
        "title",
        "cursor",
        "cursor-blurred",
    )
    assert len({str(looks[name]) for name in told_apart}) == len(told_apart)


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_of_the_toolkit_gives_a_look_to_every_role(name: str) -> None:
    looks = look_styles(variables(BUILTIN_THEMES[name]), Style())
    assert set(looks) == {*ROLES, "cursor", "cursor-blurred"}
    assert looks["bad"].bold


@pytest.mark.parametrize(
    ("wished", "environ", "wanted"),
    [
        (None, {}, DARK),
        ("prime-light", {}, "prime-light"),
        (None, {"NO_COLOR": ""}, ANSI),
        ("prime-light", {"NO_COLOR": "1"}, ANSI),
    ],
)
def test_the_theme_to_start_with(wished: str | None, environ: dict[str, str], wanted: str) -> None:
    assert starting_theme(wished, environ) == wanted
