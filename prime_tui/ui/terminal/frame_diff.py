"""Send only the cells that changed since the last frame.

The toolkit sends every region that it refreshes, whole. `FrameDiff` keeps what the terminal shows, cell by
cell, and turns each frame into the shortest runs that differ. It knows neither an app nor a driver.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, groupby, pairwise
from operator import ne, or_
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from prime_tui.persistence.last_frame import Picture
from prime_tui.ui.terminal.graphemes import CONTINUED, cells_of
from prime_tui.ui.terminal.pen import ERASED_RUN_CELLS, Pen
from prime_tui.ui.terminal.sgr import PLAIN, Look, StyleBook, parse_look

UNKNOWN = "\x00"  # equal to nothing that is ever drawn
BLANK = " "
SHORTEST_MOVE_BYTES = 4
ERASE_FROM_CELLS = 4
MOST_STYLES = 1024


class Piece(NamedTuple):
    """A part of a line of a frame: `strip` drawn from column `x`, of which columns before `end` are meant."""

    x: int
    end: int
    strip: Strip


class FrameDiff:
    """What a terminal shows, and the way from there to the next frame."""

    def __init__(self, colours: ColorSystem, *, erases_to_background: bool = False) -> None:
        """Nothing is drawn yet.

        Args:
            colours: What the terminal can show.
            erases_to_background: It fills what it erases with the background that is set.
        """
        self._colours = colours
        self._erases_to_background = erases_to_background
        self._width = self._height = 0
        self._book = StyleBook()
        self._pen = Pen(self._book)
        self._styles: dict[Style | None, int] = {None: self._book.plain}
        self._shown: list[list[str]] = []
        self._looks: list[list[int]] = []
        self._pieces: list[dict[int, Piece]] = []

    def forget(self) -> None:
        """Nothing is known of what the terminal shows: the next frame sends every cell it has."""
        self._fill(UNKNOWN)

    def cleared(self, width: int, height: int) -> None:
        """The terminal was cleared, its look reset, and has this size."""
        self._width, self._height = width, height
        self._fill(BLANK)

    def shows(self, picture: Picture) -> None:
        """The terminal shows this picture; what stands in lines that it does not draw is not known."""
        self._width, self._height = picture.width, picture.height
        self._fill(UNKNOWN)
        looks = [
            self._book.number(Look(frozenset(attributes), *colours)) for attributes, *colours in picture.looks
        ]
        for y, line in enumerate(picture.lines):
            shown = [cell for text, _ in line for cell in cells_of(text)]
            if len(shown) == self._width:
                self._shown[y] = shown
                self._looks[y] = [looks[look] for text, look in line for _ in cells_of(text)]

    def picture(self, left_out: int) -> Picture | None:
        """What the terminal shows, without the first `left_out` lines; None where that is not known."""
        if not self._shown or any(UNKNOWN in line for line in self._shown):
            return None
        numbers = sorted({look for line in self._looks for look in line})
        place = {number: index for index, number in enumerate(numbers)}
        lines = tuple(
            tuple(
                ("".join(shown[x] for x in columns), place[look])
                for look, group in groupby(range(self._width), key=looks.__getitem__)
                for columns in [list(group)]
            )
            if y >= left_out
            else ()
            for y, (shown, looks) in enumerate(zip(self._shown, self._looks, strict=True))
        )
        found = [self._book.look(number) for number in numbers]
        parts = tuple(
            (tuple(sorted(look.attributes)), look.foreground, look.background, look.link) for look in found
        )
        return Picture(self._width, self._height, self._drawing(left_out), lines, parts)

    def _drawing(self, left_out: int) -> str:
        """The sequence that draws everything after the first lines on a cleared terminal."""
        pen, self._pen = self._pen, Pen(self._book)
        self._pen.style = plain = self._book.plain
        for y in range(left_out, self._height):
            shown, looks = self._shown[y], self._looks[y]
            drawn = [
                x for x in range(self._width) if shown[x] != BLANK or self._book.on_blank(looks[x]) != plain
            ]
            self._send_line(y, drawn, shown, looks)
        drawing, self._pen = self._pen.take(), pen
        return drawing

    def has_size(self, width: int, height: int) -> bool:
        """Whether this is the size of the terminal that it knows."""
        return (width, height) == (self._width, self._height)

    def frame(self, lines: Iterable[tuple[int, Sequence[Piece]]], width: int, height: int) -> str:
        """The sequence that shows `lines` (number and pieces) on a terminal of this size; may be empty."""
        if not self.has_size(width, height):
            self._width, self._height = width, height
            self.forget()
        if len(self._book) > MOST_STYLES:
            self._book = StyleBook()
            self._pen = Pen(self._book)
            self._styles = {None: self._book.plain}
            self.forget()
        if len(self._styles) > MOST_STYLES:  # where a text is can be in its style: many look the same
            self._styles = {None: self._book.plain}
        for y, pieces in lines:
            if 0 <= y < height and not self._on_screen(y, pieces):
                self._draw_line(y, pieces)
        return self._pen.take()

    def move_cursor(self, x: int, y: int) -> str:
        """The sequence that leaves the terminal's cursor at a cell, for input methods that show there."""
        self._pen.move(x, y)
        return self._pen.take()

    def _fill(self, character: str) -> None:
        self._pen.lose()
        self._shown = [[character] * self._width for _ in range(self._height)]
        self._looks = [[self._book.plain] * self._width for _ in range(self._height)]
        self._pieces = [{} for _ in range(self._height)]

    def _on_screen(self, y: int, pieces: Sequence[Piece]) -> bool:
        """Whether the line holds these very strips already; a strip is never changed, only replaced."""
        known = self._pieces[y]
        for piece in pieces:
            there = known.get(piece.x)
            if there is None or there.strip is not piece.strip or there.end < piece.end:
                return False
        return True

    def _draw_line(self, y: int, pieces: Sequence[Piece]) -> None:
        old_shown, old_looks = self._shown[y], self._looks[y]
        shown, looks = old_shown.copy(), old_looks.copy()
        for piece in pieces:
            self._lay(piece, shown, looks)
            self._remember(y, piece)
        different = map(or_, map(ne, shown, old_shown), map(ne, looks, old_looks))
        changed = [x for x, differs in enumerate(different) if differs]
        if not changed:
            return
        self._shown[y], self._looks[y] = shown, looks
        on_blank = self._book.on_blank
        changed = [
            x
            for x in changed
            if not (shown[x] == BLANK == old_shown[x] and on_blank(looks[x]) == on_blank(old_looks[x]))
        ]
        self._send_line(y, changed, shown, looks)

    def _lay(self, piece: Piece, shown: list[str], looks: list[int]) -> None:
        """Put a piece over a line; a wide character that loses a half becomes blanks."""
        x, end = piece.x, min(piece.end, self._width)
        if 0 < x < end and shown[x] == CONTINUED:
            _blank_lead(shown, x - 1)
        for text, style, control in piece.strip:
            if control:
                continue
            if x >= end:
                break
            cells = cells_of(text)
            count = len(cells)
            if x + count > end:
                count = end - x
                split = cells[count] == CONTINUED
                cells = list(cells[:count])
                if split:
                    _blank_lead(cells, count - 1)
            shown[x : x + count] = cells
            looks[x : x + count] = [self._style(style)] * count
            x += count
        after = x
        while after < self._width and shown[after] == CONTINUED:
            shown[after] = BLANK
            after += 1

    def _style(self, style: Style | None) -> int:
        number = self._styles.get(style)
        if number is None or style is None:
            if style is None:
                return self._book.plain
            link = f"id={style.link_id};{style.link}" if style.link else ""
            look = parse_look(Strip.render_ansi(style, self._colours), link)
            number = self._styles[style] = self._book.number(look)
        return number

    def _remember(self, y: int, piece: Piece) -> None:
        """Note which strip stands where; what it covers, even in part, is no longer there."""
        known = self._pieces[y]
        for x, other in list(known.items()):
            if x < piece.end and piece.x < other.end:
                del known[x]
        known[piece.x] = piece

    def _send_line(self, y: int, changed: list[int], shown: list[str], looks: list[int]) -> None:
        tail = self._blank_tail(shown, looks)
        if len(changed) >= ERASE_FROM_CELLS and changed[-ERASE_FROM_CELLS] >= tail:
            erased_from = next(x for x in changed if x >= tail)
            changed = [x for x in changed if x < tail]
        else:
            erased_from = None
        start = end = -1
        for x in changed:
            if x == end or (end >= 0 and self._worth_rewriting(end, x, shown, looks)):
                end = x + 1
                continue
            if end >= 0:
                self._send_run(y, start, end, shown, looks)
            start, end = x, x + 1
        if end >= 0:
            self._send_run(y, start, end, shown, looks)
        if erased_from is not None:
            self._pen.move(erased_from, y)
            self._look_for_blanks(looks[erased_from])
            self._pen.erase_line()

    def _blank_tail(self, shown: list[str], looks: list[int]) -> int:
        """Where the blanks at the end begin that erasing the rest of the line shows."""
        on_blank = self._book.on_blank
        tail, seen = self._width, on_blank(looks[-1])
        if not self._erasing_shows(seen):
            return tail
        while tail and shown[tail - 1] == BLANK and on_blank(looks[tail - 1]) == seen:
            tail -= 1
        return tail

    def _erasing_shows(self, look: int) -> bool:
        """Whether erased cells look like blanks of this look; not every terminal erases to a background."""
        seen = self._book.look(self._book.on_blank(look))
        return seen == PLAIN or (self._erases_to_background and not seen.attributes and not seen.link)

    def _look_for_blanks(self, look: int) -> None:
        """Draw so that blanks come out like those of `look`."""
        on_blank = self._book.on_blank
        if self._pen.style is None or on_blank(self._pen.style) != on_blank(look):
            self._pen.look(on_blank(look))

    def _worth_rewriting(self, start: int, end: int, shown: list[str], looks: list[int]) -> bool:
        """Whether the unchanged cells of a gap cost less than a jump over them."""
        gap = end - start
        if gap > SHORTEST_MOVE_BYTES:
            return False
        look = looks[start - 1]
        return all(looks[x] == look for x in range(start, end)) and (
            len("".join(shown[start:end]).encode()) <= SHORTEST_MOVE_BYTES
        )

    def _send_run(self, y: int, start: int, end: int, shown: list[str], looks: list[int]) -> None:
        """Write cells `start` to `end`, whole characters only, a stretch of one look at a time."""
        while start and shown[start] == CONTINUED:
            start -= 1
        while end < self._width and shown[end] == CONTINUED:
            end += 1
        differs = map(ne, looks[start + 1 : end], looks[start : end - 1])
        edges = [start, *compress(range(start + 1, end), differs), end]
        for first, last in pairwise(edges):
            self._send_stretch(first, y, looks[first], shown[first:last])

    def _send_stretch(self, x: int, y: int, look: int, cells: list[str]) -> None:
        """Write cells of one look; long blanks are erased where that shows the same."""
        written = 0
        if self._erases_to_background and len(cells) >= ERASED_RUN_CELLS and self._erasing_shows(look):
            for first, last in _long_blanks(cells):
                self._send_text(x + written, y, look, cells[written:first])
                self._pen.move(x + first, y)
                self._look_for_blanks(look)
                self._pen.erase(last - first)
                written = last
        self._send_text(x + written, y, look, cells[written:])

    def _send_text(self, x: int, y: int, look: int, cells: list[str]) -> None:
        """Write cells of one look; blanks before them keep the look that is set if that shows the same."""
        if not cells:
            return
        pen, on_blank = self._pen, self._book.on_blank
        pen.move(x, y)
        if look != pen.style:
            text = "".join(cells)
            blanks = len(text) - len(text.lstrip(BLANK))
            if blanks and pen.style is not None and on_blank(look) == on_blank(pen.style):
                self._put(BLANK * blanks, x + blanks, certain=True)
                x, cells = x + blanks, cells[blanks:]
            if not cells:
                return
            pen.look(look)
        while cells:
            count, certain = _certain_cells(cells)
            x += count
            self._put("".join(cells[:count]), x, certain=certain)
            cells = cells[count:]
            if cells:
                pen.move(x, y)

    def _put(self, text: str, end: int, *, certain: bool) -> None:
        self._pen.put(text, end if certain and end < self._width else None)


def _certain_cells(cells: list[str]) -> tuple[int, bool]:
    """How many cells to write before it is uncertain where the cursor is, and whether it is not.

    It is uncertain after a character of several code points: terminals disagree on the width of some.
    """
    if max(map(len, cells)) <= 1:
        return len(cells), True
    count = next(number for number, cell in enumerate(cells, 1) if len(cell) > 1)
    while count < len(cells) and cells[count] == CONTINUED:
        count += 1
    return count, False


def _long_blanks(cells: list[str]) -> Iterator[tuple[int, int]]:
    """Where blanks begin and end that are long enough to be erased."""
    start = 0
    for is_blank, group in groupby(cells, BLANK.__eq__):
        end = start + sum(1 for _ in group)
        if is_blank and end - start >= ERASED_RUN_CELLS:
            yield start, end
        start = end


def _lead(shown: list[str], x: int) -> int:
    while x and shown[x] == CONTINUED:
        x -= 1
    return x


def _blank_lead(cells: list[str], x: int) -> None:
    """Turn the character that covers cell `x` into blanks, up to and including `x`."""
    lead = _lead(cells, x)
    cells[lead : x + 1] = [BLANK] * (x + 1 - lead)
