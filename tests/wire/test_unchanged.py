"""A row that comes as it came is not read anew, and one that changed is."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.wire.unchanged import UnchangedRows
from tests.wire.readers import ROWS
from tests.wire.test_properties import ROW

POD: dict[str, object] = {"id": "p", "status": "ACTIVE", "priceHr": "2.5"}


def test_the_same_row_is_the_same_value_and_a_changed_one_is_not() -> None:
    rows = UnchangedRows(ROWS["pod"])
    first = rows(POD)
    rows.begin()
    assert rows(copy.deepcopy(POD)) is first
    rows.begin()
    assert rows({**POD, "status": "ERROR"}) != first


def test_what_the_list_did_not_hold_the_last_time_is_forgotten() -> None:
    rows = UnchangedRows(ROWS["pod"])
    first = rows(POD)
    rows.begin()
    rows({**POD, "id": "other"})
    rows.begin()
    assert rows(POD) is not first


def test_a_reading_that_failed_forgets_nothing() -> None:
    rows = UnchangedRows(ROWS["pod"])
    first = rows(POD)
    rows.begin()
    rows.begin()
    assert rows(POD) is first


def test_a_row_that_cannot_be_read_is_refused_each_time() -> None:
    rows = UnchangedRows(ROWS["pod"])
    for _ in range(2):
        rows.begin()
        with pytest.raises(ValueError, match="object"):
            rows(7)


@given(st.lists(ROW, max_size=6))
def test_each_row_keeps_its_own_value(lists: list[object]) -> None:
    rows = UnchangedRows(lambda row: [row])
    for _ in range(2):
        rows.begin()
        # By their text, since 1, 1.0 and True are not the same here.
        assert [repr(rows(row)) for row in lists] == [repr([row]) for row in lists]
