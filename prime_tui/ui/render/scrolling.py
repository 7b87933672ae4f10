"""Arithmetic of a list that is longer than its window."""


def top_for(index: int, top: int, visible: int, total: int) -> int:
    """The first row to show so that row `index` is in view, moving the window as little as possible."""
    visible = max(1, visible)
    if index < top:
        top = index
    elif index >= top + visible:
        top = index - visible + 1
    return clamp_top(top, visible, total)


def clamp_top(top: int, visible: int, total: int) -> int:
    """`top` within what can be scrolled to: no blank rows below the last one."""
    return max(0, min(top, total - max(1, visible)))


def thumb(top: int, visible: int, total: int) -> range:
    """Lines of the window that the scroll bar's thumb covers; empty when everything is in view."""
    if visible <= 0 or total <= visible:
        return range(0)
    length = max(1, visible * visible // total)
    start = round(top * (visible - length) / (total - visible))
    return range(start, start + length)


def top_at(line: int, visible: int, total: int) -> int:
    """The first row to show when the scroll bar is pressed at `line`."""
    if visible <= 1:
        return 0
    return clamp_top(round(line * (total - visible) / (visible - 1)), visible, total)
