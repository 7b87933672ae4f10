"""The end of the process when the terminal or the system wants it: state saved, terminal restored, in time.

* The terminal is gone: nothing can be drawn, so the state is saved and the process ends at once.
* SIGTERM, SIGINT: an orderly exit, and a hard one when that takes too long.
* A hard exit saves the state and gives the terminal back as well as a frozen one can be given back.
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from textual.app import App

TERM_CODE = 0
HANGUP_CODE = 128 + signal.SIGHUP
TERM_GRACE_S = 3.0
SAVE_GRACE_S = 0.7
# Keyboard protocol, mouse, paste, focus and size reports off; wrap on; plain look; main screen; cursor.
RESTORE = (
    b"\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l\x1b[?1004l"
    b"\x1b[?2026l\x1b[?7h\x1b[m\x1b[?1049l\x1b[?25h"
)


class LastWords:
    """What is said before a hard exit, and how the terminal was."""

    def __init__(self) -> None:
        self._speak: Callable[[], None] = lambda: None
        self._attributes: list[Any] | None = None
        self._once = threading.Lock()

    def prepare(self, speak: Callable[[], None], attributes: list[Any] | None) -> None:
        """Remember what to do at the end and how the terminal was, None: as it is now."""
        self._speak, self._attributes = speak, attributes
        if attributes is None:
            with contextlib.suppress(termios.error):
                self._attributes = termios.tcgetattr(0)

    def hard_exit(self, code: int) -> None:
        """Save, restore, end; from any thread. A save that hangs is left behind."""
        if not self._once.acquire(blocking=False):
            return
        killer = threading.Timer(SAVE_GRACE_S, os._exit, (code,))
        killer.daemon = True
        killer.start()
        try:
            self._speak()
        finally:
            self._restore()
            os._exit(code)

    def _restore(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            # Opened anew: were the writer's own description not to block, it would fail, and end us its way.
            terminal = os.open(os.ttyname(2), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            os.write(terminal, RESTORE)
        if self._attributes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, self._attributes)


_last_words = LastWords()


@contextlib.contextmanager
def hard_exit_after(seconds: float, code: int) -> Iterator[None]:
    """End the process hard when the block takes longer than `seconds`."""
    timer = threading.Timer(seconds, _last_words.hard_exit, (code,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def install(app: App[Any], on_last_words: Callable[[], None], attributes: list[Any] | None = None) -> None:
    """Take care of the end of `app`: SIGTERM, SIGINT, SIGHUP and a terminal that goes away.

    The loop's own way with SIGINT, a cancelled task, is lost where a handler takes it for its own end.

    Call before the app runs, in the main thread.

    Args:
        app: The app; SIGTERM and SIGINT make it exit with code 0.
        on_last_words: Saves the state. Called from any thread, possibly while the app is stuck, when there
            is no orderly exit; has `SAVE_GRACE_S` for it.
        attributes: How the terminal was, where it was taken over already.
    """
    _last_words.prepare(on_last_words, attributes)

    def gone(_signal: int, _frame: FrameType | None) -> None:
        _in_thread(_last_words.hard_exit, HANGUP_CODE)

    def terminated(_signal: int, _frame: FrameType | None) -> None:
        timer = threading.Timer(TERM_GRACE_S, _last_words.hard_exit, (TERM_CODE,))
        timer.daemon = True
        timer.start()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            sys.exit(TERM_CODE)
        loop.call_soon_threadsafe(app.exit, None, TERM_CODE)

    signal.signal(signal.SIGHUP, gone)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, terminated)
    if os.isatty(0):
        _in_thread(_wait_for_hangup)


def hung_up(fd: int, timeout_ms: int | None = 0) -> bool:
    """Whether the terminal behind `fd` is gone, or goes within the time (None: however long it takes)."""
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(timeout_ms))


def _wait_for_hangup() -> None:
    """Sleep until the terminal goes away. Costs nothing, and works where SIGHUP is ignored."""
    hung_up(0, None)
    _last_words.hard_exit(HANGUP_CODE)


def _in_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="last-words", daemon=True).start()
