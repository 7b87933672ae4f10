"""The table as a person uses it: keys and clicks in, text and messages out, and what is drawn for it."""

from contextlib import AbstractAsyncContextManager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.geometry import Size

from prime_tui.domain.text import clean
from prime_tui.ui.colours import ANSI, DARK, LIGHT
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.line import Line
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.widgets.stage import Drawn, Stage, on_stage

COLUMNS = (
    Column("name", "NAME", 10, grow=True, priority=9),
    Column("rate", "$/H", 8, "right", priority=5),
    Column("note", "NOTE", 12, priority=1, sort=False),
)


def row(number: int, rate: str = "1.00", note: Styled = "") -> Row:
    return Row(f"k{number}", (f"pod-{number}", rate, note))


def table_of(count: int) -> KeyedTable:
    table = KeyedTable(COLUMNS, id="table")
    table.rows = tuple(row(number) for number in range(count))
    return table


def staged(table: KeyedTable, size: tuple[int, int] = (60, 12)) -> AbstractAsyncContextManager[Stage]:
    return on_stage(table, size=size)


async def test_header_rows_and_scroll_bar_are_shown() -> None:
    async with staged(table_of(30), (40, 6)) as stage:
        assert stage.lines == [
            " NAME                 $/H  NOTE",
            " pod-0               1.00              ┃",
            " pod-1               1.00",
            " pod-2               1.00",
            " pod-3               1.00",
            " pod-4               1.00",
        ]


async def test_text_is_never_markup() -> None:
    table = table_of(0)
    table.rows = (Row("a", ("[red]x[/]", "[/]", Span("[@click=app.quit]q", "bad"))),)
    async with staged(table) as stage:
        assert "[red]x[/]" in stage.text
        assert "[@click=app…" in stage.text


async def test_a_narrow_table_drops_the_least_important_columns() -> None:
    async with staged(table_of(3), (24, 6)) as stage:
        assert stage.lines[0].split() == ["NAME", "$/H"]
        assert stage.lines[1].split() == ["pod-0", "1.00"]


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("", "k0"),
        ("j", "k1"),
        ("down down up", "k1"),
        ("k", "k0"),
        ("G", "k99"),
        ("end home", "k0"),
        ("G g", "k0"),
        ("pagedown", "k11"),
        ("pagedown pageup", "k0"),
        ("ctrl+d", "k5"),
        ("ctrl+d ctrl+u", "k0"),
        ("G j", "k99"),
    ],
)
async def test_keys_move_the_cursor(keys: str, wanted: str) -> None:
    table = table_of(100)
    async with staged(table) as stage:
        await stage.press(*keys.split())
        assert table.cursor_key == wanted
        assert f"pod-{wanted[1:]} " in stage.text


async def test_moves_are_told_once_for_a_burst() -> None:
    table = table_of(10)
    async with staged(table) as stage:
        assert [said.key for said in stage.said(KeyedTable.CursorMoved)] == ["k0"]
        table.action_move(1)
        table.action_move(1)
        table.action_move(1)
        await stage.rest()
        assert [said.key for said in stage.said(KeyedTable.CursorMoved)] == ["k3"]
        table.rows = ()
        await stage.rest()
        assert [said.key for said in stage.said(KeyedTable.CursorMoved)] == [None]


async def test_enter_opens_and_space_marks() -> None:
    table = table_of(5)
    async with staged(table) as stage:
        await stage.press("j", "enter", "space", "j", "space")
        assert [said.key for said in stage.said(KeyedTable.RowChosen)] == ["k1"]
        assert [said.keys for said in stage.said(KeyedTable.MarksChanged)] == [{"k1"}, {"k1", "k2"}]
        assert [line[0] for line in stage.lines[1:6]] == [" ", "▌", "▌", " ", " "]
        await stage.press("space")
        assert table.marked == {"k1"}


async def test_a_row_that_goes_away_loses_its_mark() -> None:
    table = table_of(5)
    async with staged(table) as stage:
        table.marked = frozenset({"k1", "k3", "never"})
        await stage.rest()
        assert table.marked == {"k1", "k3"}
        table.rows = tuple(row(number) for number in (0, 3))
        await stage.rest()
        assert table.marked == {"k3"}
        assert stage.said(KeyedTable.MarksChanged)[-1].keys == {"k3"}


async def test_a_table_without_marks_takes_none() -> None:
    table = KeyedTable(COLUMNS, markable=False)
    table.rows = (row(1),)
    async with staged(table) as stage:
        await stage.press("space")
        assert table.marked == frozenset()


async def test_clicks_select_open_and_sort() -> None:
    table = table_of(9)
    async with staged(table) as stage:
        await stage.pilot.click(table, offset=(5, 4))
        await stage.rest()
        assert table.cursor_key == "k3"
        assert stage.said(KeyedTable.RowChosen) == []
        await stage.pilot.click(table, offset=(5, 5), times=2)
        await stage.rest()
        assert [said.key for said in stage.said(KeyedTable.RowChosen)] == ["k4"]
        for x in (3, 38, 50):
            await stage.pilot.click(table, offset=(x, 0))
        await stage.rest()
        assert [said.column_key for said in stage.said(KeyedTable.SortRequested)] == ["name", "rate"]
        assert table.cursor_key == "k4"


async def test_the_sorted_column_shows_its_direction() -> None:
    table = table_of(2)
    async with staged(table) as stage:
        table.sort_key = "rate"
        await stage.rest()
        assert "$/H▲" in stage.lines[0]
        table.sort_reverse = True
        await stage.rest()
        assert "$/H▼" in stage.lines[0]


async def test_the_wheel_and_the_scroll_bar_scroll_without_moving_the_cursor() -> None:
    table = table_of(100)
    async with staged(table) as stage:
        await stage.pilot._post_mouse_events(  # noqa: SLF001 - the pilot has no public wheel
            [MouseScrollDown], table, (3, 3)
        )
        await stage.rest()
        assert stage.lines[1].split()[0] == "pod-3"
        await stage.pilot.mouse_down(table, offset=(59, 11))
        await stage.pilot.mouse_up(table, offset=(59, 11))
        await stage.rest()
        assert stage.lines[-1].split()[0] == "pod-99"
        assert table.cursor_key == "k0"
        await stage.press("j")
        assert stage.lines[1].split()[0] == "pod-1"


async def test_the_end_is_told_once_for_the_same_rows() -> None:
    table = table_of(40)
    async with staged(table) as stage:
        assert stage.said(KeyedTable.EndReached) == []
        await stage.press("G")
        await stage.press("k", "j")
        table.rows = tuple(row(number, "2.00") for number in range(40))
        await stage.rest()
        assert len(stage.said(KeyedTable.EndReached)) == 1
        table.rows = tuple(row(number) for number in range(60))
        await stage.press("G")
        assert len(stage.said(KeyedTable.EndReached)) == 1
        await stage.press("g", "G")
        assert len(stage.said(KeyedTable.EndReached)) == 1


async def test_without_rows_a_sentence_stands_below_the_header() -> None:
    table = table_of(0)
    table.placeholder = ("No pods.", Span("Press c to create one.", "dim"))
    async with staged(table, (40, 6)) as stage:
        assert [line.strip() for line in stage.lines] == [
            "NAME                 $/H  NOTE",
            "",
            "No pods.",
            "Press c to create one.",
            "",
            "",
        ]
        assert table.cursor_key is None
        await stage.press("j", "enter", "space", "G", "pagedown")
        assert stage.said(KeyedTable.RowChosen) == []
        table.rows = (row(7),)
        await stage.rest()
        assert "pod-7" in stage.text
        assert "No pods" not in stage.text


async def test_new_rows_carry_a_dot() -> None:
    table = table_of(3)
    table.new_keys = frozenset({"k1"})
    async with staged(table) as stage:
        assert [line[0] for line in stage.lines[1:4]] == [" ", "•", " "]
        table.new_keys = frozenset()
        await stage.rest()
        assert "•" not in stage.text


async def test_the_cursor_row_is_reversed_and_dimmed_without_focus() -> None:
    table = table_of(3)
    async with on_stage(table, Line("x")) as stage:
        table.focus()
        await stage.rest()

        def cursor_style() -> tuple[bool, str]:
            style = list(table.render_line(1))[1].style
            assert style is not None
            return bool(style.reverse), str(style.bgcolor)

        focused = cursor_style()
        stage.set_focus(None)
        await stage.rest()
        blurred = cursor_style()
        assert focused[0]
        assert not blurred[0]
        assert blurred[1] != str(list(table.render_line(2))[1].style.bgcolor)  # type: ignore[union-attr]


async def test_a_theme_recolours_cells_and_the_palette_theme_uses_the_palette() -> None:
    table = KeyedTable(COLUMNS)
    table.rows = (row(1), row(2, note=Span("bad", "bad")))
    async with staged(table) as stage:

        def colour() -> str:
            return next(
                str(s.style.color.name)
                for s in table.render_line(2)
                if s.text.startswith("bad") and s.style and s.style.color
            )

        seen = []
        for theme in (DARK, LIGHT, ANSI):
            stage.theme = theme
            await stage.rest()
            seen.append(colour())
        assert len(set(seen)) == 3
        assert seen[-1] == "red" or seen[-1].startswith("color(")


async def test_a_hundred_thousand_rows_scroll_and_keep_the_cursor() -> None:
    table = KeyedTable(COLUMNS)
    rows = tuple(row(number) for number in range(100_000))
    table.rows = rows
    async with staged(table) as stage:
        await stage.press("G")
        assert table.cursor_key == "k99999"
        table.rows = rows[::-1]
        await stage.rest()
        assert table.cursor_key == "k99999"
        assert "pod-99999" in stage.text


class CountingSource:
    """Rows made on demand; notes which cells were asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.asked: set[int] = set()

    def __len__(self) -> int:
        return self._count

    def key_at(self, index: int) -> str:
        return f"k{index}"

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        self.asked.add(index)
        return (f"pod-{index}", "1.00", "")

    def index_of(self, key: str) -> int | None:
        return int(key[1:]) if int(key[1:]) < self._count else None


async def test_only_rows_in_view_are_made() -> None:
    table, source = KeyedTable(COLUMNS), CountingSource(1_000_000)
    table.rows = source
    async with staged(table) as stage:
        await stage.press("j", "j")
        assert source.asked == set(range(11))
        table.cursor_key = "k500000"
        await stage.rest()
        assert "pod-500000" in stage.text
        assert len(source.asked) == 22


class TestDrawing:
    async def test_equal_rows_draw_nothing(self) -> None:
        table = table_of(50)
        async with staged(table) as stage:
            drawn = Drawn(table)
            table.rows = tuple(row(number) for number in range(50))
            await stage.rest()
            assert drawn.take() == []

    async def test_a_change_out_of_view_draws_nothing(self) -> None:
        table = table_of(50)
        async with staged(table) as stage:
            drawn = Drawn(table)
            table.rows = tuple(row(number, "9.99" if number == 40 else "1.00") for number in range(50))
            await stage.rest()
            assert drawn.take() == []

    async def test_a_changed_cell_draws_its_line(self) -> None:
        table = table_of(50)
        async with staged(table) as stage:
            drawn = Drawn(table)
            table.rows = tuple(row(number, "9.99" if number == 4 else "1.00") for number in range(50))
            await stage.rest()
            assert drawn.take() == [5]
            assert "9.99" in stage.lines[5]

    async def test_a_cursor_move_draws_two_lines(self) -> None:
        table = table_of(50)
        async with staged(table) as stage:
            drawn = Drawn(table)
            await stage.press("j")
            assert drawn.take() == [1, 2]

    async def test_a_new_last_row_draws_the_scroll_bar_only_where_it_moves(self) -> None:
        table = table_of(50)
        async with staged(table) as stage:
            drawn = Drawn(table)
            table.rows = tuple(row(number) for number in range(51))
            await stage.rest()
            assert drawn.take() == []

    async def test_the_same_placeholder_draws_nothing(self) -> None:
        table = table_of(0)
        table.placeholder = ("Loading.",)
        async with staged(table) as stage:
            drawn = Drawn(table)
            table.placeholder = ("Loading.",)
            table.rows = ()
            await stage.rest()
            assert drawn.take() == []


cells = st.one_of(
    st.text(max_size=20).map(lambda text: clean(text, one_line=True)),
    st.builds(Span, st.text(max_size=20).map(clean), st.sampled_from(["dim", "bad"])),
    st.lists(st.builds(Span, st.text(max_size=6).map(clean)), max_size=3).map(tuple),
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=12),
    st.integers(1, 70),
    st.integers(1, 12),
    st.sampled_from([None, "name", "rate"]),
)
async def test_every_line_is_exactly_as_wide_as_the_table(
    content: list[tuple[Styled, ...]], width: int, height: int, sort_key: str | None
) -> None:
    table = KeyedTable(COLUMNS)
    table.rows = tuple(Row(str(number), row_cells) for number, row_cells in enumerate(content))
    table.placeholder = ("日本" * 20,)
    table.sort_key = sort_key
    async with staged(table, (width, height)):
        assert table.size == Size(width, height)
        assert [width_of_line(table, y) for y in range(height)] == [width] * height


def width_of_line(table: KeyedTable, y: int) -> int:
    return sum(cell_len(segment.text) for segment in table.render_line(y))
