"""The whole simulator as one ASGI application."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Router
from starlette.types import ASGIApp

from prime_tui.sim.damage import DAMAGES
from prime_tui.sim.faults import FaultList, Faulty
from prime_tui.sim.recorder import Recorder
from prime_tui.sim.routes import account, availability, billing, disks, inference, pods, rft, training
from prime_tui.sim.routes.control import Controls
from prime_tui.sim.shapes_seed import SEED_ENDPOINTS
from prime_tui.sim.web import Endpoint, Gate, build_routes
from prime_tui.sim.world import World

SHAPES = ("official", "seed")

_OFFICIAL: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *billing.ENDPOINTS,
    *training.ENDPOINTS,
    *rft.ENDPOINTS,
    *availability.ENDPOINTS,
    *pods.ENDPOINTS,
    *disks.ENDPOINTS,
    *inference.ENDPOINTS,
)


@dataclass(frozen=True)
class Simulator:
    """The application and the strings behind it."""

    app: ASGIApp
    controls: Controls


def build_simulator(world: World, gate: Gate, *, shapes: str, latency_ms: float) -> Simulator:
    """Return the application over a world, in the official shapes or in those of the oldest descriptions."""
    faults = FaultList()
    table = _OFFICIAL if shapes == "official" else SEED_ENDPOINTS
    router = Router(redirect_slashes=False)
    recorder = Recorder(Faulty(router, faults, DAMAGES), latency_ms=latency_ms)
    controls = Controls(world, gate, faults, recorder)
    router.routes.extend([*controls.routes(), *build_routes(world, gate, table)])
    return Simulator(recorder, controls)
