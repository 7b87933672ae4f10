"""Text as terminal cells: what a person sees as one character, and how many columns it takes."""

from collections.abc import Sequence
from functools import lru_cache
from sys import intern

from rich.cells import split_graphemes

CONTINUED = ""  # the cell that the character before it also covers
CONTROL = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))
MOST_TEXTS = 512  # what is not ASCII on two full screens; a text is kept cell by cell


def cells_of(text: str) -> Sequence[str]:
    """One entry for each cell: a character with its marks, or `CONTINUED`.

    Control characters are left out: they take no cell, and would be orders to the terminal.
    """
    if text.isascii():
        return text if text.isprintable() else text.translate(CONTROL)
    return _cells_of(text)


@lru_cache(maxsize=MOST_TEXTS)
def _cells_of(text: str) -> tuple[str, ...]:
    text = text.translate(CONTROL)
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        character = text[start:end]
        if width:
            cells.append(intern(character))
            cells.extend([CONTINUED] * (width - 1))
        elif cells:
            _add_mark(cells, character)
    return tuple(cells)


def _add_mark(cells: list[str], mark: str) -> None:
    lead = len(cells) - 1
    while lead and cells[lead] == CONTINUED:
        lead -= 1
    cells[lead] += mark
