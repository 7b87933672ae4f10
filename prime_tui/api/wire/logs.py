"""Log text: one string in, cleaned lines out."""

from __future__ import annotations

import re

from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.runs import RunLogs
from prime_tui.domain.text import LINE_LIMIT, clean_line

# Colours are noise in a log and go without a trace; every other sequence is left to the gate of all text.
_COLOURS = re.compile(r"\x1b\[[0-9;:]*[mK]")
_MAX_LINES = 20_000


def log_lines(text: str) -> tuple[str, ...]:
    """Return the lines, oldest first; of a line that was redrawn with CR only the last state stays."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return tuple(clean_line(_last_state(line)) for line in lines[-_MAX_LINES:])


def _last_state(line: str) -> str:
    plain = _COLOURS.sub("", line[: 4 * LINE_LIMIT]) if "\x1b" in line else line
    states = [state for state in plain.split("\r") if state.strip()]
    return states[-1] if states else ""


def read_logs(value: object) -> RunLogs:
    """Return the tail of a run's log.

    Raises:
        ResponseShapeError: There is no text in it.
    """
    found = value
    if isinstance(value, dict):
        found = next((value[name] for name in ("logs", "log", "lines", "data") if name in value), None)
        if found is None and value.keys() & {"logs", "log"}:
            return RunLogs()
    if isinstance(found, list):
        found = "\n".join(line for line in found if isinstance(line, str))
    if not isinstance(found, str):
        raise ResponseShapeError("The answer holds no log.")
    return RunLogs(log_lines(found))


_WAITING = re.compile(
    r"queued|pending|starting|initiali[sz]ing|not started|not available yet|logs? (?:are |is )?not available"
    r"|no logs (?:yet|available)",
    re.IGNORECASE,
)


def is_waiting(message: str) -> bool:
    """Return whether a 404 means that a run has no log yet."""
    return _WAITING.search(message) is not None
