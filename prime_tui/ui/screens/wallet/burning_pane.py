"""What costs money now, dearest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Freshness, Remote
from prime_tui.domain.spending import BurnGap
from prime_tui.domain.views import Burning
from prime_tui.store.selectors.money import burning_now
from prime_tui.store.selectors.wallet import burn_gap
from prime_tui.store.store import Store
from prime_tui.ui.pace import QUICK, SLOW, ages_due, is_due
from prime_tui.ui.render.lazy_rows import LazyRows
from prime_tui.ui.render.styled import Span, Styled, join
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.render.wallet import (
    BURNING_COLUMNS,
    WIDE_BURNING_COLUMNS,
    burn_note,
    burning_cells,
    burning_key,
)
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.table import KeyedTable

LEAST_ROWS = 2
WIDE_CELLS = 92


class BurningPane(Vertical):
    """Rule and table of pods, runs and disks."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._found: tuple[Burning, ...] = ()
        self._found_at: datetime | None = None
        self._aged_at: datetime | None = None
        self.gap = BurnGap()

    def compose(self) -> ComposeResult:
        """Rule and table."""
        yield Rule(Span("burning now", "title"), id="burning-rule")
        yield KeyedTable(BURNING_COLUMNS, markable=False, id="burning")

    @property
    def wanted_rows(self) -> int:
        """How many lines the table would fill."""
        return max(LEAST_ROWS, len(self._found))

    @property
    def selected(self) -> Burning | None:
        """The thing under the cursor."""
        key = self.query_one(KeyedTable).cursor_key
        return next((one for one in self._found if burning_key(one) == key), None)

    @property
    def runs_in_view(self) -> list[str]:
        """The ids of the runs that can be seen."""
        kinds = (key.partition(":") for key in self.query_one(KeyedTable).keys_in_view)
        return [thing_id for kind, _, thing_id in kinds if kind == "run"]

    def draw(self, store: Store, now: datetime) -> None:
        """Show what the store has."""
        self._found, self._found_at = burning_now(store, now), now
        self.gap = burn_gap(store, now)
        self.query_one(Rule).right = burn_note(self.gap, self.size.width)
        self.draw_ages(store, now)

    def tick(self, store: Store, now: datetime) -> None:
        """Let ages grow where seconds are shown, and now and then everything that grows."""
        if self._found_at is not None and is_due(self._found_at, now, SLOW):
            self.draw(store, now)
        elif self._are_ages_due(now):
            self.draw_ages(store, now)

    def _are_ages_due(self, now: datetime) -> bool:
        if self._found:
            return ages_due(self._aged_at, now, (one.since for one in self._found))
        return is_due(self._aged_at, now, QUICK)  # a sentence says for how long it was tried

    def draw_ages(self, store: Store, now: datetime) -> None:
        """Show the same things at another moment."""
        self._aged_at = now
        old = {kind for kind, remote in _sources(store).items() if remote.freshness(now) is Freshness.STALE}
        table = self.query_one(KeyedTable)
        table.columns = BURNING_COLUMNS if self.size.width < WIDE_CELLS else WIDE_BURNING_COLUMNS
        table.placeholder = self._placeholder(store, now)
        self.query_one(Rule).content = join((Span("burning now", "title"), _untrusted(store, now)))
        table.is_filling = not self._is_complete(store)
        table.rows = LazyRows(
            self._found, burning_key, lambda one: burning_cells(one, now, is_old=one.kind in old)
        )

    def _is_complete(self, store: Store) -> bool:
        """Whether every source has answered once, so that the dearest is known."""
        usages = [store.usage.peek(RunId(one.id)) for one in self._found if one.kind == "run"]
        if any(usage.is_switched_off for usage in usages):
            usages = []  # the others are not asked for either
        wanted: list[Remote[Any]] = [*_sources(store).values(), *usages]
        return all(remote.value is not None or remote.error is not None for remote in wanted)

    def _placeholder(self, store: Store, now: datetime) -> tuple[Styled, ...]:
        for kind, remote in _sources(store).items():
            if remote.value is None:
                return unread_lines(f"{kind}s", remote, now)[:2]
        return (
            Span("Nothing burns: no pod, run or disk of this wallet costs money now."),
            Span("3 then o shows what can be rented.", "dim"),
        )


def _untrusted(store: Store, now: datetime) -> Styled:
    """Which kinds are old, and which are missing from the sum for want of a scope."""
    sources = _sources(store)
    off = [kind for kind, remote in sources.items() if remote.is_switched_off]
    old = [kind for kind in sources if kind not in off and staleness(sources[kind], now)]
    parts = []
    if old:
        oldest = staleness(max((sources[kind] for kind in old), key=lambda one: one.age_s(now) or 0.0), now)
        whose = "" if len(old) == len(sources) else f"{'s, '.join(old)}s "
        parts.append(f" · ▲ {whose}{oldest.removeprefix('▲ ')}")
    if off:
        parts.append(f" · ▲ without {'s, '.join(off)}s: {staleness(sources[off[0]], now).removeprefix('▲ ')}")
    return Span("".join(parts), "bad")


def _sources(store: Store) -> dict[str, Remote[Any]]:
    """Where each kind comes from."""
    return {"pod": store.pods.remote, "run": store.runs.remote, "disk": store.disks.remote}
