"""Dialogs: a question whose default is No, a line of input, a message. Esc leaves without doing anything."""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choice import Choice, Paragraphs
from prime_tui.ui.widgets.line import Line

Result = TypeVar("Result")

FRAME_LINES = 2


class Dialog(ModalScreen[Result]):
    """Base: a box in the middle with a title in its border, a body that scrolls, and choices at the bottom.

    The screen underneath stays as it is: dimming it would send every cell of it twice.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > #box {
        width: 68; max-width: 100%; height: auto; max-height: 100%;
        border: round $border; border-title-style: bold; padding: 0 1; background: $panel;
    }
    Dialog #body { height: auto; scrollbar-size-vertical: 1; }
    Dialog #body > Paragraphs { width: 1fr; }
    Dialog Input, Dialog Input:focus {
        border: none; height: 1; padding: 0; background: $panel; background-tint: transparent;
    }
    Dialog #choices { height: 1; align-horizontal: right; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("left", "app.focus_previous", "Previous choice", show=False),
        Binding("right", "app.focus_next", "Next choice", show=False),
        Binding("up", "scroll_body(-1)", "Scroll up", show=False),
        Binding("down", "scroll_body(1)", "Scroll down", show=False),
    ]

    def __init__(self, title: str, body: Sequence[Styled]) -> None:
        super().__init__()
        self._heading = title
        self._body = body
        self._is_left = False

    def asks(self) -> list[Widget]:
        """What stands between the body and the choices."""
        return []

    def choices(self) -> list[Choice]:
        """The buttons, the harmless one first."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Title, body, question, choices."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._heading)
            body = VerticalScroll(Paragraphs(self._body), id="body", can_focus=False)
            body.display = bool(self._body)
            yield body
            yield from self.asks()
            yield Horizontal(*self.choices(), id="choices")

    def on_mount(self) -> None:
        """Give the body the room that the rest leaves."""
        self._fit_body()

    def on_resize(self) -> None:
        """Keep the choices on the screen however low it is."""
        self._fit_body()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close, once: a key that comes after the one that closed it must not take the next screen away.

        One that is covered by now closes, without an answer, as soon as it can be seen again.
        """
        stack = self.app.screen_stack
        if stack[-1:] == [self]:
            return super().dismiss(result)
        self._is_left = self in stack
        return AwaitComplete.nothing()  # type: ignore[no-untyped-call, no-any-return]

    def on_screen_resume(self) -> None:
        """Close if that was asked for meanwhile."""
        if self._is_left:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll a body that is longer than its room."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    def _fit_body(self) -> None:
        others = len(self.query_one("#box").children) - 1
        self.query_one("#body").styles.max_height = max(1, self.app.size.height - FRAME_LINES - others)


class MessageDialog(Dialog[None]):
    """Something to read; enter or esc closes it."""

    def choices(self) -> list[Choice]:
        """One way out."""
        return [Choice("enter", "close", id="close")]

    @on(Choice.Pressed)
    def _close(self) -> None:
        self.dismiss(None)


class ConfirmDialog(Dialog[bool]):
    """A question before something that cannot be undone: True only when the person said so.

    Enter keeps, because the keeping choice has the focus; `y` does it. With a `word`, only typing that word
    and enter does it.

    Args:
        title: What is asked, in the border: `End 1 pod`.
        body: What will happen, to what, at what price.
        yes: The verb of the choice that does it.
        no: The verb of the choice that does not.
        word: What must be typed first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(
        self, title: str, body: Sequence[Styled], *, yes: str, no: str = "keep", word: str | None = None
    ) -> None:
        super().__init__(title, body)
        self._yes = yes
        self._no = no
        self._word = word

    def asks(self) -> list[Widget]:
        """The word to type, if one is wanted."""
        if self._word is None:
            return []
        prompt = (Span("Type "), Span(self._word, "title"), Span(f" to {self._yes}:"))
        return [Line(prompt, id="prompt"), _input()]

    def choices(self) -> list[Choice]:
        """No first: it has the focus unless a word is asked for."""
        key = "y" if self._word is None else "enter"
        return [Choice("esc", self._no, id="no"), Choice(key, self._yes, id="yes")]

    def on_mount(self) -> None:
        """Start where nothing happens by itself."""
        self.query_one("#no" if self._word is None else Input).focus()

    def action_leave(self) -> None:
        """No."""
        self.dismiss(False)

    def action_agree(self) -> None:
        """Yes, where no word is asked for."""
        if self._word is None:
            self.dismiss(True)

    @on(Choice.Pressed, "#no")
    def _refuse(self) -> None:
        self.dismiss(False)

    @on(Choice.Pressed, "#yes")
    @on(Input.Submitted)
    def _confirm(self) -> None:
        if self._word is None or self.query_one(Input).value.strip() == self._word:
            self.dismiss(True)
            return
        self.query_one("#prompt", Line).content = (
            Span("Not the same. ", "bad"),
            Span(f"Type {self._word} to {self._yes}:"),
        )
        self.query_one(Input).focus()


class PromptDialog(Dialog[str | None]):
    """One line of input; None when the person left.

    Args:
        title: What is asked for, in the border.
        body: What it is good for.
        value: What stands there at first.
        check: Returns what is wrong with an answer, or None when it will do.
        hidden: Show dots, for secrets.
    """

    def __init__(
        self,
        title: str,
        body: Sequence[Styled] = (),
        *,
        value: str = "",
        check: Callable[[str], str | None] = lambda _: None,
        hidden: bool = False,
    ) -> None:
        super().__init__(title, body)
        self._value = value
        self._check = check
        self._hidden = hidden

    def asks(self) -> list[Widget]:
        """The input and a line for what is wrong with it."""
        return [_input(self._value, hidden=self._hidden), Line(id="problem")]

    def choices(self) -> list[Choice]:
        """Leave or take."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "take", id="yes")]

    def on_mount(self) -> None:
        """Start in the input."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _forget_problem(self) -> None:
        self.query_one("#problem", Line).content = ""

    @on(Choice.Pressed, "#no")
    def _refuse(self) -> None:
        self.action_leave()

    @on(Choice.Pressed, "#yes")
    @on(Input.Submitted)
    def _take(self) -> None:
        answer = self.query_one(Input).value
        problem = self._check(answer)
        if problem is None:
            self.dismiss(answer)
            return
        self.query_one("#problem", Line).content = Span(problem, "bad")
        self.query_one(Input).focus()


def _input(value: str = "", *, hidden: bool = False) -> Input:
    field = Input(value, password=hidden, compact=True, select_on_focus=False)
    field.cursor_blink = False
    return field
