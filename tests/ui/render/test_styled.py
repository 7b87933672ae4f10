"""Styled text: exact widths whatever the characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from prime_tui.domain.text import clean
from prime_tui.ui.render.styled import Align, Role, Span, Styled, clip, fit, join, plain, spans_of, width_of

texts = st.text(max_size=12).map(lambda text: clean(text, one_line=True)) | st.sampled_from(
    ["日本語", "a日", "…", ""]
)
styled: st.SearchStrategy[Styled] = st.one_of(
    texts,
    st.builds(Span, texts, st.sampled_from(["dim", "bad"])),
    st.lists(st.builds(Span, texts), max_size=4).map(tuple),
)
aligns: st.SearchStrategy[Align] = st.sampled_from(["left", "right", "centre"])


def width(spans: tuple[Span, ...]) -> int:
    return sum(cell_len(span.text) for span in spans)


@given(styled, st.integers(0, 20), aligns)
def test_fitted_text_is_exactly_as_wide_as_asked(text: Styled, cells: int, align: Align) -> None:
    assert width(fit(text, cells, align)) == cells


@given(styled, st.integers(1, 20), aligns)
def test_what_fits_is_kept_and_what_does_not_ends_in_an_ellipsis(
    text: Styled, cells: int, align: Align
) -> None:
    shown = plain(fit(text, cells, align))
    if width_of(text) <= cells:
        assert plain(text).strip() in shown
    else:
        assert "…" in shown


@given(st.text(max_size=12), st.integers(0, 12))
def test_even_text_that_was_not_cleaned_stays_on_its_line(text: str, cells: int) -> None:
    shown = plain(fit(text, cells))
    assert not set(shown) & {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}


@pytest.mark.parametrize(
    ("text", "cells", "wanted"),
    [
        ("abcdef", 4, "abc…"),
        ("日本語", 4, "日…"),
        ("日本語", 5, "日本…"),
        ("日本語", 6, "日本語"),
        ("abc", 0, ""),
        ("日", 1, "…"),
    ],
)
def test_text_is_cut_between_characters(text: str, cells: int, wanted: str) -> None:
    assert clip(text, cells) == wanted


def test_roles_survive_the_cut() -> None:
    bar: Styled = (Span("███", "good"), Span("░░", "dim"), Span(" 60%"))
    assert fit(bar, 4) == (Span("███", "good"), Span("…", "dim"))
    assert fit(bar, 12, "right")[1:] == bar


def test_markup_is_text() -> None:
    assert plain(fit("[red]a[/]", 20)).strip() == "[red]a[/]"


def test_parts_join_with_a_separator_and_without_empty_ones() -> None:
    assert join(["a", Span("b", "dim"), ""], " · ") == (
        Span("a"),
        Span(" · "),
        Span("b", "dim"),
        Span(" · "),
    )


@pytest.mark.parametrize("role", ["text", "stale"])
def test_every_form_becomes_spans(role: Role) -> None:
    assert spans_of("a") == (Span("a"),)
    assert spans_of(Span("a", role)) == (Span("a", role),)
    assert spans_of((Span("a", role),)) == (Span("a", role),)
