"""What all tests of the screens share."""

import pytest


@pytest.fixture(autouse=True)
def toasts_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A toast is still there when a slow machine comes to look at it."""
    monkeypatch.setattr("prime_tui.ui.telling.TOAST_S", 600.0)
