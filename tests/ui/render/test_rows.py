"""Columns that fit, and rows that are found."""

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.ui.render.rows import GAP_CELLS, Column, Row, TupleRows, place_columns

columns = st.lists(
    st.builds(
        Column,
        st.uuids().map(str),
        st.just("T"),
        st.integers(1, 30),
        st.sampled_from(["left", "right"]),
        st.booleans(),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
).map(tuple)


@given(columns, st.integers(1, 140))
def test_columns_never_take_more_than_there_is(wanted: tuple[Column, ...], cells: int) -> None:
    placed = place_columns(wanted, cells)
    assert 1 <= len(placed) <= len(wanted)
    assert sum(width for _, _, width in placed) + GAP_CELLS * (len(placed) - 1) <= cells
    assert [number for number, _, _ in placed] == sorted(number for number, _, _ in placed)
    assert all(wanted[number] is column for number, column, _ in placed)


@given(columns, st.integers(1, 140))
def test_a_column_goes_only_after_all_less_important_ones(wanted: tuple[Column, ...], cells: int) -> None:
    kept = {number for number, _, _ in place_columns(wanted, cells)}
    gone = [column.priority for number, column in enumerate(wanted) if number not in kept]
    assert max(gone, default=0) <= min(wanted[number].priority for number in kept)


def test_growing_columns_take_the_spare_and_give_way_first() -> None:
    name, rate = Column("n", "NAME", 20, grow=True, priority=9), Column("r", "$/H", 6, "right", priority=5)
    lease = Column("l", "LEASE", 10, priority=1)
    widths = {
        cells: [p.width for p in place_columns((name, rate, lease), cells)] for cells in (80, 40, 30, 20)
    }
    assert widths == {80: [60, 6, 10], 40: [20, 6, 10], 30: [10, 6, 10], 20: [12, 6]}


def test_two_growing_columns_share_evenly() -> None:
    one, two = Column("a", "A", 10, grow=True), Column("b", "B", 10, grow=True)
    assert [placed.width for placed in place_columns((one, two), 33)] == [16, 15]


def test_rows_are_found_by_key() -> None:
    rows = TupleRows((Row("a", ("1",)), Row("b", ("2",))))
    assert len(rows) == 2
    assert rows.index_of("b") == 1
    assert rows.index_of("c") is None
    assert rows.key_at(0) == "a"
    assert rows.cells_at(1) == ("2",)
