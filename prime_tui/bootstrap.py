"""The composition root: settings → store → app, and, once the first frame is painted, client → engine."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.desk import AccountDesk
from prime_tui.accounts.key_in_use import KeyInUse
from prime_tui.accounts.wallet_name import budget_name, wallet_name
from prime_tui.config.settings import DemoOptions, Settings
from prime_tui.domain.clock import Clock, SystemClock
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.errors import NetworkError, StorageError
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.domain.redaction import Redactor
from prime_tui.persistence.last_frame import LastFrame, frame_key
from prime_tui.persistence.last_known import LastKnown
from prime_tui.persistence.log_file import start_log
from prime_tui.persistence.paths import Paths
from prime_tui.persistence.seat import Seat
from prime_tui.store.store import Session, Severity, Store
from prime_tui.sync.recorder import Recorder
from prime_tui.ui.app import PrimeApp
from prime_tui.ui.terminal.curtain import Curtain
from prime_tui.ui.terminal.last_words import install
from prime_tui.ui.theme import ANSI, DARK

if TYPE_CHECKING:
    from prime_tui.api.budget import CallBudget
    from prime_tui.persistence.shared_calls import CallFile
    from prime_tui.sync.engine import Engine

DEMO_STARTS_WITHIN_S = 20.0
DEMO_PACE = 0.2
"""The simulated service has no limit, and a demo should move."""
DEMO_CALLS_PER_H = 20_000
WORTH_TELLING_S = 0.7
"""A store that takes longer than this to answer is named on the screen."""

log = logging.getLogger(__name__)


class Monitor:
    """One running program: what must be ended with it is held here."""

    def __init__(self, settings: Settings, paths: Paths, redactor: Redactor, home: Path) -> None:
        self._settings = settings
        self._paths = paths
        self._redactor = redactor
        self._app: PrimeApp | None = None
        self._first_theme = ""
        self._simulator: asyncio.subprocess.Process | None = None
        self._simulator_url = ""
        self._recorder: Recorder | None = None
        self._calls: CallFile | None = None
        self.clock: Clock = SystemClock()
        accounts = Accounts(
            paths,
            environment=dict(os.environ),
            clock=self.clock,
            given={} if settings.given is None else {settings.profile.name: settings.given},
            redactor=redactor,
        )
        self.desk = AccountDesk(
            accounts,
            settings.profile,
            home,
            is_read_only=settings.read_only,
            is_demo=settings.demo is not None,
        )

    def app(self) -> PrimeApp:
        """Return the app; nothing is connected yet."""
        settings = self._settings
        app = PrimeApp(
            self.open_store(settings.profile),
            self.clock,
            self.connect,
            paths=self._paths,
            desk=self.desk,
            open_store=self.open_store,
            first_screen=settings.first_screen,
            theme=settings.theme or (ANSI if os.environ.get("NO_COLOR") else DARK),
        )
        if settings.is_dev:
            app.store.notify("The toolkit may log what is shown and typed.", Severity.WARNING, title="--dev")
        app.crash_report = lambda fault: self._redactor("".join(traceback.format_exception(fault)))
        self._app, self._first_theme = app, app.theme
        return app

    def open_store(self, profile: Profile, account_id: UserId | None = None) -> Store:
        """Return a store with what was known last of the profile's wallet.

        Args:
            profile: Whose wallet.
            account_id: Whose key it is, where that is known: numbers of anybody else are left out.
        """
        store, self._recorder = self._new_store(profile), None
        wallet = self._wallet_name(profile)
        if wallet is None:
            return store
        kept = LastKnown(self._paths.database_file, wallet)
        recorder = Recorder(store, kept, self.clock, Seat(self._paths.state_dir, wallet))
        try:
            recorder.restore()
        except StorageError as error:
            log.warning("the last known state is not restored: %s", error)
            store.notify(str(error), title="The last known state is not kept")
            return store
        known = store.account.value
        if account_id is not None and known is not None and known.id != account_id:
            store = self._new_store(profile)
            recorder = Recorder(store, kept, self.clock, Seat(self._paths.state_dir, wallet))
        self._recorder = recorder
        return store

    def _new_store(self, profile: Profile) -> Store:
        store = Store()
        store.session = Session(
            wallet=profile.wallet,
            profile=profile.name,
            colour=profile.colour or "",
            origin=profile.origin,
            is_read_only=profile.is_read_only,
            is_demo=self._settings.demo is not None,
            is_plain_text=profile.store is StoreName.PLAINTEXT,
        )
        return store

    def _wallet_name(self, profile: Profile) -> str | None:
        """Name whose state is kept; None without a key, and for a demo, where nothing is kept."""
        if self._settings.demo is not None:
            return None
        return wallet_name(profile, self.desk.keys.at_hand(profile))

    async def connect(self, store: Store, clock: Clock) -> Engine:
        """Make the engine; what it imports is slow, so it happens after the first frame, off the loop."""
        try:
            return await self._connect(store, clock)
        finally:
            gc.enable()  # the start is over

    async def _connect(self, store: Store, clock: Clock) -> Engine:
        is_demo, key, recorder = self._settings.demo is not None, self.desk.key, self._recorder
        base_url, inference_url = key.profile.base_url, key.profile.inference_url
        if self._settings.demo is not None:
            base_url = await self._start_simulator(self._settings.demo)
            inference_url = f"{base_url}/api/v1"
        await self._find_key(key, store)
        client_module = await asyncio.to_thread(importlib.import_module, "prime_tui.api.client")
        engine_module = importlib.import_module("prime_tui.sync.engine")
        launches_module = importlib.import_module("prime_tui.persistence.launches")
        client = client_module.PrimeClient(
            base_url=base_url,
            inference_url=inference_url,
            api_key=key,
            team_id=key.profile.team_id,
            budget=await asyncio.to_thread(self._budget, key, clock),
            clock=clock,
            read_only=key.profile.is_read_only,
        )
        launches = launches_module.LaunchFile(self._paths.launches_file, self._wallet_name(key.profile) or "")
        if not is_demo:
            store.set_launches(launches.read())
        engine: Engine = engine_module.Engine(
            client,
            store,
            clock,
            remember=(lambda _: None) if is_demo else launches.add,
            pace=DEMO_PACE if is_demo else 1.0,
            recorder=recorder,
            renew=key.renewed,
        )
        if key() is None:
            engine.hold(key.why_missing())
        return engine

    def _budget(self, key: KeyInUse, clock: Clock) -> CallBudget:
        """Return the budget that all instances with this key share; a demo has its own."""
        from prime_tui.api.budget import CallBudget
        from prime_tui.persistence.shared_calls import CallFile, SharedRecord

        if self._settings.demo is not None:
            return CallBudget(clock, DEMO_CALLS_PER_H)
        if self._calls is None:  # closing a second connection would give up the locks of the first
            self._calls = CallFile(self._paths.calls_file, clock)
            self._calls.open()
        calls = SharedRecord(self._calls, lambda: budget_name(key.profile, key()), clock)
        creations = SharedRecord(self._calls, lambda: f"{budget_name(key.profile, key())} creations", clock)
        return CallBudget(clock, self._settings.calls_per_h, calls, creations)

    async def _find_key(self, key: KeyInUse, store: Store) -> None:
        """Look for the key; a store that does not answer costs some seconds, and no frame."""
        name = key.profile.store
        telling = asyncio.get_running_loop().call_later(
            WORTH_TELLING_S, lambda: store.change_session(asking=name or "")
        )
        try:
            await key.find()
        finally:
            telling.cancel()
            store.change_session(asking="")

    async def _start_simulator(self, demo: DemoOptions) -> str:
        """Start the simulated service as a child that ends when we do, and return its address."""
        if self._simulator is not None:
            return self._simulator_url
        command = [sys.executable, "-m", "prime_tui", "simulate", "--until-stdin-closes"]
        command += ["--scenario", demo.scenario, "--seed", str(demo.seed), "--speed", str(demo.speed)]
        self._simulator = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        output = self._simulator.stdout
        if output is None:
            raise NetworkError("The simulator has no output.")
        try:
            async with asyncio.timeout(DEMO_STARTS_WITHIN_S):
                line = (await output.readline()).decode()
        except TimeoutError:
            line = ""
        if "http://" not in line:
            raise NetworkError("The simulator did not start.", hint="Try: prime-tui simulate")
        self._simulator_url = line.split()[-1]
        return self._simulator_url

    def _keep_pictures(self) -> None:
        """Keep what the screens showed last, for the first moments of the next start."""
        wallet, app = self._wallet_name(self.desk.key.profile), self._app
        if wallet is None or app is None or app.theme != self._first_theme:
            return
        app.keep_picture()
        key = frame_key(wallet, self._settings.theme, os.environ)
        for screen, picture in app.pictures.items():
            try:
                LastFrame(self._paths.state_dir, screen, key).write(picture, self.clock.now())
            except StorageError as error:
                log.warning("the last frame is not kept: %s", error)

    def close(self) -> None:
        """Save what is known, and end the simulator if there is one."""
        self._keep_pictures()
        if self._recorder is not None:
            self._recorder.close()
        if self._calls is not None:
            self._calls.close()
        if self._simulator is not None and self._simulator.returncode is None:
            try:
                os.kill(self._simulator.pid, signal.SIGTERM)
            except ProcessLookupError:
                return


def run(settings: Settings, curtain: Curtain) -> int:
    """Run the monitor until the person leaves; return the exit code.

    Args:
        settings: What was decided before the start.
        curtain: What stands on the terminal meanwhile.
    """
    paths = Paths.of_user()
    paths.make_state_dir()
    redactor = Redactor()
    start_log(paths.log_file, redactor)
    monitor = Monitor(settings, paths, redactor, Path.home())
    app = monitor.app()
    app.curtain = curtain
    install(app, on_last_words=monitor.close, attributes=curtain.attributes)
    try:
        app.run()
    finally:
        monitor.close()
    return app.return_code or 0
