"""What the program uses, taken from outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.soak.program import Program
from tests.soak.world import World


@dataclass(frozen=True)
class Sample:
    """One look; `cpu_s`, `written_bytes` and `calls` are of the time since the look before.

    Attributes:
        at_s: Real seconds since the start.
        fds: None where the system does not let others see them.
    """

    at_s: float
    span_s: float
    rss_mb: float
    cpu_s: float
    fds: int | None
    threads: int
    written_bytes: int
    calls: int
    database_kb: float
    log_kb: float


class Sampler:
    """Takes samples, and remembers the one before."""

    def __init__(self, program: Program, world: World, home: Path) -> None:
        self._program = program
        self._process = psutil.Process(program.pid)
        self._world = world
        self._state = home / ".local" / "state" / "prime-tui"
        self._at_s, self._cpu_s, self._written = 0.0, 0.0, 0

    def take(self, at_s: float) -> Sample:
        """Look at the program; it must still run."""
        used = self._process.cpu_times()
        cpu_s, written = used.user + used.system, self._program.written_bytes
        sample = Sample(
            at_s=at_s,
            span_s=at_s - self._at_s,
            rss_mb=self._process.memory_info().rss / 2**20,
            cpu_s=cpu_s - self._cpu_s,
            fds=self._fds(),
            threads=self._process.num_threads(),
            written_bytes=written - self._written,
            calls=self._world.take_calls(),
            database_kb=self._size_kb("prime-tui.db*"),
            log_kb=self._size_kb("prime-tui.log*"),
        )
        self._at_s, self._cpu_s, self._written = at_s, cpu_s, written
        return sample

    def log_text(self) -> str:
        """Return what the program has logged."""
        return "".join(file.read_text() for file in sorted(self._state.glob("prime-tui.log*")))

    def _fds(self) -> int | None:
        try:
            return self._process.num_fds()
        except psutil.AccessDenied:
            return None

    def _size_kb(self, pattern: str) -> float:
        return sum(file.stat().st_size for file in self._state.glob(pattern)) / 1024
