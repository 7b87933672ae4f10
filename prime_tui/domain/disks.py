"""Disks: they cost money until they are deleted, attached or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.ids import DiskId, PodId, TeamId, UserId, WalletId
from prime_tui.domain.pods import PodState


@dataclass(frozen=True, slots=True)
class Disk:
    """A row of `GET /disks/`; prices are USD per hour for the whole disk."""

    id: DiskId
    name: str
    state: PodState
    status_word: str
    size_gb: int | None = None
    provider: str | None = None
    country: str | None = None
    data_center_id: str | None = None
    price_usd_per_h: Decimal | None = None
    stopped_price_usd_per_h: Decimal | None = None
    provisioning_price_usd_per_h: Decimal | None = None
    created_at: datetime | None = None
    terminated_at: datetime | None = None
    user_id: UserId | None = None
    team_id: TeamId | None = None
    wallet_id: WalletId | None = None
    pod_ids: tuple[PodId, ...] = ()


@dataclass(frozen=True, slots=True)
class DiskOffer:
    """A place where a disk can be made (`GET /availability/disks`); the price is USD per GB and hour."""

    provider: str
    data_center_id: str | None
    country: str | None
    region: str | None
    cloud_id: str | None
    price_usd_per_gb_h: Decimal | None
    min_gb: int | None
    max_gb: int | None
    stock: str


@dataclass(frozen=True, slots=True)
class SshKey:
    """A row of `GET /ssh_keys/`; the public half only."""

    id: str
    name: str
    public_key: str
    is_primary: bool = False
    is_user_key: bool = True
    created_at: datetime | None = None
