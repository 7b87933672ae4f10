"""The form of an order, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.offers import Offer, PodOrder
from prime_tui.domain.order_draft import OrderDraft, choosable_images, free_name, suggested_ceiling
from prime_tui.domain.units import span
from prime_tui.store.selectors.offers import purse
from prime_tui.store.store import Store
from prime_tui.ui.render.fields import fields
from prime_tui.ui.render.offers import disk_note, quote
from prime_tui.ui.render.order import offer_lines, price_lines, purse_lines
from prime_tui.ui.render.pods import noted
from prime_tui.ui.render.styled import Span, Styled, join
from prime_tui.ui.render.wrapping import wrapped
from prime_tui.ui.widgets.cycle import Cycle
from prime_tui.ui.widgets.line import Line, Rule
from prime_tui.ui.widgets.lines import Lines

LABEL_CELLS = 15


class OrderPane(Widget):
    """Name, image, disk and ceiling for one offer; enter asks for the order to be checked."""

    DEFAULT_CSS = """
    OrderPane { layout: vertical; height: 1fr; }
    OrderPane #order-what { height: auto; margin: 1 0; }
    OrderPane .order-field { height: 1; }
    OrderPane .order-field > Line.label { width: 15; }
    OrderPane .order-field > Input, OrderPane .order-field > Input:focus {
        border: none; height: 1; padding: 0; background: $panel; background-tint: transparent;
    }
    OrderPane .order-field > Input, OrderPane .order-field > Cycle { width: 34; margin: 0 2 0 0; }
    OrderPane .order-field > Line.note { width: 1fr; }
    OrderPane #order-money { height: 4; margin: 1 0 0 0; }
    OrderPane #order-news { height: 1fr; margin: 1 0 0 0; }
    """

    BINDINGS = (
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
    )

    class Checked(Message):
        """The form is right; the person has not agreed to the order yet."""

        def __init__(self, order: PodOrder) -> None:
            super().__init__()
            self.order = order

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._offer: Offer | None = None
        self._wallet = ""
        self._team_id: TeamId | None = None
        self._known: tuple[Store, datetime] | None = None
        self._sent_at: datetime | None = None
        self._news: tuple[Styled, ...] = ()
        self._ceiling_typed = False

    def compose(self) -> ComposeResult:
        """What is ordered, the fields, the money, and what became of it."""
        yield Rule(Span("order a pod", "title"), id="order-rule")
        yield Lines(id="order-what")
        with VerticalScroll(can_focus=False, id="order-fields"):
            yield from _field("Name", Input(compact=True, max_length=64, id="order-name"))
            yield from _field("Image", Cycle("the service's own", id="order-image"))
            yield from _field("Disk, GB", Input(compact=True, max_length=8, id="order-disk"))
            yield from _field("Ceiling, $/h", Input(compact=True, max_length=12, id="order-ceiling"))
        yield Lines(id="order-money")
        yield Lines(id="order-news")
