"""Chat with models. Every answer costs money, so nothing here is repeated by itself after it was accepted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

import httpx

from prime_tui.api.body import parse_json, whole_body
from prime_tui.api.call import Call, Effect, outcome_unknown
from prime_tui.api.chat_stream import AnswerReader, in_band_error, read_stream
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import read_listing, read_object
from prime_tui.api.wire.chat import chat_body, is_answer, read_model, read_piece
from prime_tui.domain.chat import ChatDelta, ChatEnd, ChatEvent, ChatModel, ChatRequest
from prime_tui.domain.errors import InvalidRequest, NotFound, ResponseShapeError
from prime_tui.domain.ids import ModelId, TeamId
from prime_tui.domain.remote import Listing

TEAM_HEADER = "X-Prime-Team-ID"
_CHAT = "/chat/completions"


@dataclass(slots=True)
class _Refusals:
    """Which optional parameters the route of a model has refused in this session."""

    by_model: dict[ModelId, frozenset[str]] = field(default_factory=dict)

    def of(self, model: ModelId) -> frozenset[str]:
        return self.by_model.get(model, frozenset())

    def learn(self, model: ModelId, error: InvalidRequest) -> bool:
        """Return whether the error names a parameter that can be left out from now on."""
        message = error.message.lower()
        named: set[str] = set()
        if "stream_options" in message or "include_usage" in message:
            named.add("stream_options")
        if "usage" in message.replace("include_usage", ""):
            named.add("usage")
        new = named - self.of(model)
        self.by_model[model] = self.of(model) | new
        return bool(new) and error.status in (400, 422)


class InferenceApi:
    """`/models` and `/chat/completions` of the inference API."""

    def __init__(self, transport: Transport, team_id: TeamId | None) -> None:
        self._transport = transport
        self._team_id = team_id
        self._refusals = _Refusals()

    async def models(self) -> Listing[ChatModel]:
        """Return the models in the service's order (`GET /models`); a key is not needed."""
        call = Call(
            method="GET",
            path="/models",
            headers=self._headers(None),
            needs_key=False,
            max_bytes=self._transport.limits.list_bytes,
        )
        answer = await self._transport.exchange(call)
        return answer.read(lambda value: read_listing(value, read_model, lambda model: model.id, "models"))

    async def model(self, model_id: ModelId) -> ChatModel:
        """Return one model (`GET /models/{model_id}`).

        Raises:
            NotFound: It is unknown or unavailable, which routes also say with 400 or 422.
        """
        call = Call(
            method="GET",
            path="/models/{model_id}",
            ids={"model_id": model_id},
            headers=self._headers(None),
            needs_key=False,
        )
        try:
            answer = await self._transport.exchange(call)
        except InvalidRequest as error:
            if error.status not in (400, 422):
                raise
            raise NotFound(
                error.message, hint="Choose another model.", status=404, endpoint=error.endpoint
            ) from error
        return answer.read(lambda value: read_object(value, read_model, "model"))

    async def complete(self, request: ChatRequest) -> tuple[ChatDelta, ChatEnd]:
        """Ask and wait for the whole answer.

        Raises:
            OutcomeUnknown: The question was sent and no usable answer came; it may have been charged.
        """
        call = self._call(request, is_stream=False)
        try:
            answer = await self._transport.exchange(call)
        except InvalidRequest as error:
            if not self._refusals.learn(request.model, error):
                raise
            call = self._call(request, is_stream=False)
            answer = await self._transport.exchange(call)
        *deltas, end = self._whole_answer(answer.value, call)
        text = "".join(delta.text for delta in deltas if isinstance(delta, ChatDelta))
        reasoning = "".join(delta.reasoning for delta in deltas if isinstance(delta, ChatDelta))
        assert isinstance(end, ChatEnd)  # noqa: S101 - what _whole_answer promises
        return ChatDelta(text, reasoning), end

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Ask and yield the answer as it comes; closing the generator closes the connection.

        Before the first event it may raise as any call does. After that it always ends with one ChatEnd, and
        what went wrong is in there.
        """
        call = self._call(request, is_stream=True)
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self._transport.stream(call))
            except InvalidRequest as error:
                if not self._refusals.learn(request.model, error):
                    raise
                call = self._call(request, is_stream=True)
                response = await stack.enter_async_context(self._transport.stream(call))
            if "json" in response.headers.get("content-type", "").lower():
                for event in self._whole_answer(await self._json(response, call), call):
                    yield event
                return
            events = read_stream(response, self._transport.limits, self._transport.safe_text, call.endpoint)
            async with aclosing(events):
                async for event in events:
                    yield event

    async def _json(self, response: httpx.Response, call: Call) -> object:
        """Return the body of a server that does not stream; it is read before anything is yielded."""
        try:
            return parse_json(await whole_body(response, self._transport.limits.body_bytes))
        except (httpx.HTTPError, ResponseShapeError) as error:
            raise outcome_unknown(call, "The answer could not be read.") from error

    def _whole_answer(self, value: object, call: Call) -> Iterator[ChatEvent]:
        if isinstance(value, dict):
            error = in_band_error(value, self._transport.safe_text, call.endpoint)
            if error is not None:
                raise error
        if not is_answer(value):
            raise outcome_unknown(call, "The answer holds no text.")
        piece = read_piece(value)
        reader = AnswerReader(self._transport.safe_text, call.endpoint)
        yield from reader.add(piece)
        yield ChatEnd(piece.finish_reason, piece.usage)

    def _call(self, request: ChatRequest, *, is_stream: bool) -> Call:
        limits = self._transport.limits
        return Call(
            method="POST",
            path=_CHAT,
            body=chat_body(request, is_stream=is_stream, left_out=self._refusals.of(request.model)),
            effect=Effect.CHAT,
            headers=self._headers(request.team_id, "text/event-stream" if is_stream else None),
            read_s=limits.idle_s if is_stream else limits.answer_total_s,
            total_s=limits.answer_total_s,
        )

    def _headers(self, team_id: TeamId | None, accept: str | None = None) -> dict[str, str]:
        """Return the headers that say whose wallet it is: of the request, else of the client."""
        wallet = team_id or self._team_id
        found = {} if accept is None else {"Accept": f"{accept}, application/json"}
        return found if wallet is None else {**found, TEAM_HEADER: wallet}
