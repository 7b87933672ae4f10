"""Where the program is measured: a simulated service of its own, and a home that is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PROGRAM = [sys.executable, "-m", "prime_tui"]
HELLO = [sys.executable, "-m", "tests.benchmarks.hello"]


@dataclass(frozen=True)
class Place:
    """A home directory and the address of a simulated service."""

    home: str
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The program's whole environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PRIME_API_KEY": "benchmark",
            "PRIME_API_BASE_URL": self.url,
            "PRIME_INFERENCE_URL": f"{self.url}/api/v1",
        }


@contextmanager
def place(*options: str) -> Iterator[Place]:
    """Start a simulated service with these options, as a process of its own."""
    command = [*PROGRAM, "simulate", "--until-stdin-closes", *options]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as simulator,
    ):
        assert simulator.stdout is not None
        line = simulator.stdout.readline()
        try:
            yield Place(home, line.split()[-1])
        finally:
            simulator.terminate()
