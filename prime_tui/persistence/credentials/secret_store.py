"""What every store can do."""

from __future__ import annotations

from typing import Protocol

from prime_tui.domain.credentials import KeyAddress, StoreName
from prime_tui.domain.secret import Secret


class SecretStore(Protocol):
    """A place for keys. Every call ends in bounded time and raises `StoreTrouble` when it fails."""

    @property
    def name(self) -> StoreName:
        """Which store it is."""
        ...

    @property
    def is_writable(self) -> bool:
        """Whether keys can be put there from here."""
        ...

    async def probe(self) -> None:
        """Return when the store can be used now."""
        ...

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is no such key."""
        ...

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Keep the key in place of an earlier one."""
        ...

    async def delete(self, address: KeyAddress) -> bool:
        """Remove the key; return False when there was none."""
        ...
