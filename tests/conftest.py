"""What every test starts from: an environment that says nothing about the person's own terminal or keys."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Searching for new counter-examples is for developers; a check of the main line repeats the same ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "search")

FOREIGN = ("NO_COLOR", "COLORTERM", "FORCE_COLOR", "PRIME_", "TEXTUAL", "TMUX")


@pytest.fixture(autouse=True, scope="session")
def quiet_environment() -> None:
    """Remove variables that change what the program does or looks like."""
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            del os.environ[name]
    from prime_tui.ui.terminal.environment import prepare

    prepare()
