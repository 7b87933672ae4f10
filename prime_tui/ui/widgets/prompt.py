"""The input of the chat: enter sends, it grows with its text, and it remembers what was asked."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from prime_tui.domain.text import clean
from prime_tui.ui.widgets.after_refresh import after_refresh

MOST_LINES = 6
LONGEST_PASTE_CHARS = 200_000


class Prompt(TextArea):
    """A text of one to six lines.

    Attributes:
        questions: What was asked before, oldest first; up and down walk through it while the text is empty or
            is one of them.
    """

    DEFAULT_CSS = """
    Prompt, Prompt:focus {
        border: none; padding: 0; height: 1; background: transparent; background-tint: transparent;
        scrollbar-size-vertical: 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", show=False),
        Binding("ctrl+j", "newline", "New line", show=False),
        Binding("up", "older", "Line up; the question before, while the input is empty", show=False),
        Binding("down", "newer", "Line down; the next question", show=False),
        Binding("ctrl+c", "cancel", "Copy what is selected, else stop the answer, else clear", show=False),
    ]

    class Sent(Message):
        """The person wants this sent; the text stays until somebody clears it."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text = text

        @property
        def control(self) -> Prompt:
            """The input."""
            return self.prompt

    class Cancelled(Message):
        """Ctrl+c without a selection."""

        def __init__(self, prompt: Prompt) -> None:
            super().__init__()
            self.prompt = prompt

        @property
        def control(self) -> Prompt:
            """The input."""
            return self.prompt

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            id=id, compact=True, highlight_cursor_line=False, placeholder=placeholder, tab_behavior="focus"
        )
        self.cursor_blink = False
        self.questions: tuple[str, ...] = ()
        self._at: int | None = None

    def put(self, text: str) -> None:
        """Replace the text and go to its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def on_key(self, event: events.Key) -> None:
        """Take the keys that end a line here, in the order in which they were typed."""
        act = {"enter": self.action_send, "ctrl+j": self.action_newline}.get(event.key)
        if act is not None:
            event.stop()
            event.prevent_default()
            act()

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste without what a terminal would act upon."""
        event.stop()
        event.prevent_default()
        text = clean(event.text, limit=LONGEST_PASTE_CHARS)
        start, end = self.selection
        self.replace(text, *sorted((start, end)), maintain_selection_offset=False)

    def on_resize(self) -> None:
        """Another width wraps differently."""
        self._fit()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._fit()
        # The size that the text has now is known to the scrolling only after the next layout.
        after_refresh(self, self.scroll_cursor_visible)

    def _fit(self) -> None:
        lines = max(1, min(MOST_LINES, self.wrapped_document.height))
        if self.styles.height is None or self.styles.height.value != lines:
            self.styles.height = lines

    def action_send(self) -> None:
        """Ask for the text to be sent."""
        self._at = None
        self.post_message(self.Sent(self, self.text))

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def action_cancel(self) -> None:
        """Copy the selection, or tell that ctrl+c was pressed."""
        if self.selected_text:
            self.action_copy()
        else:
            self.post_message(self.Cancelled(self))

    def action_older(self) -> None:
        """Show the question before, or move up."""
        last = len(self.questions) - 1
        at = last if self._at is None else self._at - 1
        if self._walks and self.questions and self.cursor_location[0] == 0:
            self._show(max(0, at))
        else:
            self.action_cursor_up()

    def action_newer(self) -> None:
        """Show the next question, or move down."""
        if self._at is None or not self._walks or self.cursor_location[0] < self.document.line_count - 1:
            self.action_cursor_down()
        elif self._at + 1 < len(self.questions):
            self._show(self._at + 1)
        else:
            self._at = None
            self.put("")

    @property
    def _walks(self) -> bool:
        """Whether the text is empty or a question asked before, unchanged."""
        if self._at is not None and self._at < len(self.questions) and self.text == self.questions[self._at]:
            return True
        self._at = None
        return not self.text

    def _show(self, at: int) -> None:
        self._at = at
        self.put(self.questions[at])
