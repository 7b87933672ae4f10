"""A picture of the terminal: drawn on a cleared one it looks the same, and a diff can go on from it."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from prime_tui.ui.terminal.frame_diff import FrameDiff, Piece

WIDTH, HEIGHT = 30, 6
WORDS = ("plain", "日本語", "é", "🚀", "⣿⡇", "   ", "──", "a" * 40)
STYLES = ("", "bold red", "on blue", "underline", "reverse green", "dim")

lines = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(STYLES)).map(
        lambda one: Segment(one[0], Style.parse(one[1]))
    ),
    max_size=5,
).map(lambda segments: Strip(segments).adjust_cell_length(WIDTH))
frames = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def pieces(frame: list[Strip]) -> list[tuple[int, list[Piece]]]:
    return [(y, [Piece(0, WIDTH, strip)]) for y, strip in enumerate(frame)]


def looks(sequences: list[str]) -> list[list[object]]:
    """What is seen of each cell; a blank has no colour of its own."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for sequence in sequences:
        stream.feed(sequence)
    cells = [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]
    return [
        [
            (one.data, one.bg, one.underscore, one.reverse, one.data.strip() and (one.fg, one.bold))
            for one in line
        ]
        for line in cells
    ]


@given(first=frames, second=frames)
def test_drawn_on_a_cleared_terminal_it_is_what_was_there(first: list[Strip], second: list[Strip]) -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.cleared(WIDTH, HEIGHT)
    sent = [diff.frame(pieces(frame), WIDTH, HEIGHT) for frame in (first, second)]
    picture = diff.picture(0)
    assert picture is not None
    assert looks([picture.sequence]) == looks(sent)


@given(frame=frames, left_out=st.integers(0, HEIGHT))
def test_a_diff_goes_on_from_it(frame: list[Strip], left_out: int) -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.cleared(WIDTH, HEIGHT)
    diff.frame(pieces(frame), WIDTH, HEIGHT)
    picture = diff.picture(left_out)
    assert picture is not None
    later = FrameDiff(ColorSystem.TRUECOLOR)
    later.shows(picture)
    assert later.frame(pieces(frame)[left_out:], WIDTH, HEIGHT) == "", "what stands there is not sent again"
    assert bool(later.frame(pieces(frame)[:left_out], WIDTH, HEIGHT)) == bool(left_out), "the rest is"


def test_there_is_none_of_a_terminal_that_may_show_anything() -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    assert diff.picture(0) is None
    diff.cleared(WIDTH, HEIGHT)
    assert diff.picture(0) is not None
    diff.forget()
    assert diff.picture(0) is None
