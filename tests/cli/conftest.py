"""One user and one service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.cli.program import KEY, Home


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service that takes one key only."""
    with SimServer(SimOptions(require_key=KEY)) as server:
        yield server.url


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
