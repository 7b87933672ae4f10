"""The pods: what runs, what ended, what can be rented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import PodId
from prime_tui.domain.ssh_command import ssh_line
from prime_tui.store.slice import Topic
from prime_tui.ui.render.footer import KeyHint
from prime_tui.ui.render.styled import Span
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.pods.ending import PodEnder
from prime_tui.ui.screens.pods.live_pane import LivePane
from prime_tui.ui.screens.pods.log_pane import PodLogPane
from prime_tui.ui.screens.pods.offers_pane import OffersPane
from prime_tui.ui.screens.pods.order_pane import OrderPane
from prime_tui.ui.screens.pods.ordering import Created, PodOrderer
from prime_tui.ui.screens.pods.past_pane import PastPane
from prime_tui.ui.screens.pods.ssh_door import SshDoor, why_no_ssh
from prime_tui.ui.screens.pods.views import HINTS_OF, VIEWS_OF, View
from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.filter_bar import FilterBar

MOST_PAGES_AT_ONCE = 5
PAST_TOPICS = frozenset({Topic.HISTORY, Topic.ACCOUNT, Topic.TEAMS, Topic.SESSION})


class PodsScreen(PrimeScreen):
    """One of five panes at a time; all are built once and kept."""

    TAB: ClassVar[int] = 2
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.PODS,
            Topic.ENDINGS,
            Topic.BILLING,
            Topic.WALLET,
            Topic.DISKS,
            Topic.TEAMS,
            Topic.ACCOUNT,
            Topic.SESSION,
            Topic.HISTORY,
            Topic.OFFERS,
            Topic.POD_LOG,
        }
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "end", "End the selected or marked pods (asks first)", show=False),
        Binding("s", "open_shell", "ssh into the pod", show=False),
        Binding("l", "open_log", "The pod's log", show=False),
        Binding("d", "open_page", "Everything about the pod", show=False),
        Binding("y", "copy_part", "Copy ssh line, id or name", show=False),
        Binding("o", "show_offers", "What can be rented", show=False),
        Binding("c", "order", "Order a pod", show=False),
        Binding("h", "show_past", "Pods that ended", show=False),
        Binding("w", "show_everyone", "Pods of other wallets too", show=False),
        Binding("slash", "open_filter", "Filter by words (!word excludes)", show=False),
        Binding("S", "sort_next", "Sort by the next column", show=False),
        Binding("R", "reverse_sort", "Sort the other way round", show=False),
        Binding("i", "turn_stock", "Offers: only what is in stock, or all", show=False),
        Binding("m", "turn_nodes", "Offers: one machine, clusters, or both", show=False),
        Binding("right_square_bracket", "turn_count(1)", "Offers: more GPUs", show=False),
        Binding("left_square_bracket", "turn_count(-1)", "Offers: fewer GPUs", show=False),
        Binding("escape", "back", "Back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._live = LivePane(id=View.LIVE)
        self._past = PastPane(id=View.PAST)
        self._log_pane = PodLogPane(id=View.LOG)
        self._offers = OffersPane(id=View.OFFERS)
        self._order = OrderPane(id=View.ORDER)
        self._ender = PodEnder(self)
        self._door = SshDoor(self)
        self._orderer = PodOrderer(self, self._order)

    def body(self) -> Widget:
        """The panes, one of them in view."""
        return ContentSwitcher(
            self._live, self._past, self._log_pane, self._offers, self._order, initial=View.LIVE, id="middle"
        )

    # -- what is shown -------------------------------------------------------------

    @property
    def _view(self) -> View:
        return View(self.query_one(ContentSwitcher).current or View.LIVE)

    @property
    def _pane(self) -> LivePane | PastPane | PodLogPane | OffersPane | OrderPane:
        panes: dict[View, LivePane | PastPane | PodLogPane | OffersPane | OrderPane] = {
            View.LIVE: self._live,
            View.PAST: self._past,
            View.LOG: self._log_pane,
            View.OFFERS: self._offers,
            View.ORDER: self._order,
        }
        return panes[self._view]

    @property
    def is_overview(self) -> bool:
        """Only the list."""
        return self._view is View.LIVE

    @property
    def counts_seconds(self) -> bool:
        """While an end is being verified, or the outcome of an order is waited for."""
        return super().counts_seconds or self._order.is_under_way

    def read_fast(self) -> frozenset[Topic]:
        """History and offers are read only while they are looked at."""
        unseen = set()
        if self._view is not View.PAST:
            unseen.add(Topic.HISTORY)
        if self._view not in (View.OFFERS, View.ORDER):
            unseen.add(Topic.OFFERS)
        return self.TOPICS - unseen

    def show(self, topics: frozenset[Topic], now: datetime) -> None:
        """Show what changed in the pane that is in view."""
        if self._view is not View.PAST or topics & PAST_TOPICS:
            self._pane.show(self.store, now)

    def tick(self, now: datetime) -> None:
        """Let ages and estimates grow; what ended does not change with time."""
        if isinstance(self._pane, LivePane | OffersPane | PodLogPane):
            self._pane.tick(self.store, now)
        elif self._view is not View.PAST:
            self._pane.show(self.store, now)

    def select(self, thing_id: str) -> None:
        """Put the cursor on a pod; another screen asked for it."""
        self._switch(View.LIVE)
        self._live.close_page()
        self._live.await_pod(PodId(thing_id))

    def on_screen_resume(self) -> None:
        """Go on following the log that is in view."""
        if self._view is View.LOG:
            self._follow_log()

    def on_screen_suspend(self) -> None:
        """Nobody looks at the log any more."""
        self._stop_log()

    def on_mount(self) -> None:
        """Start in the list."""
        self._live.take_focus()

    def _switch(self, view: View) -> None:
        if self._view is View.LOG and view is not View.LOG:
            self._stop_log()
        self.query_one(ContentSwitcher).current = view
        if self.engine is not None:
            self.engine.show(self.read_fast())
        self._pane.show(self.store, self.now())
        self._pane.take_focus()
        self.refresh_bindings()
        self.show_hints()

    # -- keys ----------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key does something only where it means something."""
        views = VIEWS_OF.get(action)
        return views is None or not self.is_mounted or self._view in views

    def hints(self) -> Iterable[KeyHint]:
        """The keys of the pane in view, the most wanted first."""
        if self._view is View.LIVE:
            yield from self._live_hints()
            return
        if self._view is View.OFFERS and self._orderer.why_not() is None:
            yield KeyHint("enter", "order")
        yield from HINTS_OF[self._view]

    def _live_hints(self) -> Iterable[KeyHint]:
        pod = self._live.selected
        if self._live.is_page_open:
            yield KeyHint("esc", "back")
        elif pod is not None:
            yield KeyHint("enter", "details")
        if pod is not None:
            if why_no_ssh(pod) is None:
                yield KeyHint("s", "ssh")
            if pod.is_listed and not self._ender.why_hidden():
                yield KeyHint("x", "end")
            yield from (KeyHint("l", "log"), KeyHint("y", "copy"))
        yield from (KeyHint("o", "offers"), KeyHint("h", "ended"))
        if pod is not None and not self._live.is_page_open:
            yield from (KeyHint("/", "filter"), KeyHint("S", "sort"), KeyHint("space", "mark"))

    @on(LivePane.PageTurned)
    @on(FilterBar.Closed)
    def _keys_changed(self) -> None:
        self.show_hints()

    def action_back(self) -> None:
        """Close what is open; at the list take the filter away. Never quits."""
        view = self._view
        if view is View.ORDER:
            self._switch(View.OFFERS)
        elif view is not View.LIVE:
            self._switch(View.LIVE)
        elif not self._live.close_page():
            self._live.clear_filter()

    def action_end(self) -> None:
        """Ask whether the marked pods, or the selected one, are to be ended."""
        selected = self._live.selected
        self._ender.ask(self._live.marked or ((selected,) if selected is not None else ()))

    def action_open_shell(self) -> None:
        """Open a shell on the pod in view."""
        pod = self._live.pod(self._log_pane.pod_id) if self._view is View.LOG else self._live.selected
        if pod is not None:
            self._door.open(pod)

    def action_open_page(self) -> None:
        """Show everything about the selected pod."""
        if isinstance(self._pane, LivePane | PastPane):
            self._pane.open_page()

    def action_show_past(self) -> None:
        """Show the pods that ended, or go back."""
        self._switch(View.LIVE if self._view is View.PAST else View.PAST)

    def action_show_offers(self) -> None:
        """Show what can be rented, or go back."""
        self._switch(View.LIVE if self._view is View.OFFERS else View.OFFERS)

    def action_order(self) -> None:
        """Order the selected offer; from the list of pods, look for one first."""
        if self._view is View.OFFERS:
            self._offers.open_page()
        else:
            self._switch(View.OFFERS)

    def action_open_filter(self) -> None:
        """Type a filter."""
        if isinstance(self._pane, LivePane | PastPane | OffersPane):
            self._pane.open_filter()

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        if isinstance(self._pane, LivePane | PastPane | OffersPane):
            self._pane.sort_next()

    def action_reverse_sort(self) -> None:
        """Sort the other way round."""
        if isinstance(self._pane, LivePane | PastPane | OffersPane):
            self._pane.reverse()

    def action_show_everyone(self) -> None:
        """Show the pods of other wallets too, or no longer."""
        if isinstance(self._pane, LivePane | PastPane):
            self._pane.change(everyone=not self._pane.wanted.everyone)

    def action_turn_stock(self) -> None:
        """Offers: only what is in stock, or all."""
        self._offers.turn_stock()

    def action_turn_nodes(self) -> None:
        """Offers: single machines, clusters, or both."""
        self._offers.turn_nodes()

    def action_turn_count(self, steps: int) -> None:
        """Offers: another number of GPUs."""
        self._offers.turn_count(steps)

    def action_copy_part(self) -> None:
        """Choose what to send to the clipboard."""
        thing: list[tuple[str, str]] = []
        if self._view is View.PAST:
            past = self._past.selected
            thing = [] if past is None else [("id", past.id), ("name", past.name)]
        elif self._live.selected is not None:
            pod = self._live.selected.pod
            lines = [ssh_line(endpoint) for endpoint in pod.ssh if endpoint is not None]
            thing = [("ssh line", line) for line in lines] + [("id", pod.id), ("name", pod.name)]
            thing += [("address", ip) for ip in pod.ips]
        found = [(what, text) for what, text in thing if text]
        if not found:
            return
        options = [Option(str(number), what, Span(text, "dim")) for number, (what, text) in enumerate(found)]

        def chosen(key: str | None) -> None:
            if key is not None:
                what, text = found[int(key)]
                self.copy(text, f"The {what}")

        self.app.push_screen(ChooseDialog("Copy", options, verb="copy"), chosen)

    # -- the log -------------------------------------------------------------------

    def action_open_log(self) -> None:
        """Follow the log of the selected pod."""
        view = self._live.selected
        if view is not None:
            self._log_pane.open(view.id, view.pod.name or "(no name)")
            self._switch(View.LOG)
            self._follow_log()

    def _follow_log(self) -> None:
        if self.engine is not None and self._log_pane.pod_id is not None:
            self.engine.logs.follow_pod(self._log_pane.pod_id)

    def _stop_log(self) -> None:
        if self.engine is not None and self._view is View.LOG:
            self.engine.logs.stop()

    # -- history and orders --------------------------------------------------------

    @on(PastPane.MoreWanted)
    def _read_more(self, event: PastPane.MoreWanted) -> None:
        event.stop()
        if self._has_more_history():
            self.run_worker(
                self._more_history(),
                name="Reading older pods",
                group="more history",
                exclusive=True,
                exit_on_error=False,
            )

    def _has_more_history(self) -> bool:
        listing = self.store.history.value
        return listing is not None and listing.total is not None and len(listing.items) < listing.total

    async def _more_history(self) -> None:
        """Read on until a row more is in view: a filter may hide whole pages."""
        if self.engine is None:
            return
        shown = self._past.shown_rows
        self._past.say("reading older ones…")
        problem = ""
        try:
            for _ in range(MOST_PAGES_AT_ONCE):
                await self.engine.more_history()
                self._past.show(self.store, self.now())
                if self._past.shown_rows > shown or not self._has_more_history():
                    break
        except PrimeError as error:
            problem = error.message
        self._past.say(problem)

    @on(OffersPane.Chosen)
    def _start_order(self, event: OffersPane.Chosen) -> None:
        event.stop()
        why = self._orderer.why_not()
        if why is not None:
            self.monitor.tell(why, severity="warning")
            if self._order.is_under_way:
                self._switch(View.ORDER)
            return
        self._order.start(event.offer, self.store, self.now())
        self._switch(View.ORDER)

    @on(OrderPane.Checked)
    def _confirm_order(self, event: OrderPane.Checked) -> None:
        event.stop()
        self._orderer.confirm(event.order)

    @on(Created)
    def _show_created(self, event: Created) -> None:
        event.stop()
        self._live.await_pod(event.pod_id)
        if event.was_shown:
            self._switch(View.LIVE)
