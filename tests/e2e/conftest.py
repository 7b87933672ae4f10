"""One user and one service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, Home
from tests.e2e.lodger import Lodger


@pytest.fixture(scope="module")
def service() -> Iterator[SimServer]:
    """A world that stands still."""
    with SimServer(SimOptions(speed=0)) as sim:
        yield sim


@pytest.fixture
def lodger(tmp_path: Path, service: SimServer) -> Lodger:
    return Lodger(tmp_path, service.url)


@pytest.fixture
def sim() -> Iterator[SimServer]:
    """A world for whoever has signed in."""
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
