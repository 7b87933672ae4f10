"""A field with a few values, one of which is shown: `‹ ubuntu_22_cuda_12 › 1/4`."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from prime_tui.ui.render.styled import Span, fit, plain
from prime_tui.ui.widgets.painted import PaintedWidget


class Cycle(PaintedWidget, can_focus=True):
    """Left and right take the previous and next value; without values it says so and keeps none."""

    DEFAULT_CSS = """
    Cycle { height: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next value", show=False),
        Binding("left", "turn(-1)", "Previous value", show=False),
        Binding("enter", "submit", "Take", show=False),
    ]

    class Changed(Message):
        """Another value is shown."""

        def __init__(self, cycle: Cycle, value: str) -> None:
            super().__init__()
            self.cycle = cycle
            self.value = value

        @property
        def control(self) -> Cycle:
            """The field."""
            return self.cycle

    class Submitted(Changed):
        """Enter was pressed."""

    values: reactive[tuple[str, ...]] = reactive[tuple[str, ...]](())
    position: reactive[int] = reactive(0)

    def __init__(self, empty: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._empty = empty

    @property
    def value(self) -> str:
        """The value that is shown; empty without values."""
        return self.values[self.position] if self.values else ""

    def offer(self, values: tuple[str, ...]) -> None:
        """Take other values and show the first."""
        self.values = values
        self.position = 0

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show that it has the focus."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def action_turn(self, steps: int) -> None:
        """Show another value."""
        if len(self.values) > 1:
            self.position = (self.position + steps) % len(self.values)
            self.post_message(self.Changed(self, self.value))

    def action_submit(self) -> None:
        """Tell that enter was pressed."""
        self.post_message(self.Submitted(self, self.value))

    def on_click(self, event: events.Click) -> None:
        """A click takes the next value."""
        event.stop()
        self.action_turn(1)

    def render_line(self, y: int) -> Strip:
        """The value between its arrows, reversed while it has the focus."""
        width = self.size.width
        if not self.values:
            return self.strip(fit(Span(self._empty, "dim"), width), width)
        several = len(self.values) > 1
        text = f"‹ {self.value} ›" if several else self.value
        count = Span(f" {self.position + 1}/{len(self.values)}" if several else "", "dim")
        if not self.has_focus:
            return self.strip(fit((Span(text), count), width), width)
        shown = plain(fit(text, min(len(text), width)))
        rest = width - len(shown)
        return Strip.join([self.strip_as(shown, "cursor"), self.strip(fit(count, rest), rest)])
