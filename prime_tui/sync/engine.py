"""The sync engine: every reader and every action on one store. It needs no screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from prime_tui.api.budget import user_call
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.ids import RunId
from prime_tui.domain.offers import OfferQuery
from prime_tui.domain.pods import TRANSIENT
from prime_tui.domain.runs import TERMINAL
from prime_tui.domain.views import LaunchRecord
from prime_tui.store.slice import Slice, Topic
from prime_tui.store.store import Store
from prime_tui.sync.chat_desk import ChatDesk
from prime_tui.sync.health import Health
from prime_tui.sync.key_gate import KeyGate
from prime_tui.sync.logs import LogFollower
from prime_tui.sync.pod_actions import PodActions
from prime_tui.sync.poller import Outcome, Poller
from prime_tui.sync.reading import Readings
from prime_tui.sync.recorder import Recorder
from prime_tui.sync.run_actions import RunActions
from prime_tui.sync.run_reading import RunReadings

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

# Seconds between readings while the topic is on the screen, and while it is not (None: not read).
PACES: dict[Topic, tuple[float, float | None]] = {
    Topic.ACCOUNT: (1800.0, 1800.0),
    Topic.WALLET: (60.0, 60.0),
    Topic.PODS: (30.0, 60.0),
    Topic.DISKS: (300.0, 300.0),
    Topic.RUNS: (30.0, 60.0),
    Topic.USAGE: (20.0, 60.0),
    Topic.OFFERS: (120.0, None),
    Topic.HISTORY: (300.0, None),
    Topic.MODELS: (600.0, None),
    Topic.CHOICES: (600.0, None),
}
MOVING_PODS_S = 15.0
DETAIL_S, FINISHED_DETAIL_S = 30.0, 300.0
LATE_STRETCH = 3.0
"""However slowly a short budget makes us read: a value older than that does not look fresh."""


class Engine:
    """What the screens (and later a program without one) are given.

    Attributes:
        pods: Creating and ending pods.
        runs: Launching and ending runs.
        chat: Asking models.
        logs: Following the log of one run or pod.

    Args:
        remember: Keeps the record of a launch across sessions.
        pace: Factor on all intervals; below 1 reads faster, for a service that has no limit.
        recorder: Keeps the last known state; None where nothing is to be kept.
        renew: Looks the key up again after a refusal; True when another one is used from now on.
    """

    def __init__(
        self,
        client: PrimeClient,
        store: Store,
        clock: Clock,
        *,
        remember: Callable[[LaunchRecord], None] = lambda _: None,
        pace: float = 1.0,
        recorder: Recorder | None = None,
        renew: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._pace_factor = pace
        self._recorder = recorder
        self._readings = Readings(client, store, clock)
        self._run_readings = RunReadings(client, store, clock)
        self._health = Health(store)
        self._gate = KeyGate(store, clock, client.account.whoami, renew, self._read_all_again)
        self._is_read_only = client.read_only
        self.pods = PodActions(client, store, clock)
        self.runs = RunActions(client, store, clock, remember)
        self.chat = ChatDesk(client, store)
        self._shown: frozenset[Topic] = frozenset()
        self._has_read_runs = False
        self._watched_run: RunId | None = None
        self._followups: set[asyncio.Task[None]] = set()
        reads: dict[Topic, tuple[Callable[[], Awaitable[None]], Slice[Any] | None]] = {
            Topic.ACCOUNT: (self._readings.account, store.account),
            Topic.WALLET: (self._readings.wallet, store.wallet),
            Topic.PODS: (self._readings.pods, store.pods),
            Topic.DISKS: (self._readings.disks, store.disks),
            Topic.RUNS: (self._run_readings.runs, store.runs),
            Topic.USAGE: (self._run_readings.some_usage, None),
            Topic.OFFERS: (self._readings.offers, store.offers),
            Topic.HISTORY: (self._readings.history, store.history),
            Topic.MODELS: (self._readings.models, store.models),
            Topic.CHOICES: (self._readings.choices, store.choices),
            Topic.RUN_DETAIL: (self._read_watched_run, None),
        }
        self._kept = tuple(kept for _, kept in reads.values() if kept is not None)
        self._pollers = {topic: self._poller(topic, *read) for topic, read in reads.items()}
        self.logs = LogFollower(
            client, store, clock, self._gate, lambda: client.budget.stretch(is_first=True)
        )

    def _poller(self, topic: Topic, read: Callable[[], Awaitable[None]], kept: Slice[Any] | None) -> Poller:
        async def reading() -> None:
            with user_call() if poller.by_user else nullcontext():
                await read()

        poller = Poller(
            topic.value,
            reading,
            clock=self._clock,
            gate=self._gate,
            ended=lambda outcome: self._ended(topic, kept, outcome),
            stretch=lambda: self._stretch(topic),
        )
        return poller

    def _stretch(self, topic: Topic) -> float:
        # Usage of run after run takes all that it is given: what tells the balance and the burn goes before.
        is_first = topic is Topic.RUN_DETAIL or (topic in self._shown and topic is not Topic.USAGE)
        return self._client.budget.stretch(is_first=is_first)

    async def run(self) -> None:
        """Read for ever; cancel to stop."""
        self._pace_all()
        try:
            async with asyncio.TaskGroup() as group:
                for poller in self._pollers.values():
                    group.create_task(poller.run(), name=f"poll {poller.name}")
                group.create_task(self.logs.run(), name="follow logs")
                if self._recorder is not None:
                    group.create_task(self._recorder.run(), name="record")
        finally:
            self._gate.stop()
            for task in self._followups:
                task.cancel()
            if self._recorder is not None:
                self._recorder.close()

    async def close(self) -> None:
        """Close the connections, once `run` is over and no action is under way."""
        await self._client.aclose()

    # -- what is on the screen decides the pace ----------------------------------

    def show(self, topics: Iterable[Topic]) -> None:
        """Read these topics at the pace of something that is looked at, and the others slowly."""
        self._shown = frozenset(topics)
        self._run_readings.in_view = frozenset()
        self._pace_all()

    def look_at_runs(self, run_ids: Iterable[str]) -> None:
        """Read usage and progress of these before others: they are in view."""
        self._run_readings.in_view = frozenset(map(RunId, run_ids))

    def refresh(self) -> None:
        """Read what is shown now; the person asked for it. After a refusal everything is tried again."""
        if not self._gate.is_open:
            self.key_changed()
        for topic in self._shown | {Topic.WALLET}:
            if topic in self._pollers:
                self._pollers[topic].wake(by_user=True)
        if self._watched_run is not None:
            self._pollers[Topic.RUN_DETAIL].wake(by_user=True)
        self.logs.wake()

    def read_topic(self, topic: Topic) -> None:
        """Read one topic once, now."""
        self._pollers[topic].wake(by_user=True)

    def watch_run(self, run_id: RunId | None) -> None:
        """Read the details of this run while it is looked at; None stops."""
        if run_id == self._watched_run:
            return
        self._watched_run = run_id
        poller = self._pollers[Topic.RUN_DETAIL]
        poller.pace(None if run_id is None else DETAIL_S * self._pace_factor)
        if run_id is not None:
            poller.wake(by_user=True)

    def query_offers(self, query: OfferQuery) -> None:
        """Ask for other offers."""
        self._readings.offer_query = query
        self._store.offers.clear()
        self._pollers[Topic.OFFERS].wake(by_user=True)

    async def more_billing(self) -> None:
        """Read the next page of older billing rows.

        Raises:
            PrimeError: It could not be read.
        """
        with user_call():
            await self._readings.more_billing()

    async def more_history(self) -> None:
        """Read the next page of ended pods.

        Raises:
            PrimeError: It could not be read.
        """
        with user_call():
            await self._readings.more_history()

    def key_changed(self) -> None:
        """Go on with another key."""
        self._gate.open()
        self._read_all_again()

    def hold(self, error: CredentialError) -> None:
        """Read nothing until `key_changed`: there is no key; what was never read says so."""
        self._gate.hold(error)
        for kept in self._kept:
            if kept.value is None:
                kept.failed(error)

    # -- inside -------------------------------------------------------------------

    def _read_all_again(self) -> None:
        for poller in self._pollers.values():
            if poller.interval_s is not None:
                poller.wake()

    def _judge_scopes(self) -> None:
        """Refuse writes while the key has no scope for any; nothing that draws can get around the client."""
        account = self._store.account.value
        self._client.read_only = self._is_read_only or (account is not None and account.can_write is False)
        self._store.change_session(is_read_only=self._client.read_only)

    async def _read_watched_run(self) -> None:
        if self._watched_run is not None:
            await self._run_readings.run_detail(self._watched_run)

    def _pace_all(self) -> None:
        for topic in PACES:
            self._pace(topic)

    def _pace(self, topic: Topic) -> None:
        shown_s, hidden_s = PACES[topic]
        interval_s = shown_s if topic in self._shown else hidden_s
        if topic is Topic.PODS and topic in self._shown and self._has_moving_pods():
            interval_s = MOVING_PODS_S
        self._pollers[topic].pace(None if interval_s is None else interval_s * self._pace_factor)
        if interval_s is None:
            self._health.dropped(topic.value)

    def _has_moving_pods(self) -> bool:
        pods = self._store.pods.value
        return pods is not None and any(pod.state in TRANSIENT for pod in pods.items)

    def _ended(self, topic: Topic, kept: Slice[Any] | None, outcome: Outcome) -> None:
        self._store.use_budget(self._client.budget.use)
        poller = self._pollers[topic]
        if kept is not None:
            interval_s = poller.interval_s
            kept.paced(None if interval_s is None else interval_s * min(LATE_STRETCH, self._stretch(topic)))
        if outcome.error is None:
            self._health.succeeded(topic.value)
            self._gate.served(topic.value)
            if topic is Topic.ACCOUNT and self._store.account.remote.error is None:
                self._gate.accepted()
                self._judge_scopes()
        else:
            if kept is not None:
                kept.failed(outcome.error, outcome.retry_at)
            self._health.failed(topic.value, outcome.error)
            followup = asyncio.ensure_future(self._gate.refused(outcome.error, topic.value))
            self._followups.add(followup)
            followup.add_done_callback(self._followups.discard)
        if topic is Topic.PODS:
            self._pace(topic)
        elif topic is Topic.RUNS and not self._has_read_runs and outcome.error is None:
            self._has_read_runs = True
            self._pollers[Topic.USAGE].wake()
        elif topic is Topic.RUN_DETAIL:
            self._pace_detail()

    def _pace_detail(self) -> None:
        if self._watched_run is None:
            return
        run = self._store.run_details.peek(self._watched_run).value
        is_over = run is not None and run.state in TERMINAL
        self._pollers[Topic.RUN_DETAIL].pace((FINISHED_DETAIL_S if is_over else DETAIL_S) * self._pace_factor)
