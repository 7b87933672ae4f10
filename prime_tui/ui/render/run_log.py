"""Log lines of a run: plain and JSON lines as time, level and text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from prime_tui.domain.text import clean_line
from prime_tui.domain.words import filter_words, matches
from prime_tui.ui.render.rows import Column
from prime_tui.ui.render.styled import Role, Span, Styled

COLUMNS = (
    Column("time", "TIME", 8, priority=1, sort=False),
    Column("level", "LEVEL", 7, priority=2, sort=False),
    Column("text", "TEXT", 40, grow=True, priority=3, sort=False),
)
LEVEL_ROLES: dict[str, Role] = {
    "ERROR": "bad",
    "CRITICAL": "bad",
    "FATAL": "bad",
    "WARNING": "warn",
    "WARN": "warn",
    "SUCCESS": "good",
    "DEBUG": "dim",
    "TRACE": "dim",
}
_PLAIN = re.compile(r"\s*(\d\d:\d\d:\d\d)[\d.,]*\s+\[?([A-Za-z]{4,8})\]?\s+(.*)")
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")
_PLAIN_BAR = re.compile(r"\|[█▏▎▍▌▋▊▉#=>\-. ]{3,}\|")
_TIMES, _LEVELS = ("time", "timestamp", "created_at", "createdAt"), ("level", "levelname", "severity")
_TEXTS, _STEPS = ("message", "msg", "event", "text", "desc"), ("step", "global_step", "iteration")


class LogLine(NamedTuple):
    """One line taken apart; what it does not say is empty."""

    time: str
    level: str
    text: str
    progress: str = ""
    """What makes progress; a later line with the same value replaces this one."""


@lru_cache(maxsize=256)
def parse_line(line: str) -> LogLine:
    """Take a line apart: JSON, `HH:MM:SS LEVEL text`, or only text."""
    if line.startswith("{"):
        parsed = _json_line(line)
        if parsed is not None:
            return parsed
    found = _PLAIN.match(line)
    if found is None or found[2].upper() not in {*LEVEL_ROLES, "INFO"}:
        return LogLine("", "", line.rstrip(), _bar_of(line))
    return LogLine(found[1], found[2].upper(), found[3], _bar_of(found[3]))


def _bar_of(text: str) -> str:
    found = _PLAIN_BAR.search(text)
    return "" if found is None else re.sub(r"[\d.%:]+", "", text[: found.start()]).strip() or "progress"


def _json_line(line: str) -> LogLine | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    clock = _CLOCK.search(_first(record, _TIMES))
    text = _first(record, _TEXTS)
    progress = ""
    if record.get("type") == "progress":
        progress = text or "progress"
        done = f" {_plain(record.get('current'))}/{_plain(record.get('total'))}"
        percent = _plain(record.get("percent"))
        text = f"{text}{done if done != ' /' else ''}{f' ({percent} %)' if percent else ''}"
    step = _first(record, _STEPS)
    if step and not progress and "step" not in text.lower():
        text = f"{text} · step {step}"
    level = _first(record, _LEVELS).upper()
    # An escape sequence can hide behind \\u001b in JSON: what was decoded is cleaned again.
    return LogLine(clock[0] if clock else "", clean_line(level)[:8], clean_line(text or line), progress)


def _first(record: dict[str, object], names: Sequence[str]) -> str:
    return next((text for name in names if (text := _plain(record.get(name)))), "")


def _plain(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def line_cells(line: str) -> tuple[Styled, ...]:
    """Return the cells of a line, one for each of `COLUMNS`."""
    parsed = parse_line(line)
    role = LEVEL_ROLES.get(parsed.level, "text")
    dim_time = Span(parsed.time, "dim")
    return (dim_time, Span(parsed.level, "dim" if role == "text" else role), Span(parsed.text, role))


def _progress_of(line: str) -> str:
    return parse_line(line).progress if '"progress"' in line or "|" in line else ""


class LogBook:
    """A growing log with numbered lines: a line keeps its number while newer ones push old ones out."""

    def __init__(self) -> None:
        self.first_number = 0
        self.lines: tuple[str, ...] = ()
        self._progress: tuple[str, ...] = ()
        """What each line tells the progress of; empty for most."""

    def take(self, lines: tuple[str, ...]) -> None:
        """Take the log as it is now; what overlaps with the known end keeps its numbers."""
        if lines is self.lines:
            return
        gone = self._gone(lines)
        gone = len(self.lines) if gone is None else gone
        known = self._progress[gone:]
        self._progress = (*known, *map(_progress_of, lines[len(known) :]))
        self.first_number += gone
        self.lines = lines

    def _gone(self, lines: tuple[str, ...]) -> int | None:
        """How many known lines the new log no longer begins with; None when nothing is the same."""
        old = self.lines
        for gone in range(len(old)):
            kept = len(old) - gone
            if kept <= len(lines) and old[gone] == lines[0] and old[gone:] == lines[:kept]:
                return gone
        return None

    def shown(self, wanted: str = "") -> tuple[int, ...]:
        """Return the numbers of the lines to show: those that match; of a progress only its last state."""
        words = filter_words(wanted)
        numbers: list[int] = []
        last_progress = ""
        lines = zip(self.lines, self._progress, strict=True)
        for number, (line, progress) in enumerate(lines, self.first_number):
            if words and not matches(words, line):
                continue
            if progress and progress == last_progress:
                numbers.pop()
            numbers.append(number)
            last_progress = progress
        return tuple(numbers)

    def line(self, number: int) -> str:
        """Return a line by its number."""
        return self.lines[number - self.first_number]


class LogRows:
    """The lines of a log as rows: cells are made for what is in view."""

    def __init__(self, book: LogBook, wanted: str = "") -> None:
        self._lines, self._first = book.lines, book.first_number
        self._numbers = book.shown(wanted)
        self._index: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def key_at(self, index: int) -> str:
        """The number of a line."""
        return str(self._numbers[index])

    def cells_at(self, index: int) -> tuple[Styled, ...]:
        """The cells of a line."""
        return line_cells(self._lines[self._numbers[index] - self._first])

    def index_of(self, key: str) -> int | None:
        """Where a line is, or None."""
        if self._index is None:
            self._index = {number: index for index, number in enumerate(self._numbers)}
        return self._index.get(int(key))
