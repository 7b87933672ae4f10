"""The private names that the terminal layer leans on are there, and no other version is trusted."""

from importlib import metadata
from pathlib import Path

import pytest
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from prime_tui.ui.terminal import pins
from prime_tui.ui.terminal.driver import QuietDriver
from prime_tui.ui.terminal.quiet_app import QuietApp

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "installed_version", lambda: "8.3.0")


def test_the_tested_version_is_installed_and_required() -> None:
    assert pins.installed_version() == metadata.version("textual") == pins.TESTED_VERSION
    assert f'"textual=={pins.TESTED_VERSION}"' in (PROJECT / "pyproject.toml").read_text()
    assert pins.unfit_reason() is None


def test_every_private_name_is_there() -> None:
    assert pins.missing_names() == []


def test_it_is_on_by_default() -> None:
    app = QuietApp[None]()
    assert app.frame_diff_off_reason is None
    assert app.get_driver_class() is QuietDriver


def test_another_version_switches_it_off_and_says_so(another_version: None) -> None:
    app = QuietApp[None]()
    assert app.frame_diff_off_reason == "Textual 8.3.0 is installed, 8.2.8 is what this was tested with."
    assert app.get_driver_class() is LinuxDriver


@pytest.mark.parametrize(("owner", "name"), [(App, "_display"), (Screen, "_on_timer_update")])
def test_a_name_that_is_gone_switches_it_off_and_is_named(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    monkeypatch.delattr(owner, name)
    reason = QuietApp[None]().frame_diff_off_reason
    assert reason is not None
    assert f"{owner.__name__}.{name}" in reason


def test_the_environment_switches_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIME_TUI_FRAME_DIFF", "0")
    app = QuietApp[None]()
    assert app.frame_diff_off_reason == "PRIME_TUI_FRAME_DIFF is 0."
    assert app.get_driver_class() is QuietDriver
