"""What is read of runs: the list, usage and progress of those that need it, and all of the one in view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from prime_tui.api.budget import is_user_call
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import ApiError, MethodNotAllowed, NotFound, NotPermitted, PrimeError
from prime_tui.domain.ids import RunId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import LIVE, MetricPoint, Run, RunSource
from prime_tui.domain.views import RunView
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.slice import Slice, Topic
from prime_tui.store.store import Store
from prime_tui.sync.permits import Permits

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

T = TypeVar("T")

LIST_PAGE = 100
WHOLE_LIST_EVERY = timedelta(minutes=10)
WHOLE_LIST_PER_PAGE = timedelta(seconds=30)
METRICS_FIRST, METRICS_LATER = 500, 100
USAGE_OLD_ENOUGH = timedelta(seconds=55)
MOST_AT_ONCE = 10
FINISHED_TO_READ = 30
ASK_AGAIN = timedelta(minutes=10)
LATE_BILLING = timedelta(minutes=1)
"""Rows still arrive for about that long after the end of a run."""
SELDOM = timedelta(minutes=2)
ABSENT = (NotFound, MethodNotAllowed)


class RunReadings:
    """The reading jobs of runs. Each raises PrimeError when it fails; the poller decides what then.

    Attributes:
        in_view: Runs that the person sees: usage of these is read first.
    """

    def __init__(self, client: PrimeClient, store: Store, clock: Clock, permits: Permits) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._permits = permits
        self._asked: dict[RunId, datetime] = {}
        self._seen_live: set[RunId] = set()
        self._ended: dict[RunId, datetime] = {}
        self._whole_list_at: datetime | None = None
        self._seldom_at: dict[RunId, datetime] = {}
        self._is_turn_of_view = False
        self.in_view: frozenset[RunId] = frozenset()

    # -- the list ------------------------------------------------------------------

    async def runs(self) -> None:
        """Read the list of runs; a backend without one is remembered, and billing finds its runs."""
        store = self._store
        if store.has_run_list is False and not is_user_call():
            store.runs.loaded(Listing(), self._clock.now())
            return
        try:
            listing = await self._list()
        except ABSENT:
            if store.has_run_list:
                raise  # it was there before: this is a fault, not an older backend
            store.has_run_list = False
            listing = Listing()
        else:
            store.has_run_list = True
        store.runs.loaded(listing, self._clock.now())

    async def _list(self) -> Listing[Run]:
        """A list of many pages is read whole at times only; between, its first page tells what is new."""
        now, known = self._clock.now(), self._store.runs.value
        pages = len(known.items) // LIST_PAGE if known is not None else 0
        whole_every = max(WHOLE_LIST_EVERY, pages * WHOLE_LIST_PER_PAGE)
        is_recent = self._whole_list_at is not None and now - self._whole_list_at < whole_every
        if known is not None and len(known.items) > LIST_PAGE and is_recent and not is_user_call():
            first = await self._client.runs.list(max_pages=1)
            fresh = {run.id: run for run in first.items}
            if first.total == known.total and fresh.keys() <= {run.id for run in known.items}:
                items = tuple(fresh.get(run.id, run) for run in known.items)
                return Listing(items, known.total, known.unreadable)
        whole = await self._client.runs.list()
        self._whole_list_at = now
        return whole

    # -- usage and progress --------------------------------------------------------

    async def some_usage(self) -> None:
        """Read usage and progress of the runs that need it most.

        While the list is on its way there is nothing to read: it tells whether runs have a progress.
        """
        if self._store.has_run_list is None and self._store.runs.remote.error is None:
            return
        for run_id in self._stalest_runs():
            try:
                await self._usage_and_progress(run_id)
            except NotPermitted as refusal:
                if not refusal.is_about_one:
                    raise

    def forget_times(self) -> None:
        """The clock was set: what was noted by it says nothing any more, and all is read once again."""
        self._asked.clear()
        self._ended.clear()
        self._seldom_at.clear()
        self._whole_list_at = None

    def _stalest_runs(self) -> list[RunId]:
        """All live runs the first time; then the one read longest ago, and with it some that have ended.

        Every other time it is one of those in view, so that neither they nor the others wait for ever.
        """
        now = self._clock.now()
        new: list[RunId] = []
        live: list[tuple[datetime, RunId]] = []
        over: list[RunId] = []
        for position, view in enumerate(run_views(self._store, now)):
            asked_at = self._asked.get(view.id)
            if view.state in LIVE or (view.state_is_guess and view.status_word == "active"):
                self._seen_live.add(view.id)
                if asked_at is None:
                    new.append(view.id)
                elif now - asked_at >= USAGE_OLD_ENOUGH:
                    live.append((asked_at, view.id))
            elif self._has_late_billing(view, now):
                over.insert(0, view.id)
            elif self._is_unread(view) and (position < FINISHED_TO_READ or RunSource.TYPED in view.sources):
                over.append(view.id)
        most = MOST_AT_ONCE if self._client.budget.stretch() == 1.0 else 1
        if new:
            return sorted(new, key=lambda run_id: run_id not in self.in_view)[:most]
        seen = [one for one in live if one[1] in self.in_view]
        self._is_turn_of_view = not self._is_turn_of_view
        return [run_id for _, run_id in sorted((self._is_turn_of_view and seen) or live)[:1]] + over[:most]

    def _has_late_billing(self, view: RunView, now: datetime) -> bool:
        """Whether a run that was seen live ended a minute ago: its last rows are billed by now."""
        if view.id not in self._seen_live:
            return False
        if now - self._ended.setdefault(view.id, now) < LATE_BILLING:
            return False
        self._seen_live.discard(view.id)
        del self._ended[view.id]
        return True

    def _is_unread(self, view: RunView) -> bool:
        """Whether nothing is known of a run's usage and asking may help."""
        asked_at = self._asked.get(view.id)
        if asked_at is None:
            return view.usage is None
        is_absent = isinstance(self._store.usage.peek(view.id).error, NotFound)
        return view.usage is None and not is_absent and self._clock.now() - asked_at >= ASK_AGAIN

    async def _usage_and_progress(self, run_id: RunId) -> None:
        self._asked[run_id] = self._clock.now()
        await self._all_of([self._usage, *([self._progress] if self._store.has_run_list else [])], run_id)

    async def _all_of(self, reads: Sequence[Callable[[RunId], Awaitable[None]]], run_id: RunId) -> None:
        """Read what the key may read; without any of it, or with other trouble, raise what was in the way.

        Where one thing is refused, others of its kind may be permitted: that goes before a refusal of all.
        """
        refusals: list[NotPermitted] = []
        problem: PrimeError | None = None
        for read in reads:
            try:
                await read(run_id)
            except ABSENT:
                continue
            except NotPermitted as refusal:
                refusals.append(refusal)
            except ApiError as error:
                problem = problem or error
        if problem is None and len(refusals) == len(reads):
            problem = next((one for one in refusals if one.is_about_one), refusals[0])
        if problem is not None:
            raise problem

    async def _usage(self, run_id: RunId) -> None:
        try:
            usage = await self._permits.ask(
                "usage", Topic.USAGE, lambda: self._client.billing.run_usage(run_id), run_id
            )
        except PrimeError as error:
            self._store.usage[run_id].failed(error)
            raise  # NotFound too: one run that is not known does not stop the others
        self._store.usage_loaded(usage, self._clock.now())

    async def _progress(self, run_id: RunId) -> None:
        progress = self._store.progress[run_id]
        await self._part(progress, "progress", lambda: self._client.runs.progress(run_id), run_id)

    async def _part(
        self, kept: Slice[T], part: str, answer: Callable[[], Awaitable[T]], run_id: RunId
    ) -> None:
        try:
            value = await self._permits.ask(part, Topic.RUN_DETAIL, answer, run_id)
        except ABSENT:
            raise  # there is nothing to read, which is no failure
        except PrimeError as error:
            kept.failed(error)
            raise
        kept.loaded(value, self._clock.now())

    # -- one run in view -------------------------------------------------------------

    async def run_detail(self, run_id: RunId) -> None:
        """Read everything that the detail of one run shows, as far as this backend has it.

        What changes with each step is read every time, the rest seldom or when the person asks.
        """
        self._asked[run_id] = self._clock.now()
        reads = [self._usage]
        if self._store.has_run_list:
            reads += [self._progress, self._metrics]
            now, last = self._clock.now(), self._seldom_at.get(run_id)
            if last is None or now - last >= SELDOM or is_user_call():
                self._seldom_at = {run_id: now}
                reads += [self._run, self._checkpoints]
        try:
            await self._all_of(reads, run_id)
        except PrimeError:
            self._seldom_at.clear()
            raise

    async def _run(self, run_id: RunId) -> None:
        kept = self._store.run_details[run_id]
        try:
            await self._part(kept, "run", lambda: self._client.runs.get(run_id), run_id)
        except NotFound as error:
            self._store.run_details.forget(run_id)  # what the service no longer has is gone
            self._store.run_details[run_id].failed(error)
            raise

    async def _metrics(self, run_id: RunId) -> None:
        known = self._store.metrics.peek(run_id).value or ()
        # The last step is asked for again: it may still have been filling.
        last = known[-1].step if known else None
        limit = METRICS_LATER if known else METRICS_FIRST

        async def merged() -> tuple[MetricPoint, ...]:
            fresh = await self._client.runs.metrics(run_id, min_step=last, limit=limit)
            return merge_metrics(known, fresh)

        await self._part(self._store.metrics[run_id], "metrics", merged, run_id)

    async def _checkpoints(self, run_id: RunId) -> None:
        kept = self._store.checkpoints[run_id]
        await self._part(kept, "checkpoints", lambda: self._client.runs.checkpoints(run_id), run_id)


def merge_metrics(known: tuple[MetricPoint, ...], fresh: tuple[MetricPoint, ...]) -> tuple[MetricPoint, ...]:
    """Return both, one point a step, the fresh values winning; equal input gives back `known` itself."""
    by_step = {point.step: point for point in known}
    for point in fresh:
        old = by_step.get(point.step)
        by_step[point.step] = (
            point if old is None else MetricPoint(point.step, {**old.values, **point.values})
        )
    merged_points = tuple(by_step[step] for step in sorted(by_step))
    return known if merged_points == known else merged_points
