"""The key that requests are sent with, and what happens when the service refuses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prime_tui.domain.account import Account
from prime_tui.domain.credentials import Found
from prime_tui.domain.errors import NotAuthenticated
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_ring import KeyRing

WhoAmI = Callable[[], Awaitable[Account]]


class KeyInUse:
    """Asked for every request, so that a new key counts at once; one for each profile that is watched."""

    def __init__(self, keys: KeyRing, profile: Profile) -> None:
        self._keys = keys
        self._profile = profile
        self._key: Secret | None = None

    def __call__(self) -> Secret | None:
        """Return the key, None before it is found."""
        return self._key

    async def find(self) -> Found:
        """Look for the key, use it, and return where it was or why there is none."""
        found = await self._keys.find(self._profile)
        self._key = found.key
        return found

    async def renewed(self) -> bool:
        """Look again; True when there is another key than the one in use, which is used from now on.

        Trouble with the store changes nothing: the key in use stays.
        """
        found = await self._keys.find(self._profile)
        if found.key is None or found.key == self._key:
            return False
        self._key = found.key
        return True

    def asking(self, whoami: WhoAmI) -> WhoAmI:
        """Return `whoami` so that a refused key is looked up again and, if it was replaced, tried once."""

        async def ask() -> Account:
            try:
                return await whoami()
            except NotAuthenticated:
                if not await self.renewed():
                    raise
            return await whoami()

        return ask
