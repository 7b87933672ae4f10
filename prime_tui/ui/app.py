"""The app: composes the screens, hears the store, and owns what all screens share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerError, WorkerState

from prime_tui.accounts.desk import AccountDesk
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import WHERE_TOLD, AnotherAccount, PrimeError
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.persistence.last_frame import Picture
from prime_tui.persistence.paths import Paths
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.slice import Topic
from prime_tui.store.store import PASSING, KeyState, Store
from prime_tui.ui.account_door import AccountDoor
from prime_tui.ui.colours import DARK
from prime_tui.ui.heartbeat import Heartbeat
from prime_tui.ui.help import help_lines
from prime_tui.ui.messages import OpenPod, OpenRun
from prime_tui.ui.palette import palette_commands
from prime_tui.ui.render.alert_lines import alert_lines
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.strip_facts import StripModel
from prime_tui.ui.telling import TOASTS_CSS, TellingApp
from prime_tui.ui.terminal.tmux import watch_tmux
from prime_tui.ui.theme import FIELDS_CSS, THEMES
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.dialog import ConfirmDialog, MessageDialog

if TYPE_CHECKING:
    from prime_tui.sync.engine import Engine

log = logging.getLogger(__name__)

Connect = Callable[[Store, Clock], Awaitable["Engine"]]
OpenStore = Callable[[Profile, UserId | None], Store]
BETWEEN = "between"
"""A mode without anything, shown for no frame: the mode in view cannot be taken away."""
CHAT = "chat"
SCREENS = ("wallet", "runs", "pods", CHAT)
ACT = "act:"


def _wallet() -> Screen[None]:
    from prime_tui.ui.screens.wallet.screen import WalletScreen

    return WalletScreen()


def _runs() -> Screen[None]:
    from prime_tui.ui.screens.runs.screen import RunsScreen

    return RunsScreen()


def _pods() -> Screen[None]:
    from prime_tui.ui.screens.pods.screen import PodsScreen

    return PodsScreen()


def _chat() -> Screen[None]:
    from prime_tui.ui.screens.chat.screen import ChatScreen

    return ChatScreen()


class PrimeApp(TellingApp):
    """The monitor.

    Args:
        store: Empty or restored; painted at once.
        connect: Makes the engine once the first frame is painted: what it imports is slow.
        desk: Where one signs in and changes profiles; None where there is one key, given from outside.
        open_store: Makes the store of another wallet, for the desk.
    """

    TITLE = "prime-tui"
    ENABLE_COMMAND_PALETTE = True
    CSS = FIELDS_CSS + TOASTS_CSS
    # A screen is built on its first visit and kept: building is what costs, and what Textual leaks.
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        "wallet": _wallet,
        "runs": _runs,
        "pods": _pods,
        "chat": _chat,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                f"{index + 1},f{index + 1}", f"open_screen('{name}')", f"{name.title()} screen", show=False
            )
            for index, name in enumerate(SCREENS)
        ),
        Binding("question_mark,f10", "explain_keys", "The keys of this screen", show=False),
        Binding("a", "list_alerts", "What needs you", show=False),
        Binding("p,f8", "switch_profile", "Change the profile or the team", show=False),
        Binding("K,f9", "sign_in", "Sign in, or enter another API key", show=False),
        Binding("T", "next_theme", "Next theme", show=False),
        Binding("q,ctrl+c", "quit", "Quit", show=False),
    ]

    def __init__(
        self,
        store: Store,
        clock: Clock,
        connect: Connect,
        *,
        paths: Paths,
        desk: AccountDesk | None = None,
        open_store: OpenStore = lambda _, __: Store(),
        first_screen: str = "wallet",
        theme: str = DARK,
        has_clock: bool = True,
        away_paint_s: float = 10.0,
    ) -> None:
        # The toolkit's own first screen would be built, drawn and never seen.
        self.DEFAULT_MODE = first_screen  # type: ignore[misc]
        super().__init__()
        self.store = store
        self.clock = clock
        self.paths = paths
        self.engine: Engine | None = None
        self.strip = StripModel(store)
        self.away_paint_s = away_paint_s
        self.heartbeat = Heartbeat(
            self, clock, has_clock=has_clock, away_s=away_paint_s, failed=self._handle_exception
        )
        self.holding: dict[str, str] = {}
        """What quitting now would lose for good, in words, by who put it there."""
        self.pictures: dict[str, Picture] = {}
        """What each overview of this store showed last."""
        self.desk = desk
        self.door = AccountDoor(self, desk)
        self._connect = connect
        self._open_store = open_store
        self._serving: Worker[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    # -- life ----------------------------------------------------------------------

    def on_mount(self) -> None:
        """Connect once the first screen is painted."""
        asyncio.get_running_loop().set_exception_handler(self._loop_failed)
        self._listen_to(self.store)
        self.heartbeat.start()
        self.run_worker(watch_tmux(self.audience.attach), group="tmux", name="tmux", exit_on_error=False)
        self.call_after_refresh(self._start)

    def on_unmount(self) -> None:
        """Nothing is drawn any more."""
        self.heartbeat.stop()

    def audience_changed(self, is_away: bool) -> None:
        """Draw seldom while nobody looks; reading goes on as ever."""
        super().audience_changed(is_away)
        self.heartbeat.look(is_away=is_away)

    def acted(self) -> None:
        """What somebody did may be waited for."""
        super().acted()
        self.heartbeat.stir()

    def _listen_to(self, store: Store) -> None:
        self._stop_listening()
        if store is not self.store:
            self.store, self.strip = store, StripModel(store)
            self.pictures.clear()
        self._stop_listening = store.subscribe(self.guarded(self._store_changed))
        self._store_changed(frozenset({Topic.NOTICES}))

    def _start(self) -> None:
        self._serving = self.run_worker(self._serve(), group="engine", name="engine", exit_on_error=False)

    async def _serve(self) -> None:
        try:
            engine = await self._connect(self.store, self.clock)
        except PrimeError as error:
            self.store.connection_failed(error)
            raise
        self.engine = engine
        screen = self.base_screen
        if screen is not None:
            screen.call_later(screen.catch_up)  # it may be on its way into view: then after that
        if self.store.session.key is KeyState.MISSING:
            self.action_sign_in()
        try:
            await engine.run()
        except AnotherAccount as found:
            if not self.door.begin_anew(found):
                raise

    async def use_profile(self, profile: Profile, account_id: UserId | None = None) -> None:
        """Watch another wallet, or the same one with another key: nothing of the old one stays in view.

        What was begun for the old wallet ends with the old connection and in the old store.
        """
        if self.desk is None:
            return
        serving, engine, self.engine = self._serving, self.engine, None
        if serving is not None:
            serving.cancel()
            with suppress(WorkerError):
                await serving.wait()
        if engine is not None:
            self._close_later(engine)
        self.desk.take(profile)
        self._listen_to(self._open_store(self.desk.profile, account_id))
        await self._build_screens_anew()
        self._start()

    def _close_later(self, engine: Engine) -> None:
        acts = [one for one in self.workers if one.group.startswith(ACT) and not one.is_finished]

        async def closing() -> None:
            try:
                for act in acts:
                    with suppress(WorkerError):
                        await act.wait()
            finally:  # leaving ends the waiting
                await engine.close()

        self.run_worker(closing(), group="closing", name="closing", exit_on_error=False)

    async def _build_screens_anew(self) -> None:
        """Drop all screens with what they show, mark and draft; the chat keeps its conversation."""
        shown = self.current_mode
        with self.batch_update():
            self.add_mode(BETWEEN, Screen)
            await self.switch_mode(BETWEEN)
            for name in SCREENS:
                if name != CHAT:
                    await self.remove_mode(name)
                    self.add_mode(name, self.MODES[name])
            await self.switch_mode(shown)
            await self.remove_mode(BETWEEN)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something in the background fails: silence would look like fresh numbers."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        if isinstance(error, PrimeError):
            self.tell(str(error), severity="error")
            return
        log.error("worker %s failed", event.worker.name, exc_info=error)
        self._tell_fault(event.worker.name, error)

    def _loop_failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say when something that was put off fails; what a task lost is only logged: it may not be ours."""
        error = context.get("exception")
        log.error("%s", context["message"], exc_info=error)
        if "handle" in context:
            self._tell_fault("Something that was put off", error)

    def _tell_fault(self, what: str, error: BaseException | None) -> None:
        self.tell(f"{what} failed inside prime-tui ({type(error).__name__}). {WHERE_TOLD}", severity="error")

    @property
    def base_screen(self) -> PrimeScreen | None:
        """The monitor screen of the present mode, whether or not a dialog covers it."""
        stack = self.screen_stack
        return stack[0] if stack and isinstance(stack[0], PrimeScreen) else None

    def keep_picture(self) -> None:
        """Remember what the terminal shows, if it is an overview and nothing covers it."""
        mode, stack, picture = self.current_mode, self.screen_stack, self.picture()
        if picture is None or len(stack) != 1 or mode == CHAT:  # what was written there is nobody's business
            return
        if isinstance(stack[0], PrimeScreen) and stack[0].is_overview:
            self.pictures[mode] = picture

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave; what is shown now is remembered first."""
        self.keep_picture()
        super().exit(result, return_code, message)

    # -- the store -----------------------------------------------------------------

    def _store_changed(self, topics: frozenset[Topic]) -> None:
        if not topics <= PASSING:
            self.strip.invalidate()
        if Topic.NOTICES in topics:
            for notice in self.store.take_notices():
                self.tell(notice.text, title=notice.title, severity=notice.severity.value)
        self.heartbeat.hear(topics)

    # -- what all screens share ----------------------------------------------------

    def copy(self, text: str, what: str) -> None:
        """Send text to the terminal's clipboard; whether it arrives is the terminal's business."""
        self.copy_to_clipboard(text)
        self.tell(f"{what} was sent to the terminal's clipboard.")

    def act(self, work: Awaitable[object], name: str) -> None:
        """Run an action to its end, whatever screen is shown meanwhile."""

        async def acting() -> None:
            await work

        self.run_worker(acting(), group=f"{ACT}{name}", name=name, exit_on_error=False)

    def on_open_run(self, message: OpenRun) -> None:
        """Another screen wants a run shown."""
        self._open("runs", message.run_id)

    def on_open_pod(self, message: OpenPod) -> None:
        """Another screen wants a pod shown."""
        self._open("pods", message.pod_id)

    def _open(self, mode: str, thing_id: str) -> None:
        self.action_open_screen(mode)
        screen = self.base_screen
        if screen is not None:
            # By its own queue, which begins when the screen is composed: on the first visit it is not yet.
            after_refresh(screen, screen.select, thing_id)

    # -- actions -------------------------------------------------------------------

    def action_open_screen(self, name: str) -> None:
        """Show another screen."""
        if self.current_mode != name and len(self.screen_stack) == 1:
            self.keep_picture()
            self.switch_mode(name)

    async def action_quit(self) -> None:
        """Leave; ask first where that would lose something."""
        if not self.holding:
            self.exit()
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self.exit()

        body: list[Styled] = [Span(text) for text in self.holding.values()]
        self.push_screen(ConfirmDialog("Quit and lose this", body, yes="quit", no="stay"), answered)

    def action_switch_profile(self) -> None:
        """Choose another profile or team."""
        self.door.switch_profile()

    def action_sign_in(self) -> None:
        """Enter a key, or see why there is none."""
        self.door.sign_in()

    def action_explain_keys(self) -> None:
        """List the keys of this screen."""
        screen = self.base_screen
        if screen is not None and self.screen is screen:
            self.push_screen(MessageDialog("Keys", help_lines(screen, self)))

    def action_list_alerts(self) -> None:
        """List what needs a person."""
        found = alerts(self.store, self.clock.now())
        self.push_screen(MessageDialog("What needs you", alert_lines(found)))

    def action_next_theme(self) -> None:
        """Show the next theme of ours."""
        names = [one.name for one in THEMES]
        position = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(position + 1) % len(names)]
        self.tell(f"Theme {self.theme}")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return the palette's fixed commands."""
        return palette_commands(self, screen)

    async def lock_file(self) -> None:
        """Forget what opens the encrypted file of keys."""
        if self.desk is not None:
            await self.desk.keys.lock()
            self.tell("The encrypted file is locked. The key in use goes on being used until you leave.")

    def refresh_now(self) -> None:
        """Read what is shown now."""
        if self.engine is not None:
            self.engine.refresh()
