"""Offers as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from prime_tui.domain.offers import Offer
from prime_tui.domain.words import all_found, filter_words
from prime_tui.store.selectors.ordering import ordered
from prime_tui.store.store import Store

MOST_GPUS = 1024
_TOKEN = re.compile(r"[a-z0-9]+")
_COUNT = re.compile(r"([0-9]{1,4})[x×]?\Z")
_STOCKS = ("unavailable", "low", "medium", "available", "high")


class Nodes(StrEnum):
    """Which offers by the number of machines."""

    ALL = "all"
    ONE = "one machine"
    SEVERAL = "clusters"


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers are wanted, and in which order.

    Attributes:
        text: Words that must all fit; a number is a count of GPUs, `<2.5` a price per GPU.
        gpu_count: Only offers with this many; None for any.
    """

    text: str = ""
    gpu_count: int | None = None
    only_in_stock: bool = True
    nodes: Nodes = Nodes.ALL
    sort: str = "per_gpu"
    descending: bool = False


def _usd(value: Decimal | None, offer: Offer) -> Decimal | None:
    """Prices in other currencies are not compared with ours."""
    return value if offer.currency == "USD" else None


def _stock_rank(offer: Offer) -> int | None:
    word = offer.stock.strip().lower()
    return _STOCKS.index(word) if word in _STOCKS else None


OFFER_SORTS: Mapping[str, Callable[[Offer], Any]] = {
    "per_gpu": lambda offer: _usd(offer.price_usd_per_gpu_h, offer),
    "price": lambda offer: _usd(offer.price_usd_per_h, offer),
    "gpu": lambda offer: (offer.gpu_type, offer.gpu_count or 0),
    "count": lambda offer: offer.gpu_count,
    "stock": _stock_rank,
    "provider": lambda offer: offer.provider,
    "where": lambda offer: (offer.country or "", offer.region or "", offer.data_center or ""),
    "memory": lambda offer: offer.gpu_memory_gb,
    "start": lambda offer: offer.provisioning_min,
}


def select_offers(store: Store, wanted: OfferFilter) -> tuple[Offer, ...]:
    """Return the offers that were read and fit; equal prices stay in the service's order."""
    offers = store.offers.value.items if store.offers.value else ()
    words = filter_words(wanted.text)
    found = (offer for offer in offers if _fits(offer, wanted) and _has_words(offer, words))
    sort = OFFER_SORTS.get(wanted.sort, OFFER_SORTS["per_gpu"])
    return ordered(found, sort, descending=wanted.descending)


def offered_counts(store: Store) -> tuple[int, ...]:
    """Return the numbers of GPUs that are offered, ascending."""
    offers = store.offers.value.items if store.offers.value else ()
    return tuple(sorted({offer.gpu_count for offer in offers if offer.gpu_count}))


def _fits(offer: Offer, wanted: OfferFilter) -> bool:
    return (
        (wanted.gpu_count is None or offer.gpu_count == wanted.gpu_count)
        and (not wanted.only_in_stock or offer.is_in_stock)
        and (wanted.nodes is Nodes.ALL or offer.is_cluster == (wanted.nodes is Nodes.SEVERAL))
    )


def _has_words(offer: Offer, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    tokens = _tokens(offer)
    return all_found(words, lambda word: _has_word(offer, tokens, word))


def _has_word(offer: Offer, tokens: tuple[str, ...], word: str) -> bool:
    count = _COUNT.match(word)
    if count is not None and int(count[1]) <= MOST_GPUS:
        return offer.gpu_count == int(count[1])
    if word.startswith("<"):
        return _is_cheaper(offer, word[1:])
    # Words begin where the service's do: `us` means the country, not the end of a provider's name.
    return all(any(token.startswith(part) for token in tokens) for part in _TOKEN.findall(word))


def _is_cheaper(offer: Offer, text: str) -> bool:
    try:
        limit = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        return True  # not typed to its end yet
    price = OFFER_SORTS["per_gpu"](offer)
    return price is not None and bool(price < limit)


def _tokens(offer: Offer) -> tuple[str, ...]:
    texts = (
        offer.gpu_type,
        offer.provider,
        offer.region,
        offer.country,
        offer.data_center,
        offer.socket,
        offer.stock,
        offer.security,
        "" if offer.currency == "USD" else offer.currency,
        offer.interconnect_type,
        "spot" if offer.is_spot else "",
        "cluster multi" if offer.is_cluster else "",
        "prepaid" if offer.prepaid_h else "",
        "variable" if offer.price_is_variable else "",
    )
    return tuple(token for text in texts if text for token in _TOKEN.findall(text.lower()))
