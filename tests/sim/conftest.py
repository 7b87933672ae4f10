"""Fixtures of the simulator's tests: a world that stands still until it is advanced, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import client_of, options


@pytest.fixture
def sim() -> Iterator[SimServer]:
    with SimServer(options()) as server:
        yield server


@pytest.fixture
def http(sim: SimServer) -> Iterator[httpx.Client]:
    with client_of(sim) as client:
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[httpx.Client]:
    """A client of one busy world for all the tests of a module that only read."""
    with SimServer(options(scenario="busy")) as server, client_of(server) as client:
        yield client
