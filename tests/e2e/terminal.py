"""A program in a real pseudo-terminal, seen through an independent terminal emulator (pyte)."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

PATIENCE_S = 60.0
# What a terminal answers, so that the program does not wait for it.
ANSWERS = (
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
)
ENTER_ALT, LEAVE_ALT = b"\x1b[?1049h", b"\x1b[?1049l"
MOUSE_OFF = b"\x1b[?1000l"
SHOW_CURSOR = b"\x1b[?25h"


class Terminal:
    """One running program. `raw` is every byte that it wrote."""

    def __init__(
        self, command: list[str], *, columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.raw = bytearray()
        self.started_at = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(command[0], command, dict(environment))  # noqa: S606 - no shell is wanted
            finally:
                os._exit(127)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a terminal does."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read_some(self, most_bytes: int) -> None:
        """Take no more than this of what the program wrote, at once."""
        if select.select([self.fd], [], [], 0)[0]:
            self._take(os.read(self.fd, most_bytes))

    def read(self, wait_s: float = 0.05) -> bool:
        """Take what the program wrote; False when it is gone."""
        ready, _, _ = select.select([self.fd], [], [], wait_s)
        if not ready:
            return True
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:
            return False
        if not chunk:
            return False
        self._take(chunk)
        return True

    def _take(self, chunk: bytes) -> None:
        self.raw += chunk
        self._stream.feed(self._decoder.decode(chunk))
        for question, answer in ANSWERS:
            for _ in question.findall(chunk):
                os.write(self.fd, answer)

    def text(self) -> str:
        """Return what a person sees."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str | bytes) -> None:
        """Type."""
        os.write(self.fd, keys.encode() if isinstance(keys, str) else keys)

    def until(self, seen: Callable[[str], object], what: str = "", patience_s: float = PATIENCE_S) -> None:
        """Read until `seen` of the screen's text is true; fail with the screen when it does not come."""
        deadline = time.monotonic() + patience_s
        while not seen(self.text()):
            alive = self.read()
            if (not alive and not seen(self.text())) or time.monotonic() > deadline:
                raise AssertionError(f"did not come: {what}\n{self.text()}")

    def sees(self, *texts: str) -> None:
        """Read until all texts are on the screen."""
        for text in texts:
            self.until(lambda screen, text=text: text in screen, repr(text))  # type: ignore[misc]

    def drain(self, seconds: float) -> int:
        """Read for a while and return the number of bytes that came."""
        before, deadline = len(self.raw), time.monotonic() + seconds
        while time.monotonic() < deadline and self.read(0.05):
            pass
        return len(self.raw) - before

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        """Read until the program is gone; return its exit code (minus the signal that killed it)."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self.read()
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                while self.read(0.0) and select.select([self.fd], [], [], 0)[0]:
                    pass
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still running\n{self.text()}")

    def take_away(self) -> None:
        """Take the terminal away; the descriptor stays valid for the cleanup."""
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, self.fd)
        os.close(null)

    def ended(self) -> int:
        """Return the exit code, as `wait` does, of a program that is not read any more."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        raise AssertionError("still running; nobody reads what it writes")

    def cpu_s(self) -> float:
        """Return the CPU seconds that the program has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program if it still runs."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            done, _ = os.waitpid(self.pid, os.WNOHANG)
            if not done:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self.fd)


@contextmanager
def terminal(
    command: list[str], *, home: Path, columns: int = 100, rows: int = 30, **extra: str
) -> Iterator[Terminal]:
    """Run a program in a terminal of its own, with `home` as its home directory."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    environment = {**kept, "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", **extra}
    one = Terminal(command, columns=columns, rows=rows, environment=environment)
    try:
        yield one
    finally:
        one.close()
