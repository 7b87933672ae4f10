"""`GET /user/whoami`, `/user/teams`, `/teams/{team_id}/members`."""

from __future__ import annotations

from pydantic import AliasChoices, Field, StrictStr

from prime_tui.api.wire.base import Wire, known_as
from prime_tui.api.wire.scalars import Flag, Id, Mapped, Moment, Name, flag, mapping
from prime_tui.api.wire.scalars import name as clean_label
from prime_tui.domain.account import Account, Scope, Team, TeamMember
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.ids import TeamId, UserId


class WhoamiWire(Wire):
    """Who the key belongs to. An empty `scope` is the service's default and says nothing.

    The id decides which pods are ours: one of another type is refused, not guessed at.
    """

    id: StrictStr | None = known_as("id", "userId")
    name: Name = None
    email: Name = None
    slug: Name = None
    role: Name = None
    created_at: Moment = known_as("createdAt", "created_at")
    is_banned: Flag = known_as("isBanned", "is_banned")
    scope: Mapped = Field(default_factory=dict, validation_alias=AliasChoices("scope", "scopes"))

    def to_domain(self) -> Account:
        """Return the account."""
        return Account(
            id=UserId(self.id or ""),
            name=self.name or "",
            email=self.email or "",
            slug=self.slug,
            role=self.role,
            created_at=self.created_at,
            is_banned=bool(self.is_banned),
            scopes=tuple(_scope(name, rights) for name, rights in self.scope.items()) or None,
        )


def _scope(name: str, rights: object) -> Scope:
    allowed = mapping(rights)
    return Scope(
        clean_label(name) or "", read=bool(flag(allowed.get("read"))), write=bool(flag(allowed.get("write")))
    )


class TeamWire(Wire):
    """A row of the teams."""

    id: Id = Field(validation_alias=AliasChoices("teamId", "team_id", "id"))
    name: Name = known_as("name", "teamName")
    slug: Name = None
    role: Name = None
    created_at: Moment = known_as("createdAt", "created_at")

    def to_domain(self) -> Team:
        """Return the team; one without a name is called by its id."""
        return Team(TeamId(self.id), self.name or self.id, self.slug, self.role, self.created_at)


class MemberWire(Wire):
    """A row of a team's members."""

    user_id: Id = Field(validation_alias=AliasChoices("userId", "user_id", "id"))
    name: Name = known_as("userName", "name")
    email: Name = known_as("userEmail", "email")
    role: Name = None
    joined_at: Moment = known_as("joinedAt", "joined_at")

    def to_domain(self) -> TeamMember:
        """Return the member."""
        return TeamMember(UserId(self.user_id), self.name, self.email, self.role, self.joined_at)


def read_account(value: object) -> Account:
    """Return the account of a whoami answer that was taken out of its envelope.

    Raises:
        ResponseShapeError: It names nobody.
    """
    account = WhoamiWire.model_validate(value).to_domain()
    if not (account.id or account.name or account.email):
        raise ResponseShapeError("The answer names no account.")
    return account


def read_team(value: object) -> Team:
    """Return a team row."""
    return TeamWire.model_validate(value).to_domain()


def read_member(value: object) -> TeamMember:
    """Return a member row."""
    return MemberWire.model_validate(value).to_domain()
