"""What a running program writes while nothing changes, while nobody looks, and when somebody comes back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.terminal import PATIENCE_S, Terminal, terminal

PROGRAM = [sys.executable, "-m", "prime_tui"]
FOCUS_LOST, FOCUS_GAINED = "\x1b[O", "\x1b[I"
PODS = "GET /api/v1/pods/"
WATCHED_S = 3.2


@pytest.fixture
def sim() -> Iterator[SimServer]:
    with SimServer(SimOptions(scenario="empty", speed=0.0)) as server:
        yield server


def variables(sim: SimServer) -> dict[str, str]:
    return {
        "PRIME_API_KEY": "sentinel-key-4711",
        "PRIME_API_BASE_URL": sim.url,
        "PRIME_INFERENCE_URL": f"{sim.url}/api/v1",
    }


def is_quiet(one: Terminal) -> None:
    """Wait until nothing was written for a while."""
    for _ in range(20):
        if not one.drain(1.5):
            return
    raise AssertionError(f"it goes on writing\n{one.text()}")


def test_without_a_clock_readings_that_bring_nothing_new_write_not_one_byte(
    tmp_path: Path, sim: SimServer
) -> None:
    with terminal(
        [*PROGRAM, "--no-clock", "--screen", "pods"], home=tmp_path, columns=100, rows=30, **variables(sim)
    ) as one:
        one.sees("No pods", "as of ", "w≤")
        is_quiet(one)
        reads, before = sim.requests()[PODS], len(one.raw)
        one.send("r")
        one.until(lambda _: sim.requests()[PODS] > reads, "another reading")
        assert one.drain(WATCHED_S) == 0
        assert len(one.raw) == before
        sim.fault("status", "/api/v1/pods/*", status=503)
        one.send("r")
        one.until(lambda text: "✕p" in text.splitlines()[0], "that the pods are stale")


def test_a_terminal_without_focus_is_painted_seldom_and_at_once_when_it_is_back(
    tmp_path: Path, sim: SimServer
) -> None:
    with terminal(
        [*PROGRAM, "--screen", "pods"], home=tmp_path, columns=100, rows=30, **variables(sim)
    ) as one:
        one.sees("No pods")
        ticks(one)
        one.send(FOCUS_LOST)
        is_quiet(one)
        assert len(clocks(one)) <= 2
        before = clock_of(one.text())
        one.send(FOCUS_GAINED)
        one.until(lambda text: clock_of(text) != before, "the present time")
        ticks(one)
        one.send(FOCUS_LOST)
        is_quiet(one)
        one.send("?")
        one.sees("In the list")  # a key is somebody, whatever the terminal says


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_a_detached_session_is_painted_seldom_until_somebody_attaches(tmp_path: Path, sim: SimServer) -> None:
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    start = [*tmux, "new-session", "-d", "-x", "100", "-y", "30", *PROGRAM, "--screen", "pods"]
    home = {"HOME": str(tmp_path), "TERM": "xterm-256color"}
    subprocess.run(start, env={**kept, **home, **variables(sim)}, check=True)

    def pane() -> str:
        return subprocess.run(
            [*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True
        ).stdout

    try:
        deadline = time.monotonic() + PATIENCE_S
        while len(seen := {clock_of(pane()) for _ in naps()}) > 2:
            assert time.monotonic() < deadline, seen
        with terminal([*tmux, "attach"], home=tmp_path) as one:
            one.sees("No pods")
            ticks(one)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def naps() -> Iterator[None]:
    """Moments over some seconds."""
    until_s = time.monotonic() + WATCHED_S
    while time.monotonic() < until_s:
        yield
        time.sleep(0.2)


def ticks(one: Terminal) -> None:
    """Wait until the clock has shown three times of day."""
    seen: set[str] = set()

    def thrice(text: str) -> bool:
        seen.add(clock_of(text))
        return len(seen - {""}) >= 3

    one.until(thrice, "a clock that ticks")


def clocks(one: Terminal) -> set[str]:
    """The times of day that are shown over some seconds."""
    seen, until_s = set(), time.monotonic() + WATCHED_S
    while time.monotonic() < until_s:
        one.read()
        seen.add(clock_of(one.text()))
    return seen


def clock_of(text: str) -> str:
    """The time of day that is shown."""
    found = re.search(r"\d\d:\d\d:\d\dZ", text)
    return found[0] if found else ""
