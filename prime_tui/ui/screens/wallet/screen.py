"""The wallet: what burns, what was spent, what was billed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import PodId, RunId
from prime_tui.store.slice import Topic
from prime_tui.ui.messages import OpenPod, OpenRun
from prime_tui.ui.pace import QUICK, SPANS, is_due
from prime_tui.ui.render.footer import KeyHint
from prime_tui.ui.render.styled import Span
from prime_tui.ui.render.wallet import burning_details
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.wallet.billing_pane import BillingPane
from prime_tui.ui.screens.wallet.burning_pane import BurningPane
from prime_tui.ui.screens.wallet.spend_pane import SpendPane
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.dialog import MessageDialog
from prime_tui.ui.widgets.table import KeyedTable

WIDE = 120
LEAST_PLOT_HEIGHT = 19
"""Lines of the middle from which on the plot has a place."""
TALL_SPEND_HEIGHT = 45
"""Lines of the middle from which on the sums by type are a table also on a narrow screen."""
MOST_PAGES_FOR_A_RANGE = 5
NAMES = frozenset({Topic.PODS, Topic.RUNS, Topic.DISKS, Topic.HISTORY, Topic.USAGE})


class WalletScreen(PrimeScreen):
    """Burning now, spend, billing: one below the other, or in two columns where there is room."""

    TAB: ClassVar[int] = 0
    TOPICS: ClassVar[frozenset[Topic]] = NAMES | {
        Topic.WALLET,
        Topic.BILLING,
        Topic.ENDINGS,
        Topic.SESSION,
    }
    DEFAULT_CSS = """
    WalletScreen #middle { layout: vertical; }
    WalletScreen BurningPane, WalletScreen SpendPane { height: auto; }
    WalletScreen BillingPane { height: 1fr; }
    WalletScreen.-wide #middle {
        layout: grid; grid-size: 2 2; grid-columns: 1fr 62; grid-rows: auto 1fr; grid-gutter: 0 1;
    }
    WalletScreen.-wide SpendPane { row-span: 2; height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "The other table", show=False),
        Binding("slash", "filter", "Filter the billing rows (a word, !word)", show=False),
        Binding("t", "turn_range", "Spend of 24 hours, 7 days, 30 days", show=False),
        Binding("S", "next_sort", "Sort the billing rows by the next column", show=False),
        Binding("R", "reverse_sort", "Reverse the order of the billing rows", show=False),
        Binding("o", "read_older", "Read older billing rows", show=False),
        Binding("d", "details", "Everything about this row", show=False),
        Binding("y", "copy_row", "Copy id or name", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._is_reading = False
        self._wants_more = False
        self._read_at: datetime | None = None
        self._ticked_at: datetime | None = None

    def body(self) -> Widget:
        """The three panes."""
        return Container(
            BurningPane(id="burning-pane"),
            SpendPane(id="spend-pane"),
            BillingPane(id="billing-pane"),
            id="middle",
        )

    def on_mount(self) -> None:
        """Start at what burns."""
        self.query_one("#burning", KeyedTable).focus()

    def show(self, topics: frozenset[Topic], now: datetime) -> None:
        """Show what changed."""
        burning, spend = self.query_one(BurningPane), self.query_one(SpendPane)
        billing = self.query_one(BillingPane)
        rows_before = burning.wanted_rows
        burning.draw(self.store, now)
        if burning.wanted_rows != rows_before:
            self._arrange()
        if topics & {Topic.WALLET, Topic.BILLING, Topic.SESSION}:
            self._read_at = now
            spend.read(self.store, now)
        spend.draw(self.store, burning.gap, now)
        if topics & NAMES:
            billing.learn(self.store)
        billing.draw(self.store, now)

    def tick(self, now: datetime) -> None:
        """Let ages grow; now and then the spans move on."""
        if not is_due(self._ticked_at, now, QUICK):
            return
        self._ticked_at = now
        burning, spend = self.query_one(BurningPane), self.query_one(SpendPane)
        burning.tick(self.store, now)
        if self.engine is not None:
            self.engine.look_at_runs(burning.runs_in_view)
        if is_due(self._read_at, now, SPANS):
            self._read_at = now
            spend.read(self.store, now)
            spend.draw(self.store, burning.gap, now)
            self.query_one(BillingPane).draw(self.store, now)
        spend.draw_title(self.store, now)
        self.query_one(BillingPane).draw_title(self.store, now)

    def hints(self) -> Iterable[KeyHint]:
        """The keys of now."""
        yield KeyHint("enter", "open")
        yield from (KeyHint("/", "filter"), KeyHint("t", "range"), KeyHint("S", "sort"))
        if self._has_older:
            yield KeyHint("o", "older rows")
        yield from (KeyHint("d", "details"), KeyHint("y", "copy"), KeyHint("tab", "other table"))
        yield KeyHint("r", "refresh")

    # -- place -----------------------------------------------------------------------

    def on_resize(self) -> None:
        """Columns or one below the other."""
        self.set_class(self.size.width >= WIDE, "-wide")
        self._arrange()
        after_refresh(self, self._redraw)

    def _redraw(self) -> None:
        self.show(frozenset(), self.now())

    def _arrange(self) -> None:
        """Share the height: what burns gets what it needs up to a third, the plot what is left over."""
        height = max(0, self.size.height - 3)
        burning, spend = self.query_one(BurningPane), self.query_one(SpendPane)
        is_wide = self.size.width >= WIDE
        spend.is_tall = is_wide or height >= TALL_SPEND_HEIGHT
        spend.set_class(not is_wide and height < LEAST_PLOT_HEIGHT, "-flat")
        table = self.query_one("#burning", KeyedTable)
        most = height // 2 - 2 if is_wide else max(2, height // 3 - 3)
        table.styles.height = 1 + min(burning.wanted_rows, most)
        if not is_wide:
            plot = self.query_one("#plot")
            plot.styles.height = max(5, height // 4)
        else:
            self.query_one("#plot").styles.height = "1fr"

    # -- older rows --------------------------------------------------------------------

    @property
    def _has_older(self) -> bool:
        book = self.store.billing
        return book.total_rows is not None and len(book.rows) < book.total_rows

    @on(BillingPane.OlderWanted)
    def action_read_older(self) -> None:
        """Read the next page of older rows, if there is one."""
        self._read_older(pages=1, until=None)

    def action_turn_range(self) -> None:
        """Show another range, and read the rows that it needs as far as that is cheap."""
        spend = self.query_one(SpendPane)
        spend.turn_range()
        now = self.now()
        spend.read(self.store, now)
        spend.draw(self.store, self.query_one(BurningPane).gap, now)
        since = self.store.billing.complete_since
        if since is not None and since > now - spend.chosen.span:
            self._read_older(pages=MOST_PAGES_FOR_A_RANGE, until=now - spend.chosen.span)

    def _read_older(self, *, pages: int, until: datetime | None) -> None:
        if self.engine is None or not self._has_older:
            return
        if self._is_reading:
            self._wants_more = True  # the end came into view again meanwhile
            return
        self._is_reading, self._wants_more = True, False
        self.query_one(BillingPane).say("reading older rows…")
        # It ends with the screen: after a change of profile it would read into another wallet.
        self.run_worker(self._reading(pages, until), name="Reading older rows", exit_on_error=False)

    async def _reading(self, pages: int, until: datetime | None) -> None:
        billing, problem = self.query_one(BillingPane), ""
        try:
            for _ in range(pages):
                since = self.store.billing.complete_since
                if self.engine is None or not self._has_older or (until and since and since <= until):
                    break
                await self.engine.more_billing()
        except PrimeError as error:
            problem = f"older rows: {error.message} o tries again"
        finally:
            self._is_reading = False
            billing.say(problem)
        if self._wants_more and not problem:
            self._read_older(pages=1, until=None)

    @on(BillingPane.Changed)
    def _draw_billing(self) -> None:
        self.query_one(BillingPane).draw(self.store, self.now())
        self.show_hints()

    # -- keys ------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Filter the billing rows."""
        self.set_focus(self.query_one("#billing", KeyedTable))
        self.query_one(BillingPane).open_filter()

    def action_next_sort(self) -> None:
        """Sort by the next column."""
        self.query_one(BillingPane).sort_next()

    def action_reverse_sort(self) -> None:
        """Reverse the order."""
        self.query_one(BillingPane).sort_reverse()

    @on(KeyedTable.RowChosen, "#burning")
    def _open_burning(self) -> None:
        one = self.query_one(BurningPane).selected
        if one is not None:
            self._open(one.kind, one.id)

    @on(KeyedTable.RowChosen, "#billing")
    def _open_row(self) -> None:
        billing = self.query_one(BillingPane)
        row = billing.selected
        if row is None:
            return
        kind = billing.resource(row).kind
        if row.resource_id is not None and kind in ("pod", "run"):
            self._open(kind, row.resource_id)
        else:
            self.action_details()

    def _open(self, kind: str, thing_id: str) -> None:
        if kind == "pod":
            self.post_message(OpenPod(PodId(thing_id)))
        elif kind == "run":
            self.post_message(OpenRun(RunId(thing_id)))
        else:  # a disk has no page of its own
            self.action_details()

    def action_details(self) -> None:
        """Show everything about what is under the cursor."""
        burning, billing = self.query_one(BurningPane), self.query_one(BillingPane)
        now = self.now()
        if self.query_one("#burning", KeyedTable).has_focus:
            if burning.selected is not None:
                self.app.push_screen(MessageDialog("Burning now", burning_details(burning.selected, now)))
        elif billing.selected is not None:
            lines = billing.details(billing.selected, self.store, now)
            self.app.push_screen(MessageDialog("Billing row", lines))

    def action_copy_row(self) -> None:
        """Copy the id or the name of the thing under the cursor."""
        burning, billing = self.query_one(BurningPane), self.query_one(BillingPane)
        options: list[Option] = []
        if self.query_one("#burning", KeyedTable).has_focus and burning.selected is not None:
            options = [Option(burning.selected.id, "id", Span(burning.selected.id, "dim"))]
            options.append(Option(burning.selected.name, "name", Span(burning.selected.name, "dim")))
        elif billing.selected is not None:
            row = billing.selected
            options = [Option(row.id, "billing row", Span(row.id, "dim"))]
            if row.resource_id is not None:
                options.insert(0, Option(row.resource_id, "id", Span(row.resource_id, "dim")))
            name = billing.resource(row).name
            if name:
                options.append(Option(name, "name", Span(name, "dim")))
        if options:
            self.app.push_screen(ChooseDialog("Copy", options, verb="copy"), self._copy_text)

    def _copy_text(self, text: str | None) -> None:
        if text is not None:
            self.copy(text, text)
