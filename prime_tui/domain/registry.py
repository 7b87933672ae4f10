"""Container registries and the images in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prime_tui.domain.ids import TeamId, UserId


@dataclass(frozen=True, slots=True)
class RegistryCredential:
    """A kept login of a registry; the secret part never leaves the service."""

    id: str
    name: str
    server: str | None = None
    created_at: datetime | None = None
    user_id: UserId | None = None
    team_id: TeamId | None = None


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """Whether an image can be pulled; None when the service's answer does not say it plainly."""

    is_accessible: bool | None
    message: str = ""
