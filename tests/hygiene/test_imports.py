"""What is imported when: a start that is quick, and layers that know what they should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RUN = """
import sys
try:
    {code}
except SystemExit:
    pass
print(*sorted(name for name, module in sys.modules.items() if module), sep="\\n", file=sys.__stderr__)
"""
MAIN = "from prime_tui.cli.main import main; main({words!r})"


def modules_after(code: str) -> set[str]:
    """Return the modules that are there after running `code` in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(code=code)], capture_output=True, text=True, cwd=ROOT
    )
    assert "Traceback" not in done.stderr, done.stderr
    return set(done.stderr.split())


def among(modules: set[str], *packages: str) -> set[str]:
    """Return the modules that belong to these packages."""
    return {name for name in modules if any(name == one or name.startswith(f"{one}.") for one in packages)}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["simulate", "--help"]])
def test_help_and_version_import_nothing_slow(words: list[str]) -> None:
    modules = modules_after(MAIN.format(words=words))
    assert "prime_tui.cli.main" in modules
    slow = ("textual", "rich", "httpx", "pydantic", "keyring", "plotext", "uvicorn", "starlette", "asyncio")
    assert among(modules, *slow) == set()


def test_the_app_is_imported_without_what_only_the_connection_needs() -> None:
    modules = modules_after("import prime_tui.ui.app")
    assert "textual.app" in modules
    late = ("httpx", "pydantic", "plotext", "textual_plotext", "keyring", "prime_tui.api.client")
    assert among(modules, *late) == set()
    assert among(modules, "prime_tui.sim") == set()


def test_the_client_brings_what_account_and_balance_need() -> None:
    modules = modules_after("import prime_tui.api.client")
    assert "httpx" in modules
    wire = {name.removeprefix("prime_tui.api.wire.") for name in among(modules, "prime_tui.api.wire")}
    assert wire == {"prime_tui.api.wire", "account", "base", "billing", "scalars", "unchanged"}
    assert among(modules, "click", "pygments", "rich") == set(), "the command line of httpx"


def test_the_engine_is_imported_without_http() -> None:
    modules = modules_after("import prime_tui.sync.engine")
    assert among(modules, "httpx", "pydantic", "textual") == set()
    actions = ("prime_tui.sync.pod_actions", "prime_tui.sync.run_actions", "prime_tui.sync.chat_desk")
    assert among(modules, *actions) == set(), "what a person does comes later"


def test_the_domain_stands_alone() -> None:
    names = [f"prime_tui.domain.{path.stem}" for path in (ROOT / "prime_tui" / "domain").glob("*.py")]
    modules = modules_after("import " + ", ".join(name for name in names if not name.endswith("__init__")))
    assert (
        among(modules, "httpx", "pydantic", "textual", "rich", "keyring", "platformdirs", "sqlite3") == set()
    )
    assert among(modules, "prime_tui") <= {"prime_tui", *names, "prime_tui.domain"}


def test_the_simulator_is_another_implementation() -> None:
    modules = modules_after("import prime_tui.sim.serve")
    assert among(modules, "prime_tui") <= among(modules, "prime_tui.sim") | {"prime_tui"}
