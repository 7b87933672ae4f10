"""What happens when the service refuses the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import ApiError, CredentialError, NotAuthenticated, PrimeError
from prime_tui.store.store import KeyState, Severity, Store


class KeyGate:
    """Decides between a bad key and a missing scope, and holds all reading while the key is bad.

    A 401 of one endpoint says little: the service gives it for a missing scope too. `whoami` decides, asked
    once however many readers were refused at the same time.
    """

    def __init__(self, store: Store, clock: Clock, whoami: Callable[[], Awaitable[Account]]) -> None:
        self._store = store
        self._clock = clock
        self._whoami = whoami
        self._open = asyncio.Event()
        self._open.set()
        self._asking: asyncio.Task[None] | None = None

    async def passable(self) -> None:
        """Wait until reading is allowed."""
        await self._open.wait()

    def open(self) -> None:
        """Let the readers go on: there is a new key, or the person wants another try."""
        self._store.change_session(key=KeyState.UNCHECKED, key_error=None)
        self._open.set()

    async def refused(self, error: PrimeError) -> None:
        """Find out what a refusal means; returns when it is known."""
        if not isinstance(error, NotAuthenticated | CredentialError) or not self._open.is_set():
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(error))
        await asyncio.shield(self._asking)

    async def _ask(self, first: PrimeError) -> None:
        try:
            account = await self._whoami()
        except (NotAuthenticated, CredentialError) as error:
            self._close(error)
        except ApiError as error:
            # A backend without whoami cannot tell a scope from a key: believe the refusal.
            if error.status in (404, 405):
                self._close(first)
        except PrimeError:
            return
        else:
            self.accepted(account)

    def accepted(self, account: Account) -> None:
        """Note that the key is good."""
        self._store.account.loaded(account, self._clock.now())
        self._store.change_session(key=KeyState.ACCEPTED, key_error=None)

    def _close(self, error: PrimeError) -> None:
        self._open.clear()
        missing = isinstance(error, CredentialError)
        self._store.change_session(key=KeyState.MISSING if missing else KeyState.REFUSED, key_error=error)
        self._store.notify(
            "Reading is paused; what is on the screen gets older.",
            Severity.ERROR,
            title="The service refuses the API key",
        )
