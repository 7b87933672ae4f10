"""Asking for a secret on the terminal: never echoed, and never where there is no terminal."""

from __future__ import annotations

import getpass
import os

from prime_tui.domain.secret import Secret


class NoTerminal(Exception):
    """Nobody can be asked."""


def ask_secret(prompt: str) -> Secret:
    """Return what is typed.

    Raises:
        NoTerminal: There is no terminal, it was closed, or the person gave up.
    """
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
        return Secret(getpass.getpass(prompt))
    except (OSError, EOFError, KeyboardInterrupt):
        raise NoTerminal from None
