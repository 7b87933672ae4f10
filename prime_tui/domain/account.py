"""Who the key belongs to, what it may do, and which wallet pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prime_tui.domain.ids import TeamId, UserId


@dataclass(frozen=True, slots=True)
class Scope:
    """What the key may do with one part of the service."""

    name: str
    read: bool
    write: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The answer of `GET /user/whoami`.

    Attributes:
        scopes: None when the service does not say; an empty tuple means that the key may do nothing.
    """

    id: UserId
    name: str
    email: str
    slug: str | None = None
    role: str | None = None
    created_at: datetime | None = None
    is_banned: bool = False
    scopes: tuple[Scope, ...] | None = None

    def is_same(self, other: Account | None) -> bool:
        """Whether both are one account: by id, or by name and address where the service gives no ids."""
        if other is None:
            return False
        if self.id or other.id:
            return self.id == other.id
        return (self.name, self.email) == (other.name, other.email)

    @property
    def can_write(self) -> bool | None:
        """Whether any scope allows writing; None when unknown."""
        return None if self.scopes is None else any(scope.write for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Team:
    """A team of the account (`GET /user/teams`)."""

    id: TeamId
    name: str
    slug: str | None = None
    role: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WalletContext:
    """Whose money everything is about: reading, creating and chatting follow the same one.

    Attributes:
        team_id: None is the personal wallet.
    """

    team_id: TeamId | None = None


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person in a team (`GET /teams/{id}/members`)."""

    user_id: UserId
    name: str | None = None
    email: str | None = None
    role: str | None = None
    joined_at: datetime | None = None
