"""Who uses the world: the account of the key, its teams, their members, keys and registries."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256

DAY_S = 86_400.0
ME = "usr_7f3a1c9b2e"


@dataclass(frozen=True)
class Member:
    """A person in a team."""

    user_id: str
    name: str | None
    email: str | None
    role: str
    joined_s: float


@dataclass(frozen=True)
class Team:
    """A team with a wallet of its own."""

    id: str
    name: str
    slug: str
    role: str
    created_s: float
    members: tuple[Member, ...]


@dataclass
class SshKey:
    """A public key; `is_user_key` False = made by the platform."""

    id: str
    name: str
    public_key: str
    is_primary: bool
    is_user_key: bool
    created_s: float
    updated_s: float


@dataclass
class People:
    """The account behind the key and everything that belongs to it but is not compute.

    `may_write` False = the key has no scope for writing; the simulator says so, and does not enforce it.
    `missing_scopes` are enforced, with `scope_status` (403, or 401 as some endpoints of the service do).
    """

    user_id: str = ME
    name: str = "Ada Example"
    slug: str = "ada"
    email: str = "ada@example.com"
    created_s: float = -640 * DAY_S
    teams: tuple[Team, ...] = ()
    ssh_keys: list[SshKey] = field(default_factory=list)
    may_write: bool = True
    missing_scopes: frozenset[str] = frozenset()
    scope_status: int = 403
    is_banned: bool = False

    def team(self, team_id: str) -> Team | None:
        """Return the team if the account is a member of it."""
        return next((team for team in self.teams if team.id == team_id), None)


def usual_people() -> People:
    """Return an account in two teams with three keys."""
    me = Member(ME, "Ada Example", "ada@example.com", "ADMIN", -500 * DAY_S)
    lin = Member("usr_22d0b7e4aa", "Lin Wei", "lin@example.com", "MEMBER", -320 * DAY_S)
    bo = Member("usr_91c3f05d17", None, "bo@example.com", "MEMBER", -41 * DAY_S)
    research = Team("team_9c1e04b7", "Research", "research", "ADMIN", -500 * DAY_S, (me, lin, bo))
    guest = Member(ME, "Ada Example", "ada@example.com", "MEMBER", -90 * DAY_S)
    chief = Member("usr_5e8812f6c0", "Noor Haddad", "noor@example.com", "ADMIN", -210 * DAY_S)
    evals = Team("team_4f7a90d2", "Evals Guild", "evals-guild", "MEMBER", -210 * DAY_S, (chief, guest))
    keys = [
        SshKey("key_1", "laptop", _public_key("ada@laptop"), True, True, -630 * DAY_S, -630 * DAY_S),
        SshKey("key_2", "workstation", _public_key("ada@desk"), False, True, -80 * DAY_S, -80 * DAY_S),
        SshKey("key_3", "platform", _public_key(""), False, False, -640 * DAY_S, -640 * DAY_S),
    ]
    return People(teams=(research, evals), ssh_keys=keys)


def _public_key(comment: str) -> str:
    """Return a public key in the form of OpenSSH, to which nobody has the private half."""
    raw = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + sha256(comment.encode()).digest()
    return f"ssh-ed25519 {b64encode(raw).decode()} {comment}".rstrip()
