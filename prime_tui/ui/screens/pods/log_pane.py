"""The log of one pod."""

from __future__ import annotations

from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from prime_tui.domain.errors import InvalidRequest, NotFound
from prime_tui.domain.ids import PodId
from prime_tui.domain.units import count, span
from prime_tui.store.store import Store
from prime_tui.ui.render.pods import noted
from prime_tui.ui.render.styled import Span, Styled, join
from prime_tui.ui.render.unread import unread_lines
from prime_tui.ui.render.wrapping import chopped
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.lines import Lines


class PodLogPane(Widget):
    """The last lines, followed; scrolling up holds still."""

    DEFAULT_CSS = """
    PodLogPane { layout: vertical; height: 1fr; }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._pod_id: PodId | None = None
        self._title = ""
        self._store: Store | None = None
        self._now: datetime | None = None
        self._drawn: tuple[tuple[str, ...], int] | None = None

    def compose(self) -> ComposeResult:
        """Rule and lines."""
        yield Rule(id="log-rule")
        yield Lines(follows=True, id="log-lines")

    @property
    def pod_id(self) -> PodId | None:
        """Whose log it is."""
        return self._pod_id

    def open(self, pod_id: PodId, name: str) -> None:
        """Show the log of another pod."""
        self._pod_id, self._title, self._drawn = pod_id, name, None
        self.query_one(Lines).to_start()
        self._draw()

    def take_focus(self) -> None:
        """Give the keys to the lines."""
        self.query_one(Lines).focus()

    def show(self, store: Store, now: datetime) -> None:
        """Show what is known now."""
        self._store, self._now = store, now
        self._draw()

    def tick(self, store: Store, now: datetime) -> None:
        """Only the age grows with time."""
        self._store, self._now = store, now
        self._draw_rule()

    @on(Lines.FollowChanged)
    def _held(self, event: Lines.FollowChanged) -> None:
        event.stop()
        self._draw_rule()

    def on_resize(self) -> None:
        """Wrap anew."""
        after_refresh(self, self._draw)

    def _draw(self) -> None:
        if self._store is None or self._now is None or self._pod_id is None:
            return
        page = self.query_one(Lines)
        remote = self._store.pod_logs.peek(self._pod_id)
        room = page.room_cells - 1
        if remote.value:
            if self._drawn != (remote.value, room):
                self._drawn = (remote.value, room)
                drawn = (line for text in remote.value for line in chopped(text, room, Span(""), prefix=" "))
                page.content = tuple(drawn)
        else:
            self._drawn = None
            page.content = ("", *self._sentence(self._now))
        self._draw_rule()

    def _draw_rule(self) -> None:
        store, now, pod_id = self._store, self._now, self._pod_id
        if store is None or now is None or pod_id is None:
            return
        rule, page = self.query_one(Rule), self.query_one(Lines)
        remote = store.pod_logs.peek(pod_id)
        rule.content = (Span("log of ", "dim"), Span(self._title, "title"), Span(f"  …{pod_id[-8:]}", "dim"))
        if remote.value is None:
            rule.right = ""
            return
        failing = remote.error is not None
        age = span(remote.age_s(now))
        rule.right = noted(
            (
                f"{count(len(remote.value))} lines",
                "following" if page.follows else Span("held, G follows", "warn"),
                Span(f"▲ stale {age}" if failing else f"{age} old", "bad" if failing else "dim"),
            )
        )

    def _sentence(self, now: datetime) -> tuple[Styled, ...]:
        if self._store is None or self._pod_id is None:
            return ()
        remote = self._store.pod_logs.peek(self._pod_id)
        if isinstance(remote.error, NotFound | InvalidRequest):
            return (
                Span(" This pod has no log: its provider keeps none, or nothing was written yet."),
                Span(f" ({remote.error.message}) It is asked for again once a minute.", "dim"),
            )
        if remote.value is not None:
            return (Span(" The log is empty so far."),)
        return tuple(join((" ", line)) for line in unread_lines("log", remote, now))
