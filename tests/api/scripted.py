"""A server that answers with exactly the bytes that a test asks for, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REASONS = {200: "OK", 201: "Created", 307: "Temporary Redirect"}


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class Reply:
    """What to answer.

    `pieces` are sent one by one as a chunked body, `body` as a whole; `hang` keeps the connection open
    without an end, `cut` closes it where the body stops.
    """

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] | None = None
    cut: bool = False
    hang: bool = False
    wait_s: float = 0.0


Handler = Callable[[Asked], Reply]


class Scripted:
    """The server; `handler` may be replaced while it runs."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[Asked] = []
        self.open_connections = 0
        self.url = ""
        self._changed = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
        """Wait for something that the server sees, and fail when it does not come."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(condition)

    async def hang_up(self) -> None:
        """Cut all connections and wait until their ends are seen."""
        for writer in self._writers:
            writer.transport.abort()
        await self.wait_until(lambda: self.open_connections == 0)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_connections += 1
        self._writers.add(writer)
        try:
            while (asked := await _read_request(reader)) is not None:
                self.asked.append(asked)
                await self._tell()
                reply = self.handler(asked)
                await _send(reply, writer)
                if reply.hang:
                    await reader.read()
                if reply.cut or reply.hang:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_connections -= 1
            self._writers.discard(writer)
            writer.close()
            await self._tell()


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


async def _send(reply: Reply, writer: asyncio.StreamWriter) -> None:
    headers = {"content-type": "application/json", **reply.headers}
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    if reply.pieces is not None:
        headers["transfer-encoding"] = "chunked"
    else:
        headers.setdefault("content-length", str(len(body)))
    head = f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    writer.write(head.encode("latin-1"))
    for piece in reply.pieces if reply.pieces is not None else [body]:
        framed = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        writer.write(piece if reply.pieces is None else framed)
        await writer.drain()
        await asyncio.sleep(reply.wait_s)
    if reply.pieces is not None and not reply.cut and not reply.hang:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


@asynccontextmanager
async def scripted(handler: Handler | Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    """Run a server for one test; a plain reply is given to every request."""
    server = Scripted(handler if not isinstance(handler, Reply) else lambda _: handler)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        await server.hang_up()


def in_turn(*replies: Reply) -> Handler:
    """Return a handler that gives each reply once, and the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
