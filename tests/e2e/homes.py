"""One user's home directory, and the program with a slow start, so that its first frame can be looked at."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tests.e2e.terminal import Terminal, terminal

# The program with all that it loads after its first frame made slow.
SLOW = """
import sys
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "textual.app":
            import time
            time.sleep({seconds})
sys.meta_path.insert(0, Slow())
from prime_tui.cli.main import main
sys.exit(main({words!r}))
"""


def slow(seconds: float, *words: str) -> list[str]:
    return [sys.executable, "-c", SLOW.format(seconds=seconds, words=list(words))]


class Home:
    """One user, one service."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self.variables = {
            "PRIME_API_KEY": "sentinel-key-4711",
            "PRIME_API_BASE_URL": url,
            "PRIME_INFERENCE_URL": f"{url}/api/v1",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }

    def frames(self) -> list[Path]:
        return [file for file in self.path.rglob("frame-*") if file.is_file()]

    def forget_frames(self) -> None:
        for file in self.frames():
            file.unlink()

    def run(
        self, command: list[str], *, columns: int = 120, rows: int = 40, **extra: str
    ) -> AbstractContextManager[Terminal]:
        return terminal(command, home=self.path, columns=columns, rows=rows, **(self.variables | extra))
