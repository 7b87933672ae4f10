"""What happens when the service refuses the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import (
    CredentialError,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    PrimeError,
)
from prime_tui.store.store import KeyState, Severity, Store


class KeyGate:
    """Decides between a bad key and a missing scope, and holds all reading while the key is bad.

    A 401 of one endpoint says little: the service gives it for a missing scope too. `whoami` decides, asked
    once however many readers were refused at the same time, and not again for a reader whose scope is known
    to be missing. A refused key is looked up again, and one that replaced it is tried once.

    Args:
        whoami: Asks the service with the key of now.
        renew: Looks the key up again; True when another one is used from now on; None: there is only one.
        renewed: Called when such a key is good: what was refused is to be read again.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        whoami: Callable[[], Awaitable[Account]],
        renew: Callable[[], Awaitable[bool]] | None = None,
        renewed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._whoami = whoami
        self._renew = renew
        self._renewed = renewed
        self._open = asyncio.Event()
        self._open.set()
        self._asking: asyncio.Task[bool] | None = None
        self._without_scope: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Whether reading is allowed."""
        return self._open.is_set()

    async def passable(self) -> None:
        """Wait until reading is allowed."""
        await self._open.wait()

    def open(self) -> None:
        """Let the readers go on: there is a new key, or the person wants another try."""
        self._without_scope.clear()
        self._store.change_session(key=KeyState.UNCHECKED, key_error=None)
        self._open.set()

    async def refused(self, error: PrimeError, reader: str) -> None:
        """Find out what a refusal means; returns when it is known."""
        is_refusal = isinstance(error, NotAuthenticated | CredentialError)
        if not is_refusal or not self.is_open or reader in self._without_scope:
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._is_good(error))
        if await asyncio.shield(self._asking):
            self._without_scope.add(reader)

    def served(self, reader: str) -> None:
        """Note that a reader was not refused: it has its scope."""
        self._without_scope.discard(reader)

    async def _is_good(self, first: PrimeError) -> bool:
        """Ask whether the key was good all along; only a refusal that stands closes the gate."""
        try:
            account = await self._whoami()
        except (NotAuthenticated, CredentialError) as error:
            await self._try_another(error)
        except (NotFound, MethodNotAllowed):
            # A backend without whoami cannot tell a scope from a key: believe the refusal.
            await self._try_another(first)
        except PrimeError:
            pass  # not to know is not yes; the next refusal asks again
        else:
            self._take(account)
            return True
        return False

    async def _try_another(self, refusal: PrimeError) -> None:
        """Go on with a key that replaced the refused one; without one, close."""
        if self._renew is None or not await self._renew():
            self._close(refusal)
            return
        try:
            self._take(await self._whoami())
        except (NotAuthenticated, CredentialError) as error:
            self._close(error)
            return
        except PrimeError:
            pass  # it cannot be told; the readers will find out
        self._without_scope.clear()
        self._store.notify("The key was replaced where it is kept; going on with the new one.")
        self._renewed()

    def _take(self, account: Account) -> None:
        self._store.account.loaded(account, self._clock.now())
        self.accepted()

    def hold(self, error: CredentialError) -> None:
        """Read nothing until there is a key."""
        self._open.clear()
        self._store.change_session(key=KeyState.MISSING, key_error=error)

    def accepted(self) -> None:
        """Note that the key is good."""
        self._store.change_session(key=KeyState.ACCEPTED, key_error=None)
        self._open.set()

    def stop(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    def _close(self, error: PrimeError) -> None:
        self._open.clear()
        self._store.change_session(key=KeyState.REFUSED, key_error=error)
        self._store.connection_failed(error)
        self._store.notify(
            "Reading is paused; what is on the screen gets older.",
            Severity.ERROR,
            title="The service refuses the API key",
        )
