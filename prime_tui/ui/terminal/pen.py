"""Where the terminal's cursor is and how it draws: the cheapest way to the next place and look."""

from prime_tui.ui.terminal.sgr import StyleBook

ERASED_RUN_CELLS = 12
"""From here on an erasure and a jump over it are shorter than the blanks."""


class Pen:
    """Writes into a buffer and knows the state of the terminal after it.

    Only movements that every terminal has are used. After the last column, and after a character whose width
    terminals disagree on, the column is unknown and the next movement is absolute.
    """

    def __init__(self, book: StyleBook) -> None:
        self.style: int | None = None
        self._book = book
        self._x: int | None = None
        self._y: int | None = None
        self._out: list[str] = []

    def lose(self) -> None:
        """Nothing is known of the terminal any more."""
        self.style = self._x = self._y = None

    def take(self) -> str:
        """What was written since the last take."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def look(self, style: int) -> None:
        """Draw like `style` from here on."""
        if style != self.style:
            self._out.append(self._book.change(self.style, style))
            self.style = style

    def move(self, x: int, y: int) -> None:
        """Go to a cell."""
        if self._x == x and self._y == y:
            return
        moves = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"]
        if self._y is not None:
            from_left = "" if not x else f"\x1b[{x}C" if x > 1 else "\x1b[C"
            if y == self._y:
                moves.append("\r" + from_left)
                if self._x is not None:
                    moves.append(_sideways(x - self._x))
            elif 0 < y - self._y <= 4:
                moves.append("\r" + "\n" * (y - self._y) + from_left)
        self._out.append(min(moves, key=len))
        self._x, self._y = x, y

    def put(self, text: str, end: int | None) -> None:
        """Write `text`; the cursor is then at column `end`, or nobody knows where (None)."""
        self._out.append(text)
        self._x = end

    def erase_line(self) -> None:
        """Blank the rest of the line in the look that is set."""
        self._out.append("\x1b[K")

    def erase(self, cells: int) -> None:
        """Blank this many cells from here on, in the background that is set; the cursor stays."""
        self._out.append(f"\x1b[{cells}X")


def _sideways(cells: int) -> str:
    if cells == -1:
        return "\b"
    count = abs(cells)
    return f"\x1b[{count if count > 1 else ''}{'C' if cells > 0 else 'D'}"
