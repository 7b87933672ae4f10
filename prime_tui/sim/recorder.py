"""What was asked: counts by method and path template, and the recent requests without their secrets."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import asdict, dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prime_tui.sim.faults import CONTROL_PREFIX
from prime_tui.sim.routes.inference import TEAM_HEADER

_KEPT = 5000


@dataclass
class Recorded:
    """One request; the names of its headers but, apart from the team, none of their values."""

    method: str
    path: str
    query: str
    headers: list[str]
    team_id: str | None
    template: str | None = None
    status: int | None = None


class Recorder:
    """The middleware that notes requests, and delays answers by a fixed time."""

    def __init__(self, app: ASGIApp, *, latency_ms: float = 0.0) -> None:
        self._app = app
        self._latency_s = latency_ms / 1000
        self.counts: Counter[str] = Counter()
        self.recent: deque[Recorded] = deque(maxlen=_KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request and pass it on."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        noted = Recorded(
            scope["method"], scope["path"], scope["query_string"].decode("latin-1"), sorted(headers),
            headers.get(TEAM_HEADER),
        )  # fmt: skip
        self.recent.append(noted)

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.status = message["status"]
                self._count(noted, scope)
            await send(message)

        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        try:
            await self._app(scope, receive, note_status)
        finally:
            self._count(noted, scope)

    def _count(self, noted: Recorded, scope: Scope) -> None:
        """Count a request once, as soon as it is known where it went."""
        if noted.template is None:
            noted.template = scope.get("sim_template") or scope["path"]
            self.counts[f"{noted.method} {noted.template}"] += 1

    def clear(self) -> None:
        """Forget everything noted."""
        self.counts.clear()
        self.recent.clear()

    def as_json(self) -> dict[str, object]:
        """Return counts and recent requests."""
        return {"counts": dict(self.counts), "requests": [asdict(noted) for noted in self.recent]}
