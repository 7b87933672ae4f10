"""The small layer between Starlette and the world: calls, answers, validation, the way of a request.

Handlers are plain functions from a `Call` to an `Answer`; they run on the event loop, one at a time, under
the world's lock. Errors in the query are worded as the published schema says (`errors`), errors in the body
as the framework of the real service words them (`detail`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from prime_tui.sim.body import InvalidBody
from prime_tui.sim.scopes import scope_refusal
from prime_tui.sim.world import Refused, World

_log = logging.getLogger("prime_tui.sim")

API = "/api/v1"
_ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Answer:
    """What goes back: a JSON value, or a ready response (`raw`) such as a stream."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Response | None = None

    def response(self) -> Response:
        """Return it as bytes on the wire."""
        if self.raw is not None:
            return self.raw
        if self.status == 204:
            return Response(status_code=204, headers=dict(self.headers))
        text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        return Response(
            text.encode("utf-8", "replace"), self.status, dict(self.headers), media_type="application/json"
        )


class InvalidQuery(Exception):
    """A query parameter does not validate: parameter and reason."""

    def __init__(self, param: str, details: str) -> None:
        super().__init__(f"{param}: {details}")
        self.answer = Answer({"errors": [{"param": param, "details": details}]}, 422)


@dataclass(frozen=True)
class Call:
    """A request as a handler sees it; `t_s` is the world's time at which it is answered."""

    world: World
    t_s: float
    path: Mapping[str, str]
    query: QueryParams
    headers: Headers
    body: bytes

    def iso(self, t_s: float | None) -> str | None:
        """Return a world time as the wire carries it."""
        return self.world.clock.iso_or_none(t_s)

    def text(self, name: str) -> str | None:
        """Return a query parameter, or None when it is absent or empty."""
        return self.query.get(name) or None

    def whole(self, name: str, default: int, low: int, high: int | None = None) -> int:
        """Return an integer parameter inside its limits.

        Raises:
            InvalidQuery: it is no integer or outside.
        """
        raw = self.query.get(name)
        if raw is None:
            return default
        try:
            value = int(raw)
        except ValueError:
            problem = "Input should be a valid integer, unable to parse string as an integer"
            raise InvalidQuery(name, problem) from None
        if value < low:
            raise InvalidQuery(name, f"Input should be greater than or equal to {low}")
        if high is not None and value > high:
            raise InvalidQuery(name, f"Input should be less than or equal to {high}")
        return value

    def maybe_whole(self, name: str, low: int, high: int | None = None) -> int | None:
        """Return an integer parameter, or None when it is absent."""
        return None if self.query.get(name) is None else self.whole(name, low, low, high)

    def choice(self, name: str, options: Sequence[str], default: str | None = None) -> str | None:
        """Return a parameter that is one of some words.

        Raises:
            InvalidQuery: it is another word.
        """
        raw = self.query.get(name)
        if raw is None:
            return default
        self._check_word(name, raw, options)
        return raw

    def choices(self, name: str, options: Sequence[str]) -> list[str]:
        """Return a repeated parameter of which every value is one of some words."""
        raws = self.query.getlist(name)
        for raw in raws:
            self._check_word(name, raw, options)
        return raws

    def flag(self, name: str) -> bool:
        """Return a boolean parameter; absent = false.

        Raises:
            InvalidQuery: it is no boolean.
        """
        raw = (self.query.get(name) or "false").lower()
        if raw not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
            raise InvalidQuery(name, "Input should be a valid boolean, unable to interpret input")
        return raw in ("true", "1", "yes", "on")

    @staticmethod
    def _check_word(name: str, raw: str, options: Sequence[str]) -> None:
        if raw not in options:
            allowed = ", ".join(f"'{option}'" for option in options)
            raise InvalidQuery(name, f"Input should be {allowed}")


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """A method and a path template with the handler behind them; `open` = also without a key."""

    method: str
    path: str
    handler: Handler
    open: bool = False


@dataclass
class Gate:
    """Who may come in. `require_key` None = any key will do; after `expires_s` none does."""

    require_key: str | None
    expires_s: float | None = None

    def refusal(self, authorization: str | None, t_s: float, *, needs_key: bool) -> str | None:
        """Return why a caller is refused, or None."""
        if self.expires_s is not None and t_s >= self.expires_s:
            return "API key has expired"
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return "Not authenticated" if needs_key else None
        if self.require_key is not None and key.strip() != self.require_key:
            return "Invalid API key"
        return None


def page_envelope(call: Call, rows: Sequence[object], total: int, offset: int, limit: int) -> Answer:
    """Return a page in the style of pods, disks, keys and teams."""
    return Answer(
        {"total_count": total, "offset": offset, "limit": limit, "data": list(rows), "status": None}
    )


def sliced(call: Call, rows: Sequence[object]) -> Answer:
    """Return the asked page of a list that is there as a whole."""
    offset, limit = call.whole("offset", 0, 0), call.whole("limit", 100, 0)
    return page_envelope(call, rows[offset : offset + limit], len(rows), offset, limit)


def openai_error(status: int, message: str, kind: str, code: str) -> Answer:
    """Return an error as OpenAI-compatible services word it."""
    return Answer({"error": {"message": message, "type": kind, "code": code, "param": None}}, status)


def is_inference(path: str) -> bool:
    """Return whether the path belongs to the inference API."""
    return path.startswith((f"{API}/chat/", f"{API}/models"))


def error_answer(path: str, status: int, detail: str) -> Answer:
    """Return an error in the wording of the surface to which the path belongs."""
    if is_inference(path):
        kinds = {
            401: ("invalid_request_error", "invalid_api_key"),
            402: ("insufficient_quota", "insufficient_funds"),
            404: ("invalid_request_error", "model_not_found"),
            429: ("rate_limit_error", "rate_limit_exceeded"),
        }  # fmt: skip
        kind, code = kinds.get(
            status, ("invalid_request_error" if status < 500 else "server_error", str(status))
        )
        return openai_error(status, detail, kind, code)
    return Answer({"detail": detail}, status)


def answer_for(endpoint: Endpoint, call: Call, path: str) -> Answer:
    """Run a handler and turn what it refuses into an answer."""
    try:
        return endpoint.handler(call)
    except Refused as refused:
        return error_answer(path, refused.status, refused.detail)
    except InvalidQuery as invalid:
        return invalid.answer
    except InvalidBody as invalid_body:
        if is_inference(path):
            return error_answer(path, 422, str(invalid_body))
        return Answer({"detail": invalid_body.details}, 422)


def build_routes(world: World, gate: Gate, endpoints: Sequence[Endpoint]) -> list[Route]:
    """Return the routes, with a last one for slashes, unknown paths and wrong methods."""
    routes = [_route(world, gate, endpoint) for endpoint in endpoints]
    return [*routes, Route("/{path:path}", _fallback(routes), methods=_ALL_METHODS)]


def _route(world: World, gate: Gate, endpoint: Endpoint) -> Route:
    async def serve(request: Request) -> Response:
        request.scope["sim_template"] = endpoint.path
        body = await request.body()
        with world.lock:
            t_s = world.now_s()
            why_not = gate.refusal(request.headers.get("authorization"), t_s, needs_key=not endpoint.open)
            if why_not is not None:
                return error_answer(request.url.path, 401, why_not).response()
            people, path = world.people, request.url.path.removeprefix(API)
            why_not = scope_refusal(request.method, path, people.missing_scopes)
            if why_not is not None:
                return error_answer(request.url.path, people.scope_status, why_not).response()
            call = Call(world, t_s, request.path_params, request.query_params, request.headers, body)
            try:
                return answer_for(endpoint, call, request.url.path).response()
            except Exception:
                _log.exception("%s %s", request.method, request.url.path)
                return error_answer(request.url.path, 500, "Internal Server Error").response()

    return Route(endpoint.path, serve, methods=[endpoint.method])


def _fallback(routes: Sequence[Route]) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        if any(route.matches(request.scope)[0] is Match.PARTIAL for route in routes):
            return error_answer(request.url.path, 405, "Method Not Allowed").response()
        path = request.url.path
        other = path[:-1] if path.endswith("/") else f"{path}/"
        scope = {**request.scope, "path": other, "raw_path": other.encode()}
        if any(route.matches(scope)[0] is not Match.NONE for route in routes):
            # Relative, so that host, port and scheme stay whatever the caller used.
            query = f"?{request.url.query}" if request.url.query else ""
            return Response(status_code=307, headers={"location": f"{other}{query}"})
        return error_answer(path, 404, "Not Found").response()

    return serve
