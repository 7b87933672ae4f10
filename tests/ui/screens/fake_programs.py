"""Programs that stand in for ssh and tmux: they write down how they were called."""

from __future__ import annotations

from pathlib import Path

RECORD = """\
printf '%s\\0' "$@" > "{log}/{name}.argv.part"
env -0 > "{log}/{name}.env"
mv "{log}/{name}.argv.part" "{log}/{name}.argv"
"""


class Recorder:
    """A directory for `PATH` with programs that record, and what they recorded."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self._log = folder / "calls"
        self.bin.mkdir()
        self._log.mkdir()

    def add(self, name: str, rest: str = "", *, first: str = "") -> None:
        """Make a program that runs `first`, records its words and its environment, and then runs `rest`."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{first}{RECORD.format(log=self._log, name=name)}{rest}")
        path.chmod(0o755)

    def was_called(self, name: str) -> bool:
        """Whether the program ran."""
        return (self._log / f"{name}.argv").exists()

    def words(self, name: str) -> list[str]:
        """Return the words of the last call, without the program's own name."""
        return (self._log / f"{name}.argv").read_bytes().decode().split("\0")[:-1]

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables of the last call."""
        entries = (self._log / f"{name}.env").read_bytes().decode().split("\0")
        return dict(entry.split("=", 1) for entry in entries if "=" in entry)
