"""Models as the chat lists them, and which wallet an answer is charged to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from prime_tui.domain.chat import ChatModel
from prime_tui.domain.ids import ModelId
from prime_tui.domain.words import filter_words, matches
from prime_tui.store.store import KeyState, Store

MODEST_USD_PER_MTOK = Decimal(1)


def models_by_price(store: Store) -> tuple[ChatModel, ...]:
    """Return the models, the cheapest output first, unknown prices last."""
    models = store.models.value.items if store.models.value else ()
    return tuple(sorted(models, key=_price_order))


def models_like(models: Sequence[ChatModel], text: str) -> tuple[ChatModel, ...]:
    """Return the models whose id a filter lets through."""
    words = filter_words(text)
    return tuple(model for model in models if matches(words, model.id))


def model_of(store: Store, model_id: ModelId | None) -> ChatModel | None:
    """Return the catalogue's entry of a model, if it has one."""
    models = store.models.value.items if store.models.value else ()
    return next((model for model in models if model.id == model_id), None)


def first_choice(store: Store) -> ModelId | None:
    """Return a model to begin with: the newest one at a modest price, else the cheapest."""
    models = models_by_price(store)
    modest = [
        model
        for model in models
        if model.output_usd_per_mtok is not None and model.output_usd_per_mtok <= MODEST_USD_PER_MTOK
    ]
    dated = [model for model in modest if model.created_at is not None]
    if dated:
        return max(dated, key=lambda model: model.created_at.timestamp() if model.created_at else 0.0).id
    return models[0].id if models else None


def why_not_ask(store: Store) -> str | None:
    """Return why no model can be asked, as a sentence; None when one can."""
    if store.session.key is KeyState.MISSING:
        return "There is no API key: nothing can be asked. K signs in."
    if store.session.is_read_only:
        return "This is a read-only session: asking costs money, so nothing is asked."
    if awaits_consent(store):
        return f"Enter asks whether your key may go to {store.session.unagreed_origin}."
    return None


def awaits_consent(store: Store) -> bool:
    """Whether a yes of the person is all that is missing before the key goes to the inference API."""
    session = store.session
    has_key = session.key not in (KeyState.MISSING, KeyState.REFUSED)
    return bool(session.unagreed_origin) and has_key and not session.is_read_only


def _price_order(model: ChatModel) -> tuple[bool, Decimal, Decimal, str]:
    output, prompt = model.output_usd_per_mtok, model.input_usd_per_mtok
    return (output is None, output or Decimal(0), prompt or Decimal(0), model.id)
