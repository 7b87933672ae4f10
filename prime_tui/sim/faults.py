"""Faults on demand: which requests they hit. What they do is in `prime_tui.sim.damage`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from starlette.types import ASGIApp, Receive, Scope, Send

KINDS = (
    "latency", "reset", "status", "malformed", "truncated", "types", "drip", "huge", "gzip-bomb", "nested",
    "nan", "not-utf8", "bom", "html", "redirect", "lost-answer",
    "sse-stall", "sse-break", "sse-error", "sse-no-done", "sse-garbage",
)  # fmt: skip
CONTROL_PREFIX = "/_sim/"


@dataclass
class Fault:
    """One order for trouble; `count` None = for ever. See `prime_tui.sim.routes.control` for the fields."""

    kind: str
    path: str = "*"
    method: str | None = None
    status: int | None = None
    retry_after: str | None = None
    latency_ms: float = 0.0
    after_bytes: int | None = None
    location: str | None = None
    lines: int = 1
    count: int | None = None
    hits: int = 0

    def meets(self, method: str, path: str) -> bool:
        """Return whether the fault is for that request and not used up."""
        fresh = self.count is None or self.hits < self.count
        return fresh and self.method in (None, method) and fnmatchcase(path, self.path)

    def as_json(self) -> dict[str, object]:
        """Return the fault as the control endpoint lists it."""
        return dict(vars(self))


class FaultList:
    """The faults in force, oldest first; the first that fits is the one that happens."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.faults.append(fault)

    def clear(self) -> None:
        """Take all faults away."""
        self.faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, and count it."""
        for fault in self.faults:
            if fault.meets(method, path):
                fault.hits += 1
                return fault
        return None


Damage = Callable[[ASGIApp, Fault, Scope, Receive, Send], Awaitable[None]]


class Faulty:
    """The middleware that lets faults happen to everything but the control endpoint."""

    def __init__(self, app: ASGIApp, faults: FaultList, damages: dict[str, Damage]) -> None:
        self._app = app
        self._faults = faults
        self._damages = damages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or through a fault."""
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith(CONTROL_PREFIX):
            fault = self._faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._damages[fault.kind](self._app, fault, scope, receive, send)
