"""The key that requests are sent with, and what happens when the service refuses it."""

from __future__ import annotations

from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_ring import KeyRing


class KeyInUse:
    """Asked for every request, so that a new key counts at once.

    One for each connection: a late request of an earlier profile never carries the key of a later one.

    Attributes:
        profile: Whose key it is; only its addresses get it.
        found: What the last look brought.
    """

    def __init__(self, keys: KeyRing, profile: Profile) -> None:
        self._keys = keys
        self.profile = profile
        self.found = Found(None, KeySource.NONE, profile.store)
        self._key: Secret | None = None

    def __call__(self) -> Secret | None:
        """Return the key, None before it is found."""
        return self._key

    async def find(self, *, ask_again: bool = False) -> Found:
        """Look for the key, use it, and return where it was or why there is none.

        Args:
            ask_again: A person wants it: ask a store too that was silent a moment ago.
        """
        self.found = await self._keys.find(self.profile, ask_again=ask_again)
        if self.found.key is not None:
            self._key = self.found.key
        return self.found

    async def renewed(self) -> bool:
        """Look again; True when there is another key than the one in use, which is used from now on.

        Trouble with the store changes nothing: the key in use stays.
        """
        refused = self._key
        found = await self.find(ask_again=True)
        return found.key is not None and found.key != refused

    def why_missing(self) -> CredentialError:
        """Return why there is no key, for panels that cannot be read without one."""
        return CredentialError(self.found.message or "There is no API key.", hint="K signs in.")
