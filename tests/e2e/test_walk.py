"""The real program in a real terminal: start, walk through the screens, leave, and leave nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.terminal import PATIENCE_S, Terminal, terminal

F1 = "\x1bOP"
PROGRAM = [sys.executable, "-m", "prime_tui"]


def walk(one: Terminal) -> None:
    one.sees("1 Wallet", "burn", "runway", "burning now", "billing")
    one.until(lambda text: "$" in text.splitlines()[1], "a balance")
    one.send("2")
    one.sees("── runs")
    one.send("3")
    one.sees("── pods")
    one.send("4")
    one.sees("Ask a model", "conversation $0.00")
    one.send(F1)  # a digit would be typed into the question
    one.sees("burning now")


def leaves_clean(one: Terminal) -> None:
    """Every mode that was switched on is off again; the cursor is shown and lines wrap."""
    last = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", bytes(one.raw)))
    assert {mode for mode, switch in last.items() if switch == b"h"} <= {b"25", b"7"}
    assert last[b"25"] == b"h"
    assert one.raw.count(b"\x1b[<u") >= one.raw.count(b"\x1b[>")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 48)])
def test_demo_walk_and_quit(tmp_path: Path, columns: int, rows: int) -> None:
    with terminal([*PROGRAM, "--demo"], home=tmp_path, columns=columns, rows=rows) as one:
        walk(one)
        one.send("q")
        assert one.wait() == 0
        leaves_clean(one)


def test_with_a_key_against_a_simulator(tmp_path: Path) -> None:
    with SimServer(SimOptions(require_key="sentinel-key-4711")) as sim:
        variables = {
            "PRIME_API_KEY": "sentinel-key-4711",
            "PRIME_API_BASE_URL": sim.url,
            "PRIME_INFERENCE_URL": f"{sim.url}/api/v1",
        }
        with terminal(PROGRAM, home=tmp_path, columns=100, rows=30, **variables) as one:
            walk(one)
            one.send("q")
            assert one.wait() == 0
            assert b"sentinel-key-4711" not in one.raw
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"sentinel-key-4711" not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0


def test_the_demo_leaves_no_child_behind(tmp_path: Path) -> None:
    with terminal([*PROGRAM, "--demo"], home=tmp_path) as one:
        one.sees("burning now")
        one.until(lambda text: "$" in text.splitlines()[1], "a balance")
        children = children_of(one.pid)
        assert children
        one.send("q")
        assert one.wait() == 0
    deadline = time.monotonic() + PATIENCE_S
    while any("prime_tui" in command_line(child) for child in children):
        assert time.monotonic() < deadline, "the simulator outlived the program"
        os.sched_yield()


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_without_a_terminal_it_says_so_and_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "--demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "terminal" in done.stderr


def test_without_a_key_it_offers_to_sign_in_and_the_demo(tmp_path: Path) -> None:
    with terminal(PROGRAM, home=tmp_path) as one:
        one.sees("There is no API key", "the environment gives none", "--demo", "Paste an API key")
        one.send("\x1b")
        one.until(lambda text: "Paste an API key" not in text, "the end of the dialog")
        one.sees("sign in: K")
        one.send("q")
        assert one.wait() == 0
        leaves_clean(one)
