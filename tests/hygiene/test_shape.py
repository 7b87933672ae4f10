"""The shape of the source: sizes, docstrings, keys that are explained, lists that are kept twice."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

from prime_tui.cli import choices
from prime_tui.sim.scenarios import SCENARIOS
from prime_tui.ui import app as app_module
from prime_tui.ui.app import PrimeApp
from prime_tui.ui.help import NAMES
from prime_tui.ui.render.strip import TABS
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.theme import THEMES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "prime_tui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "data"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_are_short() -> None:
    lines = {name_of(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_modules_are_explained() -> None:
    assert [name_of(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))] == []
    assert [name_of(path) for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_functions_are_short() -> None:
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{name_of(path)}:{node.name}"] = (node.end_lineno or node.lineno) - node.lineno + 1
    assert {name: count for name, count in found.items() if count > LONGEST_FUNCTION} == {}


def test_nothing_is_left_to_be_done() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
    found = [
        f"{name_of(path)}:{number}"
        for path in [*SOURCES, *TESTS]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(mark in line for mark in marks)
    ]
    assert found == []


def our_nodes() -> Iterator[type[DOMNode]]:
    """All widgets, screens and apps of ours."""
    for path in sorted((PACKAGE / "ui").rglob("*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, DOMNode) and kind.__module__ == module.__name__:
                yield kind


def bindings_of(kind: type[DOMNode]) -> list[Binding]:
    return list(Binding.make_bindings(vars(kind).get("BINDINGS", ())))


def test_every_key_says_what_it_does_and_does_it() -> None:
    problems = []
    for kind in our_nodes():
        found = bindings_of(kind)
        for binding in found:
            action = binding.action.split("(")[0]
            is_there = (
                "." in action or hasattr(kind, f"action_{action}") or hasattr(kind, f"_action_{action}")
            )
            if not binding.description or not is_there:
                problems.append((kind.__qualname__, binding.key, binding.action))
        counts = Counter(one.key for one in found)
        problems += [(kind.__qualname__, key, "twice") for key, count in counts.items() if count > 1]
    assert problems == []


def test_no_screen_takes_a_key_of_the_app() -> None:
    ours = {binding.key for binding in bindings_of(PrimeApp)}
    for kind in our_nodes():
        if issubclass(kind, PrimeScreen):
            assert {binding.key for binding in bindings_of(kind)} & ours == set(), kind


def test_no_bare_key_destroys() -> None:
    words = ("terminate", "delete", "destroy")
    for kind in our_nodes():
        if issubclass(kind, PrimeScreen):
            for binding in bindings_of(kind):
                assert not any(word in binding.action for word in words), binding


def test_keys_that_terminals_eat_are_not_used() -> None:
    eaten = {f"ctrl+{letter}" for letter in "sqzhim"}
    bindings = [binding for kind in our_nodes() for binding in bindings_of(kind)]
    used = {binding.key for binding in bindings}
    # Where the terminal leaves it to us, this key does what it does everywhere.
    assert [one.action for one in bindings if one.key in eaten] == ["suspend_process"]
    assert all(len(NAMES.get(key, key)) <= 16 for key in used)


def test_the_words_of_the_command_line_are_those_of_the_code() -> None:
    assert app_module.SCREENS == choices.SCREENS
    assert tuple(name.lower() for name in TABS) == choices.SCREENS
    assert set(PrimeApp.MODES) == set(choices.SCREENS)
    assert tuple(choices.SCENARIOS) == tuple(SCENARIOS)
    assert tuple(theme.name for theme in THEMES) == choices.THEME_NAMES
