"""Of what the toolkit draws and works out little is kept, and it draws and works out the same."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from prime_tui.ui.terminal.light_strips import lighten_strips
from prime_tui.ui.terminal.small_caches import BOUNDS, bound_caches

MOST_BYTES_A_LINE = 300
LINES = 1000
STYLES = [None, Style(color="red"), Style(bold=True)]
SEGMENTS = st.lists(
    st.builds(Segment, st.text("ab é─", min_size=1, max_size=8), st.sampled_from(STYLES), st.none()),
    min_size=1,
)
REGIONS = st.builds(Region, *[st.integers(0, 20)] * 2, *[st.integers(1, 20)] * 2)


@pytest.fixture(autouse=True, scope="module")
def small() -> None:
    lighten_strips()
    bound_caches()


def test_a_line_without_caches_takes_little() -> None:
    segments = [Segment("a"), Segment("b")]
    tracemalloc.start()
    kept = [Strip(segments, 2) for _ in range(LINES)]
    used_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used_bytes / len(kept) < MOST_BYTES_A_LINE


def test_a_line_lacks_nothing() -> None:
    line = Strip([Segment("a")])
    assert [name for name in Strip.__slots__ if not hasattr(line, name)] == []


@given(SEGMENTS, st.integers(0, 30), st.integers(1, 30))
def test_parts_of_a_line_are_the_right_ones_and_made_once(
    segments: list[Segment], start: int, length: int
) -> None:
    line = Strip(segments)
    text = line.text
    assert line.crop(start, start + length).text == text[start : start + length]
    if start < len(text):
        assert line.crop(start, start + length) is line.crop(start, start + length)
    cuts = sorted({min(start, len(text)), len(text)})
    assert "".join(part.text for part in line.divide(cuts)) == text
    assert line.divide(cuts) is line.divide(cuts)
    assert line.adjust_cell_length(length).text == text[:length].ljust(length)
    assert line.apply_style(STYLES[2] or Style()).text == text


@given(REGIONS, REGIONS)
def test_regions_are_worked_out_right(one: Region, other: Region) -> None:
    cells = {(x, y) for y in one.line_range for x in range(one.x, one.right)}
    others = {(x, y) for y in other.line_range for x in range(other.x, other.right)}
    common = one.intersection(other)
    assert {(x, y) for y in common.line_range for x in range(common.x, common.right)} == cells & others
    assert cells | others <= {
        (x, y) for union in [one.union(other)] for y in union.line_range for x in range(union.x, union.right)
    }
    assert one.grow((1, 1, 1, 1)).shrink((1, 1, 1, 1)) == one


def test_what_is_worked_out_is_not_kept_for_ever() -> None:
    assert {
        (owner, name): getattr(owner, name).cache_info().maxsize for owner in BOUNDS for name in BOUNDS[owner]
    } == {(owner, name): most for owner, names in BOUNDS.items() for name, most in names.items()}
    for width in range(3 * BOUNDS[Region]["grow"]):
        Region(0, 0, width, 1).grow((1, 1, 1, 1))
    assert vars(Region)["grow"].cache_info().currsize == BOUNDS[Region]["grow"]
