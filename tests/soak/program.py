"""The real program in a pseudo-terminal, for hours: what it wrote is counted and not kept."""

from __future__ import annotations

import os
import re
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.soak.hurried import VARIABLE
from tests.soak.world import World

COLUMNS, ROWS = 120, 40
MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
LEFT_ON = {b"25", b"7"}
"""The cursor is shown and lines wrap."""


class Program(Terminal):
    """One running program.

    Attributes:
        written_bytes: Since its start.
    """

    written_bytes = 0

    def __init__(self, command: list[str], *, environment: dict[str, str]) -> None:
        super().__init__(command, columns=COLUMNS, rows=ROWS, environment=environment)
        self._modes: dict[bytes, bytes] = {}
        self._found = termios.tcgetattr(self.fd)

    def read(self, wait_s: float = 0.05) -> bool:
        """Take what the program wrote; False when it is gone."""
        before = len(self.raw)
        is_there = super().read(wait_s)
        self.written_bytes += len(self.raw) - before
        # The beginning of a sequence waits for its rest.
        cut = self.raw.rfind(b"\x1b") if is_there else len(self.raw)
        self._modes.update(MODE.findall(self.raw[:cut]))
        del self.raw[:cut]
        if len(self.raw) > 100:  # plain text behind the last sequence
            self._modes.update(MODE.findall(self.raw))
            self.raw.clear()
        return is_there

    @property
    def gave_terminal_back(self) -> bool:
        """Whether, at the end, every mode is as it was found."""
        self._modes.update(MODE.findall(self.raw))
        on = {mode for mode, switch in self._modes.items() if switch == b"h"}
        return on <= LEFT_ON and b"25" in on and termios.tcgetattr(self.fd) == self._found


def _no_ssh(home: Path) -> Path:
    """Return a directory with an ssh that ends at once.

    Keys that wait for a program that was stopped arrive together, and an esc makes something else of the key
    behind it: text may land on the wrong screen, where a letter of it asks for a shell.
    """
    (home / "bin").mkdir()
    (home / "bin" / "ssh").write_text("#!/bin/sh\n")
    (home / "bin" / "ssh").chmod(0o755)
    return home / "bin"


@contextmanager
def program(world: World, home: Path, key_file: Path, *, calls_per_h: int) -> Iterator[Program]:
    """Run the program on the clock of its world, with the key in a file that a command reads."""
    config = home / ".config" / "prime-tui"
    config.mkdir(mode=0o700, parents=True)
    (config / "config.toml").write_text(
        f'[profiles.default]\nbase_url = "{world.url}"\ninference_url = "{world.url}/api/v1"\n'
        f'store = "command"\ncredential_command = ["cat", "{key_file}"]\n'
    )
    (config / "config.toml").chmod(0o600)
    zero_s, zero_at = world.clock()
    environment = {
        "PATH": f"{_no_ssh(home)}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        VARIABLE: f"{world.speed} {zero_s} {zero_at.isoformat()}",
    }
    command = [sys.executable, "-m", "tests.soak.hurried", "--calls-per-hour", str(calls_per_h)]
    one = Program(command, environment=environment)
    try:
        yield one
    finally:
        one.close()
