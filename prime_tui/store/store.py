"""The store: all slices of one wallet, and one publication a loop turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from prime_tui.domain.account import Account, Team, WalletContext
from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.disks import Disk
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import PodId, RunId
from prime_tui.domain.pods import PastPod, Pod
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import (
    Checkpoint,
    MetricPoint,
    Run,
    RunLogs,
    RunProgress,
    RunUsage,
    TrainingChoices,
)
from prime_tui.domain.views import Ending, LaunchRecord
from prime_tui.domain.wallet import Wallet
from prime_tui.store.billing_book import BillingBook
from prime_tui.store.series import Series
from prime_tui.store.slice import KeyedSlice, Slice, Topic

if TYPE_CHECKING:
    from prime_tui.domain.chat import ChatModel
    from prime_tui.domain.offers import Offer

Listener = Callable[[frozenset[Topic]], None]
MOST_TRAILS, KEEP_TRAILS = 400, timedelta(hours=2)
MOST_LOGS, MOST_METRICS = 4, 6
"""Of what was looked at last: each takes up to a megabyte or two, and is read again when it is wanted."""
PASSING = frozenset({Topic.FRESHNESS, Topic.BUDGET, Topic.NOTICES})
"""Topics that change nothing of what is known."""


class KeyState(StrEnum):
    """What is known of the API key."""

    UNCHECKED = "unchecked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is being watched, and whether the service lets us.

    Attributes:
        profile: Its name, as the configuration has it.
        colour: Of the profile's chip; a name of `config.schema.COLOURS`.
        origin: Host of the platform API, for people.
        asking: The store that is asked for the key and has not answered for a while; empty when none is.
        unagreed_origin: Of the inference API, until a person agrees that the key is sent there; else empty.
        is_plain_text: True while the key is kept in plain text.
        is_demo: True when a simulated world is shown.
        key_error: Why the key was refused.
    """

    wallet: WalletContext = field(default_factory=WalletContext)
    profile: str = ""
    colour: str = ""
    origin: str = ""
    asking: str = ""
    unagreed_origin: str = ""
    is_plain_text: bool = False
    key: KeyState = KeyState.UNCHECKED
    key_error: PrimeError | None = None
    is_read_only: bool = False
    is_demo: bool = False


class Severity(StrEnum):
    """How loud a notice is."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened in the background and that a person should be told once; plain text."""

    text: str
    severity: Severity = Severity.INFORMATION
    title: str = ""


@dataclass(frozen=True, slots=True)
class RunTrail:
    """Readings of one run over time, the last at `read_at`."""

    tokens: Series[int]
    cost_usd: Series[Decimal]
    read_at: datetime


class Store:
    """All that is known. Written by `sync` on the event loop, read by everybody."""

    def __init__(self) -> None:
        self._dirty: set[Topic] = set()
        self._listeners: list[Listener] = []
        self.version = 0
        """Grows with every change of what is known; who keeps something made from it compares."""
        mark = self.mark
        self.session = Session()
        self.budget = BudgetUse(0, 0)
        self.account: Slice[Account] = Slice(Topic.ACCOUNT, mark)
        self.teams: Slice[Listing[Team]] = Slice(Topic.TEAMS, mark)
        self.wallet: Slice[Wallet] = Slice(Topic.WALLET, mark)
        self.billing = BillingBook()
        self.balances: Series[Decimal] = Series(limit=2_000, keep=timedelta(hours=25))
        self.pods: Slice[Listing[Pod]] = Slice(Topic.PODS, mark)
        self.history: Slice[Listing[PastPod]] = Slice(Topic.HISTORY, mark)
        self.offers: Slice[Listing[Offer]] = Slice(Topic.OFFERS, mark)
        self.disks: Slice[Listing[Disk]] = Slice(Topic.DISKS, mark)
        self.pod_logs: KeyedSlice[PodId, tuple[str, ...]] = KeyedSlice(Topic.POD_LOG, mark, limit=MOST_LOGS)
        self.runs: Slice[Listing[Run]] = Slice(Topic.RUNS, mark)
        self.usage: KeyedSlice[RunId, RunUsage] = KeyedSlice(Topic.USAGE, mark)
        self.progress: KeyedSlice[RunId, RunProgress] = KeyedSlice(Topic.USAGE, mark)
        self.run_details: KeyedSlice[RunId, Run] = KeyedSlice(Topic.RUN_DETAIL, mark, limit=64)
        self.metrics: KeyedSlice[RunId, tuple[MetricPoint, ...]] = KeyedSlice(
            Topic.RUN_DETAIL, mark, limit=MOST_METRICS
        )
        self.checkpoints: KeyedSlice[RunId, tuple[Checkpoint, ...]] = KeyedSlice(
            Topic.RUN_DETAIL, mark, limit=64
        )
        self.run_logs: KeyedSlice[RunId, RunLogs] = KeyedSlice(Topic.RUN_LOGS, mark, limit=MOST_LOGS)
        self.choices: Slice[TrainingChoices] = Slice(Topic.CHOICES, mark)
        self.models: Slice[Listing[ChatModel]] = Slice(Topic.MODELS, mark)
        self.launches: tuple[LaunchRecord, ...] = ()
        self.typed_runs: tuple[RunId, ...] = ()
        self.pod_endings: dict[PodId, Ending] = {}
        self.ending_pods: dict[PodId, Pod] = {}
        """The pods of `pod_endings` as they were when their end was asked for."""
        self.run_endings: dict[RunId, Ending] = {}
        self.run_trails: dict[RunId, RunTrail] = {}
        self.has_run_list: bool | None = None
        """False once the service said that it has no list of runs; None before it was asked."""
        self._notices: list[Notice] = []

    # -- listening ---------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the changed topics, at most once a loop turn; return the way to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def mark(self, topic: Topic) -> None:
        """Note that something changed; the listeners hear of it in the next turn of the loop."""
        if topic not in PASSING:
            self.version += 1
        if not self._listeners:
            return  # whoever comes later reads everything first
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._publish)
        self._dirty.add(topic)

    def _publish(self) -> None:
        topics, self._dirty = frozenset(self._dirty), set()
        for listener in tuple(self._listeners):
            listener(topics)

    def clock_stepped(self, step: timedelta) -> None:
        """Note that the clock was set by `step`: ages stay what they are, and rates are measured anew."""
        for one in vars(self).values():
            if isinstance(one, Slice | KeyedSlice):
                one.clock_stepped(step)
        self.balances.clear()
        self.run_trails.clear()
        self.billing.watch_anew()
        self.mark(Topic.BILLING)

    # -- writing what is more than a slice ---------------------------------------

    def change_session(self, **changes: object) -> None:
        """Replace fields of the session."""
        changed = replace(self.session, **changes)  # type: ignore[arg-type]
        if changed != self.session:
            self.session = changed
            self.mark(Topic.SESSION)

    def use_budget(self, use: BudgetUse) -> None:
        """Note how many calls were made."""
        if use != self.budget:
            self.budget = use
            self.mark(Topic.BUDGET)

    def connection_failed(self, error: PrimeError) -> None:
        """Note that nothing can be read at all, so that no screen goes on waiting."""
        for one in (self.wallet, self.pods, self.runs, self.disks, self.offers, self.history, self.models):
            one.failed(error)

    def notify(self, text: str, severity: Severity = Severity.INFORMATION, *, title: str = "") -> None:
        """Leave a notice for whoever shows them."""
        self._notices.append(Notice(text, severity, title))
        self.mark(Topic.NOTICES)

    def take_notices(self) -> list[Notice]:
        """Return the notices since the last call."""
        taken, self._notices = self._notices, []
        return taken

    def wallet_loaded(self, wallet: Wallet, at: datetime) -> None:
        """Take in the wallet's first page: balance and newest rows are one snapshot."""
        if self.billing.wallet_id != wallet.id:
            self.balances.clear()
        if self.billing.observe(wallet, 0, at):
            self.mark(Topic.BILLING)
        if wallet.balance is not None and wallet.currency == "USD":
            self.balances.add(at, wallet.balance)
        self.wallet.loaded(wallet, at)

    def restore_wallet(self, wallet: Wallet, fetched_at: datetime) -> None:
        """Take in the wallet of an earlier session; what was charged since will show as one difference."""
        self.billing.restore(wallet, fetched_at)
        self.wallet.restored(wallet, fetched_at)
        self.mark(Topic.BILLING)

    def billing_page_loaded(self, wallet: Wallet, offset: int, at: datetime) -> None:
        """Take in a later page of billing rows."""
        if self.billing.observe(wallet, offset, at):
            self.mark(Topic.BILLING)

    def usage_loaded(self, usage: RunUsage, at: datetime) -> None:
        """Take in a run's usage and remember it for rates."""
        known = self.run_trails.pop(usage.run_id, None)
        trail = RunTrail(Series(), Series(), at) if known is None else replace(known, read_at=at)
        self.run_trails[usage.run_id] = trail
        self._forget_old_trails(at)
        if usage.total_tokens is not None:
            trail.tokens.add(at, usage.total_tokens)
        if usage.total_cost_usd is not None:
            trail.cost_usd.add(at, usage.total_cost_usd)
        self.usage[usage.run_id].loaded(usage, at)

    def _forget_old_trails(self, now: datetime) -> None:
        """Drop the trails that say nothing about the present any more; the first was read longest ago."""
        for run_id, trail in list(self.run_trails.items()):
            if now - trail.read_at <= KEEP_TRAILS and len(self.run_trails) <= MOST_TRAILS:
                return
            del self.run_trails[run_id]

    def pod_ending(self, pod: Pod, ending: Ending) -> None:
        """Note how far the ending of a pod is."""
        self.pod_endings[pod.id] = ending
        self.ending_pods[pod.id] = pod
        self.mark(Topic.ENDINGS)

    def run_ending(self, run_id: RunId, ending: Ending) -> None:
        """Note how far the ending of a run is."""
        self.run_endings[run_id] = ending
        self.mark(Topic.ENDINGS)

    def set_launches(self, launches: tuple[LaunchRecord, ...]) -> None:
        """Replace what is known of runs launched here."""
        if launches != self.launches:
            self.launches = launches
            self.mark(Topic.RUNS)

    def type_run(self, run_id: RunId) -> None:
        """Add a run id that the person typed."""
        if run_id not in self.typed_runs:
            self.typed_runs = (*self.typed_runs, run_id)
            self.mark(Topic.RUNS)
