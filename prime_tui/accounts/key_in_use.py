"""The key that requests are sent with, and what happens when the service refuses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prime_tui.domain.account import Account
from prime_tui.domain.credentials import Found, KeySource, Replacement, StoreName
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_ring import KeyRing

Check = Callable[[Profile, Secret], Awaitable[Account | None]]
SAME_STANDS_THERE = {
    KeySource.ENV: "It came from PRIME_API_KEY, which is read once, at the start.",
    KeySource.FLAG: "It came through the standard input, which cannot be read a second time.",
}


class KeyInUse:
    """Asked for every request, so that a new key counts at once.

    One for each connection: a late request of an earlier profile never carries the key of a later one.

    Attributes:
        profile: Whose key it is; only its addresses get it.
        found: What the last look brought.

    Args:
        check: Asks the service whose key it is; None when it cannot tell.
    """

    def __init__(self, keys: KeyRing, profile: Profile, check: Check) -> None:
        self._keys = keys
        self._check = check
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
            self._keys.adopt(self.profile, self.found)
            self._use(self.found)
        return self.found

    def _use(self, found: Found) -> None:
        self._key, self.found = found.key, found

    @property
    def why_not_again(self) -> str:
        """Why looking again would bring nothing, for a key that was there for a moment only; or empty."""
        return "" if self.found.file is not None else SAME_STANDS_THERE.get(self.found.source, "")

    @property
    def is_plain_text(self) -> bool:
        """Whether whoever reads this disk has the key in use."""
        return self.found.key is not None and self.found.store is StoreName.PLAINTEXT

    async def replacement(self) -> Replacement | None:
        """Look again, and ask whose key it is before it is used; None when the refused one stands there.

        Raises:
            CredentialError: It cannot be looked for again; the key in use stays.
            PrimeError: The other key is refused too, or whose it is cannot be asked now.
        """
        found = await self._keys.find(self.profile, ask_again=True)
        if found.key is None:
            self.found = found
            raise CredentialError(found.message or "There is no key any more.")
        if found.key == self._key:
            if self.why_not_again:
                raise CredentialError(self.why_not_again)
            return None
        account = await self._check(self.profile, found.key)
        if found.key == self._key:
            return None  # a person was faster
        self._keys.adopt(self.profile, found)
        return Replacement(account, lambda: self._use(found))

    def why_missing(self) -> CredentialError:
        """Return why there is no key, for panels that cannot be read without one."""
        return CredentialError(self.found.message or "There is no API key.", hint="K signs in.")
