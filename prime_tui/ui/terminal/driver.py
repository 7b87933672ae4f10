"""The toolkit's driver for a real terminal, made so that a terminal that stops reading stops nothing else."""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

import os
import signal
from typing import Protocol, runtime_checkable

from textual.drivers.linux_driver import LinuxDriver

from prime_tui.persistence.last_frame import Picture
from prime_tui.ui.terminal.keyboard import Keyboard
from prime_tui.ui.terminal.last_words import hard_exit_after, hung_up

OUTPUT = 2  # the toolkit draws on the error stream
ENTER = "\x1b[?1049h"
CLEAR = "\x1b[m\x1b[2J"
RESET = "\x1b[m\x1b]8;;\x1b\\"
CLOSE_GRACE_S = 3.0
FRAMES_UNDER_WAY = 2  # frames that may wait for the terminal before painting pauses


@runtime_checkable
class TerminalOwner(Protocol):
    """An app that wants to know what its terminal shows when it is taken over."""

    def terminal_cleared(self) -> None:
        """The terminal was taken over and shows nothing."""

    def take_picture(self) -> Picture | None:
        """What stands on the terminal already, which was entered with it; given once."""


class QuietDriver(LinuxDriver):
    """Writes never wait; frames ask first whether the terminal has taken the ones before."""

    _frames_waiting = 0
    _suspending = False
    _is_entered = False
    _keyboard: Keyboard | None = None

    def start_application_mode(self) -> None:
        """Take the terminal over, at the start and after a suspension, and clear it."""
        # A program that shared the terminal may have left it non-blocking; the writer would die of it.
        os.set_blocking(OUTPUT, True)
        self._keyboard = Keyboard(self.fileno)
        self._is_entered = isinstance(self._app, TerminalOwner) and self._app.take_picture() is not None
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self.take_over()
        self._is_entered = False

    def write(self, data: str) -> None:
        """Write; a terminal that was entered with its picture is not entered again, which would clear it."""
        if not (self._is_entered and data == ENTER):
            super().write(data)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, in its own colours."""
        self.write(RESET)
        super().stop_application_mode()

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self._suspending = True
        try:
            super().suspend_application_mode()
        finally:
            self._suspending = False

    def close(self) -> None:
        """Wait for the last bytes, but not for ever: a frozen terminal does not keep the process."""
        if self._suspending:
            super().close()
            return
        with hard_exit_after(CLOSE_GRACE_S, self._app.return_code or 0):
            super().close()

    def run_input_thread(self) -> None:
        """Read keys until the input is disabled."""
        if self._keyboard is not None:
            self._keyboard.run(self.process_message, debug=self._debug)

    def disable_input(self) -> None:
        """Stop reading keys."""
        if self._keyboard is not None:
            keyboard, self._keyboard = self._keyboard, None
            keyboard.stop()
            super().disable_input()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back and stop, and with us a script that runs us: a shell waits for that one.

        All stop at one signal. A stop of our own after it would come too late for a shell that lets us go on
        as soon as the script has stopped, and nobody would end it.
        """
        handler = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.killpg(os.getpgrp(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        if self._must_signal_resume:  # not stopped: nobody is there to let us go on
            self._sigcont_application()

    def _sigcont_application(self, *_: object) -> None:
        """Come back after a stop. One that could not be seen (SIGSTOP) left everything as it was.

        A hang-up sends this signal too; then there is nothing to come back to.
        """
        if hung_up(self.fileno):
            return
        if self._auto_restart and self._keyboard is not None:
            self.suspend_application_mode()
        super()._sigcont_application()

    def take_over(self) -> None:
        """Make writes never wait, and start from a clear screen, or from the picture that stands there."""
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = 0
        if self._is_entered:
            return
        self.write(CLEAR)
        if isinstance(self._app, TerminalOwner):
            self._app.terminal_cleared()

    def takes_frame(self) -> bool:
        """Whether a frame written now would be read soon."""
        if self._writer_thread is None:
            return False
        if not self._writer_thread._queue.qsize():
            self._frames_waiting = 0
        return self._frames_waiting < FRAMES_UNDER_WAY

    def write_frame(self, sequence: str) -> None:
        """Write a frame in one piece."""
        self._frames_waiting += 1
        self.write(sequence)
