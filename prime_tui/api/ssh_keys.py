"""The ssh keys that new machines let in."""

from __future__ import annotations

from prime_tui.api.call import Call, Effect
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import Page, page_of, read_object
from prime_tui.api.wire.disks import read_ssh_key
from prime_tui.domain.disks import SshKey
from prime_tui.domain.errors import InvalidRequest, NotFound
from prime_tui.domain.remote import Listing

_ONE_KEY = "/ssh_keys/{key_id}"


class SshKeysApi:
    """`/ssh_keys/`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> Listing[SshKey]:
        """Return all keys of the account (`GET /ssh_keys/`)."""
        return await read_pages(
            self._page, read_ssh_key, lambda key: key.id, max_pages=self._transport.limits.max_pages
        )

    async def _page(self, _: int, offset: int) -> Page:
        call = Call(method="GET", path="/ssh_keys/", params={"offset": offset, "limit": PAGE_ROWS})
        return (await self._transport.exchange(call)).read(page_of)

    async def create(self, name: str, public_key: str) -> SshKey:
        """Hand in a public key (`POST /ssh_keys/`).

        Raises:
            InvalidRequest: It looks like a private key; nothing was sent.
        """
        if "PRIVATE KEY" in public_key:
            raise InvalidRequest("This is a private key. Give the .pub file instead.")
        body = {"name": name, "publicKey": public_key.strip()}
        call = Call(method="POST", path="/ssh_keys/", body=body, effect=Effect.CREATE)
        return (await self._transport.exchange(call)).read(
            lambda value: read_object(value, read_ssh_key, "key")
        )

    async def make_primary(self, key_id: str) -> None:
        """Make a key the one that new machines get (`PATCH /ssh_keys/{key_id}`)."""
        await self._transport.exchange(
            Call(
                method="PATCH",
                path=_ONE_KEY,
                ids={"key_id": key_id},
                body={"isPrimary": True},
                effect=Effect.CHANGE,
            )
        )

    async def delete(self, key_id: str) -> bool:
        """Take a key away; return True when the service no longer knew it."""
        call = Call(method="DELETE", path=_ONE_KEY, ids={"key_id": key_id}, effect=Effect.CHANGE)
        try:
            await self._transport.exchange(call)
        except NotFound:
            return True
        return False
