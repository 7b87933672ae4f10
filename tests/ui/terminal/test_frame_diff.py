"""The frame diff shows what the toolkit's own frames show, whatever happens."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Label, Static
from wcwidth import wcwidth

from prime_tui.domain.text import clean
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Span
from prime_tui.ui.terminal.frame_diff import FrameDiff
from prime_tui.ui.theme import THEMES
from prime_tui.ui.widgets.dialog import ConfirmDialog
from prime_tui.ui.widgets.line import Line, Rule
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.terminal.emulated import TwoTerminals

WORDS = ["plain", "日本語", "a日b本c", "🚀", "é", "▁▂▃█", "", "───", "  ", "x" * 90, "한" * 40]


class OtherScreen(Screen[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for number in range(40):
                yield Label(f"{number} 日本 {'=' * number}")


class Torture(TwoTerminals):
    CSS = """
    #styled.loud { background: red; color: white; text-style: bold underline; }
    #scroll { height: 4; }
    """

    steps = sent_at_once = 0

    def compose(self) -> ComposeResult:
        yield Line(Span("strip", "title"), Span("● 4s", "good"), id="strip")
        yield Rule("pods", "3 of 3")
        yield Static("", id="text")
        yield Static("styled", id="styled")
        yield Static(
            Content.assemble(("link", "link='https://example.org/a'"), " no link"),
            id="link",
        )
        with VerticalScroll(id="scroll"):
            for number in range(12):
                yield Label(f"line {number} {WORDS[number % len(WORDS)]}")
        yield KeyedTable((Column("a", "A", 10, grow=True), Column("b", "B", 6, "right")))
        yield Input("typed", compact=True)

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.query_one(KeyedTable).focus()


@pytest.fixture(scope="module", autouse=True)
def _terminal() -> Iterator[None]:
    """One kind of terminal for all: the toolkit keeps what a style looked like on the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("COLORTERM", "truecolor")
        patch.delenv("STY", raising=False)
        yield


Step = Callable[[Torture, Pilot[Any]], Any]


def set_text(words: list[str]) -> Step:
    return lambda app, _: app.query_one("#text", Static).update(Content("\n".join(words)))


def set_rows(words: list[str]) -> Step:
    rows = tuple(
        Row(f"{n}", ((Span(f"{n}", "dim"), Span(word, "warn")), str(len(word))))
        for n, word in enumerate(words)
    )

    def assign(app: Torture, _: Pilot[Any]) -> None:
        app.query_one(KeyedTable).rows = rows

    return assign


def press(key: str) -> Step:
    return lambda _, pilot: pilot.press(key)


def resize(size: tuple[int, int]) -> Step:
    return lambda app, _: app.resize_terminal(*size)


def theme(name: str) -> Step:
    return lambda app, _: setattr(app, "theme", name)


def scroll(y: int) -> Step:
    return lambda app, _: app.query_one("#scroll").scroll_to(y=y, animate=False)


def type_text(text: str) -> Step:
    return lambda app, _: setattr(app.query_one(Input), "value", text)


def loud(app: Torture, _: Pilot[Any]) -> None:
    app.query_one("#styled").toggle_class("loud")


def other_screen(app: Torture, _: Pilot[Any]) -> None:
    if len(app.screen_stack) > 1:
        app.pop_screen()
    else:
        app.push_screen(OtherScreen())


def dialog(app: Torture, _: Pilot[Any]) -> None:
    if len(app.screen_stack) == 1:
        app.push_screen(ConfirmDialog("End 日本", ["body", Span("red", "bad")], yes="end"))


def at_once(app: Torture, _: Pilot[Any]) -> None:
    """The plain terminal gets it with the next frame, which is then nothing new to the other."""
    lines = (app.query_one("#strip", Line), app.query_one(Rule))
    app.steps += 1
    for line in lines:
        assert line.take(line.content, Span(f"{app.steps}", "good"))
    app.sent_at_once += app.paint_at_once(*lines)
    for line in lines:
        line.refresh()


def toast(app: Torture, _: Pilot[Any]) -> None:
    app.notify("toast 日本", markup=False, timeout=0.01)


def redraw(app: Torture, _: Pilot[Any]) -> None:
    app.redraw()


def suspend(app: Torture, _: Pilot[Any]) -> None:
    with app.suspend():
        for terminal in (app.plain, app.as_difference):
            terminal.feed("\x1b[5;5Hwritten by another program")


def agreed(text: str) -> str:
    """Text from outside as the program draws it, of characters on whose width the emulator agrees."""
    return "".join(c for c in clean(text, one_line=True) if wcwidth(c) == cell_len(c) > 0)


texts = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), max_size=8).map(agreed)
words = st.lists(texts, max_size=6)
steps = st.one_of(
    st.builds(set_text, words),
    st.builds(set_rows, words),
    st.builds(press, st.sampled_from(["j", "k", "G", "g", "space", "tab", "enter", "escape", "pagedown"])),
    st.builds(resize, st.tuples(st.integers(1, 90), st.integers(1, 24))),
    st.builds(theme, st.sampled_from([theme.name for theme in THEMES])),
    st.builds(scroll, st.integers(0, 9)),
    st.builds(type_text, st.sampled_from(WORDS)),
    st.sampled_from([at_once, loud, other_screen, dialog, toast, redraw, suspend]),
)


async def run(script: list[Step]) -> Torture:
    app = Torture()

    async def play(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for step in script:
            outcome = step(app, pilot)
            if asyncio.iscoroutine(outcome):
                await outcome
            await pilot.pause()
        app.exit()

    await app.run_async(auto_pilot=play)
    if app._exception is not None:  # noqa: SLF001
        raise app._exception  # noqa: SLF001
    return app


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=12), st.booleans())
def test_both_terminals_show_the_same(script: list[Step], erases: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not erases:
            patch.setenv("STY", "1.pts-0.host")
        app = asyncio.run(run(script))
    assert app.differences == []
    assert app.as_difference.cells() == app.plain.cells()
    assert app.frames


async def test_a_fault_in_the_frame_diff_leaves_the_frames_of_the_toolkit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> str:
        raise ValueError("broken")

    def break_it(app: Torture, _: Pilot[Any]) -> None:
        monkeypatch.setattr(FrameDiff, "frame", fail)

    script: list[Step] = [set_text(["before"]), break_it, set_text(["after 日本"]), press("j"), loud]
    app = await run(script)
    assert app.frame_diff_off_reason == "It failed: ValueError: broken."
    assert app.as_difference.cells() == app.plain.cells()
    assert any("after 日本" in line.replace("日 本 ", "日本") for line in app.plain.screen.display)


async def test_differences_are_a_small_part_of_the_frames() -> None:
    script: list[Step] = [set_rows(["row"] * 6), *[press("j")] * 6, *[set_text([str(n)]) for n in range(6)]]
    app = await run(script)
    assert app.differences == []
    assert app.bytes_as_difference < app.bytes_plain / 3


async def test_what_is_sent_at_once_is_no_news_to_the_next_frame() -> None:
    app = await run([at_once, press("j"), at_once, redraw, at_once, dialog, at_once, dialog])
    assert app.sent_at_once == 3, "a dialog above is drawn by the toolkit"
    assert app.differences == []
    assert app.as_difference.cells() == app.plain.cells()
