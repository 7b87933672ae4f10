"""What happens when the service refuses the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Replacement
from prime_tui.domain.errors import (
    CredentialError,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PrimeError,
)
from prime_tui.store.store import KeyState, Severity, Store


class KeyGate:
    """Decides between a bad key and a missing scope, and holds all reading while the key is bad.

    A 401 of one endpoint says little: the service gives it for a missing scope too. `whoami` decides, asked
    once however many readers were refused at the same time. A refused key is looked up again; one that
    replaced it is used if it is good and the same account's. A key of another account is never used here:
    its numbers must not come to stand beside those of the first.

    Args:
        whoami: Asks the service with the key of now.
        renew: Looks the key up again and asks whose it is; None: the same one stands there. Raises
            CredentialError where that cannot be done, NotAuthenticated where that key is refused too.
        renewed: Called when such a key is in use: what was refused is to be read again.
        another: Called when such a key is another account's, or may be.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        whoami: Callable[[], Awaitable[Account]],
        renew: Callable[[], Awaitable[Replacement | None]] | None = None,
        renewed: Callable[[], None] = lambda: None,
        another: Callable[[Account | None], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._whoami = whoami
        self._renew = renew
        self._renewed = renewed
        self._another = another
        self._open = asyncio.Event()
        self._open.set()
        self._asking: asyncio.Task[bool] | None = None

    @property
    def is_open(self) -> bool:
        """Whether reading is allowed."""
        return self._open.is_set()

    async def passable(self) -> None:
        """Wait until reading is allowed."""
        await self._open.wait()

    def open(self) -> None:
        """Let the readers go on: there is a new key, or the person wants another try."""
        self._store.change_session(key=KeyState.UNCHECKED, key_error=None)
        self._open.set()

    async def refused(self, error: PrimeError) -> bool:
        """Find out what a refusal means; True when the key is good all the same: a scope is missing."""
        if not isinstance(error, NotAuthenticated | CredentialError) or not self.is_open:
            return False
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._is_good(error))
        return await asyncio.shield(self._asking)

    async def _is_good(self, first: PrimeError) -> bool:
        """Ask whether the key was good all along; only a refusal that stands closes the gate."""
        try:
            account = await self._whoami()
        except (NotAuthenticated, CredentialError) as error:
            await self._try_another(error)
        except (NotFound, MethodNotAllowed):
            # A backend without whoami cannot tell a scope from a key: believe the refusal.
            await self._try_another(first)
        except NotPermitted:
            return True  # it knows the key, and may not say whose it is
        except PrimeError:
            pass  # not to know is not yes; the next refusal asks again
        else:
            return self.take(account)
        return False

    async def _try_another(self, refusal: PrimeError) -> None:
        """Go on with a key that replaced the refused one; without one, close."""
        try:
            found = None if self._renew is None else await self._renew()
        except NotAuthenticated as error:
            self._close(error)
            return
        except CredentialError as error:
            self._close(refusal, error.message)
            return
        except PrimeError:
            return  # whose it is cannot be told now, so it is not used; the next refusal asks again
        if found is None:
            self._close(refusal)
        elif not self._may_stay(found.account):
            self._open.clear()
            self._another(found.account)
        else:
            found.use()
            self._note(found.account)
            self._store.notify("The key was replaced where it is kept; going on with the new one.")
            self._renewed()

    def take(self, account: Account) -> bool:
        """Note whose key it is; False when that is somebody else than before, and nothing is noted."""
        known = self._store.account.value
        if known is not None and not account.is_same(known):
            self._open.clear()
            self._another(account)
            return False
        self._note(account)
        return True

    def _note(self, account: Account | None) -> None:
        if account is not None:
            self._store.account.loaded(account, self._clock.now())
        self.accepted()

    def _may_stay(self, account: Account | None) -> bool:
        """Whether what is known belongs to this account; nothing known belongs to anybody."""
        store = self._store
        if store.account.value is not None:
            return store.account.value.is_same(account)
        read = (store.wallet, store.pods, store.runs, store.disks)
        return all(one.value is None for one in read)

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

    def _close(self, error: PrimeError, why_no_other: str = "") -> None:
        self._open.clear()
        self._store.change_session(key=KeyState.REFUSED, key_error=error)
        self._store.connection_failed(error)
        self._store.notify(
            f"{why_no_other} Reading is paused; what is on the screen gets older.".strip(),
            Severity.ERROR,
            title="The service refuses the API key",
        )
