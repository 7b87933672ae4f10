"""One-line widgets for strips, rules and footers."""

from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from prime_tui.ui.render.styled import Span, Styled, edges, fit, join, spans_of, width_of
from prime_tui.ui.widgets.painted import PaintedWidget


class Line(PaintedWidget):
    """One line of styled text, with an optional part at the right edge.

    Assigning an equal value paints nothing. When there is too little room the left part is cut.
    """

    DEFAULT_CSS = """
    Line { height: 1; }
    """

    content: reactive[Styled] = reactive[Styled]("")
    right: reactive[Styled] = reactive[Styled]("")

    def __init__(
        self,
        content: Styled = "",
        right: Styled = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(Line.content, content)
        self.set_reactive(Line.right, right)

    def take(self, content: Styled, right: Styled = "") -> bool:
        """Take new text without asking for a paint, which the caller does; return whether it is new."""
        if (content, right) == (self.content, self.right):
            return False
        self.set_reactive(Line.content, content)
        self.set_reactive(Line.right, right)
        return True

    def render_line(self, y: int) -> Strip:
        """The line itself; anything below it is blank."""
        width = self.size.width
        return self.strip(self._spans(width) if y == 0 else fit("", width), width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """As the toolkit, but without looking for edges that a line has not: clocks are lines."""
        if self.styles.gutter:
            return super().render_lines(crop)
        strips = [self.render_line(y).crop(*crop.column_span) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        return strips

    def _spans(self, width_cells: int) -> tuple[Span, ...]:
        return edges(self.content, self.right, width_cells)


class Rule(Line):
    """A thin rule with a title at the left and a note at the right: `── pods ──── 3 of 3 ──`."""

    def _spans(self, width_cells: int) -> tuple[Span, ...]:
        note = self._inset(self.right)
        note_cells = min(width_of(note), max(0, width_cells - 4))
        title = self._inset(self.content)
        title_cells = min(width_of(title), max(0, width_cells - note_cells - 4))
        fill = max(0, width_cells - title_cells - note_cells - 4)
        ends = min(2, width_cells // 2)
        parts = (
            Span("─" * ends, "dim"),
            fit(title, title_cells),
            Span("─" * fill, "dim"),
            fit(note, note_cells),
            Span("─" * (width_cells - ends - title_cells - fill - note_cells), "dim"),
        )
        return join(parts)

    @staticmethod
    def _inset(styled: Styled) -> tuple[Span, ...]:
        spans = spans_of(styled)
        return join((" ", spans, " ")) if any(span.text for span in spans) else ()
