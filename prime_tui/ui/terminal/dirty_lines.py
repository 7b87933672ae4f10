"""Draw only the lines of only the widgets that a frame needs.

The toolkit asks every widget on the screen for all of its lines when one of them changed.
"""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

Spans = list[tuple[int, int, int]]
"""Parts of lines: number of the line, first column, column after the last."""


def render_dirty_lines(compositor: Compositor) -> ChopsUpdate | None:
    """Return the update for what is dirty, None when nothing is; parts of lines that it lacks are clean."""
    regions = compositor._dirty_regions.copy()
    compositor._dirty_regions.clear()
    cuts = compositor.cuts
    spans = [span for span in compositor._regions_to_spans(regions) if 0 <= span[0] < len(cuts)]
    if not spans:
        return None
    chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
    missing = _missing(spans, cuts)
    for widget, (region, clip) in compositor.visible_widgets.items():  # the foremost first
        if not missing:
            break
        seen = region.intersection(clip)
        lines = sorted(
            y
            for y, columns in missing.items()
            if seen.y <= y < seen.bottom and any(seen.x <= x < seen.right for x in columns)
        )
        for first, end in _runs(lines):
            crop = Region(seen.x - region.x, first - region.y, seen.width, end - first)
            for y, strip in zip(range(first, end), widget.render_lines(crop), strict=False):
                _lay(strip, seen, cuts[y], missing[y], chops[y])
                if not missing[y]:
                    del missing[y]
    return ChopsUpdate(chops, spans, [line[1:] for line in cuts])


def _missing(spans: Spans, cuts: list[list[int]]) -> dict[int, set[int]]:
    """Return the first columns of the parts to draw, by line."""
    missing: dict[int, set[int]] = {}
    for y, first, last in spans:
        missing.setdefault(y, set()).update(x for x, end in pairwise(cuts[y]) if x < last and end > first)
    return {y: columns for y, columns in missing.items() if columns}


def _runs(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Return ranges (first, end) of lines that follow each other."""
    first = end = -1
    for y in lines:
        if y != end:
            if end >= 0:
                yield first, end
            first = y
        end = y + 1
    if end >= 0:
        yield first, end


def _lay(
    strip: Strip, seen: Region, cuts: list[int], missing: set[int], chops: dict[int, Strip | None]
) -> None:
    """Take those parts of a widget's line that are missing: what was laid before lies above it."""
    columns = [x for x in cuts if seen.x <= x <= seen.right]
    for x, part in zip(columns, strip.divide([x - seen.x for x in columns[1:]]), strict=False):
        if x in missing:
            chops[x] = part
            missing.discard(x)


@lru_cache(maxsize=1)
def paint_dirty_lines() -> None:
    """Make every screen of this process paint this way."""
    setattr(Compositor, "render_partial_update", render_dirty_lines)  # noqa: B010
