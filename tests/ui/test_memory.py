"""Nothing of ours is left behind by what is done over and over; for megabytes: `tests.benchmarks memory`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.memory import ACTS
from tests.ui.pile import KEPT

ROOT = Path(__file__).parents[2]


def left_behind(what: str) -> list[str]:
    """Ask a process of its own, in which no other test has left anything."""
    command = [sys.executable, "-m", "tests.ui.pile", what]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split(
        "\n"
    )[:-1]


@pytest.mark.parametrize("what", ACTS)
def test_nothing_piles_up(what: str) -> None:
    assert left_behind(what) == []


def test_what_is_left_is_noticed() -> None:
    assert "MessageDialog" in left_behind(KEPT)
