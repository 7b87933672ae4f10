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
from prime_tui.domain.errors import InternalError, NotPermitted, PrimeError, RateLimited

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 300.0
BLIP_WAIT_S = 10.0
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
        retry_at: When the next try is due after a failure; None when there will be none by itself.
    """

    error: PrimeError | None
    retry_at: datetime | None = None


class Poller:
    """Reads again and again, slows down on failure, never overlaps itself.

    It gives up on one answer only: that the key may not read this. Then it is switched off until somebody
    wakes it, for one more try, or until there is another key (`switch_on`).

    `interval_s` is None while nobody needs the topic; then only what can pass by itself is tried again.
    After a failure the wait is the interval, or 10 s where a second try may well succeed, and doubles with
    each further failure, at most 300 s; a longer `retry_after_s` of the service wins. Every wait is stretched
    when the call budget is short, and gets ±10 % jitter.

    Attributes:
        by_user: Whether the person asked for the reading that is going on.
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
        self._not_before = 0.0
        self._is_woken = False
        self._is_off = False
        self._is_wanted_by_user = False
        self._changed = asyncio.Event()

    def pace(self, interval_s: float | None) -> None:
        """Change the interval; a value that is already too old for it is read at once.

        After a failure the next try comes neither earlier, as the service may have asked us to wait, nor
        later: what somebody comes to look at should not stay unread for a whole interval.
        """
        if interval_s == self.interval_s:
            return
        self.interval_s = interval_s
        if interval_s is None:
            self._due, self._is_woken = None, False
        elif self._last_start is None:
            self._due = self._clock.monotonic()
        elif not self._is_woken and not self._is_off:
            fresh_until = self._last_start + interval_s * self._stretch()
            self._due = self._not_before if self._failures else fresh_until
        self._changed.set()

    def wake(self, *, by_user: bool = False) -> None:
        """Read now, whatever the pace; once more when a reading is going on, which may be older."""
        self._is_woken = True
        self._is_wanted_by_user = self._is_wanted_by_user or by_user
        self._due = self._clock.monotonic()
        self._changed.set()

    @property
    def is_off(self) -> bool:
        """Whether it reads no more by itself."""
        return self._is_off

    def switch_off(self) -> None:
        """Read no more: the key may not. Somebody who just asked is still served."""
        self._is_off = True
        if not self._is_woken:
            self._due = None
            self._changed.set()

    def switch_on(self) -> None:
        """Read as if for the first time: another key may be allowed what the last one was not."""
        self._is_off = False
        self._failures = 0
        self._not_before = 0.0
        self._last_start = None
        if self.interval_s is not None:
            self.wake()

    async def run(self) -> None:
        """Read for ever."""
        while True:
            try:
                await self._read_once_due()
            except Exception:  # whatever breaks around a reading must not stop the monitor either
                log.exception("what surrounds the reading of %s failed inside", self.name)
                await self._clock.sleep(BLIP_WAIT_S)
                if self._due is None and self.interval_s is not None:
                    self._due = self._clock.monotonic() + self.interval_s

    async def _read_once_due(self) -> None:
        await self._wait_until_due()
        await self._gate.passable()
        self._last_start = self._clock.monotonic()
        self._due, self._is_woken, self._is_off = None, False, False
        self.by_user, self._is_wanted_by_user = self._is_wanted_by_user, False
        error = await self._error_of_reading()
        self.by_user = False
        self._failures = 0 if error is None else self._failures + 1
        self._plan(error)
        self._ended(Outcome(error, self._retry_at(error)))

    async def _error_of_reading(self) -> PrimeError | None:
        try:
            await self._read()
        except PrimeError as failure:
            return failure
        except Exception as bug:  # a bug in one topic must not stop the monitor
            log.exception("reading %s failed inside", self.name)
            return InternalError(f"Reading {self.name}", bug)
        return None

    def _plan(self, error: PrimeError | None) -> None:
        now = self._clock.monotonic()
        if error is None:
            self._not_before = 0.0
            if self.interval_s is None:
                return
            due = now + self.interval_s * self._stretch() * self._jitter()
        elif isinstance(error, NotPermitted):
            self.switch_off()
            return
        else:
            due = self._not_before = now + self._backoff_s(error)
            if self.interval_s is None and not error.retryable:
                return
        if not self._is_woken:  # else somebody asked for one more while it read
            self._due = due

    def _backoff_s(self, error: PrimeError) -> float:
        base_s = min(self.interval_s or LONGEST_WAIT_S, LONGEST_WAIT_S)
        # A blip should not cost five minutes, however slow the topic is; after 429 one soon call is too many.
        if error.retryable and not isinstance(error, RateLimited):
            base_s = min(base_s, BLIP_WAIT_S)
        doubled_s = min(base_s * 2.0 ** min(self._failures - 1, 16), LONGEST_WAIT_S)
        asked_s: float = getattr(error, "retry_after_s", None) or 0.0
        return max(doubled_s * self._stretch() * self._jitter(), asked_s)

    def _retry_at(self, error: PrimeError | None) -> datetime | None:
        if error is None or self._due is None:
            return None
        return self._clock.now() + timedelta(seconds=max(0.0, self._due - self._clock.monotonic()))

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
