"""ssh from the real program inside a real tmux: a window of its own, without the secrets of the server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, ROOT
from tests.e2e.terminal import PATIENCE_S
from tests.ui.screens.fake_programs import Recorder

SECRETS = {"PRIME_API_KEY": KEY, "WANDB_API_KEY": "sentinel-wandb-0815", "HF_TOKEN": "sentinel-hf-0815"}


class Tmux:
    """A tmux server of the test's own, with the program in its first window."""

    def __init__(self, home: Path, variables: dict[str, str], command: list[str]) -> None:
        self._words = ["tmux", "-S", str(home / "tmux-socket"), "-f", "/dev/null"]
        self._environment = variables
        self.run("new-session", "-d", "-x", "110", "-y", "30", "-n", "monitor", *command)

    def run(self, *words: str) -> str:
        """Run a tmux command and return what it prints."""
        done = subprocess.run(
            [*self._words, *words], env=self._environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def text(self, window: str = "monitor") -> str:
        """Return what a window shows, and what was scrolled out of it."""
        return self.run("capture-pane", "-p", "-S", "-", "-t", window)

    def windows(self) -> list[str]:
        """Return the names of the windows."""
        return self.run("list-windows", "-F", "#{window_name}").split()

    def until(self, seen: Callable[[], object], what: str) -> None:
        """Wait for something."""
        deadline = time.monotonic() + PATIENCE_S
        while not seen():
            assert time.monotonic() < deadline, f"did not come: {what}\n{self.text()}"
            time.sleep(0.05)


@pytest.fixture
def programs(tmp_path: Path) -> Recorder:
    made = Recorder(tmp_path)
    made.add("ssh", 'echo "welcome to the pod"; read line; exit 255\n')
    return made


@pytest.fixture
def tmux(tmp_path: Path, programs: Recorder) -> Iterator[Tmux]:
    """Start the program in a tmux whose server was started by a shell that had every secret."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    with SimServer(SimOptions(speed=0)) as sim:
        variables = {
            **SECRETS,
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "PATH": f"{programs.bin}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PRIME_API_BASE_URL": sim.url,
            "PRIME_INFERENCE_URL": f"{sim.url}/api/v1",
        }
        one = Tmux(tmp_path, variables, [sys.executable, "-m", "prime_tui", "--screen", "pods"])
        try:
            yield one
        finally:
            one.run("kill-server")


def test_the_pod_gets_a_window_and_no_secret_and_the_monitor_goes_on(tmux: Tmux, programs: Recorder) -> None:
    tmux.until(lambda: "● active" in tmux.text(), "the pods")
    tmux.run("send-keys", "-t", "monitor", "G")
    tmux.until(lambda: "s ssh" in tmux.text(), "a pod that is ready")
    tmux.run("send-keys", "-t", "monitor", "s")
    tmux.until(lambda: len(tmux.windows()) == 2, "a second window")
    _, name = tmux.windows()
    tmux.until(lambda: "welcome to the pod" in tmux.text(name), "the shell")
    words = programs.words("ssh")
    assert words[-6:-2] == ["-l", "root", "-p", words[-3]]
    assert words[-2] == "--"
    assert any(word.startswith("HostKeyAlias=prime-pod-") for word in words)
    environment = programs.environment("ssh")
    assert not [name for name in environment if name.startswith(("PRIME_", "WANDB_", "HF_"))]
    assert not set(SECRETS.values()) & set(environment.values())
    assert environment["TERM"].startswith(("tmux", "screen"))

    tmux.until(lambda: f"ssh into {name}" in tmux.text(), "what was done")
    tmux.run("send-keys", "-t", "monitor", "1")
    tmux.until(lambda: "burning now" in tmux.text(), "the monitor at work")
    tmux.run("send-keys", "-t", name, "Enter")
    tmux.until(lambda: "dead" in tmux.run("list-windows", "-F", "#{?pane_dead,dead,}"), "a failed ssh")
    assert "welcome to the pod" in tmux.text(name), "its words can still be read"
