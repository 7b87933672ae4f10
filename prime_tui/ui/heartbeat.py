"""When screens are drawn, and for which moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from prime_tui.domain.clock import Clock
from prime_tui.domain.remote import Freshness
from prime_tui.store.selectors.aspect import Aspect, aspect, next_late_at, trust
from prime_tui.store.slice import Topic
from prime_tui.store.store import PASSING, Store
from prime_tui.ui.strip_facts import StripModel

BEAT_S = 1.0
GATHER_S = 0.2
"""Without a clock, changes that come close together are drawn together."""
LOOK_S = 1.0
"""Without a clock, readings that end close together are judged together."""
LONGEST_SLEEP_S = 20.0
"""Without a clock, how late something due may be seen after the machine itself slept."""
ALERTS_S = 10.0
"""Without a clock, how late an alert may come that time alone brings."""
LONGEST_STANDING = timedelta(hours=1)
"""Without a clock, how far behind ages and estimates may fall."""
UNHURRIED = frozenset({Topic.USAGE, Topic.FRESHNESS, Topic.BUDGET})
"""Changes that come one by one all the time: they are drawn with the next beat."""
ANSWER_S = 5.0
"""That a reading ended is drawn with the ages, but at once for somebody who did something just now."""


class Drawn(Protocol):
    """A screen, as far as it is drawn from here."""

    @property
    def is_ready(self) -> bool:
        """Whether it can be drawn."""
        ...

    @property
    def counts_seconds(self) -> bool:
        """Whether somebody waits for something on it."""
        ...

    def pull(self) -> None:
        """Draw all of it."""
        ...

    def store_changed(self, topics: frozenset[Topic]) -> None:
        """Draw what changed."""
        ...

    def show_strip(self, *, is_alone: bool = False) -> None:
        """Draw the lines on top; alone, if nothing else changed with them."""
        ...

    def show_clock(self, now: datetime) -> None:
        """Draw only the clock in them."""
        ...

    def tick(self, now: datetime) -> None:
        """Let ages grow."""
        ...


class Stage(Protocol):
    """The app, as far as it is drawn from here."""

    store: Store
    strip: StripModel
    asked_at_s: float
    """What is drawn after this moment (monotonic clock) is painted at once."""

    @property
    def base_screen(self) -> Drawn | None:
        """The screen of the present mode."""
        ...

    @property
    def screen(self) -> object:
        """What is on top: that screen, or a dialog over it."""
        ...


class Heartbeat:
    """Draws the screen in view when the store changes, and when time alone changes it.

    With a clock that is every second. Without one the screen stands as of one moment, which it names, and
    is drawn for another one when a value changes, or how far one can be trusted, or what needs somebody;
    nothing wakes but for what falls due. While nobody looks, either is done once in `away_s` at most.

    Args:
        failed: Told of what goes wrong while drawing.
    """

    def __init__(
        self,
        stage: Stage,
        clock: Clock,
        *,
        has_clock: bool,
        away_s: float,
        failed: Callable[[Exception], None],
    ) -> None:
        self._stage = stage
        self._clock = clock
        self._has_clock = has_clock
        self._away_s = away_s
        self._failed = failed
        self._is_away = False
        self._untold: frozenset[Topic] = frozenset()
        self._due: asyncio.TimerHandle | None = None
        self._drawn_at_s = self._looked_at_s = self._stirred_at_s = 0.0
        self._moment: datetime | None = None
        self._aspect: Aspect | None = None
        self._compared_at_s = 0.0
        self._trust: tuple[tuple[Freshness, int], ...] = ()

    @property
    def has_clock(self) -> bool:
        """Whether ages tick."""
        return self._has_clock

    def moment(self, *, anew: bool = False) -> datetime:
        """Return the moment that the screen shows; `anew` when all of it is drawn."""
        if self._has_clock:
            return self._clock.now()
        if anew or self._moment is None:
            self._moment = self._clock.now()
            self._aspect = aspect(self._stage.store, self._moment)
            self._stage.strip.invalidate()
        return self._moment

    def hear(self, topics: frozenset[Topic]) -> None:
        """Take what changed in the store."""
        self._untold |= topics
        if not self._has_clock:
            drawn_s = self._drawn_at_s + (self._away_s if self._is_away else GATHER_S)
            self._wake_at(self._looked_at_s + LOOK_S if topics <= PASSING else drawn_s)
        elif not topics <= UNHURRIED and not self._is_away:
            self._tell()

    def stir(self) -> None:
        """Somebody did something: what they wait for from now on may count seconds."""
        self._stirred_at_s = monotonic()
        if not self._has_clock:
            self._wake_at(monotonic() + BEAT_S)

    def look(self, *, is_away: bool) -> None:
        """Nobody looks any more, or somebody looks again: then draw at once what was kept back."""
        if is_away != self._is_away:
            self._is_away = is_away
            if not is_away:
                self._wake_at(0.0)

    def start(self) -> None:
        """Begin."""
        self._wake_at(monotonic() + BEAT_S)

    def stop(self) -> None:
        """End."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _wake_at(self, at_s: float) -> None:
        """Beat at this moment (monotonic), unless a beat is due before."""
        loop = asyncio.get_running_loop()
        due_s = loop.time() + max(0.0, at_s - monotonic())
        if self._due is not None:
            if self._due.when() <= due_s:
                return
            self._due.cancel()
        self._due = loop.call_at(due_s, self._beat)

    def _beat(self) -> None:
        self._due = None
        if self._is_away:  # this beat waited long enough; its paint is not to wait once more
            self._stage.asked_at_s = monotonic()
        try:
            next_s = self._tick() if self._has_clock else self._judge()
        except Exception as error:
            self._failed(error)
            return
        self._wake_at(next_s)

    # -- with a clock ----------------------------------------------------------------

    def _tick(self) -> float:
        """Let everything grow older; return when to do so again."""
        self._tell()
        screen = self._screen
        if screen is not None:
            is_on_top = screen is self._stage.screen
            now, before = self._clock.now(), self._trust
            self._trust = trust(self._stage.store, now)
            is_as_before = self._trust == before
            if is_on_top and not is_as_before:
                screen.pull()
            else:
                # Under a dialog too: a header that stands still would look fresh.
                if is_as_before and self._stage.strip.is_still(now):
                    screen.show_clock(now)
                else:
                    screen.show_strip(is_alone=True)
                if is_on_top:
                    screen.tick(now)
        return monotonic() + (self._away_s if self._is_away else BEAT_S)

    def _tell(self) -> None:
        topics, self._untold = self._untold, frozenset()
        screen = self._screen
        is_news = not topics <= PASSING or (topics and monotonic() - self._stirred_at_s < ANSWER_S)
        if is_news and screen is not None and screen is self._stage.screen:
            screen.store_changed(topics)

    @property
    def _screen(self) -> Drawn | None:
        screen = self._stage.base_screen
        return screen if screen is not None and screen.is_ready else None

    # -- without ---------------------------------------------------------------------

    def _judge(self) -> float:
        """Draw if there is a reason to; return when there may be one again."""
        self._looked_at_s = monotonic()
        now, store = self._clock.now(), self._stage.store
        screen = self._screen
        if screen is None:
            return monotonic() + BEAT_S
        standing_since, is_on_top = self._moment or now, screen is self._stage.screen
        counts = is_on_top and screen.counts_seconds
        if self._is_other(store, now) or counts or now - standing_since >= LONGEST_STANDING:
            kept_back_until_s = self._drawn_at_s + (self._away_s if self._is_away else 0.0)
            if monotonic() < kept_back_until_s:
                return kept_back_until_s
            self._draw(screen, is_on_top=is_on_top)
            standing_since = now
        elif self._untold:
            self._untold = frozenset()
        due = [standing_since + LONGEST_STANDING, next_late_at(store, now)]
        wait_s = min((at - now).total_seconds() for at in due if at is not None)
        return monotonic() + (BEAT_S if counts else min(LONGEST_SLEEP_S, max(LOOK_S, wait_s + 0.05)))

    def _is_other(self, store: Store, now: datetime) -> bool:
        """Whether something changed that a person would want to be told of; the dear part is seldom asked."""
        known = self._aspect
        if known is None or not self._untold <= PASSING:
            return True
        if trust(store, now) != known.trust or store.budget.is_short != known.is_short_of_calls:
            return True
        if monotonic() - self._compared_at_s < ALERTS_S:
            return False
        self._compared_at_s = monotonic()
        return aspect(store, now) != known

    def _draw(self, screen: Drawn, *, is_on_top: bool) -> None:
        self._untold = frozenset()
        self._drawn_at_s = monotonic()
        self.moment(anew=True)
        if is_on_top:
            screen.pull()
        else:
            screen.show_strip()
