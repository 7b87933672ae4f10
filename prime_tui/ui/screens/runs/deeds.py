"""Asking before something is done to a run, and doing it only to the run that was asked about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import RunAction, run_actions
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.permission import why_no_writes, why_too_old
from prime_tui.store.selectors.runs import run_view
from prime_tui.ui.banner import risk_lines
from prime_tui.ui.render.run_deeds import NOTES, ORDER, TITLES, deed_lines, identity, so_far
from prime_tui.ui.render.styled import Span
from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.dialog import ConfirmDialog

if TYPE_CHECKING:
    from prime_tui.sync.engine import Engine
    from prime_tui.ui.screens.runs.screen import RunsScreen


class RunDeeds:
    """The dialogs of `x`: what can be done, what it means, default No."""

    def __init__(self, screen: RunsScreen) -> None:
        self._screen = screen

    def ask(self, run_id: RunId) -> None:
        """Offer what can be done with a run now; with a single thing, ask about that at once."""
        view = self._view(run_id)
        reason = self._why_not(view)
        if view is None or reason:
            self._screen.monitor.tell(reason or "This run is gone.", severity="warning")
            return
        if self._screen.engine is not None:
            self._screen.engine.watch_run(run_id)  # the question names its checkpoints
        possible = self._possible(view)
        if not possible:
            self._screen.monitor.tell(f"{view.title} is {view.state.value}: nothing can be done with it now.")
        elif len(possible) == 1:
            self._confirm(run_id, possible[0])
        else:
            self._choose(view, possible)

    def _choose(self, view: RunView, possible: list[RunAction]) -> None:
        options = [Option(one.value, one.value.capitalize(), Span(NOTES[one], "dim")) for one in possible]
        body = [identity(view), so_far(view, self._screen.now())]

        def chosen(key: str | None) -> None:
            if key is not None:
                self._confirm(view.id, RunAction(key))

        self._screen.app.push_screen(ChooseDialog("What to do with it", options, body=body), chosen)

    def _confirm(self, run_id: RunId, action: RunAction) -> None:
        view = self._view(run_id)
        if view is None:
            self._screen.monitor.tell("This run is gone.", severity="warning")
            return
        checkpoints = self._screen.store.checkpoints.peek(run_id).value
        body = deed_lines(action, view, checkpoints, self._screen.now())
        body = [*risk_lines(self._screen.store), *body]
        dialog = ConfirmDialog(
            TITLES[action], body, yes=action.value, no="keep" if _ends(action) else "leave"
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(run_id, action)

        self._screen.app.push_screen(dialog, answered)

    def _do(self, run_id: RunId, action: RunAction) -> None:
        """The world may have moved while the question was open: look once more."""
        view, engine = self._view(run_id), self._screen.engine
        reason = self._why_not(view)
        if view is None or engine is None or reason:
            self._screen.monitor.tell(reason or "This run is gone.", severity="warning")
        elif action not in self._possible(view):
            self._screen.monitor.tell(
                f"{view.title} is {view.state.value} by now: not done.", severity="warning"
            )
        else:
            self._start(engine, view, action)

    def _start(self, engine: Engine, view: RunView, action: RunAction) -> None:
        act = partial(self._screen.monitor.act, name=f"{action.value} {view.title}")
        match action:
            case RunAction.STOP:
                act(engine.runs.stop(view))
            case RunAction.DELETE:
                act(engine.runs.delete(view))
            case RunAction.PAUSE:
                act(engine.runs.pause(view))
            case RunAction.RESTART:
                act(engine.runs.restart(view))
            case RunAction.RESUME:
                self._screen.desk.resume(engine.runs, view)

    def _possible(self, view: RunView) -> list[RunAction]:
        possible = run_actions(view.state)
        if self._screen.store.has_run_list is False:
            possible &= {RunAction.DELETE}  # a service without run list can delete, and nothing else
        return [one for one in ORDER if one in possible]

    def _view(self, run_id: RunId) -> RunView | None:
        return run_view(self._screen.store, run_id, self._screen.now())

    def _why_not(self, view: RunView | None) -> str | None:
        """Why nothing may be done now, in words; None when it may."""
        store = self._screen.store
        reason = why_no_writes(store) or why_too_old("runs", store.runs.remote, self._screen.now())
        if reason is None and self._screen.engine is None:
            return "Still connecting."
        if reason is None and view is not None and view.ending is not None and view.ending.is_under_way:
            return f"{view.title} is being ended already."
        return reason


def _ends(action: RunAction) -> bool:
    return action in (RunAction.STOP, RunAction.DELETE)
