"""What a start shows that has no old frame: the strip with all that is known, and that more is coming.

Drawn without the toolkit, which takes a while to load and then knows every cell of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from prime_tui.persistence.last_frame import Picture
from prime_tui.ui.colours import COLOURS, role_colours
from prime_tui.ui.render.footer import COMMON_HINTS, footer
from prime_tui.ui.render.strip import LEAST_HEIGHT, LEAST_WIDTH, StripFacts, first_line, second_line
from prime_tui.ui.render.styled import BOLD, FADED, Role, Span, edges, fit, printable
from prime_tui.ui.terminal.environment import erases_to_background
from prime_tui.ui.terminal.pen import ERASED_RUN_CELLS
from prime_tui.ui.terminal.sgr import PALETTE, Look, StyleBook

STARTING = Span("Starting…", "dim")
BASIC = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def first_picture(
    facts: StripFacts, width: int, height: int, *, theme: str, environ: Mapping[str, str]
) -> Picture | None:
    """Return the picture; None where the terminal is too small for any screen.

    Args:
        facts: What the strip shows.
        width: Columns of the terminal.
        height: Its lines.
        theme: One of ours.
        environ: Where the terminal says what it is.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return None
    drawn = {
        0: edges(*first_line(facts, width), width),
        1: edges(*second_line(facts, width), width),
        height // 2: fit(STARTING, width, "centre"),
        height - 1: fit(footer((), width, COMMON_HINTS), width),
    }
    blank = (Span(" " * width),)
    brush, book = Brush(theme, takes_palette(environ)), StyleBook()
    lines = tuple(
        tuple((printable(text), book.number(brush.look(role))) for text, role in drawn.get(y, blank))
        for y in range(height)
    )
    looks = tuple(book.look(number) for number in range(len(book)))
    parts = tuple((tuple(sorted(look.attributes)), *look[1:]) for look in looks)
    erases = erases_to_background(environ)
    return Picture(width, height, _sequence(lines, book, erases=erases), lines, parts)


def takes_palette(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has the 256 colours."""
    if "NO_COLOR" in environ:
        return False
    term = environ.get("TERM", "")
    return environ.get("COLORTERM") in ("truecolor", "24bit") or term.endswith(("256color", "kitty"))


class Brush:
    """How each role looks in a theme; without the palette only attributes are left."""

    def __init__(self, theme: str, has_palette: bool) -> None:
        self._colours = {"text": COLOURS[theme]["text"], **role_colours(theme)} if has_palette else {}
        self._background = _parameter(COLOURS[theme]["background"], 40) if has_palette else ""

    def look(self, role: Role) -> Look:
        """The look of a role."""
        colour = _parameter(self._colours.get(role, self._colours.get("text", "")), 30)
        attributes = {"1"} if role in BOLD else set()
        if not colour and role in FADED:
            attributes.add("2")
        return Look(frozenset(attributes), colour, self._background)


def _parameter(colour: str, layer: int) -> str:
    """A colour as an SGR parameter, of the foreground (30) or the background (40); empty is the default."""
    if colour.startswith("#"):
        rgb = ";".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        return f"{layer + 8};{PALETTE.get(f'2;{rgb}', f'2;{rgb}')}"
    name = colour.removeprefix("ansi_")
    bright = 60 if name.startswith("bright_") else 0
    name = name.removeprefix("bright_")
    return str(layer + bright + BASIC.index(name)) if name in BASIC else ""


def _sequence(lines: tuple[tuple[tuple[str, int], ...], ...], book: StyleBook, *, erases: bool) -> str:
    """What draws the lines on a cleared terminal in its plain look."""
    out: list[str] = []
    look = book.plain
    for y, line in enumerate(lines, 1):
        if all(text.isspace() and book.on_blank(number) == book.plain for text, number in line):
            continue
        out.append(f"\x1b[{y}H")
        for text, number in line:
            is_erased = erases and text.isspace() and len(text) >= ERASED_RUN_CELLS
            out += [book.change(look, number), _erasure(len(text)) if is_erased else text]
            look = number
    return "".join(out)


def _erasure(cells: int) -> str:
    """What leaves blanks in the background that is set, and the cursor behind them."""
    return f"\x1b[{cells}X\x1b[{cells}C"
