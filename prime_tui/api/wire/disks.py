"""`/disks/`, `/ssh_keys/` and the registry part of `/template`."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import Wire, known_as
from prime_tui.api.wire.pods import DEFAULT_WORD
from prime_tui.api.wire.scalars import (
    Body,
    Count,
    Flag,
    Id,
    Ids,
    Line,
    Mapped,
    Moment,
    Money,
    Name,
    OptionalId,
    name,
)
from prime_tui.domain.disks import Disk, SshKey
from prime_tui.domain.ids import DiskId, PodId, TeamId, UserId, WalletId
from prime_tui.domain.pods import pod_state
from prime_tui.domain.registry import ImageCheck, RegistryCredential


class DiskWire(Wire):
    """A disk; prices are for the whole of it."""

    id: Id
    disk_name: Name = known_as("name")
    status: Name = None
    size: Count = None
    provider: Name = known_as("providerType", "provider")
    info: Mapped = Field(default_factory=dict)
    price: Money = known_as("priceHr")
    stopped_price: Money = known_as("stoppedPriceHr")
    provisioning_price: Money = known_as("provisioningPriceHr")
    created_at: Moment = known_as("createdAt")
    terminated_at: Moment = known_as("terminatedAt")
    user_id: OptionalId = known_as("userId")
    team_id: OptionalId = known_as("teamId")
    wallet_id: OptionalId = known_as("walletId")
    pods: Ids = ()

    def to_domain(self) -> Disk:
        """Return the disk."""
        word = self.status or DEFAULT_WORD
        return Disk(
            id=DiskId(self.id),
            name=self.disk_name or self.id,
            state=pod_state(word),
            status_word=word,
            size_gb=self.size,
            provider=self.provider,
            country=name(self.info.get("country")),
            data_center_id=name(self.info.get("dataCenterId")),
            price_usd_per_h=self.price,
            stopped_price_usd_per_h=self.stopped_price,
            provisioning_price_usd_per_h=self.provisioning_price,
            created_at=self.created_at,
            terminated_at=self.terminated_at,
            user_id=None if self.user_id is None else UserId(self.user_id),
            team_id=None if self.team_id is None else TeamId(self.team_id),
            wallet_id=None if self.wallet_id is None else WalletId(self.wallet_id),
            pod_ids=tuple(PodId(pod_id) for pod_id in self.pods),
        )


class SshKeyWire(Wire):
    """The public half of a key."""

    id: Id
    key_name: Name = known_as("name")
    public_key: Body = known_as("publicKey", "public_key")
    is_primary: Flag = known_as("isPrimary")
    is_user_key: Flag = known_as("isUserKey")
    created_at: Moment = known_as("createdAt")

    def to_domain(self) -> SshKey:
        """Return the key; one that does not say who made it counts as the person's."""
        return SshKey(
            id=self.id,
            name=self.key_name or self.id,
            public_key=self.public_key or "",
            is_primary=bool(self.is_primary),
            is_user_key=self.is_user_key is not False,
            created_at=self.created_at,
        )


class CredentialWire(Wire):
    """A login of a registry."""

    id: Id
    label: Name = known_as("name")
    server: Line = None
    created_at: Moment = known_as("createdAt")
    user_id: OptionalId = known_as("userId")
    team_id: OptionalId = known_as("teamId")

    def to_domain(self) -> RegistryCredential:
        """Return the login."""
        return RegistryCredential(
            self.id,
            self.label or self.id,
            self.server,
            self.created_at,
            None if self.user_id is None else UserId(self.user_id),
            None if self.team_id is None else TeamId(self.team_id),
        )


class ImageCheckWire(Wire):
    """The answer to an image check has no documented form: one plain yes or no is looked for."""

    accessible: Flag = Field(
        default=None,
        validation_alias=AliasChoices("accessible", "isAccessible", "valid", "exists", "success", "ok"),
    )
    message: Line = known_as("message", "details", "detail", "error")


def read_disk(value: object) -> Disk:
    """Return a disk."""
    return DiskWire.model_validate(value).to_domain()


def read_ssh_key(value: object) -> SshKey:
    """Return an ssh key."""
    return SshKeyWire.model_validate(value).to_domain()


def read_credential(value: object) -> RegistryCredential:
    """Return a registry login."""
    return CredentialWire.model_validate(value).to_domain()


def read_image_check(value: object) -> ImageCheck:
    """Return what the service says about an image."""
    if not isinstance(value, dict):
        return ImageCheck(value if isinstance(value, bool) else None, name(value) or "")
    found = ImageCheckWire.model_validate(value)
    return ImageCheck(found.accessible, found.message or "")
