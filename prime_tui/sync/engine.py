"""The sync engine: every reader and every action on one store. It needs no screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from prime_tui.api.budget import user_call
from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Replacement
from prime_tui.domain.errors import AnotherAccount, CredentialError, NotPermitted, PrimeError
from prime_tui.domain.ids import RunId
from prime_tui.domain.pods import TRANSIENT
from prime_tui.domain.runs import TERMINAL
from prime_tui.domain.views import LaunchRecord
from prime_tui.store.slice import Slice, Topic
from prime_tui.store.store import Store
from prime_tui.sync.clock_watch import ClockWatch
from prime_tui.sync.health import Health
from prime_tui.sync.key_gate import KeyGate
from prime_tui.sync.logs import LogFollower
from prime_tui.sync.paces import DETAIL_S, FINISHED_DETAIL_S, LATE_STRETCH, MOVING_PODS_S, PACES
from prime_tui.sync.permits import Permits
from prime_tui.sync.poller import Outcome, Poller
from prime_tui.sync.reading import Readings
from prime_tui.sync.recorder import Recorder
from prime_tui.sync.run_reading import RunReadings

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient
    from prime_tui.domain.offers import OfferQuery
    from prime_tui.sync.chat_desk import ChatDesk
    from prime_tui.sync.pod_actions import PodActions
    from prime_tui.sync.run_actions import RunActions

IN_PARTS = frozenset({Topic.USAGE, Topic.RUN_DETAIL})
"""Readings of several things: where the key may not read one of them, the others are read on."""
FIRST = (Topic.WALLET, Topic.ACCOUNT)


class Engine:
    """What the screens (and later a program without one) are given.

    Attributes:
        logs: Following the log of one run or pod.

    Args:
        remember: Keeps the record of a launch across sessions.
        pace: Factor on all intervals; below 1 reads faster, for a service that has no limit.
        recorder: Keeps the last known state; None where nothing is to be kept.
        renew: Looks the key up again after a refusal, see `KeyGate`.
        head_start_s: How long only the balance and its owner are read: what the other topics need has to be
            loaded first, and the balance should not wait for that.
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
        renew: Callable[[], Awaitable[Replacement | None]] | None = None,
        head_start_s: float = 0.0,
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._pace_factor = pace
        self._head_start_s = head_start_s
        self._recorder = recorder
        self._health = Health(store)
        self._clock_watch = ClockWatch(clock, self._clock_stepped)
        self._permits = Permits(store, self._health)
        self._gate = KeyGate(
            store, clock, client.account.whoami, renew, self._read_all_again, self._belongs_to_another
        )
        self._readings = Readings(client, store, clock, self._permits, self._gate.take)
        self._run_readings = RunReadings(client, store, clock, self._permits)
        self._another: asyncio.Event = asyncio.Event()
        self._other_account: Account | None = None
        self._is_read_only = client.read_only
        self._remember = remember
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
            client,
            store,
            clock,
            self._gate,
            lambda: client.budget.stretch(is_first=True),
            self._refused,
        )

    def _poller(self, topic: Topic, read: Callable[[], Awaitable[None]], kept: Slice[Any] | None) -> Poller:
        async def reading() -> None:
            self._clock_watch.look()
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
        """Read for ever; cancel to stop.

        Raises:
            AnotherAccount: The key is somebody else's than what is shown; nothing is read any more.
        """
        self._pace_all()
        readers = asyncio.create_task(self._read_for_ever(), name="readers")
        moving = asyncio.create_task(self._another.wait(), name="another account")
        try:
            await asyncio.wait({readers, moving}, return_when=asyncio.FIRST_COMPLETED)
            if readers.done():
                await readers
        finally:
            moving.cancel()
            readers.cancel()
            self._gate.stop()
            for task in self._followups:
                task.cancel()
            await asyncio.gather(readers, moving, return_exceptions=True)
            if self._recorder is not None:
                self._recorder.close()
        other = self._other_account
        raise AnotherAccount(*(("", "") if other is None else (other.id, other.name or other.email)))

    async def _read_for_ever(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._begin(group, FIRST)
            if self._head_start_s:
                await self._clock.sleep(self._head_start_s)
            self._begin(group, [topic for topic in self._pollers if topic not in FIRST])
            group.create_task(self.logs.run(), name="follow logs")
            if self._recorder is not None:
                group.create_task(self._recorder.run(), name="record")

    def _belongs_to_another(self, account: Account | None) -> None:
        self._other_account = account
        self._another.set()

    def _begin(self, group: asyncio.TaskGroup, topics: Iterable[Topic]) -> None:
        for topic in topics:
            group.create_task(self._pollers[topic].run(), name=f"poll {topic.value}")

    async def close(self) -> None:
        """Close the connections, once `run` is over and no action is under way."""
        await self._client.aclose()

    # -- what a person does: imported when it is first done ------------------------

    @cached_property
    def pods(self) -> PodActions:
        """Creating and ending pods."""
        from prime_tui.sync.pod_actions import PodActions

        return PodActions(self._client, self._store, self._clock)

    @cached_property
    def runs(self) -> RunActions:
        """Launching and ending runs."""
        from prime_tui.sync.run_actions import RunActions

        return RunActions(self._client, self._store, self._clock, self._remember)

    @cached_property
    def chat(self) -> ChatDesk:
        """Asking models."""
        from prime_tui.sync.chat_desk import ChatDesk

        return ChatDesk(self._client, self._store)

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
        self._permits.forget()
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
        elif not poller.is_off:
            self._health.dropped(Topic.RUN_DETAIL.value)

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
        self._permits.forget()
        for poller in self._pollers.values():
            poller.switch_on()
        self.logs.switch_on()

    def _clock_stepped(self, step: timedelta) -> None:
        self._store.clock_stepped(step)
        self._readings.forget_times()
        self._run_readings.forget_times()

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
        if interval_s is None and not self._pollers[topic].is_off:
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
            if topic is Topic.ACCOUNT and self._store.account.remote.error is None:
                self._judge_scopes()
        else:
            if not isinstance(outcome.error, NotPermitted):  # that one is told in better words
                self._failed(topic, kept, outcome.error, outcome.retry_at)
            self._refused(outcome.error, topic, lambda refusal: self._switch_off(topic, kept, refusal))
        if topic is Topic.PODS:
            self._pace(topic)
        elif topic is Topic.RUNS and not self._has_read_runs and outcome.error is None:
            self._has_read_runs = True
            self._pollers[Topic.USAGE].wake()
        elif topic is Topic.RUN_DETAIL:
            self._pace_detail()

    def _failed(
        self, topic: Topic, kept: Slice[Any] | None, error: PrimeError, retry_at: datetime | None = None
    ) -> None:
        if kept is not None:
            kept.failed(error, retry_at)
        if not (isinstance(error, NotPermitted) and error.is_about_one):  # its own page says so
            self._health.failed(topic.value, error, is_known=kept is None or kept.value is not None)

    def _switch_off(self, topic: Topic, kept: Slice[Any] | None, refusal: NotPermitted) -> None:
        self._pollers[topic].switch_off()
        self._failed(topic, kept, refusal)

    def _refused(self, error: PrimeError, topic: Topic, switch_off: Callable[[NotPermitted], None]) -> None:
        """Call `switch_off` with words once it is known that the key may not read it: at once, or later."""
        if isinstance(error, NotPermitted):
            switch_off(self._permits.worded(error, topic))
            return

        async def find_out() -> None:
            if await self._gate.refused(error):
                self._permits.key_is_good()
                if topic in IN_PARTS:
                    self._pollers[topic].wake()  # it goes on with the other parts, if there are any
                else:
                    switch_off(self._permits.worded(error, topic))

        followup = asyncio.ensure_future(find_out())
        self._followups.add(followup)
        followup.add_done_callback(self._followups.discard)

    def _pace_detail(self) -> None:
        if self._watched_run is None:
            return
        run = self._store.run_details.peek(self._watched_run).value
        is_over = run is not None and run.state in TERMINAL
        self._pollers[Topic.RUN_DETAIL].pace((FINISHED_DETAIL_S if is_over else DETAIL_S) * self._pace_factor)
