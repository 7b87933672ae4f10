"""Lending the terminal to another program, and taking it back in a known state."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence

from textual.app import App, SuspendNotSupported

TERMINAL_IN, TERMINAL_OUT = 0, 2  # the toolkit draws on the error stream

# A machine that was cut off in the middle of an editor leaves modes behind: mouse and focus reports,
# bracketed paste, keypad and cursor keys, origin mode, a scroll region, a character set, colours, a hidden
# cursor. Some of the resets move the cursor, so it is saved and restored around them. (The alternate screen
# needs none: it is entered again anyway.)
RESET_MODES = (
    "\x1b7\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?1004l"
    "\x1b[?1l\x1b>\x1b[<u\x1b[?6l\x1b[r\x1b8\x1b[?7h\x1b(B\x0f\x1b[m\x1b[?25h"
)
FAILED_BY_ITSELF = 255
"""What ssh returns for its own errors, as opposed to those of the shell."""


class CannotLend(Exception):
    """There is no terminal to lend."""


async def run_in_terminal(
    app: App[None], argv: Sequence[str], environment: Mapping[str, str], *, intro: str, outro: str
) -> int:
    """Run a program in the terminal while the app is suspended, and return its exit code.

    The loop goes on, so what is read in the background stays fresh; nothing is drawn meanwhile.

    Args:
        app: Whose terminal it is.
        argv: The program's words; no shell sees them.
        environment: All variables of the program.
        intro: Written before it starts.
        outro: Written when the program itself failed; then enter is waited for: its words can be read.

    Raises:
        CannotLend: The app has no terminal.
        OSError: The program cannot be started.
    """
    try:
        with app.suspend(), app.batch_update(), _ignoring_interrupts(), _kept_settings():
            _write(f"{intro}\n")
            child = await asyncio.create_subprocess_exec(*argv, env=dict(environment))
            code = await child.wait()
            _write(RESET_MODES)
            if code == FAILED_BY_ITSELF:
                _write(f"\n{outro}\n")
                await _enter_pressed()
            return code
    except SuspendNotSupported as error:
        raise CannotLend("This terminal cannot be lent to ssh.") from error


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Ctrl+c is meant for the program in the foreground; a handler, unlike SIG_IGN, is not inherited."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    for number in kept:
        signal.signal(number, lambda *_: None)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


@contextlib.contextmanager
def _kept_settings() -> Iterator[None]:
    """Put the line settings back, however the program left them."""
    settings = termios.tcgetattr(TERMINAL_IN) if os.isatty(TERMINAL_IN) else None
    try:
        yield
    finally:
        if settings is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(TERMINAL_IN, termios.TCSADRAIN, settings)


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(TERMINAL_OUT, text.encode(sys.getdefaultencoding(), "replace"))


async def _enter_pressed() -> None:
    """Wait until a line was typed; the loop goes on."""
    loop = asyncio.get_running_loop()
    pressed = asyncio.Event()
    loop.add_reader(TERMINAL_IN, pressed.set)
    try:
        await pressed.wait()
        os.read(TERMINAL_IN, 4096)
    finally:
        loop.remove_reader(TERMINAL_IN)
