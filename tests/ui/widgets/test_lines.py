from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from prime_tui.ui.render.styled import Span
from prime_tui.ui.widgets.lines import Lines
from tests.ui.widgets.stage import Drawn, on_stage

SIZE = (30, 6)


def numbered(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"line {number}" for number in range(first, last + 1))


async def test_a_page_scrolls_by_keys_and_shows_where_it_is() -> None:
    page = Lines()
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 20)
        page.focus()
        await stage.rest()
        assert stage.lines[0].rstrip(" ┃") == "line 1"
        assert any(line.endswith("┃") for line in stage.lines)
        await stage.press("j", "j")
        assert stage.lines[0].rstrip(" ┃") == "line 3"
        await stage.press("G")
        assert stage.lines[-1].startswith("line 20")
        await stage.press("pageup", "k")
        assert stage.lines[0].rstrip(" ┃") == "line 8"
        await stage.press("g", "ctrl+d")
        assert stage.lines[0].rstrip(" ┃") == "line 4"


async def test_what_fits_has_no_scroll_bar_and_does_not_scroll() -> None:
    page = Lines()
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 6)
        page.focus()
        await stage.press("G", "pagedown")
        assert stage.lines == [f"line {number}" for number in range(1, 7)]


async def test_following_keeps_the_end_in_view_until_somebody_scrolls_up() -> None:
    page = Lines(follows=True)
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 20)
        page.focus()
        await stage.rest()
        page.content = numbered(1, 25)
        await stage.rest()
        assert stage.lines[-1].startswith("line 25")
        await stage.press("k")
        assert [said.follows for said in stage.said(Lines.FollowChanged)] == [False]
        page.content = numbered(1, 40)
        await stage.rest()
        assert stage.lines[-1].startswith("line 24")
        await stage.press("G")
        assert [said.follows for said in stage.said(Lines.FollowChanged)] == [True]
        assert stage.lines[-1].startswith("line 40")


async def test_a_page_about_something_else_begins_at_its_beginning() -> None:
    page = Lines()
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 20)
        page.focus()
        await stage.press("G")
        page.to_start()
        page.content = numbered(100, 120)
        await stage.rest()
        assert stage.lines[0].startswith("line 100")


async def test_only_lines_that_look_different_are_drawn() -> None:
    page = Lines()
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 4)
        await stage.rest()
        drawn = Drawn(page)
        page.content = numbered(1, 4)
        await stage.rest()
        assert drawn.take() == []
        page.content = ("line 1", Span("line 2", "bad"), "line 3", "line 4")
        await stage.rest()
        assert drawn.take() == [1]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=12))
async def test_every_line_is_cut_to_the_width_and_never_styled_by_its_text(texts: list[str]) -> None:
    page = Lines()
    async with on_stage(page, size=(20, 6)) as stage:
        page.content = tuple(texts)
        await stage.rest()
        strips = [page.render_line(y) for y in range(6)]
        assert {strip.cell_length for strip in strips} == {20}


async def test_the_last_lines_stay_in_view_when_the_terminal_grows() -> None:
    page = Lines()
    async with on_stage(page, size=SIZE) as stage:
        page.content = numbered(1, 8)
        page.focus()
        await stage.press("G")
        await stage.pilot.resize_terminal(30, 10)
        await stage.rest()
        assert [line.strip() for line in stage.lines[:8]] == [f"line {number}" for number in range(1, 9)]
