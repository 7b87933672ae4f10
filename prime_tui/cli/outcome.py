"""Exit codes, and how a command says what went wrong."""

from __future__ import annotations

import sys

OK, ERROR, USAGE, NOT_AUTHORISED, UNREACHABLE = 0, 1, 2, 3, 4
INTERRUPTED = 130


def write_anything() -> None:
    """Write `?` for what the encoding of an output has no character for, instead of failing over it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def complain(text: str, code: int) -> int:
    """Say it on the error stream and return the code; nothing in it reaches the terminal as a command."""
    from prime_tui.domain.text import clean

    sys.stderr.write(f"prime-tui: {clean(text)}\n")
    return code


def code_of(error: Exception) -> int:
    """Return the exit code of an error."""
    from prime_tui.domain.errors import (
        NetworkError,
        NotAuthenticated,
        NotPermitted,
        ServerFault,
        SettingsError,
    )

    if isinstance(error, NotAuthenticated | NotPermitted):
        return NOT_AUTHORISED
    if isinstance(error, NetworkError | ServerFault):
        return UNREACHABLE
    return USAGE if isinstance(error, SettingsError) else ERROR
