from __future__ import annotations

from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.cycle import Cycle
from tests.ui.widgets.stage import Stage, on_stage

OPTIONS = (Option("a", "[/] first", "note"), Option("b", "second"), Option("c", "third"))


async def answer(stage: Stage, *keys: str) -> list[str | None]:
    answers: list[str | None] = []
    stage.push_screen(ChooseDialog("Choose", OPTIONS, verb="open"), answers.append)
    await stage.rest()
    assert "[/] first" in stage.text
    assert "note" in stage.text
    await stage.press(*keys)
    return answers


async def test_enter_takes_the_selected_option_and_a_number_takes_its_own() -> None:
    async with on_stage(size=(60, 12)) as stage:
        assert await answer(stage, "enter") == ["a"]
        assert await answer(stage, "j", "j", "enter") == ["c"]
        assert await answer(stage, "2") == ["b"]


async def test_esc_takes_nothing_and_a_number_that_is_not_there_neither() -> None:
    async with on_stage(size=(60, 12)) as stage:
        assert await answer(stage, "escape") == [None]
        assert await answer(stage, "9") == []
        await stage.press("escape")


async def test_without_words_above_the_list_no_line_is_kept_for_them() -> None:
    async with on_stage(size=(60, 12)) as stage:
        stage.push_screen(ChooseDialog("Choose", OPTIONS))
        await stage.rest()
        lines = stage.text.splitlines()
        first, top = (next(i for i, line in enumerate(lines) if word in line) for word in ("[/] first", "╭"))
        assert first - top == 2, "the frame, and the heads of the columns"


async def test_many_options_fit_a_small_terminal() -> None:
    options = [Option(str(number), f"option {number}") for number in range(40)]
    async with on_stage(size=(40, 12)) as stage:
        stage.push_screen(ChooseDialog("Choose", options))
        await stage.rest()
        await stage.press("G")
        assert "option 39" in stage.text
        assert "leave" in stage.text


async def test_left_and_right_go_round_the_values() -> None:
    cycle = Cycle("nothing to choose")
    async with on_stage(cycle, size=(40, 3)) as stage:
        assert "nothing to choose" in stage.text
        assert cycle.value == ""
        cycle.offer(("one", "two", "three"))
        cycle.focus()
        await stage.rest()
        assert "‹ one › 1/3" in stage.text
        await stage.press("right", "right")
        assert "‹ three › 3/3" in stage.text
        await stage.press("right", "left")
        assert cycle.value == "three"
        assert [said.value for said in stage.said(Cycle.Changed) if type(said) is Cycle.Changed][
            -1
        ] == "three"
        await stage.press("enter")
        assert [said.value for said in stage.said(Cycle.Submitted)] == ["three"]


async def test_one_value_cannot_be_turned() -> None:
    cycle = Cycle("none")
    async with on_stage(cycle, size=(40, 3)) as stage:
        cycle.offer(("only",))
        cycle.focus()
        await stage.press("right")
        assert "only" in stage.text
        assert "‹" not in stage.text
