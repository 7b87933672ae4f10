"""Disks, which cost money until they are deleted."""

from __future__ import annotations

from prime_tui.api.call import Call, Effect
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import Page, page_of, read_object
from prime_tui.api.wire.disks import read_disk
from prime_tui.domain.disks import Disk, DiskOffer
from prime_tui.domain.errors import NotFound
from prime_tui.domain.ids import DiskId, TeamId
from prime_tui.domain.remote import Listing

_ONE_DISK = "/disks/{disk_id}"


class DisksApi:
    """`/disks/`. The list has no team parameter: who owns a row is told by its `team_id`."""

    def __init__(self, transport: Transport, team_id: TeamId | None) -> None:
        self._transport = transport
        self._team_id = team_id

    async def list(self) -> Listing[Disk]:
        """Return all disks that are not terminated (`GET /disks/`, all pages)."""
        return await read_pages(
            self._page, read_disk, lambda disk: disk.id, max_pages=self._transport.limits.max_pages
        )

    async def _page(self, _: int, offset: int) -> Page:
        call = Call(method="GET", path="/disks/", params={"offset": offset, "limit": PAGE_ROWS})
        return (await self._transport.exchange(call)).read(page_of)

    async def get(self, disk_id: DiskId) -> Disk:
        """Return one disk (`GET /disks/{disk_id}`)."""
        answer = await self._transport.exchange(Call(method="GET", path=_ONE_DISK, ids={"disk_id": disk_id}))
        return answer.read(lambda value: read_object(value, read_disk, "disk"))

    async def create(self, offer: DiskOffer, *, name: str, size_gb: int) -> Disk:
        """Create a disk at the place that `offer` names (`POST /disks/`); it is sent once.

        Raises:
            OutcomeUnknown: It may exist: look for its name in the list.
        """
        disk = {
            "name": name,
            "size": size_gb,
            "country": offer.country,
            "cloudId": offer.cloud_id,
            "dataCenterId": offer.data_center_id,
        }
        body: dict[str, object] = {
            "disk": {key: value for key, value in disk.items() if value is not None},
            "provider": {"type": offer.provider},
        }
        if self._team_id is not None:
            body["team"] = {"teamId": self._team_id}
        call = Call(method="POST", path="/disks/", body=body, effect=Effect.CREATE)
        return (await self._transport.exchange(call)).read(
            lambda value: read_object(value, read_disk, "disk")
        )

    async def rename(self, disk_id: DiskId, name: str) -> None:
        """Give a disk another name (`PATCH /disks/{disk_id}`)."""
        await self._transport.exchange(
            Call(
                method="PATCH",
                path=_ONE_DISK,
                ids={"disk_id": disk_id},
                body={"name": name},
                effect=Effect.CHANGE,
            )
        )

    async def delete(self, disk_id: DiskId) -> bool:
        """Delete a disk with all that is on it; return True when the service no longer knew it."""
        call = Call(method="DELETE", path=_ONE_DISK, ids={"disk_id": disk_id}, effect=Effect.CHANGE)
        try:
            await self._transport.exchange(call)
        except NotFound:
            return True
        return False
