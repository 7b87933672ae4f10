"""Speaking an answer: chunks of an event stream at the model's pace, and the whole answer at once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from prime_tui.sim.chat import Reply, Talker

# A world at high speed still shows a stream; one that stands still does not wait at all.
_FASTEST = 4.0
Charge = Callable[[int], None]


@dataclass(frozen=True)
class Wanted:
    """What the caller asked to have in the answer."""

    usage: bool
    cost: bool
    logprobs: bool
    top_logprobs: int


def usage_json(reply: Reply, completion_tokens: int, *, cost: bool) -> dict[str, object]:
    """Return token counts, and the price in USD if asked."""
    usage: dict[str, object] = {
        "prompt_tokens": reply.prompt_tokens, "completion_tokens": completion_tokens,
        "total_tokens": reply.prompt_tokens + completion_tokens, "input_tokens": reply.prompt_tokens,
        "output_tokens": completion_tokens,
        "completion_tokens_details": {"reasoning_tokens": min(len(reply.reasoning), completion_tokens)},
    }  # fmt: skip
    if cost:
        usage["cost"] = float(reply.cost_usd(completion_tokens))
    return usage


def whole_answer(talker: Talker, reply: Reply, created: int, wanted: Wanted) -> dict[str, object]:
    """Return the answer that is not streamed."""
    message: dict[str, object] = {"role": "assistant", "content": "".join(reply.content)}
    if reply.reasoning:
        message["reasoning_content"] = "".join(reply.reasoning)
    choice: dict[str, object] = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    if wanted.logprobs:
        first = len(reply.reasoning)
        scored = [talker.logprob(reply, n, wanted.top_logprobs) for n in range(first, len(reply.pieces))]
        choice["logprobs"] = {"content": scored, "refusal": None}
    answer: dict[str, object] = {
        "id": reply.id, "object": "chat.completion", "created": created, "model": reply.model.id,
        "choices": [choice],
    }  # fmt: skip
    if reply.reports_usage:
        answer["usage"] = usage_json(reply, len(reply.pieces), cost=wanted.cost)
    return answer


class ChatStream(Response):
    """The answer as server-sent events; whoever leaves early pays for what was generated until then."""

    def __init__(
        self, talker: Talker, reply: Reply, *, created: int, speed: float, wanted: Wanted, charge: Charge
    ) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-cache"})
        del self.headers["content-length"]
        self._talker = talker
        self._reply = reply
        self._created = created
        self._speed = min(speed, _FASTEST)
        self._wanted = wanted
        self._charge = charge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until it ends, breaks, or the caller has gone."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_disconnected(receive))
        said = 0
        try:
            said = await self._speak(send, gone)
        finally:
            gone.cancel()
            self._charge(said)
        if not gone.done() or gone.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _speak(self, send: Send, gone: asyncio.Future[None]) -> int:
        reply = self._reply
        await _write(send, ": keep-alive\n\n")
        if await self._wait(gone, reply.first_token_s):
            return 0
        await _write(send, self._event({"role": "assistant", "content": ""}))
        began_s = time.monotonic()
        limit = len(reply.pieces) if reply.breaks_at is None else reply.breaks_at
        for index in range(limit):
            due_s = 0.0 if self._speed <= 0 else index / (reply.model.tokens_per_s * self._speed)
            if await self._wait(gone, began_s + due_s - time.monotonic(), scaled=False):
                return index
            name = "reasoning_content" if index < len(reply.reasoning) else "content"
            await _write(send, self._event({name: reply.pieces[index]}, index=index))
        if reply.breaks_at is not None:
            error = {
                "message": "The upstream provider closed the connection",
                "type": "server_error",
                "code": 502,
            }
            await _write(send, f"data: {json.dumps({'error': error})}\n\n")
            return limit
        await _write(send, self._event({}, finish=reply.finish_reason))
        if self._wanted.usage and reply.reports_usage:
            usage = usage_json(reply, limit, cost=self._wanted.cost)
            await _write(send, _data({**self._head(), "choices": [], "usage": usage}))
        await _write(send, "data: [DONE]\n\n")
        return limit

    async def _wait(self, gone: asyncio.Future[None], seconds: float, *, scaled: bool = True) -> bool:
        """Wait, and return whether the caller has gone meanwhile."""
        if scaled:
            seconds = 0.0 if self._speed <= 0 else seconds / self._speed
        await asyncio.wait({gone}, timeout=max(0.0, seconds))
        return gone.done()

    def _head(self) -> dict[str, object]:
        return {
            "id": self._reply.id, "object": "chat.completion.chunk", "created": self._created,
            "model": self._reply.model.id,
        }  # fmt: skip

    def _event(self, delta: dict[str, str], *, index: int | None = None, finish: str | None = None) -> str:
        choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": finish}
        if self._wanted.logprobs and index is not None and "content" in delta:
            choice["logprobs"] = {
                "content": [self._talker.logprob(self._reply, index, self._wanted.top_logprobs)]
            }
        return _data({**self._head(), "choices": [choice]})


def _data(value: dict[str, object]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode("utf-8", "replace"), "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
