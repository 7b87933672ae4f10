"""Starting the simulator: as a program that blocks, or in a thread beside a test."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

import uvicorn

from prime_tui.sim.app import SHAPES, Simulator, build_simulator
from prime_tui.sim.clock import WorldClock
from prime_tui.sim.connections import TrackedProtocol
from prime_tui.sim.faults import KINDS, Fault
from prime_tui.sim.scenarios import SCENARIOS, build_world, recipe
from prime_tui.sim.web import Gate
from prime_tui.sim.world import World

_START_S = 10.0
_STOP_S = 5.0


@dataclass(frozen=True)
class SimOptions:
    """How a simulator is started.

    `port` 0 = any free one; `speed` world seconds a second, 0 = the world moves only when it is advanced;
    `pods`, `runs`, `billings` None = as many as the scenario has; `require_key` None = any key will do;
    `expire_after_s` = when the scenario `expired-key` begins to refuse,
    in world seconds; `may_write` False = a key without scopes for writing; `start_at` None = now.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    scenario: str = "calm"
    speed: float = 1.0
    pods: int | None = None
    runs: int | None = None
    billings: int | None = None
    shapes: str = "official"
    require_key: str | None = None
    latency_ms: float = 0
    expire_after_s: float = 0.0
    may_write: bool = True
    start_at: datetime | None = None


class CannotStart(Exception):
    """The simulator cannot be started with these options; the text says why."""


def build(options: SimOptions) -> Simulator:
    """Return the simulator that the options describe, without a socket.

    Raises:
        CannotStart: an option has no sense.
    """
    if options.scenario not in SCENARIOS:
        raise CannotStart(f"unknown scenario {options.scenario!r}; there are: {', '.join(SCENARIOS)}")
    if options.shapes not in SHAPES:
        raise CannotStart(f"unknown shapes {options.shapes!r}; there are: {', '.join(SHAPES)}")
    negative = [
        n for n in ("speed", "pods", "runs", "billings", "latency_ms") if (getattr(options, n) or 0) < 0
    ]
    if negative:
        raise CannotStart(f"{negative[0]} must not be negative")
    clock = WorldClock(start_at=options.start_at or datetime.now(UTC), speed=options.speed)
    figures = recipe(options.scenario, pods=options.pods, runs=options.runs, billings=options.billings)
    world = build_world(clock, seed=options.seed, scenario=options.scenario, figures=figures)
    world.people.may_write = options.may_write
    gate = Gate(options.require_key, options.expire_after_s if options.scenario == "expired-key" else None)
    return build_simulator(world, gate, shapes=options.shapes, latency_ms=options.latency_ms)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to a loopback address.

    Raises:
        CannotStart: the host is not this machine alone, or the port cannot be had.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CannotStart(f"{host} is not a loopback address; the simulator serves only this machine")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named, because asyncio sets TCP_NODELAY only then; without it every answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotStart(f"cannot listen on {host} port {port}: {error}") from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers and without patience for open streams."""

    def __init__(self, simulator: Simulator, on_started: Callable[[], None]) -> None:
        logging.getLogger("uvicorn.error").disabled = True
        super().__init__(
            uvicorn.Config(
                simulator.app, http=TrackedProtocol, ws="none", lifespan="off", log_config=None,
                access_log=False, server_header=False, timeout_graceful_shutdown=0, timeout_keep_alive=75,
            )
        )  # fmt: skip
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever started the server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self._on_started()

    async def run_until_stopped(self, listener: socket.socket) -> None:
        """Serve until `should_exit`, then close every connection that is still open."""
        await self.serve(sockets=[listener])
        for connection in list(self.server_state.connections):
            if isinstance(connection, TrackedProtocol):
                connection.transport.abort()
        await asyncio.sleep(0)


def serve(options: SimOptions, *, until_stdin_closes: bool = False) -> int:
    """Run the simulator until SIGTERM, SIGINT or, if asked, the end of standard input; return the exit code.

    Prints `listening on http://127.0.0.1:PORT` when it is ready, and nothing else, on standard output.
    """
    try:
        simulator = build(options)
        listener = bind(options.host, options.port)
    except CannotStart as problem:
        print(f"simulate: {problem}", file=sys.stderr)
        return 1
    url = url_of(listener)

    async def run() -> None:
        server = _Server(simulator, lambda: print(f"listening on {url}", flush=True))
        loop = asyncio.get_running_loop()

        def stop() -> None:
            server.should_exit = True

        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, stop)
        if until_stdin_closes:
            _call_at_stdin_end(loop, stop)
        await server.run_until_stopped(listener)

    asyncio.run(run())
    return 0


def _call_at_stdin_end(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop may be over already
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="sim-stdin", daemon=True).start()


class SimServer:
    """The same server in a thread: `with SimServer(SimOptions(speed=0)) as sim: ... sim.url ...`."""

    def __init__(self, options: SimOptions | None = None) -> None:
        self.options = options or SimOptions()
        self._simulator = build(self.options)
        self._listener = bind(self.options.host, self.options.port)
        self.url = url_of(self._listener)
        self._started = threading.Event()
        self._server: _Server | None = None
        self._thread = threading.Thread(target=self._run, name="sim-server", daemon=True)

    @property
    def world(self) -> World:
        """Return the world, to look at."""
        return self._simulator.controls.world

    def __enter__(self) -> SimServer:
        self._thread.start()
        if not self._started.wait(_START_S):
            raise CannotStart("the simulator did not start in time")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        self._server = _Server(self._simulator, self._started.set)
        asyncio.run(self._server.run_until_stopped(self._listener))

    def advance(self, seconds: float) -> None:
        """Move the world's clock forward."""
        self.world.clock.advance(seconds)

    def requests(self) -> Mapping[str, int]:
        """Return the number of requests by "METHOD path-template"."""
        return dict(self._simulator.controls.recorder.counts)

    def request_log(self) -> list[dict[str, object]]:
        """Return the recent requests: method, path, query, header names, team, template, status."""
        return [dict(vars(noted)) for noted in list(self._simulator.controls.recorder.recent)]

    def fault(
        self, kind: str, path: str = "*", *, method: str | None = None, status: int | None = None,
        retry_after: str | None = None, latency_ms: float = 0.0, after_bytes: int | None = None,
        location: str | None = None, lines: int = 1, count: int | None = None,
    ) -> Fault:  # fmt: skip
        """Put a fault in force; the fields are those of the control endpoint.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
        fault = Fault(
            kind, path, method, status, retry_after, latency_ms, after_bytes, location, lines, count
        )
        self._simulator.controls.faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._simulator.controls.faults.clear()

    def set_key(self, key: str | None) -> None:
        """Change the required key; None = any key will do."""
        self._simulator.controls.gate.require_key = key
        self._simulator.controls.gate.expires_s = None
