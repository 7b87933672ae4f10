"""The control endpoint `/_sim/...`, for tests and demonstrations; it needs no key.

* `POST /_sim/faults` puts a fault in force, `GET` lists them, `DELETE` clears them. Fields:

  ======================= ==========================================================================
  `kind`                  required, see below
  `path`, `method`        glob on the request's path (default `*`); upper-case method (default any)
  `count`                 how many requests it hits; null = for ever
  `status`, `retry_after` for `status`, `html`, `redirect`, `sse-error`; header text for `status`
  `latency_ms`            for `latency`; for `drip` the pause between bytes (default 100)
  `after_bytes`           where `reset`, `sse-*` break off; size of `huge` (default 100 MB)
  `location`              target of `redirect` (default another origin on loopback)
  `lines`                 number of garbage events of `sse-garbage` (default 1)
  ======================= ==========================================================================

  Kinds: `latency`, `reset` (cut in mid-body, the peer sees ECONNRESET), `status`, `malformed` (no JSON),
  `truncated` (half of it), `types` (every leaf of another type), `drip`, `huge`, `gzip-bomb`, `nested`,
  `nan`, `not-utf8`, `bom`, `html`, `redirect`, `lost-answer` (acts, then cuts the connection),
  and for streams
  `sse-stall`, `sse-break`, `sse-error`, `sse-no-done`, `sse-garbage`.
* `POST /_sim/advance {"seconds": n}` moves the world's clock.
* `GET /_sim/requests` returns counts by "METHOD path-template" and recent requests; `DELETE` forgets.
* `POST /_sim/key {"key": k}` changes the required key; null = any key will do.
* `POST /_sim/account` changes whose key it is (`user_id`, `name`) and what it may do: `banned`, and a list
  of `missing_scopes`, whose endpoints answer 403 or `scope_status`; left out = not banned, none missing.
* `POST /_sim/topup {"usd": n, "team_id"?: id}` puts money into a wallet.
* `GET /_sim/state` returns a summary: time, balances, live pods and runs, pods created here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from prime_tui.sim.body import InvalidBody, read_body
from prime_tui.sim.faults import CONTROL_PREFIX, KINDS, Fault, FaultList
from prime_tui.sim.recorder import Recorder
from prime_tui.sim.web import Answer, Gate
from prime_tui.sim.world import Refused, World


@dataclass
class Controls:
    """The strings behind the scenes."""

    world: World
    gate: Gate
    faults: FaultList
    recorder: Recorder

    def list_faults(self, raw: bytes) -> Answer:
        """Return the faults in force."""
        return Answer({"faults": [fault.as_json() for fault in self.faults.faults]})

    def add_fault(self, raw: bytes) -> Answer:
        """Put a fault in force."""
        fields = read_body(raw)
        fault = Fault(
            kind=fields.choice("kind", KINDS, required=True) or "", path=fields.text("path") or "*",
            method=fields.text("method"), status=fields.whole("status", above=99),
            retry_after=fields.text("retry_after"), latency_ms=fields.number("latency_ms") or 0.0,
            after_bytes=fields.whole("after_bytes", above=-1), location=fields.text("location"),
            lines=fields.whole("lines", above=0) or 1, count=fields.whole("count", above=0),
        )  # fmt: skip
        fields.refuse_others()
        fields.check()
        self.faults.add(fault)
        return Answer(fault.as_json(), 201)

    def clear_faults(self, raw: bytes) -> Answer:
        """Take all faults away."""
        self.faults.clear()
        return Answer(status=204)

    def advance(self, raw: bytes) -> Answer:
        """Move the clock."""
        fields = read_body(raw)
        seconds = fields.number("seconds")
        if seconds is None or seconds < 0:
            fields.fail(
                "seconds", "greater_than_equal", "Input should be greater than or equal to 0", seconds
            )
        fields.check()
        self.world.clock.advance(seconds or 0.0)
        return self.state(raw)

    def requests(self, raw: bytes) -> Answer:
        """Return what was asked."""
        return Answer(self.recorder.as_json())

    def forget_requests(self, raw: bytes) -> Answer:
        """Forget what was asked."""
        self.recorder.clear()
        return Answer(status=204)

    def set_key(self, raw: bytes) -> Answer:
        """Change the required key and end an expiry."""
        fields = read_body(raw)
        key = fields.text("key")
        fields.check()
        self.gate.require_key = key
        self.gate.expires_s = None
        return Answer(status=204)

    def set_account(self, raw: bytes) -> Answer:
        """Change the account behind the key."""
        fields, people = read_body(raw), self.world.people
        user_id, name = fields.text("user_id"), fields.text("name")
        missing, is_banned = fields.items("missing_scopes"), fields.flag("banned")
        status = fields.whole("scope_status", above=399)
        fields.refuse_others()
        fields.check()
        people.user_id, people.name = user_id or people.user_id, name or people.name
        people.is_banned, people.scope_status = is_banned, status or 403
        people.missing_scopes = frozenset(map(str, missing))
        return Answer(status=204)

    def top_up(self, raw: bytes) -> Answer:
        """Put money into a wallet."""
        fields = read_body(raw)
        usd, team_id = fields.number("usd", above=0), fields.text("team_id")
        fields.check()
        self.world.wallet(team_id).top_up(self.world.now_s(), Decimal(str(usd or 0)))
        return self.state(raw)

    def state(self, raw: bytes) -> Answer:
        """Return a short summary."""
        world = self.world
        t_s = world.now_s()
        return Answer(
            {
                "scenario": world.scenario, "elapsed_s": t_s, "now": world.clock.iso(t_s),
                "speed": world.clock.speed,
                "balances_usd": {team_id or "personal": float(w.balance_usd(t_s)) for team_id,
                w in world.wallets.items()}, "live_pods": len(world.listed_pods(t_s)),
                "live_runs": sum(run.listed(t_s) and run.live(t_s) for run in world.runs.values()),
                "created_pods": list(world.ordered_pods),
            }
        )  # fmt: skip

    def routes(self) -> list[Route]:
        """Return the routes of the control endpoint."""
        table: tuple[tuple[str, str, Callable[[bytes], Answer]], ...] = (
            ("GET", "faults", self.list_faults), ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults), ("POST", "advance", self.advance),
            ("GET", "requests", self.requests), ("DELETE", "requests", self.forget_requests),
            ("POST", "key", self.set_key), ("POST", "account", self.set_account),
            ("POST", "topup", self.top_up), ("GET", "state", self.state),
        )  # fmt: skip
        return [
            Route(CONTROL_PREFIX + name, self._endpoint(act), methods=[method]) for method, name, act in table
        ]

    def _endpoint(self, act: Callable[[bytes], Answer]) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            raw = await request.body()
            with self.world.lock:
                try:
                    return act(raw).response()
                except InvalidBody as invalid:
                    return Answer({"detail": invalid.details}, 422).response()
                except Refused as refused:
                    return Answer({"detail": refused.detail}, refused.status).response()

        return serve
