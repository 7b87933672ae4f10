"""A widget that draws its own lines from styled text."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from prime_tui.ui.render.styled import Span
from prime_tui.ui.render.styles import Look, look_styles


class PaintedWidget(Widget):
    """Base of the line widgets: knows the style of each role, and keeps it until the theme changes."""

    ALLOW_SELECT = False

    _looks: dict[Look, Style] | None = None

    def notify_style_update(self) -> None:
        """Forget colours when the style or the theme changed, and paint again."""
        self._looks = None
        super().notify_style_update()

    def look(self, name: Look) -> Style:
        """The style to draw `name` with in the current theme."""
        if self._looks is None:
            self._looks = look_styles(self.app.theme_variables, self.visual_style.rich_style)
        return self._looks[name]

    def strip(self, spans: Iterable[Span], width_cells: int) -> Strip:
        """Spans that already take `width_cells` together, as a line."""
        return Strip([Segment(span.text, self.look(span.role)) for span in spans if span.text], width_cells)

    def strip_as(self, text: str, name: Look) -> Strip:
        """One text in one look, as a line."""
        return Strip([Segment(text, self.look(name))])
