"""One reader for one topic."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import PrimeError

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 300.0
JITTER = 0.1


class Gate(Protocol):
    """What stands before every reading: closed while the key is refused."""

    async def passable(self) -> None:
        """Wait until reading is allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one reading ended.

    Attributes:
        error: None after a success.
        retry_at: When the next try is due after a failure.
    """

    error: PrimeError | None
    retry_at: datetime | None = None


class InternalError(PrimeError):
    """A bug of ours, caught where it cannot stop the other readers."""


class Poller:
    """Reads again and again, slows down on failure, never gives up, never overlaps itself.

    `interval_s` is None while nobody needs the topic. After n failures the wait is the interval doubled n
    times, at most 300 s; a longer `retry_after_s` of the service wins. Every wait gets ±10 % jitter.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], Awaitable[None]],
        *,
        clock: Clock,
        gate: Gate,
        ended: Callable[[Outcome], None],
        stretch: Callable[[], float] = lambda: 1.0,
        jitter: Callable[[], float] = lambda: random.uniform(1 - JITTER, 1 + JITTER),
    ) -> None:
        self.name = name
        self.interval_s: float | None = None
        self.by_user = False
        self._read = read
        self._clock = clock
        self._gate = gate
        self._ended = ended
        self._stretch = stretch
        self._jitter = jitter
        self._failures = 0
        self._last_start: float | None = None
        self._due: float | None = None
        self._changed = asyncio.Event()

    def pace(self, interval_s: float | None) -> None:
        """Change the interval; a value that is already too old for it is read at once."""
        if interval_s == self.interval_s:
            return
        self.interval_s = interval_s
        if interval_s is None:
            self._due = None
        elif self._last_start is None:
            self._due = self._clock.monotonic()
        elif not self._failures:
            self._due = self._last_start + interval_s * self._stretch()
        elif self._due is None:
            self._due = self._clock.monotonic()
        self._changed.set()

    def wake(self, *, by_user: bool = False) -> None:
        """Read now, whatever the pace."""
        self.by_user = self.by_user or by_user
        self._due = self._clock.monotonic()
        self._changed.set()

    async def run(self) -> None:
        """Read for ever."""
        while True:
            await self._wait_until_due()
            await self._gate.passable()
            self._last_start = self._clock.monotonic()
            self._due = None
            error: PrimeError | None = None
            try:
                await self._read()
            except PrimeError as failure:
                error = failure
            except Exception as bug:  # a bug in one topic must not stop the monitor
                log.exception("reading %s failed inside", self.name)
                error = InternalError(
                    f"Reading {self.name} failed inside prime-tui ({type(bug).__name__}).",
                    hint="The log file has the details.",
                )
            self.by_user = False
            self._failures = 0 if error is None else self._failures + 1
            delay_s = self._delay_s(error)
            if self.interval_s is not None or error is not None:
                self._wait_for(delay_s)
            retry_at = None if error is None else self._clock.now() + timedelta(seconds=delay_s)
            self._ended(Outcome(error, retry_at))

    def _wait_for(self, delay_s: float) -> None:
        if self._due is None:  # else it was woken while it read
            self._due = self._clock.monotonic() + delay_s

    def _delay_s(self, error: PrimeError | None) -> float:
        interval_s = self.interval_s if self.interval_s is not None else LONGEST_WAIT_S
        if error is None:
            return interval_s * self._stretch() * self._jitter()
        # The first retry comes soon, however slow the topic is: a blip should not cost five minutes.
        base_s = min(interval_s, 10.0)
        backoff_s = min(base_s * 2.0 ** min(self._failures - 1, 16), LONGEST_WAIT_S) * self._jitter()
        asked_s = getattr(error, "retry_after_s", None)
        return max(backoff_s, asked_s) if asked_s is not None else backoff_s

    async def _wait_until_due(self) -> None:
        while True:
            self._changed.clear()
            if self._due is not None:
                left_s = self._due - self._clock.monotonic()
                if left_s <= 0:
                    return
                await self._sleep_or_change(left_s)
            else:
                await self._changed.wait()

    async def _sleep_or_change(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({sleeping, changing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sleeping, changing):
                task.cancel()
            await asyncio.gather(sleeping, changing, return_exceptions=True)
