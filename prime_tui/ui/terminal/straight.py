"""What a widget shows, without the toolkit's round of messages."""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def uncovered_region(compositor: Compositor, widget: Widget) -> Region | None:
    """Where a widget is on the screen; None where it is cut or something lies over it."""
    visible = compositor.visible_widgets
    if widget not in visible:
        return None
    region, clip = visible[widget]
    if not clip.contains_region(region):
        return None
    for other, (covered, _) in visible.items():  # the foremost first
        if other is widget:
            break
        if covered.overlaps(region):
            return None
    return region


def lines_now(widget: Widget) -> list[Strip]:
    """The lines of a widget as they are now; the toolkit goes on with them when it paints."""
    widget._styles_cache.clear()
    return widget.render_lines(widget.outer_size.region)
