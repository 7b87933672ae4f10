from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.sync.logs import GAP_MARK, MOST_LINES, join_tail
from prime_tui.ui.render.run_log import LogBook, LogLine, LogRows, line_cells, parse_line
from prime_tui.ui.render.styled import plain

BAR = '{"type": "progress", "desc": "Rollouts", "current": %d, "total": 9}'
LINES = st.lists(st.sampled_from(["a", "b", "c", "12:00:01  INFO  x", BAR % 1, BAR % 2]), max_size=14).map(
    tuple
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("08:10:01    INFO  Step 41 | reward 0.62", ("08:10:01", "INFO", "Step 41 | reward 0.62")),
        ("08:10:01,123 [ERROR] boom", ("08:10:01", "ERROR", "boom")),
        ("just text", ("", "", "just text")),
        ("08:10:01 not a level here", ("", "", "08:10:01 not a level here")),
        (
            '{"timestamp":"2026-11-20T08:10:02Z","level":"info","step":41,"message":"hello"}',
            ("08:10:02", "INFO", "hello · step 41"),
        ),
        (
            '{"time":"08:10:02","severity":"WARN","type":"progress","desc":"Rollouts","current":2,"total":4,"percent":50}',
            ("08:10:02", "WARN", "Rollouts 2/4 (50 %)"),
        ),
        ("{not json", ("", "", "{not json")),
        ("[1, 2]", ("", "", "[1, 2]")),
        ("{}", ("", "", "{}")),
        ('{"message": {"nested": 1}}', ("", "", '{"message": {"nested": 1}}')),
    ],
)
def test_lines_are_taken_apart(line: str, expected: tuple[str, str, str]) -> None:
    assert parse_line(line)[:3] == expected


def test_a_level_is_told_by_its_word_and_its_colour() -> None:
    time, level, text = line_cells("08:10:01  ERROR  boom")
    assert (plain(level), plain(text)) == ("ERROR", "boom")
    assert (level, text) == (("ERROR", "bad"), ("boom", "bad"))
    assert plain(time) == "08:10:01"


@given(st.text(max_size=300))
def test_no_line_can_hide_an_escape_sequence(line: str) -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in "\x1b]0;owned\x07\x9b31m\u202e")
    for candidate in (line, f'{{"message": "{escaped}", "level": "{escaped}"}}'):
        parsed = parse_line(candidate)
        if candidate is not line:
            assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in parsed.text + parsed.level)
            assert "\u202e" not in parsed.text
        assert isinstance(parsed, LogLine)


def test_of_a_progress_only_its_last_state_is_shown() -> None:
    book = LogBook()
    book.take(("start", BAR % 1, BAR % 2, "end", BAR % 3, "train |████    | 50%", "train |██████  | 75%"))
    assert [book.line(number) for number in book.shown()] == [
        "start",
        BAR % 2,
        "end",
        BAR % 3,
        "train |██████  | 75%",
    ]


def test_a_filter_keeps_the_lines_that_have_every_word() -> None:
    book = LogBook()
    book.take(("ERROR in trainer", "error elsewhere", "all good in trainer"))
    assert book.shown("error") == (0, 1)
    assert book.shown("error trainer") == (0,)
    assert book.shown("!error") == (2,)


@given(LINES, st.integers(0, 6), LINES)
def test_a_line_keeps_its_number_while_older_ones_go(
    old: tuple[str, ...], gone: int, fresh: tuple[str, ...]
) -> None:
    book = LogBook()
    book.take(old)
    numbered = {
        number: book.line(number) for number in range(book.first_number, book.first_number + len(old))
    }
    book.take((*old[gone:], *fresh))
    for number in range(book.first_number, book.first_number + len(book.lines)):
        if number in numbered:
            assert book.line(number) == numbered[number]


@given(LINES, st.integers(0, 6), LINES)
def test_a_log_that_came_in_parts_shows_what_the_whole_shows(
    old: tuple[str, ...], gone: int, fresh: tuple[str, ...]
) -> None:
    book, whole = LogBook(), LogBook()
    book.take(old)
    book.take((*old[gone:], *fresh))
    whole.take((*old[gone:], *fresh))
    assert [book.line(number) for number in book.shown()] == [whole.line(number) for number in whole.shown()]


def test_another_log_gets_other_numbers() -> None:
    book = LogBook()
    book.take(("a", "b"))
    book.take(("x", "y", "z"))
    assert book.first_number == 2
    assert book.line(4) == "z"


@given(LINES)
def test_rows_and_their_keys_agree(lines: tuple[str, ...]) -> None:
    book = LogBook()
    book.take(lines)
    rows = LogRows(book)
    for index in range(len(rows)):
        assert rows.index_of(rows.key_at(index)) == index
        assert rows.cells_at(index) == line_cells(book.line(int(rows.key_at(index))))


# -- joining tails -------------------------------------------------------------------------


@given(LINES, LINES, st.integers(1, 10))
def test_a_tail_that_overlaps_continues_the_log(
    shown: tuple[str, ...], fresh: tuple[str, ...], tail: int
) -> None:
    log = (*shown, *fresh)
    joined = join_tail(shown, log[-max(tail, len(fresh) + 1) :])
    if shown:
        assert joined[: len(shown)] == shown
        assert GAP_MARK not in joined


@given(
    st.lists(st.integers(), unique=True, max_size=30).map(lambda numbers: tuple(map(str, numbers))), st.data()
)
def test_lines_that_differ_are_joined_exactly(log: tuple[str, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))
    start = data.draw(st.integers(0, cut))
    joined = join_tail(log[:cut], log[start:])
    assert joined == (
        log if start < cut or not cut or cut == len(log) else (*log[:cut], GAP_MARK, *log[start:])
    )


def test_a_gap_is_shown_and_the_length_is_bounded() -> None:
    assert join_tail(("a",), ("b", "c")) == ("a", GAP_MARK, "b", "c")
    assert join_tail(("a", "b"), ("a", "b")) == ("a", "b")
    long = tuple(str(number) for number in range(MOST_LINES))
    assert len(join_tail(long, (long[-1], "new"))) == MOST_LINES
