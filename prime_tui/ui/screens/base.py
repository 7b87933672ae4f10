"""What every screen has: the strip on top, the keys at the bottom, and how it hears of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.ui.banner import banner
from prime_tui.ui.help import key_name
from prime_tui.ui.render.footer import COMMON_HINTS, KeyHint, footer
from prime_tui.ui.render.strip import LEAST_HEIGHT, LEAST_WIDTH, clock_part, first_parts, second_line
from prime_tui.ui.render.styled import Styled
from prime_tui.ui.shell import Shell
from prime_tui.ui.widgets.line import Line

if TYPE_CHECKING:
    from prime_tui.sync.engine import Engine


class PrimeScreen(Screen[None]):
    """A monitor screen.

    A subclass names its place among the tabs and its topics, composes its middle in `body`, and fills it in
    `show`, which is called with the changed topics: all of them when the screen comes into view.
    """

    TAB: ClassVar[int]
    TOPICS: ClassVar[frozenset[Topic]]
    """What the screen shows: the reason for `show`, and read at the fast pace while it is in view."""

    CSS_PATH: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,ctrl+r", "refresh_now", "Read everything on this screen now", show=False),
    ]
    DEFAULT_CSS = """
    PrimeScreen { layout: vertical; }
    PrimeScreen #middle { height: 1fr; }
    PrimeScreen Horizontal.strip { height: 1; }
    PrimeScreen #strip-1 { width: 1fr; }
    PrimeScreen #banner { display: none; }
    PrimeScreen #too-small { display: none; height: 1fr; }
    PrimeScreen.-too-small #middle, PrimeScreen.-too-small .strip { display: none; }
    PrimeScreen.-too-small #too-small { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Strip, the screen's own middle, keys."""
        # The clock is apart: it alone is drawn every second.
        yield Horizontal(Line(id="strip-1"), Line(id="clock"), classes="strip")
        yield Line(id="strip-2", classes="strip")
        yield Line(id="banner")
        yield self.body()
        yield Line(f"At least {LEAST_WIDTH}×{LEAST_HEIGHT} is needed.", id="too-small")
        yield Line(id="keys")

    def body(self) -> Widget:
        """Return the middle; its id must be `middle`."""
        raise NotImplementedError

    def show(self, topics: frozenset[Topic], now: datetime) -> None:
        """Show what changed."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work of the screen that fails is told as any other is."""
        self.app.post_message(event)

    def tick(self, now: datetime) -> None:
        """Let ages grow; called once a second while the screen is in view."""

    @property
    def counts_seconds(self) -> bool:
        """Whether somebody waits for something here: then seconds count even where there is no clock."""
        endings = (*self.store.pod_endings.values(), *self.store.run_endings.values())
        return any(one.is_under_way for one in endings)

    def read_fast(self) -> frozenset[Topic]:
        """Return what is read at the fast pace now: all topics, unless parts of the screen are hidden."""
        return self.TOPICS

    @property
    def is_overview(self) -> bool:
        """Whether a picture of this may be kept: numbers and names, no log and nothing that was typed."""
        return True

    def select(self, thing_id: str) -> None:
        """Put the cursor on a thing and open it; another screen asked for it."""

    def hints(self) -> Iterable[KeyHint]:
        """Return the keys that do something now, the most wanted first."""
        return ()

    def common_hints(self) -> Sequence[KeyHint]:
        """Return the keys that work on every screen, as they are pressed now; room is kept for them."""
        return COMMON_HINTS

    def commands(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        """Return what the palette offers for this screen: title, help, and what to call.

        These are the screen's own keys that do something now.
        """
        seen = {"refresh_now"}
        for key, (node, binding, enabled, _) in self.active_bindings.items():
            if node is self and enabled and binding.description and binding.action not in seen:
                seen.add(binding.action)
                yield binding.description, f"Key {key_name(key)}", partial(self.run_action, binding.action)

    # -- for subclasses ------------------------------------------------------------

    @property
    def monitor(self) -> Shell:
        """The app, as far as a screen may use it."""
        return cast("Shell", self.app)

    @property
    def store(self) -> Store:
        """All that is known."""
        return self.monitor.store

    @property
    def engine(self) -> Engine | None:
        """The readers and actions; None for the first moments."""
        return self.monitor.engine

    def now(self) -> datetime:
        """The present, UTC."""
        return self.monitor.clock.now()

    def show_hints(self) -> None:
        """Draw the bottom line anew: other keys do something now."""
        self.query_one("#keys", Line).content = footer(
            tuple(self.hints()), self.size.width, self.common_hints()
        )

    def copy(self, text: str, what: str) -> None:
        """Send text to the terminal's clipboard and say so."""
        self.monitor.copy(text, what)

    # -- life ----------------------------------------------------------------------

    _was_in_view = False

    @property
    def is_ready(self) -> bool:
        """Whether all of it is there to be filled."""
        return self.is_running and self._was_in_view

    def on_screen_resume(self) -> None:
        """In view again."""
        self._was_in_view = True
        self.catch_up()

    def catch_up(self) -> None:
        """Read fast what is shown here, and show everything that the store has."""
        if self.engine is not None:
            self.engine.show(self.read_fast())
        self.pull()

    def on_resize(self) -> None:
        """Another size: other parts of the strip and other keys fit."""
        small = self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT
        self.set_class(small, "-too-small")
        self.show_strip()
        self.show_hints()

    def pull(self) -> None:
        """Show everything that the store has."""
        self.show(frozenset(Topic), self.monitor.heartbeat.moment(anew=True))
        self.show_strip()
        self.show_hints()

    def store_changed(self, topics: frozenset[Topic]) -> None:
        """Called by the app while this screen is in view."""
        if topics & self.TOPICS:
            self.show(topics, self.now())
        self.show_strip()
        self.show_hints()

    def show_strip(self, *, is_alone: bool = False) -> None:
        """Draw the two lines on top, and what is wrong now below them.

        Args:
            is_alone: Nothing else changed that should be seen together with them.
        """
        heart = self.monitor.heartbeat
        facts = self.monitor.strip.facts(self.TAB, heart.moment(), is_ticking=heart.has_clock)
        width = self.size.width
        one, two = self.query_one("#strip-1", Line), self.query_one("#strip-2", Line)
        clock, wrong = self.query_one("#clock", Line), self.query_one("#banner", Line)
        time, now_wrong = clock_part(facts.now, width, is_ticking=heart.has_clock), banner(self.store)
        fits = clock.styles.width is not None and clock.styles.width.value == len(time.text)
        stands = fits and wrong.display is (now_wrong is not None)  # else only a new layout tells where
        if not fits:
            clock.styles.width = len(time.text)
        wrong.display = now_wrong is not None
        wrong.content, wrong.right = ("", "") if now_wrong is None else now_wrong
        parts = {
            clock: (time, ""),
            one: first_parts(facts, width - len(time.text), width),
            two: second_line(facts, width),
        }
        self._draw_lines(parts, at_once=is_alone and stands)

    def show_clock(self, now: datetime) -> None:
        """Draw only the clock in them."""
        part = clock_part(now, self.size.width)
        self._draw_lines({self.query_one("#clock", Line): (part, "")}, at_once=True)

    def _draw_lines(self, parts: Mapping[Line, tuple[Styled, Styled]], *, at_once: bool) -> None:
        changed = [line for line, (content, right) in parts.items() if line.take(content, right)]
        if not (at_once and self.monitor.paint_at_once(*changed)):
            for line in changed:
                line.refresh()

    def action_refresh_now(self) -> None:
        """Read everything on this screen now."""
        if self.engine is not None:
            self.engine.refresh()
