"""What each kind of fault does to an answer, on the level of bytes and connections."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prime_tui.sim.connections import cut
from prime_tui.sim.faults import Damage, Fault
from prime_tui.sim.web import error_answer

_HUGE_BYTES = 100_000_000
_BOMB_MB = 256
_NESTED_DEPTH = 100_000
_STALL_AFTER_BYTES = 600
_DRIP_MS = 100.0


@dataclass
class Captured:
    """An answer that was held back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Collect a message of the application."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def kept_headers(self, **changes: str) -> list[tuple[bytes, bytes]]:
        """Return the headers without a length, with some set anew."""
        dropped = {b"content-length", *(name.replace("_", "-").encode() for name in changes)}
        kept = [(name, value) for name, value in self.headers if name.lower() not in dropped]
        return kept + [(name.replace("_", "-").encode(), value.encode()) for name, value in changes.items()]


async def _captured(app: ASGIApp, scope: Scope, receive: Receive) -> Captured:
    answer = Captured()
    await app(scope, receive, answer.take)
    return answer


async def _send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def latency(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer late."""
    await asyncio.sleep(fault.latency_ms / 1000)
    await app(scope, receive, send)


async def status(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a status of choice instead of doing anything."""
    code = fault.status or 500
    answer = error_answer(scope["path"], code, f"Simulated fault {code}").response()
    if fault.retry_after is not None:
        answer.headers["retry-after"] = fault.retry_after
    await answer(scope, receive, send)


async def html(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as a gateway in front of the service does."""
    page = (
        b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
    )
    await _send_whole(send, fault.status or 502, [(b"content-type", b"text/html; charset=utf-8")], page)


async def redirect(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the caller to another origin."""
    target = fault.location or f"http://127.0.0.2:9{scope['path']}"
    await _send_whole(send, fault.status or 307, [(b"location", target.encode("latin-1", "replace"))], b"")


async def reset(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Cut the connection in the middle of the body."""
    answer = await _captured(app, scope, receive)
    stop = len(answer.body) // 2 if fault.after_bytes is None else fault.after_bytes
    length = (b"content-length", str(max(len(answer.body), 1)).encode())
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [*answer.kept_headers(), length]}
    )
    await send({"type": "http.response.body", "body": answer.body[:stop], "more_body": True})
    await cut(scope)


async def lost_answer(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and cut the connection instead of saying so."""
    await _captured(app, scope, receive)
    await cut(scope)


async def drip(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the body byte by byte."""
    answer = await _captured(app, scope, receive)
    length = (b"content-length", str(len(answer.body)).encode())
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [*answer.kept_headers(), length]}
    )
    for byte in answer.body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await asyncio.sleep((fault.latency_ms or _DRIP_MS) / 1000)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def huge(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a well-formed body of 100 MB, or of `after_bytes`."""
    left = fault.after_bytes or _HUGE_BYTES
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"data":"', "more_body": True})
    block = b"A" * 1_000_000
    while left > 0:
        await send({"type": "http.response.body", "body": block[:left], "more_body": True})
        left -= len(block)
    await send({"type": "http.response.body", "body": b'"}', "more_body": False})


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """Return a quarter of a gigabyte of spaces, gzipped by repeating one compressed megabyte."""
    megabyte = b" " * 1_048_576
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packer.compress(b"")
    block = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(b'{"data": []}') + packer.flush(zlib.Z_FINISH)
    crc = 0
    for _ in range(_BOMB_MB):
        crc = zlib.crc32(megabyte, crc)
    crc = zlib.crc32(b'{"data": []}', crc)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + block * _BOMB_MB + end + struct.pack("<II", crc, _BOMB_MB * len(megabyte) + 12)


async def gzip_bomb(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send some hundred kilobytes that unpack to a quarter of a gigabyte."""
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    await _send_whole(send, 200, headers, await asyncio.to_thread(_bomb))


async def nested(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send JSON that is nested deeper than any parser goes."""
    body = b"[" * _NESTED_DEPTH + b"]" * _NESTED_DEPTH
    await _send_whole(send, 200, [(b"content-type", b"application/json")], body)


def _rewriting(rewrite: Callable[[bytes], bytes]) -> Damage:
    async def damage(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _captured(app, scope, receive)
        await _send_whole(send, answer.status, answer.kept_headers(), rewrite(answer.body))

    return damage


def _other_types(value: object) -> object:
    """Return the value with every leaf of another type."""
    if isinstance(value, dict):
        return {name: _other_types(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_other_types(inner) for inner in value]
    if isinstance(value, bool):
        return "perhaps"
    if isinstance(value, int | float):
        return {"value": str(value)}
    if isinstance(value, str):
        return len(value)
    return []


def _not_numbers(value: object) -> object:
    """Return the value with NaN or an infinity for every number."""
    if isinstance(value, dict):
        return {name: _not_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_not_numbers(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float("nan") if value >= 0 else float("-inf")


def _json_damage(change: Callable[[object], object]) -> Damage:
    return _rewriting(lambda body: json.dumps(change(json.loads(body)), ensure_ascii=False).encode())


class _StreamEditor:
    """Passes an event stream on up to a number of bytes, then lets `after` decide."""

    def __init__(self, send: Send, limit: int) -> None:
        self._send = send
        self._left = limit
        self.stopped = asyncio.Event()

    async def __call__(self, message: Message) -> None:
        if self.stopped.is_set():
            await asyncio.Event().wait()  # the application is held until it is cancelled
        if message["type"] == "http.response.start":
            await self._send(message)
            return
        body = message.get("body", b"")
        cut_at = (
            len(body) if len(body) < self._left else max(0, body.find(b"\n\n", max(0, self._left - 1)) + 2)
        )
        self._left -= len(body)
        await self._send({**message, "body": body[:cut_at] if self._left <= 0 else body, "more_body": True})
        if self._left <= 0 or not message.get("more_body", False):
            self.stopped.set()


async def _partial_stream(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    limit = _STALL_AFTER_BYTES if fault.after_bytes is None else fault.after_bytes
    editor = _StreamEditor(send, limit)
    speaking = asyncio.ensure_future(app(scope, receive, editor))
    stopping = asyncio.ensure_future(editor.stopped.wait())
    await asyncio.wait({speaking, stopping}, return_when=asyncio.FIRST_COMPLETED)
    speaking.cancel()
    stopping.cancel()
    await asyncio.wait({speaking, stopping})


async def sse_stall(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Fall silent in the middle of a stream, with the connection open until the caller leaves."""
    await _partial_stream(app, fault, scope, receive, send)
    while (await receive())["type"] != "http.disconnect":
        pass


async def sse_break(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Cut the connection in the middle of a stream."""
    await _partial_stream(app, fault, scope, receive, send)
    await cut(scope)


async def sse_error(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """End a stream with an error event."""
    await _partial_stream(app, fault, scope, receive, send)
    event = {
        "error": {
            "message": "Simulated fault in mid-stream",
            "type": "server_error",
            "code": fault.status or 500,
        }
    }
    body = f"data: {json.dumps(event)}\n\n".encode()
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def sse_no_done(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Leave out the last line of a stream."""

    async def without(message: Message) -> None:
        body = message.get("body", b"").replace(b"data: [DONE]\n\n", b"")
        await send({**message, "body": body} if message["type"] == "http.response.body" else message)

    await app(scope, receive, without)


async def sse_garbage(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Put lines that are no JSON before the third event of a stream."""
    events = 0

    async def with_garbage(message: Message) -> None:
        nonlocal events
        if message["type"] == "http.response.body" and message.get("body"):
            events += 1
            if events == 3:
                garbage = b"data: {not json at all\n\n" * fault.lines
                message = {**message, "body": garbage + message["body"]}
        await send(message)

    await app(scope, receive, with_garbage)


DAMAGES: dict[str, Damage] = {
    "latency": latency,
    "reset": reset,
    "status": status,
    "malformed": _rewriting(lambda body: body.replace(b":", b"=", 3) + b",}"),
    "truncated": _rewriting(lambda body: body[: len(body) // 2]),
    "types": _json_damage(_other_types),
    "drip": drip,
    "huge": huge,
    "gzip-bomb": gzip_bomb,
    "nested": nested,
    "nan": _json_damage(_not_numbers),
    "not-utf8": _rewriting(lambda body: body.replace(b'":"', b'":"\xff\xfe')),
    "bom": _rewriting(lambda body: b"\xef\xbb\xbf" + body),
    "html": html,
    "redirect": redirect,
    "sse-stall": sse_stall,
    "sse-break": sse_break,
    "sse-error": sse_error,
    "sse-no-done": sse_no_done,
    "sse-garbage": sse_garbage,
    "lost-answer": lost_answer,
}
