"""With the clock off a screen stands as of one moment, and still tells what a person must know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prime_tui.domain.clock import SystemClock
from prime_tui.domain.errors import NetworkError
from prime_tui.domain.pods import Pod
from prime_tui.domain.remote import Listing
from prime_tui.sim.serve import SimOptions
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.ui.heartbeat import Heartbeat
from prime_tui.ui.strip_facts import StripModel
from tests.ui.monitor import monitor

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
NO_PODS: Listing[Pod] = Listing()
STILL = SimOptions(scenario="empty", speed=0.0)
PATIENCE_S = 30.0


class HandClock(SystemClock):
    """Shows what the test sets."""

    at = START

    def now(self) -> datetime:
        return self.at


@dataclass
class Screen:
    """Notes how it is drawn, and draws all of it as real screens do."""

    draw: Callable[[], object] = lambda: None
    is_ready: bool = True
    counts_seconds: bool = False
    drawn: list[str] = field(default_factory=list)

    def pull(self) -> None:
        self.drawn.append("all")
        self.draw()

    def store_changed(self, topics: frozenset[Topic]) -> None:
        self.drawn.append("changes")

    def show_strip(self, *, is_alone: bool = False) -> None:
        self.drawn.append("strip")

    def show_clock(self, now: datetime) -> None:
        self.drawn.append("clock")

    def tick(self, now: datetime) -> None:
        self.drawn.append("tick")


@dataclass
class Stage:
    """One screen on one store, read a moment ago."""

    store: Store = field(default_factory=Store)
    base_screen: Screen = field(default_factory=Screen)
    clock: HandClock = field(default_factory=HandClock)
    asked_at_s: float = 0.0
    dialog: object = None

    def __post_init__(self) -> None:
        self.strip = StripModel(self.store)
        self.store.pods.paced(30.0)
        self.store.pods.loaded(NO_PODS, self.clock.at)

    @property
    def screen(self) -> object:
        return self.dialog or self.base_screen

    @property
    def drawn(self) -> list[str]:
        return self.base_screen.drawn

    def heart(self, *, has_clock: bool, away_s: float = 10.0) -> Heartbeat:
        heart = Heartbeat(self, self.clock, has_clock=has_clock, away_s=away_s, failed=_fail)
        self.store.subscribe(heart.hear)
        heart.moment(anew=True)
        self.base_screen.draw = lambda: heart.moment(anew=True)
        return heart


def _fail(error: Exception) -> None:
    raise error


async def until(seen: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not seen():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


async def settled(stage: Stage) -> int:
    """Wait until what was heard is judged: a change of a value is the last to be drawn."""
    before = len(stage.drawn)
    stage.store.change_session(profile=f"{stage.store.session.profile}x")
    await _drawn_after(stage, before)
    return len(stage.drawn) - before


async def _drawn_after(stage: Stage, before: int) -> None:
    await until(lambda: len(stage.drawn) > before)


async def test_a_reading_without_news_draws_nothing() -> None:
    stage = Stage()
    heart = stage.heart(has_clock=False)
    for _ in range(3):
        stage.clock.at += timedelta(seconds=30)
        stage.store.pods.loaded(NO_PODS, stage.clock.at)
        await asyncio.sleep(0)
    assert stage.drawn == []
    assert heart.moment() == START
    assert await settled(stage) == 1
    assert heart.moment() == stage.clock.at
    heart.stop()


async def test_what_turns_stale_or_fails_or_changes_is_drawn() -> None:
    stage = Stage()
    heart = stage.heart(has_clock=False)
    stage.clock.at += timedelta(minutes=5)
    heart.hear(frozenset({Topic.FRESHNESS}))
    await until(lambda: stage.drawn == ["all"])
    stage.store.pods.failed(NetworkError("The line is cut."))
    await until(lambda: stage.drawn == ["all", "all"])
    heart.stop()


async def test_nobody_who_looks_is_not_painted_for_but_once_they_are_back() -> None:
    for has_clock in (True, False):
        stage = Stage()
        heart = stage.heart(has_clock=has_clock, away_s=3600.0)
        await settled(stage)
        heart.look(is_away=True)
        before = len(stage.drawn)
        stage.store.change_session(profile="other")
        await asyncio.sleep(0.3)
        assert len(stage.drawn) == before
        heart.look(is_away=False)
        await _drawn_after(stage, before)
        heart.stop()


async def test_what_was_drawn_late_for_nobody_is_not_painted_later_still() -> None:
    for has_clock in (True, False):
        stage = Stage()
        heart = stage.heart(has_clock=has_clock, away_s=0.05)
        heart.look(is_away=True)
        heart.start()
        before_s = stage.asked_at_s
        stage.store.change_session(profile="other")
        await _drawn_after(stage, 0)
        assert stage.asked_at_s > before_s
        heart.stop()


async def test_who_waits_for_something_sees_seconds() -> None:
    stage = Stage()
    heart = stage.heart(has_clock=False)
    stage.base_screen.counts_seconds = True
    heart.stir()
    await until(lambda: len(stage.drawn) >= 2)
    heart.stop()


async def test_nothing_ticks_and_trouble_shows() -> None:
    async with monitor(screen="pods", sim=STILL, has_clock=False, size=(170, 40)) as one:
        await one.sees("●wallet ≤", "●runs ≤", "●pods ≤", "as of ", "No pods")
        before, reads = one.text(), one.sim.requests()["GET /api/v1/pods/"]
        await one.press("r")
        await one.until(lambda: one.sim.requests()["GET /api/v1/pods/"] > reads, "another reading")
        assert "as of " in one.text()
        assert _sources(one.text()) == _sources(before)
        one.sim.fault("status", "/api/v1/pods/*", status=503)
        await one.press("r")
        await one.sees("✕pods stale since ")
        assert "●pods" not in one.text()


def _sources(text: str) -> str:
    line = text.splitlines()[0]
    return line[line.index("●") : line.index("as of")]


async def test_with_a_clock_a_reading_without_news_waits_for_the_ages_or_for_somebody() -> None:
    stage = Stage()
    heart = stage.heart(has_clock=True)
    heart.start()
    stage.store.pods.loaded(NO_PODS, stage.clock.at)
    await until(lambda: stage.drawn)
    assert "changes" not in stage.drawn
    heart.stir()
    stage.store.pods.loaded(NO_PODS, stage.clock.at)
    await until(lambda: "changes" in stage.drawn)
    heart.stop()


def test_the_strip_stands_for_some_seconds_unless_something_counts_them() -> None:
    stage = Stage()
    strip, now = stage.strip, stage.clock.at
    assert not strip.is_still(now), "nothing was given yet"
    ages = {one.name: one.age_s for one in strip.facts(0, now).sources}
    assert ages["pods"] == 0
    assert strip.is_still(now + timedelta(seconds=4))
    assert not strip.is_still(now + timedelta(seconds=5))
    assert not strip.is_still(now - timedelta(seconds=1)), "the clock was set back"
    stage.store.pods.failed(NetworkError("The line is cut."))
    strip.facts(0, now)
    assert not strip.is_still(now + timedelta(seconds=1)), "how old it is by now is counted"


def test_the_seconds_to_the_next_try_are_counted_where_nothing_was_read_yet() -> None:
    stage = Stage()
    strip, now = stage.strip, stage.clock.at
    stage.store.wallet.failed(NetworkError("The line is cut."), now + timedelta(seconds=8))
    strip.facts(0, now)
    assert not strip.is_still(now + timedelta(seconds=1))


async def test_what_turns_stale_under_a_dialog_is_seen_at_once() -> None:
    stage = Stage(dialog=object())
    heart = stage.heart(has_clock=True)
    stage.store.pods.paced(31.0)  # late after 77.5 s, which is no moment at which ages are drawn
    stage.clock.at += timedelta(seconds=76)
    stage.strip.facts(0, stage.clock.at)
    heart.start()
    await until(lambda: stage.drawn[-1:] == ["clock"])
    stage.clock.at += timedelta(seconds=2)
    assert stage.strip.is_still(stage.clock.at)
    before = len(stage.drawn)
    await _drawn_after(stage, before)
    assert stage.drawn[before] == "strip"
    heart.stop()


async def test_with_a_clock_ages_follow_within_seconds_and_the_clock_each_second() -> None:
    async with monitor(screen="pods", sim=STILL, size=(170, 40)) as one:
        await one.sees("●pods", "No pods")
        frames = [one.text().splitlines()[0]]

        def seen() -> bool:
            line = one.text().splitlines()[0]
            if line != frames[-1]:
                frames.append(line)
            return len(frames) > 9

        await one.until(seen, "nine beats")
        clocks = [line.split()[-1] for line in frames]
        ages = [line[line.index("●") : line.index("API")] for line in frames]
        assert len(set(clocks)) >= 9
        assert 2 <= len(set(ages)) <= 7


async def test_the_clock_goes_on_under_two_dialogs() -> None:
    async with monitor(screen="pods", sim=STILL) as one:
        await one.sees("●pods", "No pods")
        await one.press("a")
        await one.sees("What needs you")
        await one.press("ctrl+p")
        await one.sees("Search for commands")
        clocks: set[str] = set()

        def goes_on() -> bool:
            clocks.add(one.text().splitlines()[0].split()[-1])
            return len(clocks) > 2

        await one.until(goes_on, "two beats")
