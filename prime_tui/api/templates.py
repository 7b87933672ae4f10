"""Container registries: the only part of `/template` that exists."""

from __future__ import annotations

from prime_tui.api.call import Call, Effect
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import read_listing
from prime_tui.api.wire.disks import read_credential, read_image_check
from prime_tui.domain.registry import ImageCheck, RegistryCredential
from prime_tui.domain.remote import Listing


class TemplatesApi:
    """`/template`. Templates themselves cannot be listed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def registry_credentials(self) -> Listing[RegistryCredential]:
        """Return the kept logins of registries, without their secrets."""
        answer = await self._transport.exchange(Call(method="GET", path="/template/registry-credentials"))
        return answer.read(
            lambda value: read_listing(value, read_credential, lambda one: one.id, "credentials")
        )

    async def check_image(self, image: str, *, credentials_id: str | None = None) -> ImageCheck:
        """Ask whether an image can be pulled (`POST /template/check-docker-image`)."""
        body = (
            {"image": image}
            if credentials_id is None
            else {"image": image, "registry_credentials_id": credentials_id}
        )
        call = Call(method="POST", path="/template/check-docker-image", body=body, effect=Effect.CHANGE)
        return (await self._transport.exchange(call)).read(read_image_check)
