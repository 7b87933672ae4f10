"""The app: composes the screens, hears the store, and owns what all screens share."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import PrimeError
from prime_tui.persistence.paths import Paths
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.sync.engine import Engine
from prime_tui.ui.help import help_lines
from prime_tui.ui.messages import OpenPod, OpenRun
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.strip_facts import StripModel
from prime_tui.ui.terminal.quiet_app import QuietApp
from prime_tui.ui.theme import DARK, THEMES
from prime_tui.ui.widgets.dialog import ConfirmDialog, MessageDialog

log = logging.getLogger(__name__)

Connect = Callable[[Store, Clock], Awaitable[Engine]]
SCREENS = ("wallet", "runs", "pods", "chat")
TOAST_S = 8.0


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


class PrimeApp(QuietApp[None]):
    """The monitor.

    Args:
        store: Empty or restored; painted at once.
        connect: Makes the engine once the first frame is painted: what it imports is slow.
    """

    TITLE = "prime-tui"
    ENABLE_COMMAND_PALETTE = True
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
        first_screen: str = "wallet",
        theme: str = DARK,
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.paths = paths
        self.engine: Engine | None = None
        self.strip = StripModel(store)
        self.holding: dict[str, str] = {}
        """What quitting now would lose for good, in words, by who put it there."""
        self._connect = connect
        self._first_screen = first_screen
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    # -- life ----------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the first screen, and connect once it is painted."""
        self.switch_mode(self._first_screen)
        self.store.subscribe(self._store_changed)
        self._store_changed(frozenset({Topic.NOTICES}))
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self.run_worker(self._serve(), group="engine", name="engine", exit_on_error=False)

    async def _serve(self) -> None:
        engine = await self._connect(self.store, self.clock)
        self.engine = engine
        screen = self.base_screen
        if screen is not None:
            engine.show(screen.read_fast())
            screen.pull()
        await engine.run()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something in the background fails: silence would look like fresh numbers."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        if isinstance(error, PrimeError):
            self.tell(str(error), severity="error")
            return
        log.error("worker %s failed", event.worker.name, exc_info=error)
        self.tell(
            f"{event.worker.name} failed inside prime-tui ({type(error).__name__}); see the log file.",
            severity="error",
        )

    @property
    def base_screen(self) -> PrimeScreen | None:
        """The monitor screen of the present mode, whether or not a dialog covers it."""
        stack = self.screen_stack
        return stack[0] if stack and isinstance(stack[0], PrimeScreen) else None

    # -- the store -----------------------------------------------------------------

    def _store_changed(self, topics: frozenset[Topic]) -> None:
        if not topics <= {Topic.FRESHNESS, Topic.BUDGET, Topic.NOTICES}:
            self.strip.invalidate()
        if Topic.NOTICES in topics:
            for notice in self.store.take_notices():
                self.tell(notice.text, title=notice.title, severity=notice.severity.value)
        screen = self.screen
        if isinstance(screen, PrimeScreen) and screen.is_running:
            screen.store_changed(topics)

    def _tick(self) -> None:
        screen = self.screen
        if isinstance(screen, PrimeScreen) and screen.is_running:
            screen.show_strip()
            screen.tick(self.clock.now())

    # -- what all screens share ----------------------------------------------------

    def tell(self, text: str, *, title: str = "", severity: str = "information") -> None:
        """Show a toast; the text is literal."""
        self.notify(text, title=title, severity=severity, timeout=TOAST_S, markup=False)  # type: ignore[arg-type]

    def copy(self, text: str, what: str) -> None:
        """Send text to the terminal's clipboard; whether it arrives is the terminal's business."""
        self.copy_to_clipboard(text)
        self.tell(f"{what} was sent to the terminal's clipboard.")

    def act(self, work: Awaitable[object], name: str) -> None:
        """Run an action to its end, whatever screen is shown meanwhile."""

        async def acting() -> None:
            await work

        self.run_worker(acting(), group=f"act:{name}", name=name, exit_on_error=False)

    def on_open_run(self, message: OpenRun) -> None:
        """Another screen wants a run shown."""
        self._open("runs", message.run_id)

    def on_open_pod(self, message: OpenPod) -> None:
        """Another screen wants a pod shown."""
        self._open("pods", message.pod_id)

    def _open(self, mode: str, thing_id: str) -> None:
        self.action_open_screen(mode)

        def select() -> None:
            screen = self.base_screen
            if screen is not None:
                screen.select(thing_id)

        self.call_after_refresh(select)

    # -- actions -------------------------------------------------------------------

    def action_open_screen(self, name: str) -> None:
        """Show another screen."""
        if self.current_mode != name and len(self.screen_stack) == 1:
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

    def action_explain_keys(self) -> None:
        """List the keys of this screen."""
        screen = self.base_screen
        if screen is not None and self.screen is screen:
            self.push_screen(MessageDialog("Keys", help_lines(screen, self)))

    def action_list_alerts(self) -> None:
        """List what needs a person."""
        found = alerts(self.store, self.clock.now())
        lines: list[Styled] = []
        for alert in found:
            lines.append((Span("▲ ", "bad"), Span(alert.text)))
            if alert.hint:
                lines.append(Span(f"  {alert.hint}", "dim"))
        self.push_screen(MessageDialog("What needs you", lines or [Span("Nothing needs you now.", "dim")]))

    def action_next_theme(self) -> None:
        """Show the next theme of ours."""
        names = [one.name for one in THEMES]
        position = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(position + 1) % len(names)]
        self.tell(f"Theme {self.theme}")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return the palette's fixed commands."""
        for index, name in enumerate(SCREENS):
            yield SystemCommand(
                f"{name.title()} screen", f"Key {index + 1}", lambda name=name: self.action_open_screen(name)
            )
        yield SystemCommand("Read now", "Key r", self._refresh)
        yield SystemCommand("What needs you", "Key a", self.action_list_alerts)
        yield SystemCommand("Keys", "The keys of this screen (?)", self.action_explain_keys)
        for one in THEMES:
            yield SystemCommand(
                f"Theme {one.name}", "Key T takes the next", lambda name=one.name: self._use_theme(name)
            )
        yield SystemCommand("Quit", "Key q", self.action_quit)
        if isinstance(screen, PrimeScreen):
            for title, help_text, call in screen.commands():
                yield SystemCommand(title, help_text, call)

    def _use_theme(self, name: str) -> None:
        self.theme = name

    def _refresh(self) -> None:
        if self.engine is not None:
            self.engine.refresh()
