"""The cursor belongs to a row: properties over any sequence of changes."""

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.ui.render.rows import Row, TupleRows
from prime_tui.ui.widgets.row_cursor import RowCursor

keys = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, max_size=16)
moves = st.tuples(st.just("go"), st.integers(-3, 20))
scrolls = st.tuples(st.just("scroll"), st.integers(-3, 20))
sizes = st.tuples(st.just("resize"), st.integers(0, 8))
changes = st.tuples(st.just("rows"), keys)


def rows_of(names: list[str]) -> TupleRows:
    return TupleRows(tuple(Row(name, ()) for name in names))


@given(st.lists(st.one_of(moves, scrolls, sizes, changes), max_size=30), st.booleans())
def test_the_cursor_stays_with_its_row_and_within_the_rows(
    script: list[tuple[str, object]], is_filling: bool
) -> None:
    cursor, rows, is_moved = RowCursor(), rows_of([]), False
    cursor.is_filling = is_filling
    for step, argument in script:
        key, kept = cursor.key, rows
        is_moved = is_moved or step == "scroll" or (step == "go" and len(rows) > 0)
        match step, argument:
            case "go", int(index):
                cursor.go(index, rows)
            case "scroll", int(top):
                cursor.scroll(top, rows)
            case "resize", int(visible):
                cursor.resize(visible, rows)
            case "rows", list(names):
                rows = rows_of(names)
                cursor.rows_changed(kept, rows)
                if (is_moved or not is_filling) and key is not None and key in names:
                    assert cursor.key == key
                if is_filling and not is_moved and names:
                    assert (cursor.index, cursor.top) == (0, 0)
        if len(rows):
            assert rows.key_at(cursor.index) == cursor.key or cursor.key is None
            assert 0 <= cursor.top <= max(0, len(rows) - max(1, cursor.visible))


def on(names: str, index: int) -> tuple[RowCursor, TupleRows]:
    cursor, rows = RowCursor(), rows_of(list(names))
    cursor.resize(4, rows)
    cursor.rows_changed(rows_of([]), rows)
    cursor.go(index, rows)
    return cursor, rows


def test_when_its_row_goes_it_moves_to_the_nearest_that_stayed() -> None:
    cursor, rows = on("abcdef", 2)
    cursor.rows_changed(rows, rows_of(list("abdef")))
    assert cursor.key == "d"
    cursor, rows = on("abcdef", 4)
    cursor.rows_changed(rows, rows_of(list("adbc")))
    assert cursor.key == "d"


def test_it_returns_to_its_row_when_the_rows_were_away() -> None:
    cursor, rows = on("abcdef", 3)
    cursor.rows_changed(rows, rows_of([]))
    cursor.rows_changed(rows_of([]), rows_of(list("xyabcdef")))
    assert cursor.key == "d"


def test_a_scrolled_window_moves_along_and_one_at_the_top_stays() -> None:
    cursor, rows = on("abcdefghij", 6)
    line = cursor.index - cursor.top
    cursor.rows_changed(rows, rows_of(list("xyabcdefghij")))
    assert (cursor.key, cursor.index - cursor.top) == ("g", line)
    cursor, rows = on("abcdefghij", 1)
    cursor.rows_changed(rows, rows_of(list("xabcdefghij")))
    assert (cursor.key, cursor.top) == ("b", 0)


def test_a_row_can_be_wanted_before_it_is_there() -> None:
    cursor, rows = RowCursor(), rows_of([])
    cursor.want("c", rows)
    cursor.rows_changed(rows, rows_of(list("abc")))
    assert cursor.key == "c"
    cursor.want("nobody", rows_of(list("abc")))
    assert cursor.key == "c"
