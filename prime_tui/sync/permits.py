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


class Permits:
    """Remembers refusals, so that a reading that asks for several things goes on without those.

    What a topic as a whole is refused is its poller's business; this is for the parts of one.
    """

    def __init__(self, store: Store, health: Health) -> None:
        self._store = store
        self._health = health
        self._refused: dict[str, NotPermitted] = {}
        self._endpoints: dict[str, str] = {}
        self._suspected: dict[str, tuple[ApiError, Topic]] = {}

    async def ask(self, part: str, topic: Topic, answer: Callable[[], Awaitable[T]]) -> T:
        """Return the answer for a part of a topic; a part that was refused is not asked for again.

        Raises:
            NotPermitted: The key may not read it; nothing was sent if that was known.
            PrimeError: As `answer` does.
        """
        known = self._refused.get(self._endpoints.get(part, ""))
        if known is not None:
            raise known.with_traceback(None)  # one of old times would hold on to ever more frames
        try:
            found = await answer()
        except ApiError as error:
            self._endpoints[part] = error.endpoint
            if isinstance(error, NotPermitted):
                raise self._refuse(error, topic) from None
            if isinstance(error, NotAuthenticated):
                self._suspected[error.endpoint] = (error, topic)
            raise
        self._health.succeeded(part)
        return found

    def key_is_good(self) -> None:
        """Take every 401 so far for what it was, then: a missing scope."""
        for error, topic in self._suspected.values():
            self._refuse(error, topic)
        self._suspected.clear()

    def _refuse(self, error: ApiError, topic: Topic) -> NotPermitted:
        told = self._refused[error.endpoint] = self.worded(error, topic)
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
        self._suspected.clear()
