"""What each topic reads: from the client into the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import ApiError, MethodNotAllowed, NotFound, PrimeError
from prime_tui.domain.ids import PodId, RunId
from prime_tui.domain.offers import OfferQuery
from prime_tui.domain.pods import TRANSIENT, Pod
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import LIVE, MetricPoint
from prime_tui.store.selectors.runs import run_views
from prime_tui.store.store import Store

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

BILLING_PAGE = 100
MOST_BILLING_PAGES = 5
SPEND_WINDOW = timedelta(hours=24)
HISTORY_PAGE = 100
METRICS_FIRST, METRICS_LATER = 500, 100
USAGE_OLD_ENOUGH = timedelta(seconds=55)
FIRST_USAGES = 10
FINISHED_TO_READ = 50
ASK_AGAIN = timedelta(minutes=10)


class Readings:
    """The reading jobs. Each raises PrimeError when it fails; the poller decides what then."""

    def __init__(self, client: PrimeClient, store: Store, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._last_billing_at: datetime | None = None
        self._asked: dict[RunId, datetime] = {}
        self._has_status = True
        self.offer_query = OfferQuery()

    async def account(self) -> None:
        """Read who we are and our teams; older backends have neither."""
        try:
            self._store.account.loaded(await self._client.account.whoami(), self._clock.now())
            self._store.teams.loaded(await self._client.account.teams(), self._clock.now())
        except (NotFound, MethodNotAllowed) as error:
            self._store.account.failed(error)

    async def wallet(self) -> None:
        """Read balance and newest rows, then further pages while they can hold something new."""
        wallet = await self._client.billing.wallet(limit=BILLING_PAGE, offset=0)
        now = self._clock.now()
        self._store.wallet_loaded(wallet, now)
        wanted = now - SPEND_WINDOW
        if self._last_billing_at is not None:
            wanted = max(wanted, self._last_billing_at - timedelta(minutes=2))
        offset = len(wallet.rows)
        for _ in range(MOST_BILLING_PAGES - 1):
            oldest = wallet.rows[-1].shown_at if wallet.rows else None
            total = wallet.total_rows
            if oldest is None or oldest < wanted or total is None or offset >= total:
                break
            wallet = await self._client.billing.wallet(limit=BILLING_PAGE, offset=offset)
            self._store.billing_page_loaded(wallet, offset, self._clock.now())
            offset += len(wallet.rows)
        self._last_billing_at = now

    async def more_billing(self) -> None:
        """Read the page behind the rows that are known."""
        offset = len(self._store.billing.rows)
        page = await self._client.billing.wallet(limit=BILLING_PAGE, offset=offset)
        self._store.billing_page_loaded(page, offset, self._clock.now())

    async def pods(self) -> None:
        """Read all pods, and the status of those that change just now."""
        listing = await self._client.pods.list()
        moving = [pod.id for pod in listing.items if pod.state in TRANSIENT]
        if moving and self._has_status:
            listing = await self._with_status(listing, moving)
        self._store.pods.loaded(listing, self._clock.now())

    async def _with_status(self, listing: Listing[Pod], moving: list[PodId]) -> Listing[Pod]:
        try:
            rows = {row.pod_id: row for row in await self._client.pods.status(moving)}
        except (NotFound, MethodNotAllowed):
            self._has_status = False  # an older backend: the list has to do
            return listing
        items = tuple(pod.with_status(rows[pod.id]) if pod.id in rows else pod for pod in listing.items)
        return Listing(items, listing.total, listing.unreadable)

    async def disks(self) -> None:
        """Read all disks; a backend without disks has none."""
        try:
            listing = await self._client.disks.list()
        except (NotFound, MethodNotAllowed):
            listing = Listing()
        self._store.disks.loaded(listing, self._clock.now())

    async def offers(self) -> None:
        """Read the offers that the query asks for."""
        self._store.offers.loaded(await self._client.offers.list(self.offer_query), self._clock.now())

    async def history(self) -> None:
        """Read the newest page of ended pods."""
        page = await self._client.pods.history(offset=0, limit=HISTORY_PAGE)
        self._store.history.loaded(page, self._clock.now())

    async def more_history(self) -> None:
        """Read the page behind the ended pods that are known."""
        known = self._store.history.value or Listing()
        page = await self._client.pods.history(offset=len(known.items), limit=HISTORY_PAGE)
        seen = {pod.id for pod in known.items}
        items = (*known.items, *(pod for pod in page.items if pod.id not in seen))
        joined = Listing(items, page.total, (*known.unreadable, *page.unreadable))
        self._store.history.loaded(joined, self._clock.now())

    async def models(self) -> None:
        """Read the models that can be chatted with."""
        self._store.models.loaded(await self._client.inference.models(), self._clock.now())

    async def choices(self) -> None:
        """Read what a run can be launched on."""
        self._store.choices.loaded(await self._client.runs.choices(), self._clock.now())

    async def runs(self) -> None:
        """Read the list of runs; a backend without one is remembered and billing finds the runs."""
        try:
            listing = await self._client.runs.list()
        except (NotFound, MethodNotAllowed):
            self._store.has_run_list = False
            listing = Listing()
        else:
            self._store.has_run_list = True
        self._store.runs.loaded(listing, self._clock.now())

    async def some_usage(self) -> None:
        """Read usage and progress of the runs that need it most: all live ones the first time, then one."""
        for run_id in self._stalest_runs():
            self._asked[run_id] = self._clock.now()
            await self._usage_and_progress(run_id)

    def _stalest_runs(self) -> list[RunId]:
        """Live runs never read come at once; then the one read longest ago; then finished ones never read."""
        now = self._clock.now()
        new: list[RunId] = []
        live: list[tuple[datetime, RunId]] = []
        finished: list[RunId] = []
        for position, view in enumerate(run_views(self._store, now)):
            asked_at = self._asked.get(view.id)
            if view.state in LIVE or (view.state_is_guess and view.status_word == "active"):
                if asked_at is None:
                    new.append(view.id)
                elif now - asked_at >= USAGE_OLD_ENOUGH:
                    live.append((asked_at, view.id))
            elif view.usage is None and position < FINISHED_TO_READ and self._may_ask(asked_at):
                finished.append(view.id)
        if new:
            return new[:FIRST_USAGES]
        return [min(live)[1]] if live else finished[:1]

    def _may_ask(self, asked_at: datetime | None) -> bool:
        return asked_at is None or self._clock.now() - asked_at >= ASK_AGAIN

    async def _usage_and_progress(self, run_id: RunId) -> None:
        await self._tolerant_usage(run_id)
        if self._store.has_run_list:
            await self._tolerant_progress(run_id)

    async def _tolerant_usage(self, run_id: RunId) -> None:
        """One run that the service does not know must not stop the others."""
        try:
            self._store.usage_loaded(await self._client.billing.run_usage(run_id), self._clock.now())
        except NotFound as error:
            self._store.usage[run_id].failed(error)

    async def _tolerant_progress(self, run_id: RunId) -> None:
        try:
            progress = await self._client.runs.progress(run_id)
            self._store.progress[run_id].loaded(progress, self._clock.now())
        except (NotFound, MethodNotAllowed) as error:
            self._store.progress[run_id].failed(error)

    async def run_detail(self, run_id: RunId) -> None:
        """Read everything that the detail of one run shows, as far as this backend has it."""
        await self._usage_and_progress(run_id)
        if not self._store.has_run_list:
            return
        problems: list[PrimeError] = []
        try:
            self._store.run_details[run_id].loaded(await self._client.runs.get(run_id), self._clock.now())
        except ApiError as error:
            self._store.run_details[run_id].failed(error)
            if not isinstance(error, NotFound):
                problems.append(error)
        for read in (self._metrics, self._checkpoints):
            try:
                await read(run_id)
            except (NotFound, MethodNotAllowed):
                continue
        if problems:
            raise problems[0]

    async def _metrics(self, run_id: RunId) -> None:
        known = self._store.metrics.peek(run_id).value or ()
        last = known[-1].step if known else None
        fresh = await self._client.runs.metrics(
            run_id, min_step=last, limit=METRICS_LATER if known else METRICS_FIRST
        )
        self._store.metrics[run_id].loaded(merge_metrics(known, fresh), self._clock.now())

    async def _checkpoints(self, run_id: RunId) -> None:
        checkpoints = await self._client.runs.checkpoints(run_id)
        self._store.checkpoints[run_id].loaded(checkpoints, self._clock.now())


def merge_metrics(known: tuple[MetricPoint, ...], fresh: tuple[MetricPoint, ...]) -> tuple[MetricPoint, ...]:
    """Return both, one point a step, the fresh values winning; equal input gives back `known` itself."""
    by_step = {point.step: point for point in known}
    for point in fresh:
        old = by_step.get(point.step)
        merged = dict(point.values) if old is None else {**old.values, **point.values}
        by_step[point.step] = MetricPoint(point.step, merged)
    merged_points = tuple(by_step[step] for step in sorted(by_step))
    return known if merged_points == known else merged_points
