"""The real app over the real client over real HTTP to the simulator, driven by keys and read as text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from prime_tui.api.budget import CallBudget
from prime_tui.api.client import PrimeClient
from prime_tui.api.limits import Limits
from prime_tui.domain.account import WalletContext
from prime_tui.domain.clock import Clock, SystemClock
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret
from prime_tui.persistence.launches import LaunchFile
from prime_tui.persistence.paths import Paths
from prime_tui.sim.serve import SimOptions, SimServer
from prime_tui.store.store import Session, Store
from prime_tui.sync.engine import Engine
from prime_tui.ui.app import PrimeApp
from tests.ui.screen_text import screen_text

PATIENCE_S = 60.0


@dataclass
class Monitor:
    """A running app and the world that it watches."""

    app: PrimeApp
    pilot: Pilot[None]
    sim: SimServer
    store: Store

    def text(self) -> str:
        """Return what a person sees now."""
        return screen_text(self.app)

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type text, one key a character."""
        await self.pilot.press(*text)

    async def until(self, seen: Callable[[], object], what: str = "") -> None:
        """Wait until `seen` returns something true; fail with the screen when it does not come."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not seen():
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"did not come: {what or seen}\n{self.text()}") from None

    async def sees(self, *texts: str) -> None:
        """Wait until all texts are on the screen."""
        for text in texts:
            await self.until(lambda text=text: text in self.text(), repr(text))  # type: ignore[misc]


@asynccontextmanager
async def monitor(
    *,
    size: tuple[int, int] = (120, 40),
    screen: str = "wallet",
    scenario: str = "calm",
    shapes: str = "official",
    seed: int = 1,
    team: str | None = None,
    read_only: bool = False,
    clock: Clock | None = None,
    key: str = "x",
    sim: SimOptions | None = None,
    calls_per_h: int = 100_000,
    toasts: bool = False,
    prepare: Callable[[SimServer], None] = lambda _: None,
    has_clock: bool = True,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
) -> AsyncIterator[Monitor]:
    """Start a simulated world and the app on it; `prepare` changes that world before anything is read."""
    options = sim or SimOptions(scenario=scenario, shapes=shapes, seed=seed)
    clock = clock or SystemClock()
    store = Store()
    team_id = TeamId(team) if team else None
    store.session = Session(wallet=WalletContext(team_id), is_read_only=read_only)
    clients: list[PrimeClient] = []
    with TemporaryDirectory() as folder, SimServer(options) as server:
        prepare(server)
        paths = Paths(Path(folder) / "config", Path(folder) / "state")
        paths.make_state_dir()
        launches = LaunchFile(paths.launches_file)

        async def connect(store: Store, clock: Clock) -> Engine:
            client = PrimeClient(
                base_url=server.url,
                inference_url=f"{server.url}/api/v1",
                api_key=lambda: Secret(key),
                team_id=team_id,
                budget=CallBudget(clock, calls_per_h),
                clock=clock,
                read_only=read_only,
                limits=limits,
            )
            clients.append(client)
            return Engine(client, store, clock, remember=launches.add)

        app = PrimeApp(store, clock, connect, paths=paths, first_screen=screen, has_clock=has_clock)
        try:
            async with app.run_test(size=size, notifications=toasts) as pilot:
                one = Monitor(app, pilot, server, store)
                await one.until(lambda: app.engine is not None, "the engine")
                yield one
        finally:
            for client in clients:
                await client.aclose()
