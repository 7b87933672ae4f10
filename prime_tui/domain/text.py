"""The one gate for text that came from outside: names, logs, error bodies, model output.

After `clean` a string can be drawn anywhere: it holds no control or escape sequence, nothing that reorders
or hides neighbouring text, and a bounded number of combining marks. It says nothing about markup: a widget
must still be given `Text`/`Content` or `markup=False`.
"""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 256
KEY_LIMIT = 40
LINE_LIMIT = 4_000
BODY_LIMIT = 20_000
REPLACEMENT = "\ufffd"
MAX_COMBINING_MARKS = 4

# String sequences (OSC, DCS, SOS, PM, APC) run to BEL, ST or the end of the text; an ESC that is not part of
# ST ends them too. Then CSI, then every other escape with its intermediates.
_SEQUENCES = re.compile(
    r"\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|(?=\x1b)|\Z)"
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|(?=\x1b)|\Z)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)


def _translation() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], REPLACEMENT)
    table.update(dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT))
    hidden = [
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),  # Mongolian selectors and vowel separator
        *range(0x200B, 0x2010),  # zero width, joiners, direction marks
        *range(0x202A, 0x202F),  # bidirectional embedding and override
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
        *range(0xFE00, 0xFE10),  # variation selectors: terminals disagree on the width they give
        *range(0xFFF9, 0xFFFC),  # interlinear annotation
        *range(0xE0000, 0xE0200),  # tags and more variation selectors
    ]
    table.update(dict.fromkeys(hidden))
    table[0x09] = "    "
    table[0x0A] = "\n"
    table[0x0D] = None
    table[0x2028] = table[0x2029] = " "
    return table


_TRANSLATION = _translation()


def clean(text: object, *, limit: int = BODY_LIMIT, one_line: bool = False) -> str:
    """Return `text` as a string that is safe to draw; idempotent.

    Args:
        text: Anything; it is turned into a string first.
        limit: The most characters that are looked at; a longer text ends in `…`.
        one_line: Turn line ends into spaces.
    """
    value = str(text)
    cut = len(value) > limit
    if cut:
        value = value[: limit - 1]
    if value.isascii() and value.isprintable():
        return value + "…" if cut else value
    value = _SEQUENCES.sub(REPLACEMENT, value).translate(_TRANSLATION)
    if not value.isascii():
        value = _limit_combining(value)
    if one_line:
        value = value.replace("\n", " ")
    if cut:
        value += "…"
    # A tab becomes four cells, so a cleaned text can grow: cut again, or a second cleaning would.
    return value[: limit - 1] + "…" if len(value) > limit else value


def clean_name(text: object) -> str:
    """Return a one-line label of at most `NAME_LIMIT` characters without outer blanks."""
    return clean(text, limit=NAME_LIMIT, one_line=True).strip()


def clean_key(text: object) -> str:
    """Return a key of somebody's file, short enough to be repeated in a message about it."""
    return clean(text, limit=KEY_LIMIT, one_line=True).strip()


def clean_line(text: object) -> str:
    """Return one log line of at most `LINE_LIMIT` characters."""
    return clean(text, limit=LINE_LIMIT, one_line=True)


def _limit_combining(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        if char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MAX_COMBINING_MARKS:
                continue
        else:
            marks = 0
        kept.append(char)
    return "".join(kept)
