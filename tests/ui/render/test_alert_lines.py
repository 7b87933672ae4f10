"""What needs a person, as lines."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.ui.render.alert_lines import NAME_CELLS, alert_lines
from prime_tui.ui.render.styled import plain


def test_a_thing_is_named_and_told() -> None:
    lines = alert_lines([Alert("pod:1", Urgency.WARNING, "in error, may cost $2.40/h.", "3, then x", "dev")])
    assert [plain(line) for line in lines] == ["▲ dev: in error, may cost $2.40/h.", "  3, then x"]


@pytest.mark.parametrize("name", ["x" * 200, "日本" * 100])
def test_a_long_name_leaves_room_for_what_is_wrong(name: str) -> None:
    [line] = alert_lines([Alert("pod:1", Urgency.WARNING, "in error.", about=name)])
    shown, _, told = plain(line).removeprefix("▲ ").partition("…: ")
    assert cell_len(shown) in (NAME_CELLS - 2, NAME_CELLS - 1)
    assert told == "in error."
