"""How often ages and estimates in a pane are drawn anew while nothing else changes.

Panes of one pace are drawn at the same moments, whenever each was drawn last: what they have in common is
worked out once, and what changes in them is sent as one frame.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

QUICK = timedelta(seconds=5)
"""Where an age is told in seconds: a number that changes every second costs more than it tells."""
SLOW = timedelta(seconds=20)
"""Minutes, and estimates: what costs 50 USD an hour grows by a quarter of a dollar meanwhile."""
SPANS = timedelta(minutes=5)
"""Sums and plots of hours and days move on with time; nobody sees them move within minutes."""
YOUNG = timedelta(minutes=2)
_START = datetime(1970, 1, 1, tzinfo=UTC)


def is_due(drawn_at: datetime | None, now: datetime, pace: timedelta) -> bool:
    """Whether what was drawn at a moment is to be drawn again."""
    return drawn_at is None or (drawn_at - _START) // pace != (now - _START) // pace


def ages_due(drawn_at: datetime | None, now: datetime, births: Iterable[datetime | None]) -> bool:
    """Whether the ages of things are to be drawn again: quickly while one of them is young, else slowly."""
    if not is_due(drawn_at, now, QUICK):
        return False
    is_quick = any(birth is not None and now - birth < YOUNG for birth in births)
    return is_quick or is_due(drawn_at, now, SLOW)
