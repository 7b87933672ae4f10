"""The session buses of `buses`, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.persistence.buses import Desktop, SilentBus, desktop, silent_bus


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Desktop]:
    with desktop(tmp_path) as one:
        yield one


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[SilentBus]:
    with silent_bus(tmp_path) as one:
        yield one
