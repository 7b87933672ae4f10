"""How often ages and estimates in a pane are drawn anew while nothing else changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

BEAT = timedelta(0)
"""With each beat: somebody waits for something and counts seconds."""
QUICK = timedelta(seconds=5)
"""Where an age is told in seconds: a number that changes every second costs more than it tells."""
SLOW = timedelta(seconds=10)
"""Minutes, and estimates with two decimals."""
SPANS = timedelta(minutes=5)
"""Sums and plots of hours and days move on with time; nobody sees them move within minutes."""
YOUNG = timedelta(minutes=2)


def pace_of(births: Iterable[datetime | None], now: datetime) -> timedelta:
    """Return how often the ages of things are drawn: quickly while one of them is young."""
    return QUICK if any(birth is not None and now - birth < YOUNG for birth in births) else SLOW
