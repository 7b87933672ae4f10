"""One user with a home and a key, one service, and the real program in a terminal."""

from __future__ import annotations

import re
import sqlite3
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.terminal import ENTER_ALT, LEAVE_ALT, SHOW_CURSOR, Terminal, terminal

ROOT = Path(__file__).resolve().parents[2]
KEY = "sentinel-key-4711"
PROGRAM = (sys.executable, "-m", "prime_tui")


class Lodger:
    """Where the program is started, and what it leaves there."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.state = home / ".local/state/prime-tui"
        self.variables = {
            "PRIME_API_KEY": KEY,
            "PRIME_API_BASE_URL": url,
            "PRIME_INFERENCE_URL": f"{url}/api/v1",
            "PYTHONPATH": str(ROOT),
        }

    @contextmanager
    def run(
        self,
        *words: str,
        command: tuple[str, ...] = PROGRAM,
        columns: int = 80,
        rows: int = 24,
        variables: Mapping[str, str] | None = None,
    ) -> Iterator[Terminal]:
        """Start the program."""
        extra = {**self.variables, **(variables or {})}
        with terminal([*command, *words], home=self.home, columns=columns, rows=rows, **extra) as one:
            yield one

    def shell(self, before: str) -> tuple[str, ...]:
        """Return a command that runs shell words first and then becomes the program."""
        return ("bash", "--norc", "-c", f'{before}; exec "$@"', "prime-tui", *PROGRAM)

    def kept(self) -> set[str]:
        """Return the topics in the database, which is whole."""
        with sqlite3.connect(self.state / "prime-tui.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return {topic for (topic,) in database.execute("SELECT topic FROM last_known")}

    def reports(self) -> list[Path]:
        """Return the crash reports, oldest first."""
        return sorted(self.state.glob("crash-*.txt"))


def all_read(one: Terminal) -> None:
    """Wait until the money and the machines were read, and the frame that tells so has come to its end."""
    shown = ("$184.37", "math-python-q", "a6000-checkpo", "older rows")

    def is_whole(text: str) -> object:
        return all(words in text for words in shown) and re.search(r"w\d+s r\d+s p\d+s", text)

    one.until(is_whole, "all is read")


def without_numbers(text: str) -> list[str]:
    """Return what stands still on the wallet screen of 80×24."""
    return [line[:16] for line in text.splitlines()[2:8]] + text.splitlines()[-1:]


def is_given_back(one: Terminal) -> None:
    """Every mode that was switched on is off again; keys are echoed and lines are edited."""
    assert one.raw.count(ENTER_ALT) == one.raw.count(LEAVE_ALT)
    assert one.raw.rfind(SHOW_CURSOR) >= one.raw.rfind(b"\x1b[?25l")
    last = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", bytes(one.raw)))
    assert {mode for mode, switch in last.items() if switch == b"h"} <= {b"25", b"7"}
    assert one.raw.count(b"\x1b[<u") >= one.raw.count(b"\x1b[>")
    local = termios.tcgetattr(one.fd)[3]
    assert local & termios.ECHO
    assert local & termios.ICANON
    assert local & termios.ISIG


def words_after(one: Terminal) -> str:
    """Return what was written after the terminal was given back."""
    return bytes(one.raw).rpartition(LEAVE_ALT)[2].decode("utf-8", "replace")
