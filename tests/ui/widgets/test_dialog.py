"""Dialogs: No is what happens by itself, and they fit on small screens."""

import asyncio
import gc
from typing import Any

import pytest
from textual.app import ComposeResult

from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.terminal.quiet_app import QuietApp
from prime_tui.ui.widgets.dialog import ConfirmDialog, Dialog, MessageDialog, PromptDialog
from prime_tui.ui.widgets.line import Line
from tests.ui.widgets.stage import Stage, on_stage

BODY: list[Styled] = [
    (Span("dev-h100", "title"), Span(" …1b2e3f   1×H100 80GB PCIe · datacrunch · yours", "dim")),
    "ran 6h12   listed $14.88   billed $14.61   saves $2.40/h",
    "Its own disk is destroyed. Disk [/] ckpt-disk stays ($0.04/h).",
]


async def answers(stage: Stage, dialog: Dialog[Any], *keys: str) -> list[Any]:
    """What the dialog gives back after these keys; nothing while it is still there."""
    given: list[Any] = []
    await stage.push_screen(dialog, given.append)
    await stage.rest()
    await stage.press(*keys)
    return given


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (["enter"], [False]),
        (["escape"], [False]),
        (["n"], [False]),
        (["y"], [True]),
        (["right", "enter"], [True]),
        (["tab", "enter"], [True]),
        (["right", "left", "enter"], [False]),
        (["space", "x"], []),
    ],
)
async def test_a_question_is_answered_no_unless_the_person_says_yes(
    keys: list[str], wanted: list[bool]
) -> None:
    async with on_stage(Line("under")) as stage:
        assert await answers(stage, ConfirmDialog("End", BODY, yes="end"), *keys) == wanted


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ([*"dev-h100", "enter"], [True]),
        (["enter"], []),
        ([*"dev", "enter"], []),
        ([*"yyy", "enter"], []),
        ([*"dev", "enter", *"-h100", "enter"], [True]),
        ([*"dev-h100", "escape"], [False]),
        ([*"dev-h100", "tab", "enter"], [False]),
        ([*"dev-h100", "tab", "tab", "enter"], [True]),
        (["tab", "tab", "enter"], []),
    ],
)
async def test_a_word_has_to_be_typed(keys: list[str], wanted: list[bool]) -> None:
    async with on_stage(Line("under")) as stage:
        dialog = ConfirmDialog("End", BODY, yes="end", word="dev-h100")
        assert await answers(stage, dialog, *keys) == wanted


async def test_a_wrong_word_is_told() -> None:
    async with on_stage(Line("under"), size=(80, 24)) as stage:
        await answers(stage, ConfirmDialog("End", BODY, yes="end it", word="dev-h100"), *"dev", "enter")
        assert "Not the same. Type dev-h100 to end it:" in stage.text


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
@pytest.mark.parametrize("word", [None, "dev-h100"])
@pytest.mark.parametrize("times", [1, 5])
async def test_title_choices_and_input_are_on_small_screens(
    size: tuple[int, int], word: str | None, times: int
) -> None:
    async with on_stage(Line("under"), size=size) as stage:
        await answers(stage, ConfirmDialog("End 1 [/] pod", BODY * times, yes="end it", word=word))
        assert "End 1 [/] pod" in stage.text
        assert "esc keep" in stage.text
        assert "end it" in stage.text
        assert "dev-h100" in stage.text
        assert ("Type dev-h100" in stage.text) is (word is not None)


async def test_a_long_body_scrolls() -> None:
    lines = [f"line {number}" for number in range(40)]
    async with on_stage(Line("under"), size=(40, 12)) as stage:
        await answers(stage, ConfirmDialog("End", lines, yes="end"))
        assert "line 0" in stage.text
        await stage.press(*["down"] * 8)
        assert "line 0 " not in stage.text
        assert "line 8" in stage.text
        assert "esc keep" in stage.text


async def test_clicks_choose() -> None:
    async with on_stage(Line("under")) as stage:
        for choice, wanted in (("#no", [False]), ("#yes", [True])):
            given: list[bool | None] = []
            await stage.push_screen(ConfirmDialog("End", BODY, yes="end"), given.append)
            await stage.rest()
            await stage.pilot.click(choice)
            await stage.rest()
            assert given == wanted


async def test_a_prompt_gives_back_what_was_typed_or_nothing() -> None:
    async with on_stage(Line("under")) as stage:
        assert await answers(stage, PromptDialog("Name"), *"ab", "enter") == ["ab"]
        assert await answers(stage, PromptDialog("Name", value="x"), *"y", "enter") == ["xy"]
        assert await answers(stage, PromptDialog("Name"), *"ab", "escape") == [None]
        assert await answers(stage, PromptDialog("Name"), *"ab", "tab", "enter") == [None]


async def test_a_prompt_says_what_is_wrong_until_something_is_typed() -> None:
    def check(answer: str) -> str | None:
        return None if answer.isdigit() else "Not a number [/]."

    async with on_stage(Line("under")) as stage:
        assert await answers(stage, PromptDialog("Budget", check=check), *"a", "enter") == []
        assert "Not a number [/]." in stage.text
        await stage.press("backspace", "7")
        assert "Not a number" not in stage.text


async def test_a_hidden_answer_is_not_shown() -> None:
    async with on_stage(Line("under")) as stage:
        await answers(stage, PromptDialog("Key", hidden=True), *"secret")
        assert "secret" not in stage.text
        assert "••••••" in stage.text


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_a_message_goes_away(key: str) -> None:
    async with on_stage(Line("under")) as stage:
        assert await answers(stage, MessageDialog("Done", BODY), key) == [None]
        assert "Done" not in stage.text


class Quiet(QuietApp[None]):
    def compose(self) -> ComposeResult:
        yield Line("under")


async def test_a_key_waits_until_what_it_leaves_is_built() -> None:
    app = Quiet()
    async with app.run_test() as pilot:
        for turns in range(12):  # at one of them the key arrives just as the dialog is put up
            app.simulate_key("escape")
            for _ in range(turns):
                await asyncio.sleep(0)
            app.push_screen(ConfirmDialog("End", BODY, yes="end"))
            await pilot.pause()
            if len(app.screen_stack) > 1:
                await pilot.press("escape")
            assert len(app.screen_stack) == 1


async def test_a_dialog_closes_once() -> None:
    async with on_stage(Line("under")) as stage:
        given: list[bool | None] = []
        below, above = MessageDialog("Below", BODY), ConfirmDialog("End", BODY, yes="end")
        await stage.push_screen(below)
        await stage.push_screen(above, given.append)
        await stage.rest()
        above.dismiss(False)
        above.dismiss(True)
        await stage.rest()
        assert given == [False]
        assert stage.screen is below


async def test_a_key_for_a_dialog_that_is_covered_by_now_closes_only_that_one() -> None:
    async with on_stage(Line("under")) as stage:
        given: list[bool | None] = []
        below, above = ConfirmDialog("End", BODY, yes="end"), MessageDialog("Above", BODY)
        await stage.push_screen(below, given.append)
        await stage.push_screen(above)
        await stage.rest()
        below.dismiss(True)
        await stage.rest()
        assert stage.screen is above
        assert given == []
        await stage.press("escape")
        await stage.rest()
        assert len(stage.screen_stack) == 1
        assert given == [None]


async def test_dialogs_do_not_pile_up() -> None:
    app = Quiet()
    async with app.run_test() as pilot:
        for _ in range(5):
            await app.push_screen(ConfirmDialog("End", BODY, yes="end", word="w"))
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()
        gc.collect()
        assert not [thing for thing in gc.get_objects() if isinstance(thing, ConfirmDialog)]
