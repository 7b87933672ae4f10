"""The way of a launch: file, form, question, one request, result. It survives every page being left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.runs import LIVE, LaunchedRun, RunOrder
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.permission import why_no_writes
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runway import purse
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.sync.run_actions import RunActions, RunLaunch
from prime_tui.ui.banner import risk_lines
from prime_tui.ui.render.launch import dialog_cells, hourly_usd, launched_lines, price_lines
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.runs.launch.wish import Wish
from prime_tui.ui.strip_facts import wallet_label
from prime_tui.ui.widgets.dialog import ConfirmDialog, MessageDialog

if TYPE_CHECKING:
    from prime_tui.config.run_config import RunConfig
    from prime_tui.ui.screens.runs.launch.form import LaunchForm
    from prime_tui.ui.screens.runs.screen import RunsScreen

HELD = "launch"


class LaunchDesk:
    """One launch at a time.

    Attributes:
        error: Why the last order was refused; None while editing or sending.
    """

    def __init__(self, screen: RunsScreen) -> None:
        self._screen = screen
        self._wish: Wish | None = None
        self._form: LaunchForm | None = None
        self._sent_at: float | None = None
        self._name: str | None = None
        self._result: RunLaunch | None = None
        self._is_presented = False
        self.error: PrimeError | None = None

    @property
    def store(self) -> Store:
        """What is known."""
        return self._screen.store

    @property
    def waited_s(self) -> float | None:
        """How long the answer is awaited; None when nothing is under way."""
        return None if self._sent_at is None else self._screen.monitor.clock.monotonic() - self._sent_at

    @property
    def _text_cells(self) -> int:
        return dialog_cells(self._screen.size.width)

    # -- the pages ----------------------------------------------------------------------------

    def open(self) -> None:
        """Start a launch, or go on where it was left."""
        screen = self._screen
        reason = why_no_writes(self.store)
        if reason is not None:
            screen.monitor.tell(reason, severity="warning")
        elif screen.engine is None:
            screen.monitor.tell("Still connecting.", severity="warning")
        elif self._result is not None:
            self.present()
        else:
            if self.store.choices.value is None:
                screen.engine.read_topic(Topic.CHOICES)
            if self._wish is not None and (self._sent_at is not None or self.error is not None):
                self._open_form(self._wish)
            else:
                from prime_tui.ui.screens.runs.launch.path_dialog import PathDialog

                place = str(self._wish.config.path) if self._wish is not None else ""
                screen.app.push_screen(PathDialog(place), self._file_read)

    def _file_read(self, config: RunConfig | None) -> None:
        if config is not None:
            self.error = None
            self._open_form(Wish(config, config.name))

    def _open_form(self, wish: Wish) -> None:
        from prime_tui.ui.screens.runs.launch.form import LaunchForm

        self._wish = wish
        self._form = LaunchForm(self, wish, os.environ, self._text_cells)
        self._screen.app.push_screen(self._form)

    def form_left(self, wish: Wish) -> None:
        """The form is closed; what was in it is kept."""
        self._form = None
        if self._sent_at is None:
            self._wish = wish

    def review(self, wish: Wish) -> None:
        """Ask whether this is what is wanted, with its price and who pays."""
        form, problem = self._form, self._problem(wish)
        if form is None:
            return
        if problem:
            form.complain(problem)
            return
        dialog = ConfirmDialog("Launch this run", self._question(wish), yes="launch, sent once", no="not yet")

        def answered(yes: bool | None) -> None:
            if yes:
                self._send(wish)

        self._screen.app.push_screen(dialog, answered)

    def _problem(self, wish: Wish) -> str:
        if not wish.name:
            return "It needs a name: a lost answer is resolved by it."
        views = run_views(self.store, self._screen.now())
        if any(view.name == wish.name and view.state in LIVE for view in views):
            return f"A live run is called {wish.name} already. Choose another name."
        return ""

    def _question(self, wish: Wish) -> list[Styled]:
        config, choices = wish.config, self.store.choices.value
        rates = {one.gpu_type: one.price_usd_per_gpu_h for one in choices.rates} if choices else {}
        rate = rates.get(wish.gpu_type)
        more_usd_per_h = hourly_usd(rate, config.gpu_count)
        money = purse(self.store, more_usd_per_h, wallet_label(self.store), self._screen.now())
        what = config.model or "model as configured"
        steps = f"{config.max_steps:,} steps" if config.max_steps else "no end"
        keys = [name for name, sent in (("W&B key", wish.send_wandb), ("HF token", wish.send_hf)) if sent]
        return [
            *risk_lines(self.store),
            (Span(wish.name, "title"), Span(f" · {what} · {steps}")),
            Span(f"on {wish.gpu_type or 'whatever GPU the service chooses'}".replace("_", " "), "dim"),
            "",
            *price_lines(rate, config.gpu_count, money, self._text_cells),
            "",
            *([Span(f"Sent along: {', '.join(keys)} of your environment.", "dim")] if keys else []),
            "It is sent once. If the answer is lost, the run is looked for by its name.",
        ]

    # -- the request ----------------------------------------------------------------------------

    def _send(self, wish: Wish) -> None:
        engine = self._screen.engine
        if engine is None or self._sent_at is not None:
            return
        self._wish = wish
        order = wish.order(self.store.session.wallet.team_id, os.environ)
        self._begin(wish.name)
        self._screen.monitor.act(self._launch(engine.runs, order), f"launch {wish.name}")

    def resume(self, actions: RunActions, view: RunView) -> None:
        """Continue a paused run; like a launch it answers with a key."""
        if self._sent_at is not None or self._result is not None:
            self._screen.monitor.tell(
                "Another launch is under way; its answer comes first.", severity="warning"
            )
            return
        self._begin(view.title)
        self._screen.monitor.act(self._resume(actions, view), f"resume {view.title}")

    def _begin(self, name: str) -> None:
        self.error = None
        self._name = name
        self._sent_at = self._screen.monitor.clock.monotonic()
        self._screen.monitor.holding[HELD] = (
            f"The launch of {name} is under way. It goes on by itself, but its answer and key would be lost."
        )
        if self._form is not None:
            self._form.show_state()

    async def _launch(self, actions: RunActions, order: RunOrder) -> None:
        try:
            result = await actions.launch(order)
        except PrimeError as error:
            self.error = error
            if self._form is None:
                self._screen.monitor.tell(
                    f"{error} n on the runs screen opens the form again.",
                    title=f"{order.name} was not launched",
                    severity="error",
                )
        else:
            self._wish = None
            self._take(result)
        finally:
            self._end()

    async def _resume(self, actions: RunActions, view: RunView) -> None:
        try:
            self._take(RunLaunch(await actions.resume(view)))
        finally:
            self._end()

    def _take(self, result: RunLaunch) -> None:
        self._result = result
        if self._screen.engine is not None:
            self._screen.engine.read_topic(Topic.RUNS)
        if self._form is not None:
            self._form.dismiss(None)
            self._form = None

    def _end(self) -> None:
        self._sent_at = None
        has_key = (
            self._result is not None and self._result.launched is not None and self._result.launched.token
        )
        if has_key:
            self._screen.monitor.holding[HELD] = (
                f"The key of {self._name} was neither copied nor discarded. It is told only once."
            )
        else:
            self._screen.monitor.holding.pop(HELD, None)
        if self._form is not None:
            self._form.show_state()
        if self._result is not None:
            self._announce()

    # -- the result ------------------------------------------------------------------------------

    def _announce(self) -> None:
        if self._screen.is_on_top:
            self.present()
        elif not self._screen.is_in_view:
            self._screen.monitor.tell(
                "Its key waits on the runs screen (2).", title=f"{self._name} was launched"
            )

    def present(self) -> None:
        """Show the result of a launch, if there is one and nothing else is open."""
        result, screen = self._result, self._screen
        if result is None or self._is_presented or not screen.is_on_top:
            return
        if result.launched is not None:
            self._present_run(result.launched)
            return
        self._result = None
        if result.found is not None:
            screen.select(result.found.id)
            body: list[Styled] = [
                "The answer was lost, but a run of this name has appeared:",
                Span(result.found.id, "title"),
                "Its key went with the answer. The run has it and goes on.",
            ]
            screen.app.push_screen(MessageDialog(f"{self._name} was launched", body))
        else:
            body = [
                "No answer came, and no run of this name has shown up.",
                "It may still appear: watch the list before you launch it again. It was sent once.",
            ]
            screen.app.push_screen(MessageDialog(f"Is {self._name} launched?", body))

    def _present_run(self, launched: LaunchedRun) -> None:
        screen = self._screen
        body = launched_lines(launched, self._name, self._text_cells)

        def closed(_: bool | None) -> None:
            self._result, self._is_presented = None, False
            screen.monitor.holding.pop(HELD, None)
            screen.select(launched.run_id)

        if launched.token is None:
            self._result = None
            screen.app.push_screen(MessageDialog("Launched", body), lambda _: screen.select(launched.run_id))
        else:
            from prime_tui.ui.screens.runs.launch.token_dialog import TokenDialog

            # Told apart from the result: this screen comes back into view before the dialog's answer arrives.
            self._is_presented = True
            screen.app.push_screen(TokenDialog(launched.token, body), closed)
