"""What is painted at once must be all that is seen there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.geometry import Region
from textual.widget import Widget

from prime_tui.ui.terminal.straight import uncovered_region

SCREEN, CLOCK = Region(0, 0, 80, 24), Region(70, 0, 10, 1)


@pytest.mark.parametrize(
    ("above", "clip", "found"),
    [
        (Region(0, 0, 70, 1), SCREEN, CLOCK),
        (Region(60, 0, 11, 3), SCREEN, None),
        (Region(60, 1, 20, 3), SCREEN, CLOCK),
        (Region(0, 5, 80, 1), Region(0, 0, 75, 24), None),
    ],
)
def test_a_widget_that_is_covered_or_cut_is_left_to_the_toolkit(
    above: Region, clip: Region, found: Region | None
) -> None:
    toast, clock, background = Widget(), Widget(), Widget()
    compositor: Any = SimpleNamespace(
        visible_widgets={toast: (above, SCREEN), clock: (CLOCK, clip), background: (SCREEN, SCREEN)}
    )
    assert uncovered_region(compositor, clock) == found
    assert uncovered_region(compositor, Widget()) is None
