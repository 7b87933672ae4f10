"""A few sentences below the fields of a dialog: what is wrong, or what goes on."""

from __future__ import annotations

from prime_tui.ui.render.fields import paragraph
from prime_tui.ui.render.launch import dialog_cells
from prime_tui.ui.render.styled import Styled
from prime_tui.ui.widgets.lines import Lines

MOST_LINES = 8


class Said(Lines):
    """As high as what it says; nothing said takes no room."""

    DEFAULT_CSS = """
    Said { height: 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="said")
        self.can_focus = False

    def say(self, *sentences: Styled) -> None:
        """Show these sentences, wrapped, instead of those before."""
        width = dialog_cells(self.app.size.width)
        lines = [line for sentence in sentences for line in paragraph(sentence, width)]
        self.styles.height = min(MOST_LINES, len(lines))
        self.content = tuple(lines)
