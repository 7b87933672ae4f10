"""What the key may not read, as far as the service said so, and in which words that is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from prime_tui.domain.errors import ApiError, NotAuthenticated, NotPermitted, PrimeError
from prime_tui.domain.permissions import scope_named_in
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from prime_tui.sync.health import Health

T = TypeVar("T")

# For a refusal that names no scope. The dashboard offers these names; the API documents only some of them.
SCOPES: dict[Topic, str] = {
    Topic.ACCOUNT: "user",
    Topic.TEAMS: "user",
    Topic.WALLET: "billing",
    Topic.USAGE: "billing",
    Topic.PODS: "instances",
    Topic.HISTORY: "instances",
    Topic.POD_LOG: "instances",
    Topic.OFFERS: "availability",
    Topic.DISKS: "disks",
    Topic.RUNS: "rft",
    Topic.RUN_DETAIL: "rft",
    Topic.RUN_LOGS: "rft",
    Topic.CHOICES: "rft",
    Topic.MODELS: "inference",
}
WHAT_HELPS = "K takes a key that has it, r asks once more."
REFUSED_IN_A_ROW = 3
"""So many different things of one kind, and none permitted between them: then it is all of the kind."""


class Permits:
    """Remembers refusals, so that a reading that asks for several things goes on without those.

    What a topic as a whole is refused is its poller's business; this is for the parts of one. A refusal that
    names no scope may be about the one thing that was asked for, such as a run of somebody else.
    """

    def __init__(self, store: Store, health: Health) -> None:
        self._store = store
        self._health = health
        self._refused: dict[tuple[str, str], NotPermitted] = {}
        """By endpoint and thing; no thing where it is all of the endpoint."""
        self._in_a_row: dict[str, set[str]] = {}
        self._endpoints: dict[str, str] = {}
        self._suspected: dict[tuple[str, str], tuple[ApiError, Topic]] = {}

    async def ask(self, part: str, topic: Topic, answer: Callable[[], Awaitable[T]], of: str = "") -> T:
        """Return the answer for a part of a topic; a part that was refused is not asked for again.

        Args:
            part: What is asked for; each has an endpoint of its own.
            topic: What it belongs to.
            answer: Asks for it.
            of: The id of the one thing that is asked about, where it is one.

        Raises:
            NotPermitted: The key may not read it; nothing was sent if that was known.
            PrimeError: As `answer` does.
        """
        endpoint = self._endpoints.get(part, "")
        known = self._refused.get((endpoint, "")) or self._refused.get((endpoint, of))
        if known is not None:
            raise known.with_traceback(None)  # one of old times would hold on to ever more frames
        try:
            found = await answer()
        except ApiError as error:
            self._endpoints[part] = error.endpoint
            if isinstance(error, NotPermitted):
                raise self._refuse(error, topic, of) from None
            if isinstance(error, NotAuthenticated):
                self._suspected[error.endpoint, of] = (error, topic)
            raise
        self._in_a_row.pop(endpoint, None)
        self._health.succeeded(part)
        return found

    def key_is_good(self) -> None:
        """Take every 401 so far for what it was, then: a missing scope."""
        for (_, of), (error, topic) in self._suspected.items():
            self._refuse(error, topic, of)
        self._suspected.clear()

    def _refuse(self, error: ApiError, topic: Topic, of: str) -> NotPermitted:
        if of and not scope_named_in(error.message):
            in_a_row = self._in_a_row.setdefault(error.endpoint, set())
            in_a_row.add(of)
            if len(in_a_row) < REFUSED_IN_A_ROW:
                told = self._refused[error.endpoint, of] = _refused_one(error)
                return told
        told = self._refused[error.endpoint, ""] = self.worded(error, topic)
        for part, endpoint in self._endpoints.items():
            if endpoint == error.endpoint:
                self._health.failed(part, told)
        return told

    def worded(self, error: PrimeError, topic: Topic) -> NotPermitted:
        """Return a refusal in words that name the scope and what helps; the service's own are kept."""
        if isinstance(error, NotPermitted) and error.said:
            return error
        named = scope_named_in(error.message)
        # A refusal without a scope may also mean the person's role in the team.
        role = ", or another role in this team" if self._store.session.wallet.team_id and not named else ""
        told = NotPermitted(
            f"Not permitted: needs scope {named or f'{SCOPES[topic]} (read)'}{role}.",
            hint=WHAT_HELPS,
            status=getattr(error, "status", 0),
            endpoint=getattr(error, "endpoint", ""),
        )
        told.said = error.message or f"HTTP {told.status}"
        return told

    def forget(self) -> None:
        """Ask for everything once more: the key may be another, or the person wants to know."""
        self._refused.clear()
        self._in_a_row.clear()
        self._suspected.clear()


def _refused_one(error: ApiError) -> NotPermitted:
    told = NotPermitted(
        "Not permitted: it may be somebody else's.",
        hint="r asks once more.",
        status=error.status,
        endpoint=error.endpoint,
    )
    told.said, told.is_about_one = error.message or f"HTTP {error.status}", True
    return told
