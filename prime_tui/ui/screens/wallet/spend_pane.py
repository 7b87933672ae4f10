"""What was spent: a plot over time, sums by type, and what the picture does not show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical

from prime_tui.domain.remote import Freshness
from prime_tui.domain.spending import BurnGap, SpendRange, SpendTotals
from prime_tui.domain.units import usd
from prime_tui.store.selectors.wallet import last_rise, spend_rates, spend_totals, uncharged
from prime_tui.store.store import Store
from prime_tui.ui.render.curve import Point
from prime_tui.ui.render.glyphs import spark
from prime_tui.ui.render.styled import Role, Span, Styled, join, width_of
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.render.wallet import (
    coverage_notes,
    rise_note,
    sums_note,
    type_line,
    type_table,
    uncharged_note,
    unlisted_note,
)
from prime_tui.ui.render.wrapping import wrapped
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.lines import Lines
from prime_tui.ui.widgets.plot import SpendPlot

SPARK_CELLS = 24
RULE_CELLS = 10
"""What a rule puts around its title and its note."""


class SpendPane(Vertical):
    """Rule, plot, sums and notes.

    Attributes:
        is_tall: True where the sums by type have room for a table of their own.
    """

    DEFAULT_CSS = """
    SpendPane > SpendPlot { height: 1fr; max-height: 26; }
    SpendPane > #types { height: 1; }
    SpendPane > #notes { height: 1; }
    SpendPane.-flat > SpendPlot { display: none; }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.is_tall = False
        self._range = SpendRange.DAY
        self._totals: SpendTotals | None = None
        self._rates: tuple[Point, ...] = ()

    def compose(self) -> ComposeResult:
        """Rule, plot, sums and notes."""
        yield Rule(id="spend-rule")
        yield SpendPlot(id="plot")
        types, notes = Lines(id="types"), Lines(id="notes")
        types.can_focus = notes.can_focus = False
        yield types
        yield notes

    @property
    def chosen(self) -> SpendRange:
        """How much of the past is shown."""
        return self._range

    def turn_range(self) -> None:
        """Show the next range."""
        self._range = self._range.next

    def read(self, store: Store, now: datetime) -> None:
        """Take in what the store has; the dear part of drawing."""
        self._totals = spend_totals(store, now)
        self._rates = tuple(Point(at, rate) for at, rate in spend_rates(store, self._range, now))

    def draw(self, store: Store, gap: BurnGap, now: datetime) -> None:
        """Show it."""
        width = self.size.width
        plot = self.query_one(SpendPlot)
        plot.window = self._range.label
        plot.points = self._rates
        plot.empty = self._nothing(store, now)
        self.draw_title(store, now)
        self.query_one("#types", Lines).content = self._types(width)
        notes = list(self._notes(store, gap, now))
        lines = self.query_one("#notes", Lines)
        if self.is_tall:
            shown = [line for note in notes for line in wrapped(note, width - 2, first=" ", rest="   ")]
        else:
            shown = [join((" ", join(notes, Span(" · ", "dim"))))] if notes else []
        lines.styles.height = max(1, len(shown))
        lines.content = tuple(shown)

    def draw_title(self, store: Store, now: datetime) -> None:
        """Show what the pane is, how old its numbers are where they are old, and the sums that fit."""
        rule, old = self.query_one(Rule), staleness(store.wallet.remote, now)
        title: Styled = join(
            (Span(f"spend $/h, {self._range.label}", "title"), Span(f" · {old}" if old else "", "bad"))
        )
        if self.has_class("-flat"):
            drawn = spark([point.usd for point in self._rates], SPARK_CELLS) if self._rates else ""
            rule.content = join((title, " ", Span(drawn, "accent")))
        else:
            rule.content = title
        room = self.size.width - width_of(title) - RULE_CELLS
        rule.right = "" if self._totals is None else sums_note(self._totals, room)

    def _types(self, width: int) -> tuple[Styled, ...]:
        types = self.query_one("#types", Lines)
        if self._totals is None:
            types.styles.height = 1
            return ()
        found = type_table(self._totals, width - 1) if self.is_tall else (type_line(self._totals, width - 1),)
        types.styles.height = len(found)
        return found

    def _notes(self, store: Store, gap: BurnGap, now: datetime) -> Iterator[Styled]:
        wallet = store.wallet.value
        if wallet is not None and (self.is_tall or wallet.currency != "USD"):
            role: Role = "stale" if store.wallet.remote.freshness(now) is Freshness.STALE else "text"
            yield (Span("balance ", "dim"), Span(f"{usd(wallet.balance)} {wallet.currency}", role))
        rise = last_rise(store, now)
        if rise is not None:
            yield rise_note(rise, now)
        found = uncharged(store, now)
        if found is not None:
            yield uncharged_note(found, now)
        if self._totals is not None:
            yield from coverage_notes(
                self._totals.complete_since,
                now - self._range.span,
                now,
                has_guesses=self._totals.has_guesses,
                long=self.is_tall,
            )
        if gap.unlisted_usd_per_h:
            yield unlisted_note(gap.unlisted_usd_per_h)

    def _nothing(self, store: Store, now: datetime) -> Styled:
        unread = unread_lines("wallet", store.wallet.remote, now)
        if unread:
            return unread[0]
        return Span("Nothing was charged in this span, as far as rows were read.", "dim")
