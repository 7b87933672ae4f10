"""A program in a pseudo-terminal with a clock, a counter of bytes and a counter of CPU time."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.terminal import LEAVE_ALT, Terminal

COLUMNS, ROWS = 120, 40
QUIET_S = 0.5
"""A start is over when nothing was written for this long."""
BURST_S = 0.1
"""And the answer to a key when nothing was written for this long."""
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Moment:
    """A point in the life of a program: since its start, of CPU (user and system), and bytes written."""

    wall_s: float
    cpu_s: float
    written_bytes: int


@dataclass(frozen=True)
class Answer:
    """What a key led to; `first_s` is None where nothing was painted."""

    first_s: float | None
    cpu_s: float
    written_bytes: int


@dataclass(frozen=True)
class Ending:
    """How long an end took, the exit code, and whether the terminal was given back."""

    took_s: float
    code: int
    is_clean: bool


class Meter(Terminal):
    """One running program under measurement."""

    def process_cpu_s(self) -> float:
        """Return the CPU time of all threads of the program, in nanosecond steps (Linux)."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def now(self) -> Moment:
        """Return the present moment."""
        return Moment(time.monotonic() - self.started_at, self.process_cpu_s(), len(self.raw))

    def next_bytes(self, wait_s: float) -> Moment | None:
        """Return the moment at which something was written, and read it; None when nothing came."""
        if not select.select([self.fd], [], [], wait_s)[0]:
            return None
        moment = self.now()
        return moment if self.read(0.0) else None

    def painted(self) -> Moment:
        """Return the moment of the first visible character; its bytes are those until the start is over."""
        first: Moment | None = None
        while True:
            moment = self.next_bytes(QUIET_S if first else PATIENCE_S)
            if moment is None:
                break
            if first is None and self.text().strip():
                first = moment
        if first is None:
            raise AssertionError("nothing was painted")
        return Moment(first.wall_s, first.cpu_s, len(self.raw))

    def settle(self, quiet_s: float = QUIET_S) -> None:
        """Read until nothing was written for a while."""
        while self.next_bytes(quiet_s) is not None:
            pass

    def press(self, key: str) -> Answer:
        """Type a key and follow what it leads to."""
        before, sent_at_s = self.now(), time.monotonic()
        self.send(key)
        first = self.next_bytes(1.0)
        last = first
        while last is not None:
            last = self.next_bytes(BURST_S)
        after = self.now()
        first_s = None if first is None else first.wall_s + self.started_at - sent_at_s
        return Answer(first_s, after.cpu_s - before.cpu_s, after.written_bytes - before.written_bytes)

    def watch(self, seconds: float) -> Moment:
        """Look on for a while; return what was used meanwhile."""
        before = self.now()
        self.drain(seconds)
        after = self.now()
        return Moment(
            after.wall_s - before.wall_s,
            after.cpu_s - before.cpu_s,
            after.written_bytes - before.written_bytes,
        )

    def rss_mb(self) -> float:
        """Return the resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def terminate(self) -> Ending:
        """Ask the program to end."""
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        code = self.wait()
        return Ending(time.monotonic() - began, code, self.raw.count(LEAVE_ALT) == 1)

    def hang_up(self) -> Ending:
        """Close the terminal under the program."""
        began = time.monotonic()
        os.close(self.fd)
        self.fd = os.open(os.devnull, os.O_RDONLY)  # something to close at the end
        _, status = os.waitpid(self.pid, 0)
        return Ending(time.monotonic() - began, os.waitstatus_to_exitcode(status), True)


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[Meter]:
    """Run a program, and see to its end."""
    meter = Meter(command, columns=COLUMNS, rows=ROWS, environment=environment)
    try:
        yield meter
    finally:
        meter.close()
