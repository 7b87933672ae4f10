"""The frame diff by itself: lines in, and what an emulated terminal then shows."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from prime_tui.ui.terminal.frame_diff import FrameDiff, Piece
from tests.ui.terminal.emulated import Terminal

WIDTH, HEIGHT = 28, 3
PLAIN = Style()
STYLES = [
    PLAIN,
    Style(bold=True),
    Style(bold=True, italic=True),
    Style(reverse=True),
    Style(underline=True, color="red"),
    Style(color="red"),
    Style(color="#5fafff", bgcolor="#121212"),
    Style(color="#010203", bgcolor="#121212"),
    Style(bgcolor="blue", strike=True),
    Style(link="https://example.org", color="green"),
]


def line(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def whole(strip: Strip, width: int = WIDTH) -> Strip:
    return strip.adjust_cell_length(width, PLAIN)


class Pair:
    """The same frames drawn twice: as differences, and whole on a terminal that was cleared."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, *, erases: bool = False) -> None:
        self.width, self.height = width, height
        self.terminal = Terminal(width, height)
        self.diff = FrameDiff(ColorSystem.TRUECOLOR, erases_to_background=erases)
        self.diff.cleared(width, height)

    def show(self, lines: dict[int, list[Piece]]) -> str:
        sequence = self.diff.frame(lines.items(), self.width, self.height)
        self.terminal.feed(sequence)
        return sequence

    def text(self, y: int = 0) -> str:
        return self.terminal.screen.display[y]


parts = st.lists(
    st.tuples(
        st.sampled_from(["a", "bc", " ", "   ", " " * 13, "日", "日本", "é", "█", "─x", "wörd"]),
        st.sampled_from(STYLES),
    ),
    max_size=9,
)
frames = st.lists(st.dictionaries(st.integers(0, HEIGHT - 1), parts, min_size=1), min_size=1, max_size=6)
cuts = st.lists(st.integers(1, WIDTH - 1), unique=True, max_size=3).map(sorted)


@settings(max_examples=400, deadline=None)
@given(frames, cuts, st.booleans())
def test_what_is_sent_as_differences_shows_the_last_frame(
    script: list[dict[int, list[tuple[str, Style]]]], cut_at: list[int], erases: bool
) -> None:
    pair = Pair(erases=erases)
    wanted = Terminal(WIDTH, HEIGHT)
    for frame in script:
        lines: dict[int, list[Piece]] = {}
        for y, content in frame.items():
            strips = whole(line(*content)).divide([*cut_at, WIDTH])
            starts = [0, *cut_at]
            lines[y] = [
                Piece(x, x + strip.cell_length, strip) for x, strip in zip(starts, strips, strict=True)
            ]
            drawn = "".join(
                Strip.render_style(style or PLAIN, text, ColorSystem.TRUECOLOR)
                for strip in strips
                for text, style, _ in strip
            )
            wanted.feed(f"\x1b[{y + 1};1H{drawn}")
        pair.show(lines)
        assert pair.terminal.cells() == wanted.cells()


def test_an_equal_frame_sends_nothing() -> None:
    pair = Pair()
    assert pair.show({0: [Piece(0, WIDTH, whole(line(("same", STYLES[1]))))]})
    assert pair.show({0: [Piece(0, WIDTH, whole(line(("same", STYLES[1]))))]}) == ""


def test_half_of_a_wide_character_that_is_drawn_over_leaves_a_blank() -> None:
    pair = Pair()
    pair.show({0: [Piece(0, WIDTH, whole(line(("日本語", PLAIN))))]})
    pair.show({0: [Piece(1, 2, line(("x", PLAIN)))]})
    assert pair.text().rstrip() == " x本語"
    pair.show({0: [Piece(4, 5, line(("y", PLAIN)))]})
    assert pair.text().rstrip() == " x本y"


def test_what_follows_a_wide_character_that_replaced_another_is_in_its_place() -> None:
    pair = Pair()
    pair.show({0: [Piece(0, WIDTH, whole(line(("日xyz12345abc", PLAIN))))]})
    pair.show({0: [Piece(0, WIDTH, whole(line(("本xyz12345ABC", PLAIN))))]})
    assert pair.text().rstrip() == "本xyz12345ABC"


def test_a_wide_character_does_not_stick_out_of_its_piece() -> None:
    pair = Pair()
    pair.show({0: [Piece(0, WIDTH, whole(line(("ab", PLAIN), ("cdef", PLAIN))))]})
    pair.show({0: [Piece(0, 3, line(("日本", PLAIN)))]})
    assert pair.text().rstrip() == "日 def"


def test_a_character_of_disputed_width_shifts_nothing() -> None:
    """The emulator draws this family as six cells, the toolkit counts two."""
    assert cell_len("👩\u200d👩\u200d👧") == 2
    pair = Pair()
    pair.show({0: [Piece(0, WIDTH, whole(line(("👩\u200d👩\u200d👧", PLAIN), ("|tail", PLAIN))))]})
    cells = [pair.terminal.screen.buffer[0][x].data for x in range(2, 7)]
    assert "".join(cells) == "|tail"


def test_a_change_in_one_cell_of_a_full_line_takes_few_bytes() -> None:
    pair = Pair(120, 2)
    blue = STYLES[6]
    pair.show({1: [Piece(0, 120, whole(line(("x" * 60 + "1" + "y" * 59, blue)), 120))]})
    changed = pair.show({1: [Piece(0, 120, whole(line(("x" * 60 + "2" + "y" * 59, blue)), 120))]})
    assert len(changed) <= 8
    assert pair.text(1)[60] == "2"


def test_the_blank_rest_of_a_line_is_erased_where_that_shows_the_same() -> None:
    for style, erases, erased in (
        (PLAIN, False, True),
        (STYLES[6], False, False),
        (STYLES[6], True, True),
        (Style(underline=True), True, False),
        (Style(reverse=True), True, False),
        (Style(link="https://example.org"), True, False),
    ):
        pair = Pair(80, 1, erases=erases)
        pair.show({0: [Piece(0, 80, line(("x" * 80, style)))]})
        sequence = pair.show({0: [Piece(0, 80, line(("x" + " " * 79, style)))]})
        assert ("\x1b[K" in sequence) is erased
        assert pair.text().rstrip() == "x"


def test_long_blanks_between_two_texts_are_erased_in_their_background() -> None:
    """The frame of a pane: its sides stay, what is between them takes few bytes."""
    bytes_of = {}
    for erases in (False, True):
        pair = Pair(80, 1, erases=erases)
        bytes_of[erases] = len(pair.show({0: [Piece(0, 80, line(("│" + " " * 78 + "│", STYLES[6])))]}))
        assert pair.text() == "│" + " " * 78 + "│"
        assert {pair.terminal.screen.buffer[0][x].bg for x in range(80)} == {"121212"}
    assert bytes_of[True] < bytes_of[False] - 60


def test_control_characters_never_reach_the_terminal() -> None:
    pair = Pair(60, 1)
    evil = "a\x1b]0;title\x07b\x9b31mc\x7f日\x1b[2J"
    sequence = pair.show({0: [Piece(0, 60, Strip([Segment(evil, STYLES[1])]))]})
    assert "\x1b]" not in sequence
    assert "\x1b[2J" not in sequence
    assert not set("\x07\x9b\x7f") & set(sequence)


def test_a_link_is_opened_and_closed_around_its_text_and_cannot_break_out() -> None:
    pair = Pair(20, 1)
    linked = Style(link="https://e.org/\x1b\\\x1b[2J")
    sequence = pair.show({0: [Piece(0, 20, whole(line(("in", linked), ("out", PLAIN)), 20))]})
    opened, closed = sequence.index("https://e.org/\\[2J"), sequence.index("\x1b]8;;\x1b\\")
    assert opened < sequence.index("in") < closed < sequence.index("out")


def test_after_it_forgot_everything_is_sent_again() -> None:
    pair = Pair()
    lines = {y: [Piece(0, WIDTH, whole(line((f"line {y}", PLAIN))))] for y in range(HEIGHT)}
    first = pair.show(lines)
    pair.diff.forget()
    again = pair.show(lines)
    assert all(f"line {y}" in again for y in range(HEIGHT))
    assert len(again) >= len(first)


class CountedStrip(Strip):
    """Counts how often it is read."""

    reads = 0

    def __iter__(self) -> Iterator[Segment]:
        self.reads += 1
        return super().__iter__()


def test_a_strip_that_stands_there_is_not_read_again_until_it_was_drawn_over() -> None:
    pair = Pair()
    strip = CountedStrip([Segment("kept", PLAIN)])
    frame = {0: [Piece(0, 4, strip)]}
    pair.show(frame)
    pair.show(frame)
    assert strip.reads == 1
    pair.show({0: [Piece(2, 5, line(("new", PLAIN)))]})
    pair.show(frame)
    assert strip.reads == 2
    assert pair.text().rstrip() == "keptw"
