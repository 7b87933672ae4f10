"""One user and the services whose keys are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.ui.seated import KEY, OTHER_KEY, configure


@pytest.fixture
def sim() -> Iterator[SimServer]:
    """A service that takes one key only."""
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server


@pytest.fixture
def other() -> Iterator[SimServer]:
    """Another one, with another key."""
    with SimServer(SimOptions(require_key=OTHER_KEY, seed=7)) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, sim: SimServer) -> Path:
    """A home whose default profile is the first service."""
    configure(tmp_path, sim.url)
    return tmp_path
