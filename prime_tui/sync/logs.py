"""Following the log of one run or pod. The service has no cursor: the tail is read again and joined."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from prime_tui.api.budget import user_call
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import InvalidRequest, NotFound, NotPermitted, PrimeError
from prime_tui.domain.ids import PodId, RunId
from prime_tui.domain.runs import LogQuery, RunLogs
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.sync.poller import Gate, Outcome, Poller

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

MOST_LINES = 5_000
GAP_MARK = "┄┄┄ lines are missing here ┄┄┄"
FOLLOW_S, NO_LOG_S = 10.0, 60.0
POD_TAIL = 200


def join_tail(shown: tuple[str, ...], tail: tuple[str, ...]) -> tuple[str, ...]:
    """Return `shown` continued by a newer `tail` that overlaps it.

    The overlap is the longest end of `shown` that the tail begins with. Without one there is a gap, and the
    gap is shown. Nothing new gives back `shown` itself.
    """
    if not shown or not tail:
        return shown or tail[-MOST_LINES:]
    overlap = _overlap(shown[-len(tail) :], tail)
    fresh = tail[overlap:] if overlap else (GAP_MARK, *tail)
    return (*shown, *fresh)[-MOST_LINES:] if fresh else shown


def _overlap(end: tuple[str, ...], start: tuple[str, ...]) -> int:
    """Return the length of the longest end of `end` that `start` begins with (Knuth, Morris and Pratt)."""
    borders = [0] * len(start)
    matched = 0
    for index in range(1, len(start)):
        while matched and start[index] != start[matched]:
            matched = borders[matched - 1]
        matched += start[index] == start[matched]
        borders[index] = matched
    matched = 0
    for line in end:
        while matched and (matched == len(start) or line != start[matched]):
            matched = borders[matched - 1]
        matched += line == start[matched]
    return matched


Refused = Callable[[PrimeError, Topic, Callable[[NotPermitted], None]], None]


class LogFollower:
    """Reads one log at a time, only while somebody looks at it.

    Args:
        refused: Told of a failure; calls back when the key may not read it, in words, now or later.
    """

    def __init__(
        self,
        client: PrimeClient,
        store: Store,
        clock: Clock,
        gate: Gate,
        stretch: Callable[[], float],
        refused: Refused,
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._run_id: RunId | None = None
        self._query = LogQuery()
        self._pod_id: PodId | None = None
        self._being_read: tuple[RunId | None, LogQuery, PodId | None] | None = None
        self._refused = refused
        self._poller = Poller("log", self._read, clock=clock, gate=gate, ended=self._ended, stretch=stretch)

    async def run(self) -> None:
        """Follow for ever whatever is asked for."""
        await self._poller.run()

    def wake(self) -> None:
        """Read now, if anything is followed."""
        if self._run_id is not None or self._pod_id is not None:
            self._poller.wake(by_user=True)

    def follow_run(self, run_id: RunId, query: LogQuery) -> None:
        """Follow a run's log; another query starts afresh."""
        if (run_id, query) != (self._run_id, self._query):
            self._store.run_logs.forget(run_id)
        self._run_id, self._query, self._pod_id = run_id, query, None
        self._poller.pace(FOLLOW_S)
        self._poller.wake(by_user=True)

    def follow_pod(self, pod_id: PodId) -> None:
        """Follow a pod's log."""
        self._run_id, self._pod_id = None, pod_id
        self._poller.pace(FOLLOW_S)
        self._poller.wake(by_user=True)

    def stop(self) -> None:
        """Nobody looks any more."""
        self._run_id = self._pod_id = None
        self._poller.pace(None)

    @property
    def _wanted(self) -> tuple[RunId | None, LogQuery, PodId | None]:
        return self._run_id, self._query, self._pod_id

    async def _read(self) -> None:
        self._being_read = self._wanted
        with user_call() if self._poller.by_user else nullcontext():
            if self._run_id is not None:
                await self._read_run(self._run_id, self._query)
            elif self._pod_id is not None:
                await self._read_pod(self._pod_id)

    async def _read_run(self, run_id: RunId, query: LogQuery) -> None:
        fresh = await self._client.runs.logs(run_id, query)
        if self._being_read != self._wanted:
            return  # another log is wanted by now
        shown = self._store.run_logs.peek(run_id).value or RunLogs()
        lines = join_tail(shown.lines, fresh.lines)
        self._store.run_logs[run_id].loaded(RunLogs(lines, fresh.waiting), self._clock.now())

    async def _read_pod(self, pod_id: PodId) -> None:
        fresh = await self._client.pods.log(pod_id, tail=POD_TAIL)
        shown = self._store.pod_logs.peek(pod_id).value or ()
        self._store.pod_logs[pod_id].loaded(join_tail(shown, fresh), self._clock.now())

    def _ended(self, outcome: Outcome) -> None:
        error = outcome.error
        self._store.use_budget(self._client.budget.use)
        if error is None or self._being_read != self._wanted:
            return
        if self._run_id is not None:
            self._store.run_logs[self._run_id].failed(error, outcome.retry_at)
        elif self._pod_id is not None:
            self._store.pod_logs[self._pod_id].failed(error, outcome.retry_at)
            if isinstance(error, NotFound | InvalidRequest):
                self._poller.pace(NO_LOG_S)
        of, topic = self._wanted, Topic.POD_LOG if self._run_id is None else Topic.RUN_LOGS
        self._refused(error, topic, lambda refusal: self._switch_off(of, refusal))

    def _switch_off(self, of: tuple[RunId | None, LogQuery, PodId | None], refusal: NotPermitted) -> None:
        run_id, _, pod_id = of
        if run_id is not None:
            self._store.run_logs[run_id].failed(refusal)
        elif pod_id is not None:
            self._store.pod_logs[pod_id].failed(refusal)
        if of == self._wanted:
            self._poller.switch_off()

    def switch_on(self) -> None:
        """Another key may be allowed to read it."""
        self._poller.switch_on()
