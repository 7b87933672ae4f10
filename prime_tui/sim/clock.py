"""The world's clock: seconds since the world's start, at a chosen speed, and movable."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class WorldClock:
    """World time = elapsed real time x speed + everything that was advanced by hand.

    All times inside the world are seconds relative to its start; the history before it has negative times.
    A speed of 0 freezes the world, so that only `advance` moves it.
    """

    def __init__(
        self, *, start_at: datetime, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.start_at = start_at.astimezone(UTC).replace(microsecond=0)
        self.speed = speed
        self._monotonic = monotonic
        self._origin_s = monotonic()
        self._advanced_s = 0.0

    def now_s(self) -> float:
        """Return the world's time in seconds since its start."""
        elapsed_s = (self._monotonic() - self._origin_s) * self.speed
        return round(elapsed_s + self._advanced_s, 3)

    def advance(self, seconds: float) -> None:
        """Move the world forward; a world never goes back.

        Raises:
            ValueError: the number of seconds is negative.
        """
        if seconds < 0:
            raise ValueError("the world's clock only moves forward")
        self._advanced_s += seconds

    def at(self, t_s: float) -> datetime:
        """Return the UTC date and time of a world second."""
        return self.start_at + timedelta(milliseconds=round(t_s * 1000))

    def iso(self, t_s: float) -> str:
        """Return a world second as ISO 8601 in UTC, milliseconds only where there are some."""
        moment = self.at(t_s)
        precision = "milliseconds" if moment.microsecond else "seconds"
        return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"

    def iso_or_none(self, t_s: float | None) -> str | None:
        """Return `iso`, or None for no time."""
        return None if t_s is None else self.iso(t_s)

    def unix(self, t_s: float) -> int:
        """Return a world second as Unix seconds."""
        return int(self.at(t_s).timestamp())
