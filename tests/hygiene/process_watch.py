"""What others on the host can see of processes: their arguments, and for root their environments."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret that was seen.

    Attributes:
        place: `cmdline` or `environ`.
        words: The arguments of the process.
        at_s: When it was seen last (monotonic clock).
    """

    place: str
    words: str
    at_s: float


class ProcessWatch:
    """Looks at every descendant of the test, some fifty times a second, while the block runs.

    One that ends between two looks is not seen; stand-ins that write down what they were given complete this.
    A child between its fork and its exec is still the program that forked.

    Attributes:
        seen: The arguments of all processes that were seen.
        unreadable: The arguments of those whose environment could not be read: the programs that are not
            dumpable, for whoever is not root, and for root without CAP_SYS_PTRACE.
        sightings: Where a secret was, by place and arguments.
    """

    def __init__(self, *secrets: bytes) -> None:
        self._secrets = secrets
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._known: set[int] = set()
        self.seen: set[str] = set()
        self.unreadable: set[str] = set()
        self.sightings: dict[tuple[str, str], Sighting] = {}

    def __enter__(self) -> ProcessWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def places(self) -> set[str]:
        """Return what a secret was seen in, as `place of words`."""
        return {f"{one.place} of {one.words}" for one in self.sightings.values()}

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            # Once a descendant, always: one whose parent has ended belongs to nobody of us any more.
            self._known.update(_descendants(os.getpid()))
            self._known = {pid for pid in self._known if self._look(pid)}

    def _look(self, pid: int) -> bool:
        """Note what is to be seen; False when the process is gone."""
        folder = Path(f"/proc/{pid}")
        try:
            arguments = (folder / "cmdline").read_bytes()
            environment = _environment(folder)
            if not arguments or (folder / "cmdline").read_bytes() != arguments:
                return True  # in the midst of its exec: the next look sees one thing or the other
        except OSError:
            return False
        words = arguments.replace(b"\0", b" ").decode(errors="replace").strip()
        self.seen.add(words)
        if environment is None:
            self.unreadable.add(words)
        for place, content in (("cmdline", arguments), ("environ", environment or b"")):
            if any(secret in content for secret in self._secrets):
                self.sightings[place, words] = Sighting(place, words, time.monotonic())
        return True


def _environment(folder: Path) -> bytes | None:
    try:
        return (folder / "environ").read_bytes()
    except PermissionError:
        return None


def _descendants(pid: int) -> Iterable[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)
