"""Writes on runs: launch, stop, delete, pause, resume, restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from prime_tui.api.budget import user_call
from prime_tui.domain.clock import Clock
from prime_tui.domain.cost import Cost, best_cost
from prime_tui.domain.errors import (
    InvalidRequest,
    NetworkError,
    NotFound,
    OutcomeUnknown,
    PrimeError,
    ServerFault,
)
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import LIVE, TERMINAL, LaunchedRun, Run, RunOrder, RunState, run_state
from prime_tui.domain.views import Ending, EndingPhase, LaunchRecord, RunView
from prime_tui.store.store import Severity, Store

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

CONFIRM_WITHIN = timedelta(minutes=3)
CONFIRM_WAIT_S = 3.0
LOOK_WAITS_S = (3.0, 5.0, 8.0, 12.0, 15.0, 20.0)


@dataclass(frozen=True, slots=True)
class RunLaunch:
    """How a launch ended.

    Attributes:
        launched: The answer, with the token that is given once; None when no answer came.
        found: The run that was found by its name after a lost answer.
        is_unknown: True when the answer never came and no such run has shown up.
    """

    launched: LaunchedRun | None
    found: Run | None = None
    is_unknown: bool = False


class RunActions:
    """Launches and ends runs. `remember` keeps what was launched across sessions."""

    def __init__(
        self,
        client: PrimeClient,
        store: Store,
        clock: Clock,
        remember: Callable[[LaunchRecord], None],
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._remember = remember

    async def launch(self, order: RunOrder) -> RunLaunch:
        """Send a launch once; a lost answer is resolved by looking for the run's name.

        Raises:
            PrimeError: It was refused, so nothing was launched.
        """
        with user_call():
            if order.name and self._store.has_run_list:
                await self._refuse_known_name(order.name)
            sent_at = self._clock.now()
            try:
                launched = await self._client.runs.create(order)
            except OutcomeUnknown as error:
                return await self._look_for(order, sent_at, error)
        self._launched(order, launched.run_id, launched)
        return RunLaunch(launched)

    async def _refuse_known_name(self, name: str) -> None:
        listing = await self._client.runs.list()
        self._store.runs.loaded(listing, self._clock.now())
        if any(run.name == name and run.state not in TERMINAL for run in listing.items):
            raise InvalidRequest(
                f"A live run named {name} exists already.",
                hint="Choose another name: lost answers are resolved by it.",
            )

    async def _look_for(self, order: RunOrder, sent_at: datetime, error: OutcomeUnknown) -> RunLaunch:
        self._store.notify(
            "No answer to the launch. It is not sent again; looking for the run.",
            Severity.WARNING,
            title="Launch: outcome unknown",
        )
        for wait_s in LOOK_WAITS_S if order.name and self._store.has_run_list else ():
            await self._clock.sleep(wait_s)
            try:
                listing = await self._client.runs.list()
            except PrimeError:
                continue
            self._store.runs.loaded(listing, self._clock.now())
            for run in listing.items:
                is_new = run.created_at is None or run.created_at >= sent_at - timedelta(minutes=5)
                if run.name == order.name and is_new and run.state not in TERMINAL:
                    self._launched(order, run.id, None)
                    return RunLaunch(None, found=run)
        self._store.notify(
            f"{error.message} The run may still appear: watch the list before you launch again.",
            Severity.ERROR,
            title="Launch: not confirmed",
        )
        return RunLaunch(None, is_unknown=True)

    def _launched(self, order: RunOrder, run_id: RunId, launched: LaunchedRun | None) -> None:
        record = LaunchRecord(
            run_id=run_id,
            name=order.name,
            team_id=order.team_id or self._store.session.wallet.team_id,
            launched_at=self._clock.now(),
            price_usd_per_gpu_h=launched.price_usd_per_gpu_h if launched else None,
            gpu_count=_gpus(launched) if launched else None,
            gpu_type=launched.gpu_type if launched else order.gpu_type,
            is_found=launched is None,
        )
        self._remember(record)
        self._store.set_launches((*self._store.launches, record))

    async def stop(self, view: RunView) -> Ending:
        """Stop a run and read until it has ended."""
        return await self._end(view, delete=False)

    async def delete(self, view: RunView) -> Ending:
        """Delete a run, stopping it if it is live, and read until it is gone."""
        return await self._end(view, delete=True)

    async def _end(self, view: RunView, *, delete: bool) -> Ending:
        under_way = self._store.run_endings.get(view.id)
        if under_way is not None and under_way.is_under_way:
            return under_way
        ending = Ending(EndingPhase.ASKED, self._clock.now(), "asked", saves_usd_per_h=view.usd_per_h)
        self._store.run_ending(view.id, ending)
        is_accepted = False
        try:
            with user_call():
                if delete:
                    await self._client.runs.delete(view.id)
                else:
                    await self._client.runs.stop(view.id)
        except OutcomeUnknown as error:
            self._note(view, ending, EndingPhase.CONFIRMING, f"no answer ({error.message}); looking")
        except (ServerFault, NetworkError) as error:
            self._note(view, ending, EndingPhase.CONFIRMING, f"{error.message} Looking whether it ended.")
            if await self._still_runs(view.id):
                message = f"{error.message} It is as it was: ask again."
                return self._note(view, ending, EndingPhase.FAILED, message, Severity.ERROR)
        except PrimeError as error:
            return self._note(view, ending, EndingPhase.FAILED, str(error), Severity.ERROR)
        else:
            is_accepted = True
        return await self._confirm(view, ending, delete=delete, is_accepted=is_accepted)

    async def _still_runs(self, run_id: RunId) -> bool:
        """Whether a reading shows the run as if nothing had been asked; unreadable is not an answer."""
        await self._clock.sleep(CONFIRM_WAIT_S)
        try:
            with user_call():
                state, _ = await self._read_state(run_id)
        except PrimeError:
            return False
        return state in LIVE and state is not RunState.STOPPING

    async def _confirm(self, view: RunView, ending: Ending, *, delete: bool, is_accepted: bool) -> Ending:
        last = "accepted"
        end_s = self._clock.monotonic() + CONFIRM_WITHIN.total_seconds()
        while self._clock.monotonic() < end_s:
            try:
                with user_call():
                    state, word = await self._read_state(view.id)
            except NotFound:
                return await self._ended(view, ending, delete=delete)
            except PrimeError as error:
                last = f"cannot read it: {error.message.removesuffix('.')}"
            else:
                # Without a run list only usage tells, and it outlives a deletion: the answer to it must do.
                is_last_word = is_accepted and not self._store.has_run_list
                if is_last_word or (state in TERMINAL and not delete):
                    return await self._ended(view, ending, delete=delete)
                last = f"still {word}"
            self._note(view, ending, EndingPhase.CONFIRMING, last)
            await self._clock.sleep(CONFIRM_WAIT_S)
        rest = "still being torn down" if is_accepted else "it may still cost money"
        return self._note(view, ending, EndingPhase.NOT_CONFIRMED, f"{last}; {rest}", Severity.ERROR)

    async def _read_state(self, run_id: RunId) -> tuple[RunState, str]:
        if self._store.has_run_list:
            run = await self._client.runs.get(run_id)
            self._store.run_details[run_id].loaded(run, self._clock.now())
            return run.state, run.status_word or run.state.value
        usage = await self._client.billing.run_usage(run_id)
        self._store.usage_loaded(usage, self._clock.now())
        return run_state(usage.status_word), usage.status_word or "unknown"

    async def _ended(self, view: RunView, ending: Ending, *, delete: bool) -> Ending:
        with user_call(), suppress(PrimeError):  # the last figures are a courtesy
            usage = await self._client.billing.run_usage(view.id)
            self._store.usage_loaded(usage, self._clock.now())
        final = replace(
            ending,
            phase=EndingPhase.GONE,
            message="deleted; billing rows stay" if delete else "stopped",
            billed_usd=self._charged_usd(view.id),
        )
        if delete:
            self._forget(view.id)
        self._store.run_ending(view.id, final)
        self._store.notify(f"{view.title}: {final.message}", title="Run ended")
        return final

    def _charged_usd(self, run_id: RunId) -> Decimal | None:
        billed, usage = self._store.billing.billed_usd(run_id), self._store.usage.peek(run_id).value
        return best_cost(
            billed=Cost(billed[0]) if billed else None, usage=Cost(usage.total_cost_usd) if usage else None
        ).usd

    def _forget(self, run_id: RunId) -> None:
        """The service no longer has the run: neither have we, but for its bill."""
        self._store.run_details.forget(run_id)
        known = self._store.runs.value
        if known is not None and any(run.id == run_id for run in known.items):
            items = tuple(run for run in known.items if run.id != run_id)
            total = None if known.total is None else known.total - 1
            self._store.runs.loaded(Listing(items, total, known.unreadable), self._clock.now())

    async def pause(self, view: RunView) -> None:
        """Ask a running run to pause; it needs a volume."""
        with user_call():
            word = await self._client.runs.pause(view.id)
        self._store.notify(f"{view.title}: {word or 'pausing'}", title="Pause")

    async def resume(self, view: RunView) -> LaunchedRun:
        """Continue a paused run: it goes on as a new run with a new id."""
        with user_call():
            launched = await self._client.runs.resume(view.id)
        order = RunOrder(config={}, name=view.name, team_id=view.team_id)
        self._launched(order, launched.run_id, launched)
        return launched

    async def restart(self, view: RunView) -> None:
        """Restart a running run from its latest checkpoint."""
        with user_call():
            await self._client.runs.restart(view.id)
        self._store.notify(f"{view.title}: restarting from its latest checkpoint", title="Restart")

    def _note(
        self,
        view: RunView,
        ending: Ending,
        phase: EndingPhase,
        message: str,
        severity: Severity | None = None,
    ) -> Ending:
        noted = replace(ending, phase=phase, message=message)
        self._store.run_ending(view.id, noted)
        if severity is not None:
            title = "End not confirmed" if phase is EndingPhase.NOT_CONFIRMED else "Run not ended"
            self._store.notify(f"{view.title}: {message}", severity, title=title)
        return noted


def _gpus(launched: LaunchedRun) -> int | None:
    """Return how many GPUs the answer's two prices make; None when they do not make a whole number."""
    total, each = launched.estimated_usd_per_h, launched.price_usd_per_gpu_h
    if not total or not each:
        return None
    gpus = round(total / each)
    return gpus if gpus and abs(gpus * each - total) < Decimal("0.01") else None
