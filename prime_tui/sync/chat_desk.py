"""Questions to models: sent once, answered as a stream of events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from prime_tui.domain.chat import ChatEvent, ChatRequest
from prime_tui.store.store import Store

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient


class ChatDesk:
    """Asks models, always from the wallet in view."""

    def __init__(self, client: PrimeClient, store: Store) -> None:
        self._client = client
        self._store = store

    async def ask(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream the answer; the last event is a `ChatEnd`.

        Closing the iterator closes the connection: what was produced until then is charged.

        Raises:
            PrimeError: The question was refused before the first piece of an answer.
        """
        billed = replace(request, team_id=self._store.session.wallet.team_id)
        async with aclosing(self._client.inference.stream(billed)) as events:
            async for event in events:
                yield event
