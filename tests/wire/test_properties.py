"""Whatever a service sends: no list is lost, no money is a float, and no text can move the terminal."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prime_tui.api.body import parse_json
from prime_tui.api.wire.base import page_of, read_object, read_rows
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.text import clean
from tests.wire.readers import OBJECTS, ROWS, Reader

WIRE = Path(__file__).parents[2] / "prime_tui" / "api" / "wire"
NAMES = sorted(
    set(re.findall(r'"([A-Za-z][A-Za-z0-9_]*)"', "".join(path.read_text() for path in WIRE.glob("*.py"))))
)

SPECIAL = st.sampled_from(
    [
        "\x1b]52;c;eA==\x07",
        "\u202eevil",
        "e\u0301" * 9,
        "[/red]",
        "NaN",
        "1e9999",
        "9" * 400,
        "2026-13-45",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "root@-oProxyCommand=x",
        "[{",
        '{"a":[1]}',
        "\ud800",
        Decimal("1e999999"),
        Decimal("-0"),
        10**40,
        -1,
        2**63,
        1e308,
    ]
)
SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=12) | SPECIAL
)
KEY = st.sampled_from(NAMES) | st.text(max_size=6)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4), max_leaves=10
)
NAMED = dict.fromkeys(("id", "cloudId", "gpuType", "teamId", "userId", "podId", "name", "provider"), "x")
ROW = VALUE | st.dictionaries(KEY, VALUE, max_size=10).map(lambda row: {**NAMED, **row})
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def parts_of(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield every leaf of a domain value with the name of the field that it is in."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from parts_of(getattr(value, field.name), field.name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from parts_of(key, name)
            yield from parts_of(inner, name)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from parts_of(inner, name)
    else:
        yield name, value


def check(value: object) -> None:
    for name, part in parts_of(value):
        if isinstance(part, str):
            assert clean(part) == part, f"{name} is not clean"
        if "usd" in name or name in ("amount", "balance", "prepaid_h"):
            assert part is None or (isinstance(part, Decimal) and part.is_finite()), f"{name} is {part!r}"
            assert len(f"{part or 0:.2f}") < 40
        if isinstance(part, float):
            assert math.isfinite(part)
        if isinstance(part, datetime):
            assert part.utcoffset() is not None


@pytest.mark.parametrize("name", ROWS)
@MANY
@given(rows=st.lists(ROW, max_size=4))
def test_any_row_is_read_or_counted(name: str, rows: list[object]) -> None:
    items, lost = read_rows(rows, ROWS[name], id)
    assert len(items) + len(lost) == len(rows)
    check(items)
    for row in lost:
        assert clean(row.reason) == row.reason


ODD = [
    "\x1b]52;c;eA==\x07\u202ee" + "\u0301" * 9,
    "NaN",
    "-Infinity",
    "1e999",
    Decimal("NaN"),
    Decimal("1e999999"),
    float("inf"),
    10**400,
    [],
    {},
    ["\x1b[2J"],
    {"\x1b[2J": "\x1b[2J", "content": "\x9b1m"},
    True,
]


def full_of(odd: object) -> dict[str, object]:
    """Return a row with one odd value in every field that any model knows, apart from the ids."""
    return {field: odd for field in NAMES if field not in NAMED} | NAMED


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
@pytest.mark.parametrize("name", ROWS)
def test_odd_values_in_all_fields_do_not_cost_the_row(name: str, odd: object) -> None:
    items, lost = read_rows([full_of(odd)], ROWS[name], id)
    assert not lost
    check(items)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
@pytest.mark.parametrize("name", OBJECTS)
def test_odd_values_in_all_fields_are_read_or_refused(name: str, odd: object) -> None:
    row = full_of(odd)
    for value in (
        row,
        {**row, "logs": str(odd), "env_servers": [row], "checkpoints": [row], "metrics": [row]},
    ):
        with suppress(ResponseShapeError):
            check(read_object(value, OBJECTS[name], "none"))


@pytest.mark.parametrize("name", [name for name in OBJECTS if name != "chat"])
@MANY
@given(value=ROW)
def test_any_object_is_read_or_refused(name: str, value: object) -> None:
    with suppress(ResponseShapeError):
        check(read_object(value, OBJECTS[name]))


@MANY
@given(VALUE)
def test_any_value_is_a_page_or_is_refused(value: object) -> None:
    with suppress(ResponseShapeError):
        assert isinstance(page_of(value).rows, list)


@MANY
@given(st.dictionaries(KEY, VALUE, max_size=6))
def test_any_chat_chunk_is_read(value: dict[str, object]) -> None:
    piece = OBJECTS["chat"](value)
    assert isinstance(getattr(piece, "text", None), str)


@given(st.dictionaries(KEY, VALUE, max_size=8))
def test_a_lost_row_is_told_without_its_text(row: dict[str, object]) -> None:
    marked = {**row, "id": ["zebra-in-a-row"], "podId": ["zebra-in-a-row"], "name": "zebra-in-a-row"}
    _, lost = read_rows([marked], ROWS["pod"], id)
    assert len(lost) == 1
    assert "zebra" not in lost[0].reason


@pytest.mark.parametrize("reader", [ROWS["pod"], ROWS["disk"], ROWS["run"]])
def test_a_repeated_id_is_one_row(reader: Reader) -> None:
    items, lost = read_rows(
        [{"id": "a"}, {"id": "b"}, {"id": "a"}], reader, lambda row: getattr(row, "id", None)
    )
    assert (len(items), lost) == (2, ())


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=10))
def test_money_keeps_every_digit_as_number_and_as_text(amount: Decimal) -> None:
    for written in (format(amount, "f"), json.dumps(format(amount, "f"))):
        body = f'{{"wallet_id": "w", "balance_usd": {written}, "currency": "USD", "recent_billings": []}}'
        wallet = OBJECTS["wallet"](parse_json(body))
        assert getattr(wallet, "balance", None) == amount


def test_zero_null_and_absent_prices_are_three_things() -> None:
    free, null, absent = (
        ROWS["pod"]({"id": "p", **price}) for price in ({"priceHr": 0}, {"priceHr": None}, {})
    )
    assert getattr(free, "price_usd_per_h", None) == Decimal(0)
    assert getattr(null, "price_usd_per_h", "?") is None
    assert getattr(absent, "price_usd_per_h", "?") is None
