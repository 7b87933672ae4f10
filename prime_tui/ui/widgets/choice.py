"""A button of one line, and paragraphs of styled text: what dialogs are made of."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from prime_tui.ui.render.styled import Span, Styled, fit, printable, spans_of, width_of
from prime_tui.ui.widgets.painted import PaintedWidget


class Choice(PaintedWidget, can_focus=True):
    """A button that takes one line: ` esc keep `, reversed while it has the focus."""

    DEFAULT_CSS = """
    Choice { height: 1; width: auto; margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", "Choose", show=False)]

    class Pressed(Message):
        """The button was pressed: enter while it has the focus, or a click."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """The button."""
            return self.choice

    def __init__(self, key: str, label: str, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._label = (Span(" "), Span(key, "dim"), Span(f" {label} "))

    def get_content_width(self, *_: object) -> int:
        """As wide as its words."""
        return width_of(self._label)

    def render_line(self, y: int) -> Strip:
        """The words, plain or reversed."""
        width = self.size.width
        if not self.has_focus:
            return self.strip(fit(self._label, width), width)
        text = "".join(span.text for span in fit(self._label, width))
        return self.strip_as(text, "cursor")

    def watch_has_focus(self, has_focus: bool) -> None:
        """Reverse, or not."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click presses."""
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        """Tell that the button was pressed."""
        self.post_message(self.Pressed(self))


class Paragraphs(PaintedWidget):
    """Styled lines that wrap at words; without any it takes no room."""

    DEFAULT_CSS = """
    Paragraphs { height: auto; }
    """

    lines: reactive[tuple[Styled, ...]] = reactive[tuple[Styled, ...]]((), layout=True)

    def __init__(self, lines: Sequence[Styled], *, id: str | None = None) -> None:  # noqa: A002 - as above
        super().__init__(id=id)
        self.set_reactive(Paragraphs.lines, tuple(lines))

    def render(self) -> Text:
        """The lines in the colours of the theme."""
        text = Text()
        for number, line in enumerate(self.lines):
            text.append("\n" if number else "")
            for span in spans_of(line):
                text.append(printable(span.text), self.look(span.role))
        return text
