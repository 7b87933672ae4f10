"""The filter bar: told as it is typed, kept by enter, cleared by esc."""

from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.widgets.stage import on_stage


def table() -> KeyedTable:
    one = KeyedTable((Column("a", "A", 5),))
    one.rows = (Row("a", ("a",)),)
    return one


async def test_it_is_hidden_until_it_is_opened() -> None:
    bar = FilterBar()
    async with on_stage(table(), bar, size=(30, 5)) as stage:
        assert "/" not in stage.text
        bar.open()
        await stage.rest()
        assert stage.lines[-1].startswith("/")
        assert bar.text == ""


async def test_every_change_is_told_and_enter_keeps() -> None:
    bar, below = FilterBar(), table()
    async with on_stage(below, bar, size=(30, 5)) as stage:
        below.focus()
        bar.open()
        await stage.press("a", "b", "enter")
        changes = [said.text for said in stage.said(FilterBar.Changed) if type(said) is FilterBar.Changed]
        assert changes == ["a", "ab"]
        assert stage.lines[-1].rstrip() == "/ ab"
        assert stage.focused is below


async def test_it_says_what_stays_when_the_person_is_done() -> None:
    bar, below = FilterBar(), table()
    async with on_stage(below, bar, size=(30, 5)) as stage:
        below.focus()
        bar.open()
        await stage.press("a", "b", "enter")
        assert [said.text for said in stage.said(FilterBar.Closed)] == ["ab"]
        bar.open()
        await stage.press("escape")
        assert [said.text for said in stage.said(FilterBar.Closed)] == [""]
        assert "/" not in stage.text
        assert bar.text == ""
        assert stage.focused is below
