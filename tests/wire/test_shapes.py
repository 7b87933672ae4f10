"""One file a shape: what comes over the wire, and what it must mean."""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path

import pytest

from prime_tui.api.body import parse_json
from tests.wire.readers import READERS

SHAPES = sorted((Path(__file__).parent / "shapes").glob("*.json"))


def part(value: object, path: str) -> object:
    """Return what a dotted path leads to; a number is an index."""

    def step(found: object, name: str) -> object:
        return found[int(name)] if isinstance(found, tuple) and name.isdigit() else getattr(found, name)

    return reduce(step, path.split("."), value)


def as_written(value: object) -> object:
    """Return a value as the files write it: JSON's own types stay, everything else is its text."""
    return value if value is None or type(value) in (bool, int, float) else str(value)


@pytest.mark.parametrize("file", SHAPES, ids=lambda file: file.stem)
def test_a_shape_means_what_it_should(file: Path) -> None:
    shape = json.loads(file.read_text())
    wire = parse_json(json.dumps(shape["wire"]))
    found = READERS[shape["reader"]](wire)
    assert {path: as_written(part(found, path)) for path in shape["means"]} == shape["means"]
    assert "never" not in repr(found), "something that must not be kept was kept"


def test_there_are_shapes() -> None:
    assert len(SHAPES) > 40
