"""Colours and attributes as a terminal takes them, and the shortest way from one to another."""

import re
from typing import NamedTuple

# What turns each attribute off; bold and dim share theirs.
OFF = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27",
    "8": "28", "9": "29", "21": "24", "51": "54", "52": "54", "53": "55",
}  # fmt: skip
# Attributes that can be seen on a blank: underlines, reverse, strike, frames, overline.
SEEN_ON_BLANK = frozenset({"4", "7", "9", "21", "51", "52", "53"})
PARAMETER = re.compile(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+")
MOST_CHANGES = 4096
UNSAFE_IN_LINK = re.compile(r"[\x00-\x20\x7f-\x9f]")


# The upper part of the 256-colour palette, which nobody redefines: a colour in it takes half the bytes.
CUBE = (0, 95, 135, 175, 215, 255)
PALETTE = {
    f"2;{red};{green};{blue}": f"5;{16 + 36 * r + 6 * g + b}"
    for r, red in enumerate(CUBE)
    for g, green in enumerate(CUBE)
    for b, blue in enumerate(CUBE)
    if 16 + 36 * r + 6 * g + b > 21
} | {f"2;{grey};{grey};{grey}": f"5;{232 + step}" for step, grey in enumerate(range(8, 248, 10))}


class Look(NamedTuple):
    """How a cell looks: attributes, foreground, background (as SGR parameters), and its link or nothing.

    An empty colour is the terminal's own.
    """

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""
    link: str = ""

    @property
    def on_blank(self) -> "Look":
        """What of it can be seen on a blank cell."""
        seen = self.attributes & SEEN_ON_BLANK
        return Look(seen, self.foreground if seen else "", self.background, self.link)


PLAIN = Look()


def parse_look(parameters: str, link: str = "") -> Look:
    """The look that SGR `parameters` (`1;38;5;2`) give to a cell that was plain before."""
    attributes: set[str] = set()
    foreground = background = ""
    for found in PARAMETER.findall(parameters):
        kind, _, colour = found.partition(";")
        number = int(kind)
        parameter = f"{kind};{PALETTE.get(colour, colour)}" if colour else kind
        if parameter in OFF:
            attributes.add(parameter)
        elif number == 38 or 30 <= number <= 37 or 90 <= number <= 97:
            foreground = parameter
        elif number == 48 or 40 <= number <= 47 or 100 <= number <= 107:
            background = parameter
        elif number == 39:
            foreground = ""
        elif number == 49:
            background = ""
    return Look(frozenset(attributes), foreground, background, UNSAFE_IN_LINK.sub("", link))


def transition(before: Look | None, after: Look) -> str:
    """The shortest sequence that makes a terminal that draws like `before` draw like `after`.

    Args:
        before: None when it is not known how the terminal draws.
        after: What is wanted.
    """
    if before == after:
        return ""
    sequence = "" if before is not None and before[:3] == after[:3] else _change_sgr(before, after)
    if before is None or before.link != after.link:
        sequence += f"\x1b]8;{after.link}\x1b\\" if after.link else "\x1b]8;;\x1b\\" * (before is not None)
    return sequence


def _change_sgr(before: Look | None, after: Look) -> str:
    on = [*sorted(after.attributes, key=int), after.foreground, after.background]
    afresh = ";".join(["0", *filter(None, on)])
    whole = "\x1b[m" if afresh == "0" else f"\x1b[{afresh}m"
    if before is None:
        return whole
    off = {OFF[attribute] for attribute in before.attributes - after.attributes}
    again = {attribute for attribute in after.attributes if OFF[attribute] in off}
    changes = [*sorted(off), *sorted(again | (after.attributes - before.attributes), key=int)]
    if before.foreground != after.foreground:
        changes.append(after.foreground or "39")
    if before.background != after.background:
        changes.append(after.background or "49")
    delta = f"\x1b[{';'.join(changes)}m"
    return min(whole, delta, key=len)


class StyleBook:
    """Looks by number: numbers compare faster than looks, and each change of look is worked out once."""

    def __init__(self) -> None:
        self._looks: list[Look] = []
        self._numbers: dict[Look, int] = {}
        self._changes: dict[tuple[int, int], str] = {}
        self._blanks: list[int] = []
        self.plain = self.number(PLAIN)

    def __len__(self) -> int:
        return len(self._looks)

    def number(self, look: Look) -> int:
        """The number of a look, given when it is first seen."""
        number = self._numbers.get(look)
        if number is None:
            number = self._numbers[look] = len(self._looks)
            self._looks.append(look)
            self._blanks.append(-1)
            self._blanks[number] = self.number(look.on_blank)
        return number

    def look(self, number: int) -> Look:
        """The look with this number."""
        return self._looks[number]

    def on_blank(self, number: int) -> int:
        """The number of what can be seen of a look on a blank cell."""
        return self._blanks[number]

    def change(self, before: int | None, after: int) -> str:
        """The sequence that changes the terminal's look."""
        if before is None:
            return transition(None, self._looks[after])
        pair = (before, after)
        sequence = self._changes.get(pair)
        if sequence is None:
            if len(self._changes) >= MOST_CHANGES:
                self._changes.clear()
            sequence = self._changes[pair] = transition(self._looks[before], self._looks[after])
        return sequence
