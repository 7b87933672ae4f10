"""The composition root: settings → store → app, and, once the first frame is painted, client → engine."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import logging
import os
import signal
import sys
import traceback

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.key_in_use import KeyInUse
from prime_tui.config.settings import DemoOptions, Settings
from prime_tui.domain.clock import Clock, SystemClock
from prime_tui.domain.errors import NetworkError, StorageError
from prime_tui.domain.redaction import Redactor
from prime_tui.persistence.last_known import LastKnown
from prime_tui.persistence.log_file import start_log
from prime_tui.persistence.paths import Paths
from prime_tui.store.store import Session, Severity, Store
from prime_tui.sync.engine import Engine
from prime_tui.sync.recorder import Recorder
from prime_tui.ui.app import PrimeApp
from prime_tui.ui.terminal.last_words import install
from prime_tui.ui.theme import ANSI, DARK

DEMO_STARTS_WITHIN_S = 20.0
DEMO_PACE = 0.2
"""The simulated service has no limit, and a demo should move."""
DEMO_CALLS_PER_H = 20_000

log = logging.getLogger(__name__)


class Monitor:
    """One running program: what must be ended with it is held here."""

    def __init__(self, settings: Settings, paths: Paths, redactor: Redactor) -> None:
        self._settings = settings
        self._paths = paths
        self._redactor = redactor
        self._simulator: asyncio.subprocess.Process | None = None
        self.clock: Clock = SystemClock()
        self.store = Store()
        self._recorder: Recorder | None = None
        self.accounts = Accounts(
            paths,
            environment=dict(os.environ),
            clock=self.clock,
            given={} if settings.given is None else {settings.profile.name: settings.given},
            redactor=redactor,
        )
        self._key = KeyInUse(self.accounts.keys, settings.profile)

    def app(self) -> PrimeApp:
        """Return the app; nothing is connected yet."""
        settings = self._settings
        self.store.session = _first_session(settings)
        if settings.demo is None:
            self._restore(settings)
        app = PrimeApp(
            self.store,
            self.clock,
            self.connect,
            paths=self._paths,
            first_screen=settings.first_screen,
            theme=settings.theme or (ANSI if os.environ.get("NO_COLOR") else DARK),
        )
        app.crash_report = lambda fault: self._redactor("".join(traceback.format_exception(fault)))
        return app

    def _restore(self, settings: Settings) -> None:
        """Show what was known last; a database that cannot be used costs the first frame, nothing else."""
        kept = LastKnown(self._paths.database_file, _wallet_key(settings))
        recorder = Recorder(self.store, kept, self.clock)
        try:
            recorder.restore()
        except StorageError as error:
            log.warning("the last known state is not restored: %s", error)
            self.store.notify(str(error), title="The last known state is not kept")
        else:
            self._recorder = recorder

    async def connect(self, store: Store, clock: Clock) -> Engine:
        """Make the engine; what it imports is slow, so it happens after the first frame, off the loop."""
        settings = self._settings
        base_url, inference_url = settings.profile.base_url, settings.profile.inference_url
        if settings.demo is not None:
            base_url = await self._start_simulator(settings.demo)
            inference_url = f"{base_url}/api/v1"
        found = await self._key.find()
        if found.key is None:
            store.notify(found.message, Severity.ERROR, title="No API key")
        client_module = await asyncio.to_thread(importlib.import_module, "prime_tui.api.client")
        budget_module = importlib.import_module("prime_tui.api.budget")
        launches_module = importlib.import_module("prime_tui.persistence.launches")
        client = client_module.PrimeClient(
            base_url=base_url,
            inference_url=inference_url,
            api_key=self._key,
            team_id=settings.profile.team_id,
            budget=budget_module.CallBudget(
                clock, settings.calls_per_h if settings.demo is None else DEMO_CALLS_PER_H
            ),
            clock=clock,
            read_only=settings.profile.is_read_only,
        )
        launches = launches_module.LaunchFile(self._paths.launches_file)
        if settings.demo is None:
            store.set_launches(launches.read())
        remember = launches.add if settings.demo is None else (lambda _: None)
        pace = DEMO_PACE if settings.demo is not None else 1.0
        return Engine(
            client,
            store,
            clock,
            remember=remember,
            pace=pace,
            recorder=self._recorder,
            whoami=self._key.asking(client.account.whoami),
        )

    async def _start_simulator(self, demo: DemoOptions) -> str:
        """Start the simulated service as a child that ends when we do, and return its address."""
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
        return line.split()[-1]

    def close(self) -> None:
        """Save what is known, and end the simulator if there is one."""
        if self._recorder is not None:
            self._recorder.close()
        if self._simulator is not None and self._simulator.returncode is None:
            try:
                os.kill(self._simulator.pid, signal.SIGTERM)
            except ProcessLookupError:
                return


def _wallet_key(settings: Settings) -> str:
    """Name whose state is kept: another key may be another account, whose numbers must not show."""
    profile, account = settings.profile, settings.profile.account
    if settings.given is not None and settings.given.key is not None:
        secret = settings.given.key.reveal()
        account = hashlib.sha256(f"prime-tui {secret}".encode()).hexdigest()[:16]
    return f"{profile.base_url} {account} {profile.team_id or 'personal'}"


def _first_session(settings: Settings) -> Session:
    return Session(
        wallet=settings.profile.wallet,
        origin=settings.profile.origin,
        is_read_only=settings.profile.is_read_only,
        is_demo=settings.demo is not None,
    )


def run(settings: Settings) -> int:
    """Run the monitor until the person leaves; return the exit code."""
    paths = Paths.of_user()
    paths.make_state_dir()
    redactor = Redactor()
    start_log(paths.log_file, redactor)
    monitor = Monitor(settings, paths, redactor)
    app = monitor.app()
    install(app, on_last_words=monitor.close)
    try:
        app.run()
    finally:
        monitor.close()
    return app.return_code or 0
