"""A page of lines that scrolls: details of a thing, or a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from prime_tui.ui.render.scrolling import clamp_top, thumb
from prime_tui.ui.render.styled import Span, Styled, fit
from prime_tui.ui.widgets.painted import PaintedWidget

WHEEL_LINES = 3
BAR, BLANK = Span("┃", "dim"), Span(" ")
EDGE_CELLS = 1


class Lines(PaintedWidget, can_focus=True):
    """Styled lines, one below the other; a line that is too long is cut, so wrap before.

    Assigning `content` paints only the lines in view that look different. While `follows` is set the end
    stays in view; scrolling up lets go, scrolling to the end takes hold again.
    """

    DEFAULT_CSS = """
    Lines { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_lines(1)", "Line down", show=False),
        Binding("up,k", "scroll_lines(-1)", "Line up", show=False),
        Binding("pagedown", "scroll_pages(1)", "Page down", show=False),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False),
        Binding("ctrl+d", "scroll_pages(0.5)", "Half a page down", show=False),
        Binding("ctrl+u", "scroll_pages(-0.5)", "Half a page up", show=False),
        Binding("home,g", "to_top", "First line", show=False),
        Binding("end,G", "to_end", "Last line, and follow", show=False),
    ]

    class FollowChanged(Message):
        """The person scrolled away from the end of a followed page, or back to it."""

        def __init__(self, lines: Lines, follows: bool) -> None:
            super().__init__()
            self.lines = lines
            self.follows = follows

        @property
        def control(self) -> Lines:
            """The widget that sent this."""
            return self.lines

    content: reactive[Sequence[Styled]] = reactive[Sequence[Styled]]((), repaint=False, init=False)
    """What is shown; not to be changed in place."""

    def __init__(
        self,
        *,
        follows: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._can_follow = follows
        self._follows = follows
        self._top = 0
        self._shown: list[tuple[Styled, Span]] = []
        self._shown_size = Size(0, 0)

    @property
    def follows(self) -> bool:
        """Whether the end is kept in view."""
        return self._follows

    @property
    def room_cells(self) -> int:
        """Cells that a line may take without being cut."""
        return max(0, self.size.width - EDGE_CELLS)

    def watch_content(self) -> None:
        """Take other lines and stay where the person reads."""
        self._changed()

    def on_resize(self) -> None:
        """Stay within what there is."""
        self._changed()

    def to_start(self) -> None:
        """Show the beginning: the lines are about something else now."""
        self._top = 0
        self._follows = self._can_follow
        self._changed()

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll by lines."""
        self._scroll_by(lines)

    def action_scroll_pages(self, pages: float) -> None:
        """Scroll by pages of what is in view."""
        self._scroll_by(int(pages * max(1, self.size.height)))

    def action_to_top(self) -> None:
        """Show the first line."""
        self._scroll_by(-len(self.content))

    def action_to_end(self) -> None:
        """Show the last line."""
        self._scroll_by(len(self.content))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._scroll_by(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._scroll_by(-WHEEL_LINES)

    def render_line(self, y: int) -> Strip:
        """One line and its part of the scroll bar."""
        if self._shown_size != self.size:
            self._remember()
        width = self.size.width
        line, bar = self._shown[y] if y < len(self._shown) else ("", BLANK)
        return self.strip((*fit(line, width - EDGE_CELLS), bar), width)

    def _scroll_by(self, lines: int) -> None:
        height, total = self.size.height, len(self.content)
        self._top = clamp_top(self._top + lines, height, total)
        if self._can_follow:
            follows = self._top >= total - height
            if follows != self._follows:
                self._follows = follows
                self.post_message(self.FollowChanged(self, follows))
        self._changed()

    def _changed(self) -> None:
        if not self.size:
            return
        before, known = self._shown, self._shown_size == self.size
        self._remember()
        if known:
            changed = (y for y, (old, new) in enumerate(zip(before, self._shown, strict=True)) if old != new)
            regions = [Region(0, y, self.size.width, 1) for y in changed]
            if regions:
                self.refresh(*regions)

    def _remember(self) -> None:
        self._shown_size = self.size
        height, total = self.size.height, len(self.content)
        self._top = clamp_top(total if self._follows else self._top, height, total)
        bar = thumb(self._top, height, total)
        seen = self.content[self._top : self._top + height]
        lines = (*seen, *("" for _ in range(height - len(seen))))
        self._shown = [(line, BAR if y in bar else BLANK) for y, line in enumerate(lines)]
