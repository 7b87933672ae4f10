"""The form of an order, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.offers import Offer, PodOrder
from prime_tui.domain.order_draft import OrderDraft, choosable_images, free_name, suggested_ceiling
from prime_tui.domain.units import span
from prime_tui.store.selectors.runway import purse
from prime_tui.store.store import Store
from prime_tui.ui.render.fields import fields, paragraph
from prime_tui.ui.render.offers import disk_note, quote
from prime_tui.ui.render.order import offer_lines, price_lines, purse_lines
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.strip_facts import wallet_label
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.cycle import Cycle
from prime_tui.ui.widgets.line import Line, Rule
from prime_tui.ui.widgets.lines import Lines

ROOMY_LINES = 20


class OrderPane(Widget):
    """Name, image, disk and ceiling for one offer; enter asks for the order to be checked.

    While an order is under way the form cannot be changed; what became of it stands below.
    """

    DEFAULT_CSS = """
    OrderPane { layout: vertical; height: 1fr; }
    OrderPane #order-form { height: 1fr; scrollbar-size-vertical: 1; }
    OrderPane .order-field { height: 1; }
    OrderPane .order-field > Line { width: 14; }
    OrderPane .order-field > Input, OrderPane .order-field > Input:focus {
        border: none; height: 1; padding: 0; background: $panel; background-tint: transparent;
    }
    OrderPane .order-field > Input, OrderPane .order-field > Cycle { width: 29; margin: 0 2 0 0; }
    OrderPane .order-field > .order-note { width: 1fr; }
    OrderPane.-roomy .order-part { margin: 1 0 0 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
    ]

    class Checked(Message):
        """The form is right; the person has not agreed to the order yet."""

        def __init__(self, order: PodOrder) -> None:
            super().__init__()
            self.order = order

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._offer: Offer | None = None
        self._chosen: Offer | None = None
        self._is_listed = True
        self._known: tuple[Store, datetime] | None = None
        self._sent_at: datetime | None = None
        self._news: tuple[Styled, ...] = ()
        self._proposed_ceiling = ""

    def compose(self) -> ComposeResult:
        """What is ordered, the fields, the money, and what became of it."""
        yield Rule(Span("order a pod", "title"), id="order-rule")
        with VerticalScroll(can_focus=False, id="order-form"):
            yield _text("order-what")
            yield _field("Name", _input("order-name", 64), classes="order-part")
            yield _field("Image", Cycle("the service chooses", id="order-image"))
            yield _field("Disk, GB", _input("order-disk", 8))
            yield _field("Ceiling, $/h", _input("order-ceiling", 12))
            yield _text("order-money")
            yield _text("order-news")

    # -- what the screen asks ------------------------------------------------------

    @property
    def is_under_way(self) -> bool:
        """Whether an order was sent and its outcome is not known yet."""
        return self._sent_at is not None

    def start(self, offer: Offer, store: Store, now: datetime) -> None:
        """Begin an order of another offer."""
        self._offer, self._chosen, self._is_listed, self._news = offer, offer, True, ()
        taken = {pod.name for pod in (store.pods.value.items if store.pods.value else ())}
        self.query_one("#order-name", Input).value = free_name(offer, taken)
        self.query_one("#order-image", Cycle).offer(choosable_images(offer))
        disk = offer.disk.default if offer.disk.is_choosable else None
        self.query_one("#order-disk", Input).value = "" if disk is None else str(disk)
        self.query_one("#order-disk", Input).disabled = not offer.disk.is_choosable
        self._proposed_ceiling = ""
        self.query_one("#order-ceiling", Input).value = ""
        self._propose_ceiling()
        self.show(store, now)

    def take_focus(self) -> None:
        """Give the keys to the first field."""
        self.query_one("#order-name", Input).focus()

    def show(self, store: Store, now: datetime) -> None:
        """Show what is known now, at the price of now."""
        self._known = (store, now)
        self._follow_offer(store)
        self._draw()

    def sent(self, at: datetime) -> None:
        """An order is under way."""
        self._sent_at = at
        self.query_one("#order-form").disabled = True
        self._draw()

    def ended(self, news: Sequence[Styled]) -> None:
        """The order came to an end; the form can be used again."""
        self._sent_at, self._news = None, tuple(news)
        self.query_one("#order-form").disabled = False
        if self.display:
            self.take_focus()
        self._draw()

    # -- inside --------------------------------------------------------------------

    def on_resize(self) -> None:
        """Blank lines between the parts where there is room."""
        self.set_class(self.size.height >= ROOMY_LINES, "-roomy")
        after_refresh(self, self._draw)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "order-disk":
            self._propose_ceiling()
        if not self.is_under_way:
            self._news = ()
        self._draw()

    @on(Input.Submitted)
    @on(Cycle.Submitted)
    def _check(self) -> None:
        if self._offer is None or self._known is None or self.is_under_way:
            return
        try:
            order = self._draft(self._offer).order(self._known[0].session.wallet.team_id)
        except PrimeError as error:
            self._news = (Span(f"▲ {error.message}", "bad"), Span(error.hint, "dim"))
            self._draw()
        else:
            self.post_message(self.Checked(order))

    def _follow_offer(self, store: Store) -> None:
        """Take over what the service says by now of the offer that was chosen."""
        if self._offer is None or self.is_under_way or store.offers.value is None:
            return
        key = self._offer.key
        found = next((offer for offer in store.offers.value.items if offer.key == key), None)
        self._is_listed = found is not None
        if found is not None and found != self._offer:
            self._offer = found
            self._propose_ceiling()

    def _changes(self, offer: Offer) -> tuple[Styled, ...]:
        """What is different from the offer as it was chosen."""
        if not self._is_listed or not offer.is_in_stock:
            return (Span("▲ It is no longer offered: the order will probably be refused.", "bad"),)
        if self._chosen is None or offer.price_usd_per_h == self._chosen.price_usd_per_h:
            return ()
        before, after = quote(self._chosen.price_usd_per_h, offer), quote(offer.price_usd_per_h, offer)
        return (Span(f"▲ The price changed while you were here: {before} → {after}.", "warn"),)

    def _propose_ceiling(self) -> None:
        """Follow the price with the ceiling until the person typed one."""
        field = self.query_one("#order-ceiling", Input)
        if self._offer is None or field.value != self._proposed_ceiling:
            return
        ceiling = suggested_ceiling(self._offer, self._draft(self._offer).disk_gb)
        self._proposed_ceiling = "" if ceiling is None else str(ceiling)
        field.value = self._proposed_ceiling

    def _draft(self, offer: Offer) -> OrderDraft:
        return OrderDraft(
            offer,
            name=self.query_one("#order-name", Input).value,
            image=self.query_one("#order-image", Cycle).value,
            disk=self.query_one("#order-disk", Input).value,
            ceiling=self.query_one("#order-ceiling", Input).value,
        )

    def _draw(self) -> None:
        if self._offer is None or self._known is None or not self.size.width:
            return
        (store, now), offer, width = self._known, self._offer, self.size.width - 2
        about = (*offer_lines(offer), *self._changes(offer))
        _fill(self, "order-what", [line for part in about for line in paragraph(part, width)])
        disk_gb = self._draft(offer).disk_gb
        burns = offer.estimate_usd_per_h(disk_gb)
        in_usd = burns if offer.currency == "USD" else None
        money = purse(store, in_usd, wallet_label(store), now)
        pairs = (*price_lines(offer, burns, disk_gb=disk_gb), *purse_lines(money))
        _fill(self, "order-money", fields(pairs, width))
        _fill(self, "order-news", [line for part in self._outcome(now) for line in paragraph(part, width)])
        notes = {
            "order-name": "letters, digits, -; unique",
            "order-image": "left and right choose" if len(choosable_images(offer)) > 1 else "",
            "order-disk": disk_note(offer.disk),
            "order-ceiling": f"quoted {quote(burns, offer)}; dearer is refused",
        }
        for name, note in notes.items():
            self.query_one(f"#{name}-note", Line).content = Span(note, "dim")
        age = span(store.offers.remote.age_s(now))
        self.query_one("#order-rule", Rule).right = Span(f"offer {age} old", "dim")

    def _outcome(self, now: datetime) -> tuple[Styled, ...]:
        if self._sent_at is not None:
            waited = span((now - self._sent_at).total_seconds())
            return (
                Span(f"◐ The order was sent, once. Waiting for its outcome, {waited}…", "warn"),
                Span("You can leave this page: the order goes on, and its end is told.", "dim"),
            )
        return self._news or (Span("enter checks the order and asks before it is sent", "dim"),)


def _field(label: str, widget: Widget, *, classes: str = "") -> Horizontal:
    name = Line(Span(f" {label}", "dim"))
    note = Line(id=f"{widget.id}-note", classes="order-note")
    return Horizontal(name, widget, note, classes=f"order-field {classes}")


def _input(name: str, max_length: int) -> Input:
    field = Input(compact=True, max_length=max_length, select_on_focus=False, id=name)
    field.cursor_blink = False
    return field


def _text(name: str) -> Lines:
    lines = Lines(id=name, classes="order-part")
    lines.can_focus = False
    return lines


def _fill(pane: OrderPane, name: str, content: Sequence[Styled]) -> None:
    lines = pane.query_one(f"#{name}", Lines)
    if len(lines.content) != len(content):
        lines.styles.height = len(content)
    lines.content = tuple(content)
