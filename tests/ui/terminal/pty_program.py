"""A small program for a real terminal: a table, a clock that counts, a worker that notes that it is alive.

Arguments: the number of rows, the file of the worker's heartbeats, the file that last words go to.
"""

from prime_tui.ui.terminal.environment import prepare

prepare()

import asyncio  # noqa: E402 - the environment comes before the toolkit
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import ClassVar  # noqa: E402

from textual import constants  # noqa: E402

if "SECONDS_A_FRAME" in os.environ:  # slower than TEXTUAL_FPS can say; read while the rest is imported
    setattr(constants, "MAX_FPS", 1 / float(os.environ["SECONDS_A_FRAME"]))  # noqa: B010 - it is Final

from textual.app import ComposeResult  # noqa: E402
from textual.binding import Binding, BindingType  # noqa: E402

from prime_tui.ui.colours import starting_theme  # noqa: E402
from prime_tui.ui.render.rows import Column, Row  # noqa: E402
from prime_tui.ui.render.styled import Span  # noqa: E402
from prime_tui.ui.terminal.last_words import install  # noqa: E402
from prime_tui.ui.terminal.quiet_app import QuietApp  # noqa: E402
from prime_tui.ui.theme import THEMES  # noqa: E402
from prime_tui.ui.widgets.line import Line, Rule  # noqa: E402
from prime_tui.ui.widgets.table import KeyedTable  # noqa: E402

COLUMNS = (
    Column("name", "NAME", 20, grow=True, priority=9),
    Column("gpu", "GPU", 16, priority=5),
    Column("state", "STATE", 14, priority=8),
    Column("rate", "$/H", 7, "right", priority=7),
    Column("cost", "SO FAR", 9, "right", priority=7),
    Column("age", "AGE", 6, "right", priority=6),
    Column("lease", "LEASE", 11, priority=1),
)
ROWS, LAST_WORDS = int(sys.argv[1]), Path(sys.argv[3])
THEME = starting_theme(None, os.environ)
BEATS = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)


def row(number: int) -> Row:
    return Row(
        f"pod-{number}",
        (
            (Span("● ", "good"), Span(f"pod-{number}")),
            "8×H100 80GB",
            Span("active", "good"),
            f"{number * 0.37:.2f}",
            f"{number * 3.1:.2f}",
            f"{number}m",
            Span("—", "dim"),
        ),
    )


class Program(QuietApp[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit"),
        Binding("t", "tick"),
        Binding("f", "flood"),
        Binding("z", "suspend_process"),
        Binding("x", "crash"),
    ]
    ticks = 0

    def compose(self) -> ComposeResult:
        yield Line(Span("$412.08 left", "title"), "tick 0", id="strip")
        yield Rule("pods", f"{ROWS} of {ROWS}")
        yield KeyedTable(COLUMNS)

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEME
        table = self.query_one(KeyedTable)
        table.rows = tuple(row(number) for number in range(ROWS))
        table.focus()
        self.run_worker(self.beat())

    async def beat(self) -> None:
        while True:
            os.write(BEATS, b".")
            await asyncio.sleep(0.05)

    def action_tick(self) -> None:
        self.ticks += 1
        self.query_one("#strip", Line).right = f"tick {self.ticks}"

    def action_flood(self) -> None:
        """Change every row, fifteen times a second."""
        self.set_interval(1 / 15, self.change_all)

    def change_all(self) -> None:
        self.action_tick()
        self.query_one(KeyedTable).rows = tuple(row(number + self.ticks) for number in range(ROWS))

    def action_crash(self) -> None:
        secret = "pit_secret"
        raise ValueError(f"boom {len(secret)} [/]")


def save() -> None:
    LAST_WORDS.write_text("saved")


if __name__ == "__main__":
    app = Program()
    install(app, save)
    if os.environ.get("DEAF"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app.run()
    sys.exit(app.return_code or 0)
