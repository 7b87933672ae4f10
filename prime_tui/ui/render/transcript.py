"""A conversation as lines: each attempt is laid out once, and only what grows is laid out again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import overload

from prime_tui.domain.conversation import Attempt, Conversation, Turn
from prime_tui.domain.text import clean
from prime_tui.domain.units import count
from prime_tui.ui.render.chat import ending, figures
from prime_tui.ui.render.growing import GrowingMarkdown
from prime_tui.ui.render.markdown import Piece, layout
from prime_tui.ui.render.styled import Role, Span, Styled, join
from prime_tui.ui.render.wrapping import Line, wrapped

YOU, MODEL, BLANK = Span(" you    ", "accent"), Span(" model  ", "dim"), Span("        ")
LABEL_CELLS = 8
LEAST_TEXT_CELLS = 20
MOST_TEXT_CELLS = 112
"""Longer lines are hard to read."""
TYPING = Span("▌", "accent")
THINKING = Span("┊ ", "dim")


@dataclass(frozen=True, slots=True)
class TranscriptLook:
    """How a conversation is to be drawn.

    Attributes:
        payer: Whose wallet pays for the next question; answers that another one paid for say so.
    """

    width: int
    shows_thinking: bool = False
    payer: str = ""

    @property
    def text_cells(self) -> int:
        """Room for text beside the label and the cursor."""
        return min(MOST_TEXT_CELLS, max(LEAST_TEXT_CELLS, self.width - LABEL_CELLS - 1))


@dataclass(slots=True)
class _Flow:
    """A growing text as lines of the present width."""

    dim: bool = False
    fed: str = ""
    markdown: GrowingMarkdown = field(default_factory=GrowingMarkdown)
    width: int = 0
    laid: int = 0
    done: list[Line] = field(default_factory=list)
    tail: list[Line] = field(default_factory=list)

    def grow(self, text: str, *, is_over: bool) -> None:
        if not text.startswith(self.fed):
            self.fed, self.markdown, self.laid, self.done = "", GrowingMarkdown(), 0, []
        if len(text) > len(self.fed):
            self.markdown.feed(text[len(self.fed) :])
            self.fed = text
        if is_over:
            self.markdown.close()

    def lay(self, width: int) -> None:
        if width != self.width:
            self.width, self.laid, self.done = width, 0, []
        for piece in self.markdown.finished[self.laid :]:
            self._put(piece, self.done, bool(self.done))
        self.laid = len(self.markdown.finished)
        self.tail = []
        for piece in self.markdown.tail:
            self._put(piece, self.tail, bool(self.done or self.tail))

    def _put(self, piece: Piece, lines: list[Line], has_above: bool) -> None:
        if piece.gap and has_above:
            lines.append(())
        laid = layout(piece, self.width)
        lines.extend([tuple(Span(span.text, "dim") for span in line) for line in laid] if self.dim else laid)

    def __len__(self) -> int:
        return len(self.done) + len(self.tail)

    def line(self, index: int) -> Line:
        return self.done[index] if index < len(self.done) else self.tail[index - len(self.done)]


class _Section:
    """One attempt: question above the first one, thinking, answer, figures, what went wrong."""

    def __init__(self, *, is_first: bool) -> None:
        self._is_first = is_first
        self._flow = _Flow()
        self._thinking = _Flow(dim=True)
        self._above: list[Line] = []
        self._below: list[Line] = []
        self._drawn: tuple[str, Attempt, TranscriptLook] | None = None
        self._shows_thinking = False
        self._between = 0
        self._is_typing = False

    def draw(self, turn: Turn, attempt: Attempt, look: TranscriptLook) -> None:
        """Lay out what changed since the last call."""
        drawn = (turn.question, attempt, look)
        if self._drawn is not None and self._drawn[1] is attempt and self._drawn == drawn:
            return
        self._drawn = drawn
        width = look.text_cells
        self._above = _question(turn.question, width) if self._is_first else []
        self._flow.grow(attempt.text, is_over=not attempt.is_live)
        self._flow.lay(width)
        self._shows_thinking = look.shows_thinking and bool(attempt.reasoning)
        if self._shows_thinking:
            self._thinking.grow(attempt.reasoning, is_over=not attempt.is_live)
            self._thinking.lay(width - 2)
            self._between = 1 if attempt.text else 0
        elif attempt.reasoning:
            self._above.append(join((MODEL, THINKING, _thought(attempt))))
        notes = [figures(attempt, width), *ending(attempt, attempt.payer or look.payer)]
        if attempt.payer and attempt.payer != look.payer:
            notes.append(Span(f"↳ billed to {attempt.payer}", "dim"))
        lines = [line for note in notes for line in wrapped(note, width, rest="  ")]
        is_bare = not attempt.reasoning and not attempt.text
        self._below = [join((MODEL if is_bare and not n else BLANK, line)) for n, line in enumerate(lines)]
        self._is_typing = attempt.is_live

    def __len__(self) -> int:
        thinking = len(self._thinking) + self._between if self._shows_thinking else 0
        return len(self._above) + thinking + len(self._flow) + len(self._below)

    def line(self, index: int) -> Line:
        """Return one of its lines."""
        if index < len(self._above):
            return self._above[index]
        index -= len(self._above)
        if self._shows_thinking:
            if index < len(self._thinking):
                return join((BLANK if index else MODEL, THINKING, self._thinking.line(index)))
            index -= len(self._thinking) + self._between
            if index < 0:
                return ()
        if index < len(self._flow):
            label = BLANK if index or (self._drawn and self._drawn[1].reasoning) else MODEL
            cursor = (TYPING,) if self._is_typing and index == len(self._flow) - 1 else ()
            return (label, *self._flow.line(index), *cursor)
        return self._below[index - len(self._flow)]


def _question(question: str, width: int) -> list[Line]:
    text = clean(question, limit=len(question) * 4 + 1)
    lines = wrapped(text, width)
    return [(), *(join((BLANK if number else YOU, line)) for number, line in enumerate(lines))]


def _thought(attempt: Attempt) -> Span:
    size = count(max(1, len(attempt.reasoning) // 4))
    role: Role = "dim"
    if attempt.is_live and not attempt.text:
        return Span(f"thinking… ~{size} tok", role)
    return Span(f"thought ~{size} tok · v shows it", role)


class TranscriptView(Sequence[Styled]):
    """The lines of a conversation at one moment; made anew for each change, and composed when asked for."""

    def __init__(self, head: Sequence[Line], sections: Sequence[_Section]) -> None:
        self._head = head
        self._sections = sections
        self._starts = [len(head)]
        for section in sections:
            self._starts.append(self._starts[-1] + len(section))

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Styled: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Styled]: ...
    def __getitem__(self, index: int | slice) -> Styled | Sequence[Styled]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        if index < len(self._head):
            return self._head[index]
        number = bisect_right(self._starts, index) - 1
        if number >= len(self._sections):
            raise IndexError(index)
        return self._sections[number].line(index - self._starts[number])


class TranscriptLines:
    """Keeps what is laid out from one moment to the next."""

    def __init__(self) -> None:
        self._sections: dict[tuple[int, int], _Section] = {}

    def update(self, conversation: Conversation, look: TranscriptLook) -> TranscriptView:
        """Return the lines of the conversation as it is now."""
        sections: dict[tuple[int, int], _Section] = {}
        for number, turn in enumerate(conversation.turns, conversation.gone):
            for attempt_number, attempt in enumerate(turn.attempts):
                key = (number, attempt_number)
                section = self._sections.get(key) or _Section(is_first=attempt_number == 0)
                section.draw(turn, attempt, look)
                sections[key] = section
        self._sections = sections
        gone = f" {count(conversation.gone)} earlier turns are no longer kept, and not sent along."
        head: list[Line] = [(Span(gone, "dim"),)] if conversation.gone else []
        return TranscriptView(head, tuple(sections.values()))
