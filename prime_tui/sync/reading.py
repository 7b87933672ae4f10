"""What each topic but the runs reads: from the client into the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import ApiError, MethodNotAllowed, NotFound
from prime_tui.domain.ids import PodId
from prime_tui.domain.pods import TRANSIENT, Pod
from prime_tui.domain.remote import Listing
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.sync.permits import Permits

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient
    from prime_tui.domain.offers import OfferQuery

BILLING_PAGE = 100
MOST_BILLING_PAGES = 5
SPEND_WINDOW = timedelta(hours=24)
HISTORY_PAGE = 100


class Readings:
    """The reading jobs. Each raises PrimeError when it fails; the poller decides what then.

    Args:
        permits: Knows what the key may not read.
        take_account: Puts the account of the key into the store; False when it is another one.
    """

    def __init__(
        self,
        client: PrimeClient,
        store: Store,
        clock: Clock,
        permits: Permits,
        take_account: Callable[[Account], bool],
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._permits = permits
        self._take_account = take_account
        self._last_billing_at: datetime | None = None
        self._has_status: bool | None = None
        """False once the service said that it has none; None before it was asked."""
        self.offer_query: OfferQuery | None = None
        """What is asked for; None is everything."""

    def forget_times(self) -> None:
        """The clock was set: what was noted by it says nothing any more."""
        self._last_billing_at = None

    async def account(self) -> None:
        """Read who we are and our teams; older backends have neither."""
        try:
            is_ours = self._take_account(await self._client.account.whoami())
        except (NotFound, MethodNotAllowed) as error:
            self._store.account.failed(error)
            return
        if not is_ours:
            return
        try:
            teams = await self._permits.ask("teams", Topic.TEAMS, self._client.account.teams)
        except ApiError as error:  # the names of teams: not worth a failed account
            self._store.teams.failed(error)
        else:
            self._store.teams.loaded(teams, self._clock.now())

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
        if moving and self._has_status is not False:
            listing = await self._with_status(listing, moving)
        self._store.pods.loaded(listing, self._clock.now())

    async def _with_status(self, listing: Listing[Pod], moving: list[PodId]) -> Listing[Pod]:
        try:
            rows = {row.pod_id: row for row in await self._client.pods.status(moving)}
        except (NotFound, MethodNotAllowed):
            self._has_status = bool(self._has_status)  # an older backend, unless it once had one
            return listing  # which has to do
        self._has_status = True
        items = tuple(pod.with_status(rows[pod.id]) if pod.id in rows else pod for pod in listing.items)
        return Listing(items, listing.total, listing.unreadable)

    async def disks(self) -> None:
        """Read all disks; a backend without disks has none, but disks that were there do not go with it."""
        try:
            listing = await self._client.disks.list()
        except (NotFound, MethodNotAllowed):
            known = self._store.disks.value
            if known is not None and known.items:
                raise  # this is a fault, not an older backend
            listing = Listing()
        self._store.disks.loaded(listing, self._clock.now())

    async def offers(self) -> None:
        """Read the offers that the query asks for."""
        query, offers = self.offer_query, self._client.offers
        listing = await (offers.list() if query is None else offers.list(query))
        if query == self.offer_query:  # else something else is wanted by now, and read next
            self._store.offers.loaded(listing, self._clock.now())

    async def history(self) -> None:
        """Read the newest page of ended pods; older pages that were read before stay behind it."""
        page = await self._client.pods.history(offset=0, limit=HISTORY_PAGE)
        known = self._store.history.value or Listing()
        newest = {pod.id for pod in page.items}
        if any(pod.id in newest for pod in known.items):
            older = tuple(pod for pod in known.items if pod.id not in newest)
            page = Listing((*page.items, *older), page.total, page.unreadable)
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
