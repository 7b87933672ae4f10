"""The composition root: settings → store → first picture → app, and, once that has painted, client → engine.

Each step imports what it needs: the toolkit takes longer to load than all of ours before it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import sys
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.desk import AccountDesk
from prime_tui.accounts.key_in_use import KeyInUse
from prime_tui.accounts.wallet_name import budget_name, wallet_name
from prime_tui.config.settings import DemoOptions, Settings
from prime_tui.domain.clock import Clock, SystemClock
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.errors import Crashed, InternalError, NetworkError, PrimeError, StorageError
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.ssh_command import without_secrets
from prime_tui.persistence.last_frame import LastFrame, Picture, frame_key
from prime_tui.persistence.last_known import LastKnown
from prime_tui.persistence.launches import LaunchFile
from prime_tui.persistence.log_file import start_log
from prime_tui.persistence.paths import NothingKept, Paths
from prime_tui.persistence.seat import Seat
from prime_tui.store.store import Session, Severity, Store
from prime_tui.sync.recorder import Recorder
from prime_tui.ui.colours import starting_theme
from prime_tui.ui.first_picture import first_picture
from prime_tui.ui.render.strip import TABS
from prime_tui.ui.strip_facts import StripModel
from prime_tui.ui.terminal.curtain import Curtain
from prime_tui.uncaught import redact_uncaught

if TYPE_CHECKING:
    from prime_tui.api.budget import CallBudget
    from prime_tui.persistence.crash_reports import CrashReports
    from prime_tui.persistence.shared_calls import CallFile
    from prime_tui.sync.engine import Engine
    from prime_tui.ui.app import PrimeApp

DEMO_STARTS_WITHIN_S = 20.0
DEMO_PACE = 0.2
"""The simulated service has no limit, and a demo should move."""
DEMO_CALLS_PER_H = 20_000
HEAD_START_S = 0.1
"""About what it takes to ask for the balance and to show it, where the service is near."""
WORTH_TELLING_S = 0.7
"""A store that takes longer than this to answer is named on the screen."""

log = logging.getLogger(__name__)


class Monitor:
    """One running program: what must be ended with it is held here.

    Args:
        keeps: Whether anything can be written for the next start.
    """

    def __init__(
        self, settings: Settings, paths: Paths, redactor: Redactor, home: Path, *, keeps: bool = True
    ) -> None:
        self._settings = settings
        self._keeps = keeps
        self._paths = paths
        self._redactor = redactor
        self._app: PrimeApp | None = None
        self._first_theme = starting_theme(settings.theme, os.environ)
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
            warnings=settings.warnings,
        )
        self._store = self.open_store(settings.profile)

    def raise_curtain(self, curtain: Curtain) -> None:
        """Show what is known already while the app is loaded."""

        def draw(width: int, height: int) -> Picture | None:
            tab = TABS.index(self._settings.first_screen.title())
            facts = StripModel(self._store).facts(tab, self.clock.now())
            return first_picture(facts, width, height, theme=self._first_theme, environ=os.environ)

        curtain.raise_new(draw)

    def app(self) -> PrimeApp:
        """Return the app; nothing is connected yet."""
        from prime_tui.ui.app import PrimeApp

        app = PrimeApp(
            self._store,
            self.clock,
            self.connect,
            paths=self._paths,
            desk=self.desk,
            open_store=self.open_store,
            first_screen=self._settings.first_screen,
            has_clock=self._settings.has_clock,
            away_paint_s=self._settings.away_paint_s,
            theme=self._first_theme,
        )
        if self._settings.is_dev:
            app.store.notify("The toolkit may log what is shown and typed.", Severity.WARNING, title="--dev")
        self._app = app
        return app

    def open_store(self, profile: Profile, account_id: UserId | None = None) -> Store:
        """Return a store with what was known last of the profile's wallet.

        Args:
            profile: Whose wallet.
            account_id: Whose key it is, where that is known: numbers of anybody else are left out.
        """
        store, self._recorder = self._new_store(profile), None
        wallet = self._wallet_name(profile)
        if wallet is None or not self._keeps:
            return store
        kept = LastKnown(self._paths.database_file, wallet)
        recorder = Recorder(store, kept, self.clock, Seat(self._paths.state_dir, wallet))
        recorder.restore()
        known = store.account.value
        if account_id is not None and (known is None or not account_id or known.id != account_id):
            store = self._new_store(profile)
            recorder = Recorder(store, kept, self.clock, Seat(self._paths.state_dir, wallet))
            try:
                recorder.forget()
                LaunchFile(self._paths.launches_file, wallet).disown()
            except StorageError as error:
                log.warning("what is known of another account is not forgotten: %s", error)
                store.notify(str(error), title="The last known state is not kept")
                return store
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
            unagreed_origin="" if self.desk.consent.is_given(profile) else profile.inference_origin,
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
            engine = await self._connect(store, clock)
            if self._app is not None:  # who starts the program asks for the balance: it is painted at once
                self._app.asked_at_s = monotonic() + HEAD_START_S
            return engine
        except PrimeError:
            raise
        except Exception as bug:  # said on the screen, which would wait for ever otherwise
            log.exception("connecting failed inside")
            raise InternalError("Connecting", bug) from None
        finally:
            _collect_garbage_often()

    async def _connect(self, store: Store, clock: Clock) -> Engine:
        is_demo, key, recorder = self._settings.demo is not None, self.desk.key, self._recorder
        base_url, inference_url = key.profile.base_url, key.profile.inference_url
        if self._settings.demo is not None:
            base_url = await self._start_simulator(self._settings.demo)
            inference_url = f"{base_url}/api/v1"
        await self._find_key(key, store)
        client_module = await asyncio.to_thread(importlib.import_module, "prime_tui.api.client")
        engine_module = importlib.import_module("prime_tui.sync.engine")
        client = client_module.PrimeClient(
            base_url=base_url,
            inference_url=inference_url,
            api_key=key,
            inference_key=self.desk.consent.guarded(key, key.profile),
            team_id=key.profile.team_id,
            budget=await asyncio.to_thread(self._budget, key, clock),
            clock=clock,
            read_only=key.profile.is_read_only,
        )
        launches = LaunchFile(self._paths.launches_file, self._wallet_name(key.profile) or "")
        if not is_demo:
            try:
                store.set_launches(launches.read())
            except StorageError as error:  # what was launched earlier is no reason not to watch
                log.warning("the launches of earlier sessions are not known: %s", error)
                store.notify(str(error), title="Launches of earlier sessions are not known")
        engine: Engine = engine_module.Engine(
            client,
            store,
            clock,
            remember=(lambda _: None) if is_demo else launches.add,
            pace=DEMO_PACE if is_demo else 1.0,
            recorder=recorder,
            renew=key.replacement,
            head_start_s=HEAD_START_S,
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
            store.change_session(asking="", is_plain_text=key.is_plain_text)

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
            env=without_secrets(os.environ),
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
        if wallet is None or not self._keeps or app is None or app.theme != self._first_theme:
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
        with ExitStack() as each:  # whatever happens to the others
            each.callback(self._end_simulator)
            if self._calls is not None:
                each.callback(self._calls.close)
            each.callback(self._keep_pictures)
            if self._recorder is not None:
                self._recorder.close()

    def _end_simulator(self) -> None:
        if self._simulator is not None and self._simulator.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._simulator.pid, signal.SIGTERM)


def _collect_garbage_often() -> None:
    """Begin to collect garbage; what the start has loaded stays, and is never looked through.

    That leaves little to look through, so it is done often: garbage of weeks would keep memory in pieces.
    """
    if gc.isenabled():
        return  # another connection of the same session: what the last one left behind is garbage
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1)
    gc.freeze()
    gc.enable()


def run(settings: Settings, curtain: Curtain) -> int:
    """Run the monitor until the person leaves; return the exit code, 1 after a crash.

    Args:
        settings: What was decided before the start.
        curtain: What stands on the terminal meanwhile.

    Raises:
        Crashed: Something broke before the app was there to say it.
        PrimeError: It cannot be started.
    """
    paths = Paths.of_user()
    redactor = Redactor()
    redact_uncaught(redactor)
    refusal = _refusal_of_disk(paths, redactor)
    from prime_tui.persistence.crash_reports import CrashReports

    reports = CrashReports(paths.state_dir, paths.log_file, redactor, SystemClock())
    reports.watch()
    try:
        keeps = not isinstance(refusal, NothingKept)
        monitor = Monitor(settings, paths, redactor, Path.home(), keeps=keeps)
        monitor.raise_curtain(curtain)
        app = monitor.app()
        if refusal is not None:
            app.store.notify(str(refusal), title="There is no log" if keeps else "Nothing is kept")
        return _run(monitor, app, reports, curtain)
    except PrimeError:
        raise
    except Exception as fault:
        raise Crashed(reports.farewell(fault)) from None


def _refusal_of_disk(paths: Paths, redactor: Redactor) -> StorageError | None:
    """Begin the log; return why there is none: a disk that refuses is no reason not to watch.

    Raises:
        StorageError: What is there is not ours alone.
    """
    try:
        paths.make_state_dir()
    except NothingKept as error:
        return error
    try:
        start_log(paths.log_file, redactor)
    except StorageError as error:
        return error
    return None


def _run(monitor: Monitor, app: PrimeApp, reports: CrashReports, curtain: Curtain) -> int:
    from prime_tui.ui.crash_facts import crash_facts
    from prime_tui.ui.terminal.last_words import install

    app.curtain = curtain
    app.crash_report = lambda fault: f"prime-tui: {reports.farewell(fault)}"
    reports.facts = partial(crash_facts, app)
    install(app, on_last_words=monitor.close, attributes=curtain.attributes)
    try:
        app.run()
    finally:
        monitor.close()
    return app.return_code or 0
