"""One-line widgets: what they show, and that an equal value draws nothing."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from prime_tui.ui.colours import ANSI, DARK, LIGHT
from prime_tui.ui.render.styled import Span
from prime_tui.ui.widgets.line import Line, Rule
from tests.ui.widgets.stage import Drawn, Stage, on_stage


async def test_both_sides_are_shown_and_the_right_one_wins() -> None:
    line = Line((Span("$412.08 left", "title"), Span("   burn $11.42/h")), Span("● 4s", "good"))
    async with on_stage(line, size=(40, 2)) as stage:
        assert stage.lines[0] == "$412.08 left   burn $11.42/h        ● 4s"
    async with on_stage(Line("a long left part", "● 4s"), size=(12, 2)) as stage:
        assert stage.lines[0] == "a long… ● 4s"


async def test_a_rule_carries_its_title_and_its_note() -> None:
    async with on_stage(Rule("pods", "3 of 3"), Rule("only"), Rule(), size=(30, 4)) as stage:
        assert stage.lines == [
            "── pods ──────────── 3 of 3 ──",
            "── only ──────────────────────",
            "──────────────────────────────",
            "",
        ]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8, 12, 20, 60])
@pytest.mark.parametrize("widget", [Line, Rule])
async def test_a_line_is_exactly_as_wide_as_its_widget(width: int, widget: type[Line]) -> None:
    line = widget("日本語 pods", "日 3 of 3")
    async with on_stage(line, size=(width, 2)):
        assert sum(cell_len(segment.text) for segment in line.render_line(0)) == width


def shown(strip: Strip) -> list[Segment]:
    return [segment for segment in strip.simplify() if segment.text]


@pytest.mark.parametrize("has_colours", [True, False])
@pytest.mark.parametrize("css", ["", "Line { background: red 40%; color: blue; }", "Line { padding: 0 2; }"])
async def test_a_line_is_what_the_toolkit_makes_of_it(
    css: str, has_colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_colours:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(Stage, "CSS", css)
    line = Line((Span("日本 left", "title"), Span("plain")), Span("● 4s", "good"))
    rule = Rule("pods", "3 of 3")
    async with on_stage(line, rule, size=(40, 4)) as stage:
        for theme in (DARK, LIGHT, ANSI):
            stage.theme = theme
            await stage.rest()
            for widget in (line, rule):
                for crop in (widget.outer_size.region, Region(3, 0, 17, 1)):
                    (ours,), (theirs,) = widget.render_lines(crop), Widget.render_lines(widget, crop)
                    assert shown(ours) == shown(theirs)


async def test_an_equal_value_draws_nothing_and_another_draws_the_line() -> None:
    line = Line("same", Span("5s", "dim"))
    async with on_stage(line) as stage:
        drawn = Drawn(line)
        line.content = "same"
        line.right = Span("5s", "dim")
        await stage.rest()
        assert drawn.take() == []
        line.right = Span("6s", "dim")
        await stage.rest()
        assert drawn.take() == [0]
        assert "6s" in stage.lines[0]


async def test_markup_and_control_characters_are_shown_as_text() -> None:
    async with on_stage(Line("[b]a[/] \x1b[31mx\n")) as stage:
        assert stage.lines[0] == "[b]a[/] \ufffd[31mx\ufffd"


def colours(widget: Widget) -> set[str]:
    return {str(segment.style.color) for segment in widget.render_line(0) if segment.style}


async def test_a_theme_recolours_the_line() -> None:
    line = Line(Span("red", "bad"), Span("green", "good"))
    async with on_stage(line) as stage:
        seen = []
        for theme in (DARK, LIGHT, ANSI):
            stage.theme = theme
            await stage.rest()
            seen.append(colours(line))
        assert not seen[0] & seen[1]
        assert not seen[1] & seen[2]
