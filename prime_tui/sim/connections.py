"""The TCP connections behind requests, so that a fault can really cut one."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import ClassVar

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_Ends = tuple[object, object]
# Time for what was written to leave before the connection is cut.
_FLUSH_S = 0.05


class TrackedProtocol(H11Protocol):
    """The HTTP/1.1 protocol, with its transport known by the two ends of the connection."""

    open: ClassVar[dict[_Ends, asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport."""
        super().connection_made(transport)
        self.open[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        self.open.pop((self.client, self.server), None)
        super().connection_lost(exc)


async def cut(scope: Scope) -> None:
    """Reset the connection of a request: the peer sees ECONNRESET, not a polite end."""
    await asyncio.sleep(_FLUSH_S)
    ends = (scope.get("client") and tuple(scope["client"]), scope.get("server") and tuple(scope["server"]))
    transport = TrackedProtocol.open.get(ends)
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
