"""A mistake of ours, told without the values that it happened to: those may be secrets."""

from __future__ import annotations

import re
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prime_tui.domain.text import clean, clean_line, clean_name

PACKAGE = str(Path(__file__).parents[2]) + "/"
MOST_LINES, MESSAGE_CHARACTERS = 1_000, 500
LIBRARIES = re.compile(r"[^\"'\s]*/site-packages/")


@dataclass(frozen=True, slots=True)
class Crash:
    """What happened, and where.

    Attributes:
        kind: The name of the exception.
        place: Function, file and line where it was raised.
        message: What the exception says, in one line.
        fingerprint: Equal for two that came about in the same way, whatever values they met.
        lines: The traceback.
    """

    kind: str
    place: str
    message: str
    fingerprint: str
    lines: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One line without any value."""
        return f"{self.kind} in {self.place}" if self.place else self.kind


def crash_of(fault: BaseException, mask: Callable[[str], str]) -> Crash:
    """Return what can be told of an exception: cleaned, and masked before anything is cut."""
    frames = [frame for one in _chain(fault) for frame in traceback.extract_tb(one.__traceback__)]
    # Each place once: a recursion is the same mistake however deep it went.
    way = dict.fromkeys(f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in frames)
    way.update(dict.fromkeys(type(one).__name__ for one in _chain(fault)))
    last = traceback.extract_tb(fault.__traceback__, limit=-1)
    place = f"{last[0].name} ({_short(last[0].filename)}:{last[0].lineno})" if last else ""
    lines = mask("".join(traceback.format_exception(fault))).splitlines()
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES // 2], "…", *lines[-MOST_LINES // 2 :]]
    return Crash(
        kind=type(fault).__name__,
        place=clean_name(place),
        message=clean(mask(_said(fault)), limit=MESSAGE_CHARACTERS, one_line=True),
        fingerprint=f"{zlib.crc32(' '.join(way).encode()):08x}",
        lines=tuple(clean_line(_short(line)) for line in lines),
    )


def farewell(crash: Crash, outcome: str, where_to_send: str) -> str:
    """Return what a person reads on the terminal that they get back.

    Args:
        crash: What ended the program.
        outcome: Where the report is, or why there is none; a sentence.
        where_to_send: The report; what to do with it.
    """
    return (
        "stopped by a mistake of its own.\n"
        f"{crash.summary}: {crash.message}\n"
        "What runs in the cloud goes on, and goes on costing.\n"
        f"{outcome}\n"
        f"It holds no key. Please read it through and\n{where_to_send}."
    )


def _chain(fault: BaseException) -> list[BaseException]:
    """The exception and those that led to it."""
    found: list[BaseException] = []
    one: BaseException | None = fault
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _said(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:  # what broke may not even be able to say so
        return ""


def _short(text: str) -> str:
    """Paths from the package on, and without the name of the user."""
    return LIBRARIES.sub("", text).replace(PACKAGE, "").replace(str(Path.home()), "~")
