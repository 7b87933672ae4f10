"""The area under a curve of braille dots."""

from collections.abc import Sequence
from functools import lru_cache

FIRST, COUNT = 0x2800, 0x100
SIDES = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a cell, from top to bottom: left, right."""
LEFT, RIGHT = map(sum, SIDES)


@lru_cache(maxsize=COUNT)
def _from_top_dots_down(dots: int) -> int:
    filled = 0
    for side in SIDES:
        top = next((index for index, dot in enumerate(side) if dots & dot), len(side))
        filled |= sum(side[top:])
    return filled


def filled(lines: Sequence[str]) -> list[str]:
    """Set every dot below one that is set, down to the last line; what is neither braille nor blank stays."""
    above = [0] * max(map(len, lines), default=0)
    drawn: list[str] = []
    for line in lines:
        cells = list(line)
        for x, cell in enumerate(cells):
            dots = ord(cell) - FIRST if FIRST <= ord(cell) < FIRST + COUNT else 0
            if dots or (above[x] and cell == " "):
                cells[x] = chr(FIRST + (_from_top_dots_down(dots) | above[x]))
                above[x] |= LEFT * bool(dots & LEFT) | RIGHT * bool(dots & RIGHT)
        drawn.append("".join(cells))
    return drawn
