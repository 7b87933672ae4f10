"""Markdown as lines: what it looks like, that it always fits, and that nothing in it comes alive."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prime_tui.domain.text import clean
from prime_tui.sim.names import HOSTILE
from prime_tui.ui.render.code_blocks import last_code_block
from prime_tui.ui.render.growing import LONG_CHARS, GrowingMarkdown
from prime_tui.ui.render.markdown import Piece, layout, parsed, pieces_of
from prime_tui.ui.render.styled import plain, width_of
from prime_tui.ui.render.wrapping import wrapped

MARKS = st.sampled_from(
    ("# ", "- ", "1. ", "> ", "```\n", "~~~py\n", "| a | b |\n|---|---|\n", "**", "*", "`", "[x](http://e.org)",
     "\n", "\n\n", "    ", "---\n", "word ", "wörter ", "数据集", "🚀", "&#x202e;", "<b>", "![i](j)", "|")
)  # fmt: skip
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=12)), max_size=60).map(lambda parts: clean("".join(parts)))


def shown(pieces: list[Piece], width: int = 60) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if piece.gap and lines:
            lines.append("")
        lines.extend(plain(line) for line in layout(piece, width))
    return lines


def drawn(text: str, width: int = 60) -> list[str]:
    return shown(pieces_of(parsed(text)), width)


def test_blocks_look_like_what_they_are() -> None:
    text = "# Title\n\nSome **bold** `code` text.\n\n- one\n- two\n  1. inner\n\n> quoted\n\n"
    text += "```py\nx = 1\n\ny\n```\n"
    assert drawn(text) == [
        "Title",
        "",
        "Some bold code text.",
        "",
        "• one",
        "• two",
        "  1. inner",
        "",
        "│ quoted",
        "",
        "▎ py",
        "▎ x = 1",
        "▎ ",
        "▎ y",
    ]


def test_roles_carry_the_emphasis() -> None:
    piece = pieces_of(parsed("plain **strong** `code`"))[0]
    assert [(span.text, span.role) for span in piece.spans] == [
        ("plain ", "text"),
        ("strong", "title"),
        (" ", "text"),
        ("code", "accent"),
    ]


def test_a_table_stands_in_columns_or_is_stacked_where_there_is_no_room() -> None:
    text = "| GPU | tok/s |\n|---|---:|\n| H100 | 18,250 |\n| A100 SXM | 9 |\n"
    assert drawn(text, 40) == [
        "GPU      │  tok/s",
        "─────────┼───────",
        "H100     │ 18,250",
        "A100 SXM │      9",
    ]
    assert drawn(text, 10) == ["GPU: H100", "tok/s:", "18,250", "GPU: A100", "SXM", "tok/s: 9"]


def test_links_show_where_they_lead_and_are_only_text() -> None:
    assert drawn("see [here](https://e.org/x) and <https://e.org>") == [
        "see here (https://e.org/x) and https://e.org"
    ]
    assert drawn("![pixel](https://e.org/p.png) <img src=x>") == ["[image: pixel] <img src=x>"]


def test_what_entities_spell_is_cleaned_again() -> None:
    text = "".join(drawn("a&#x202e;b&#27;c&zwj;d&#x9b;31m `&#x202e;`"))
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "\x9b" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_text(hostile: str) -> None:
    for line in drawn(clean(hostile)):
        assert line.isprintable()
        assert width_of(line) <= 60


@given(TEXTS, st.integers(12, 90))
def test_every_line_fits(text: str, width: int) -> None:
    assert all(width_of(line) <= width for line in drawn(text, width))


@given(TEXTS, st.lists(st.integers(1, 40), min_size=1))
@example("| a | b |\n|---|---|\n**", [1])  # a row that begins as an item of a list
@example("- a\n\n  - b", [1])
@settings(max_examples=200)
def test_growing_bit_by_bit_ends_like_all_at_once(text: str, steps: list[int]) -> None:
    if len(text) > LONG_CHARS or "]:" in text:  # long blocks are cut; definitions reach over blocks
        return
    growing, at, turn = GrowingMarkdown(), 0, 0
    while at < len(text):
        size = steps[turn % len(steps)]
        growing.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    growing.close()
    assert shown(growing.finished) == drawn(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("```py\n" + "".join(f"x = {n}\n" for n in range(900)) + "```\n\nafter", 900),
        ("".join(f"- item {n}\n" for n in range(900)), 900),
        ("".join(f"{n}. item\n" for n in range(1, 901)), 900),
        ("word " * 4000, 1),
        ("| a | b |\n|---|---|\n" + "".join(f"| x | {n} |\n" for n in range(900)), 900),
        ("```\n" + "x" * 20_000 + "\n```\n", 1),
    ],
)
def test_a_long_block_is_cut_without_losing_anything(text: str, kept: int) -> None:
    growing, finished_before = GrowingMarkdown(), 0
    for at in range(0, len(text), 100):
        growing.feed(text[at : at + 100])
        assert len(growing.finished) >= finished_before
        finished_before = len(growing.finished)
        assert sum(len(span.text) for piece in growing.tail for span in piece.spans) <= 4_400
    growing.close()
    lines = shown(growing.finished)
    assert len(lines) >= kept
    whole = "".join("".join(line.split()) for line in drawn(text))
    cut = "".join("".join(line.split()) for line in lines)
    if not text.startswith("|"):  # a table repeats its head
        assert cut.replace("▎", "") == whole.replace("▎", "")
    assert lines.count("▎ py") <= 1
    if text.endswith("after"):
        assert lines[-2:] == ["", "after"]


@given(st.text(max_size=200), st.integers(4, 40))
def test_wrapping_keeps_every_word(text: str, width: int) -> None:
    lines = [plain(line) for line in wrapped(clean(text), width)]
    assert "".join("".join(line.split()) for line in lines) == "".join(clean(text).split())
    assert all(width_of(line) <= width for line in lines)


def test_the_last_block_of_code_is_found() -> None:
    assert last_code_block("```\na\n```\ntext\n```py\nb\nc\n```\nend") == "b\nc"
    assert last_code_block("no code") is None
