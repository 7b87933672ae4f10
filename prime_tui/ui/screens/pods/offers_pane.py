"""What can be rented, the cheapest first."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.message import Message

from prime_tui.domain.offers import Offer
from prime_tui.domain.units import span
from prime_tui.store.selectors.offers import Nodes, OfferFilter, offered_counts, select_offers
from prime_tui.store.store import Store
from prime_tui.ui.render.offers import OFFER_COLUMNS, offer_row
from prime_tui.ui.render.pods import noted, shown_note
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.render.unread import staleness, unread_lines
from prime_tui.ui.screens.pods.list_pane import ListPane
from prime_tui.ui.widgets.filter_bar import FilterBar
from prime_tui.ui.widgets.line import Rule
from prime_tui.ui.widgets.table import KeyedTable

NODES = tuple(Nodes)


class OffersPane(ListPane[OfferFilter]):
    """The list of offers with its filters."""

    UP_FIRST = frozenset({"per_gpu", "price", "gpu", "provider", "where", "start"})

    class Chosen(Message):
        """An offer is to be ordered."""

        def __init__(self, offer: Offer) -> None:
            super().__init__()
            self.offer = offer

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(OfferFilter(), id=id)
        self._rows: tuple[Offer, ...] = ()

    def compose(self) -> ComposeResult:
        """Rule, list and filter."""
        yield Rule(id="offers-rule")
        yield KeyedTable(OFFER_COLUMNS, markable=False, id="offers-table")
        yield FilterBar(id="offers-filter")

    def open_page(self) -> None:
        """Order the selected offer."""
        key = self.selected_key
        offer = next((offer for offer in self._rows if offer.key == key), None)
        if offer is not None:
            self.post_message(self.Chosen(offer))

    def turn_count(self, steps: int) -> None:
        """Show only offers with the next larger or smaller number of GPUs; beyond both ends all of them."""
        if self._store is not None:
            counts = (None, *offered_counts(self._store))
            present = self.wanted.gpu_count
            position = counts.index(present) if present in counts else 0
            self.change(gpu_count=counts[(position + steps) % len(counts)])

    def turn_nodes(self) -> None:
        """Show single machines, clusters, or both."""
        self.change(nodes=NODES[(NODES.index(self.wanted.nodes) + 1) % len(NODES)])

    def turn_stock(self) -> None:
        """Show what is out of stock too, or no longer."""
        self.change(only_in_stock=not self.wanted.only_in_stock)

    def tick(self, store: Store, now: datetime) -> None:
        """Only the age grows with time."""
        self._draw_rule(store, now)

    def draw(self, store: Store, now: datetime) -> None:
        """Show rule and list."""
        columns = self.place_columns(OFFER_COLUMNS)
        self._rows = select_offers(store, self.wanted)
        self.table.placeholder = self._placeholder(store, now)
        self.table.rows = tuple(offer_row(offer, columns) for offer in self._rows)
        self._draw_rule(store, now)

    def _draw_rule(self, store: Store, now: datetime) -> None:
        rule, remote = self.query_one(Rule), store.offers.remote
        rule.content = noted((Span("offers", "title"), *_limits(self.wanted)))
        listing = remote.value
        if listing is None:
            rule.right = ""
            return
        old, age = staleness(remote, now), span(remote.age_s(now))
        lost = len(listing.unreadable)
        rule.right = noted(
            (
                shown_note(len(self._rows), len(listing.items), is_filtered=bool(self.wanted.text.strip())),
                Span(f"{lost} unreadable", "warn") if lost else "",
                Span(old or f"{age} old", "bad" if old else "dim"),
            )
        )

    def _placeholder(self, store: Store, now: datetime) -> tuple[Styled, ...]:
        listing = store.offers.value
        if listing is None:
            return unread_lines("offers", store.offers.remote, now)
        if listing.items:
            return (
                Span("No offer fits."),
                Span("i shows what is out of stock, [ ] other numbers of GPUs, m clusters,", "dim"),
                Span("/ then esc clears the filter.", "dim"),
            )
        return (Span("The service has no offers now."), Span("r asks again.", "dim"))


def _limits(wanted: OfferFilter) -> list[Styled]:
    limits = ["in stock" if wanted.only_in_stock else "also out of stock"]
    if wanted.gpu_count is not None:
        limits.append(f"{wanted.gpu_count} GPUs" if wanted.gpu_count > 1 else "1 GPU")
    if wanted.nodes is not Nodes.ALL:
        limits.append(wanted.nodes.value)
    return [*limits]
