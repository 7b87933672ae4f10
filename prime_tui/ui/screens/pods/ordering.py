"""Ordering a pod: asked with all its money on the table, sent once, and followed to its outcome."""

from __future__ import annotations

from textual.message import Message

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import PodId
from prime_tui.domain.offers import PodOrder
from prime_tui.domain.pods import Pod
from prime_tui.store.selectors.permission import why_no_writes
from prime_tui.store.selectors.runway import purse
from prime_tui.store.slice import Topic
from prime_tui.sync.pod_actions import PodCreation
from prime_tui.ui.banner import risk_lines
from prime_tui.ui.render.order import confirm_lines
from prime_tui.ui.render.styled import Span
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.pods.order_pane import OrderPane
from prime_tui.ui.strip_facts import wallet_label
from prime_tui.ui.widgets.dialog import ConfirmDialog

HOLDING_KEY = "pod order"


class Created(Message):
    """There is a new pod.

    Attributes:
        was_shown: Whether the form of the order was in view when it came.
    """

    def __init__(self, pod_id: PodId, *, was_shown: bool) -> None:
        super().__init__()
        self.pod_id = pod_id
        self.was_shown = was_shown


class PodOrderer:
    """Confirms an order, sends it, and brings its outcome back to the form or the list."""

    def __init__(self, screen: PrimeScreen, pane: OrderPane) -> None:
        self._screen = screen
        self._pane = pane

    def why_not(self) -> str | None:
        """Return why nothing can be ordered now, as a sentence."""
        if self._screen.engine is None:
            return "Not connected yet."
        if self._pane.is_under_way:
            return "An order is under way: wait for its outcome first."
        return why_no_writes(self._screen.store)

    def confirm(self, order: PodOrder) -> None:
        """Ask once more; the harmless answer is the default."""
        screen = self._screen
        why = self.why_not()
        if why is not None:
            screen.monitor.tell(why, severity="warning")
            return
        burns = order.offer.estimate_usd_per_h(order.disk_gb)
        money = purse(screen.store, burns, wallet_label(screen.store), screen.now())
        body = [*risk_lines(screen.store), *confirm_lines(order, money)]
        dialog = ConfirmDialog("Order 1 pod", body, yes="order", no="do not order")
        screen.app.push_screen(dialog, lambda agreed: self._send(order) if agreed else None)

    def _send(self, order: PodOrder) -> None:
        self._pane.sent(self._screen.now())
        self._screen.monitor.act(self._follow(order), f"ordering {order.name}")

    async def _follow(self, order: PodOrder) -> None:
        screen, monitor = self._screen, self._screen.monitor
        if screen.engine is None:
            return
        monitor.holding[HOLDING_KEY] = f"The order of {order.name} is under way: its outcome would be lost."
        try:
            creation = await screen.engine.pods.create(order)
        except PrimeError as error:
            self._refused(error)
        else:
            self._outcome(order, creation)
        finally:
            monitor.holding.pop(HOLDING_KEY, None)

    def _refused(self, error: PrimeError) -> None:
        self._pane.ended(
            (
                Span(f"✕ Refused: {error.message}", "bad"),
                Span(error.hint, "text"),
                Span("Nothing was created, nothing is charged. Change the form, then enter again.", "dim"),
            )
        )
        if not self._pane.display or not self._screen.is_current:
            self._screen.monitor.tell(f"Order refused: {error.message}", severity="error")

    def _outcome(self, order: PodOrder, creation: PodCreation) -> None:
        if creation.pod is None:
            self._pane.ended(
                (
                    Span(f"▲ NOT CONFIRMED: no answer came, and no pod {order.name} has shown up.", "bad"),
                    Span("It may still appear, and then it burns. Watch the list before you order again."),
                    Span("The order was sent once and is not sent again by itself.", "dim"),
                )
            )
        else:
            self._created(creation.pod, was_looked_for=creation.was_looked_for)
        if self._screen.engine is not None:
            self._screen.engine.read_topic(Topic.PODS)

    def _created(self, pod: Pod, *, was_looked_for: bool) -> None:
        how = "No answer came, but the pod was found." if was_looked_for else "The pod was created."
        was_shown = self._pane.display
        self._pane.ended((Span(f"● {how}"), Span(f"{pod.name}  …{pod.id[-8:]}", "dim")))
        self._screen.post_message(Created(pod.id, was_shown=was_shown))
