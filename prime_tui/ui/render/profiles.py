"""Profiles as people tell them apart: a chip in a colour, a name, a wallet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast, get_args
from zlib import crc32

from prime_tui.domain.account import Account, Scope, Team
from prime_tui.domain.ids import TeamId
from prime_tui.domain.profiles import DEFAULT_PROFILE, Profile
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.strip import CHIP
from prime_tui.ui.render.styled import ChipRole, Span, Styled

CHIPS: tuple[ChipRole, ...] = get_args(ChipRole)
PERSONAL = "personal"

COLUMNS = (
    Column("number", "", 2, "right", sort=False),
    Column("profile", "PROFILE", 14, sort=False),
    Column("wallet", "WALLET", 16, sort=False),
    Column("note", "", 8, grow=True, sort=False),
)


class Seat(NamedTuple):
    """A wallet that can be watched: a profile and one of its account's teams."""

    profile: Profile
    wallet: str
    is_used: bool


def chip_of(name: str, colour: str) -> ChipRole | None:
    """Return the colour of a profile's chip: the configured one, else always the same one for a name."""
    if not name:
        return None
    if f"chip-{colour}" in CHIPS:
        return cast("ChipRole", f"chip-{colour}")
    return CHIPS[crc32(name.encode()) % len(CHIPS)]


def profile_label(name: str, *, is_demo: bool = False) -> str:
    """Return the name where it says something: not that of the only profile that nobody named."""
    return "" if name == DEFAULT_PROFILE or is_demo else name


def seats(profiles: Sequence[Profile], teams: Sequence[Team]) -> tuple[Seat, ...]:
    """Return what can be watched: every team of the account in use, and the other profiles as configured.

    Args:
        profiles: The one in use first.
        teams: Of the account in use.
    """
    used, *others = profiles
    names: dict[TeamId | None, str] = {None: PERSONAL, **{team.id: team.name for team in teams}}
    if used.team_id not in names:
        names[used.team_id] = f"team {used.team_id}"
    found = [Seat(used.with_team(team_id), name, team_id == used.team_id) for team_id, name in names.items()]
    found += [
        Seat(one, PERSONAL if one.team_id is None else names.get(one.team_id, f"team {one.team_id}"), False)
        for one in others
    ]
    return tuple(found)


def seat_rows(found: Sequence[Seat]) -> tuple[Row, ...]:
    """Return one row a seat; its key is its place."""
    return tuple(
        Row(
            str(number),
            (
                Span(str(number + 1) if number < 9 else "", "accent"),
                _name(seat.profile),
                Span(seat.wallet, "title" if seat.is_used else "text"),
                _note(seat),
            ),
        )
        for number, seat in enumerate(found)
    )


def _name(profile: Profile) -> Styled:
    chip = chip_of(profile.name, profile.colour or "")
    return Span(profile.name) if chip is None else (Span(f"{CHIP} ", chip), Span(profile.name))


def _note(seat: Seat) -> Styled:
    profile = seat.profile
    parts = [profile.origin.partition("://")[2] or profile.origin]
    if profile.is_read_only:
        parts.append("read-only")
    note = Span(" · ".join(parts), "dim")
    return (Span("● in use  ", "good"), note) if seat.is_used else note


def account_lines(account: Account | None) -> list[Styled]:
    """Return whose key it is and what it may do."""
    if account is None:
        return [Span("This service does not say whose key it is.", "dim")]
    who = account.name or account.email or account.id
    mail = f" ({account.email})" if account.email and account.email != who else ""
    lines: list[Styled] = [(Span("The key belongs to "), Span(who, "title"), Span(f"{mail}."))]
    if account.is_banned:
        lines.append(Span("▲ The service says that this account is banned.", "bad"))
    if account.scopes is None:
        return [*lines, Span("The service does not say what it may do.", "dim")]
    for words, scopes in (
        ("reads and writes", [scope for scope in account.scopes if scope.write]),
        ("only reads", [scope for scope in account.scopes if scope.read and not scope.write]),
        ("may not touch", [scope for scope in account.scopes if not scope.read and not scope.write]),
    ):
        if scopes:
            lines.append((Span(f"  {words:<17} ", "dim"), Span(_names(scopes))))
    if account.can_write is False:
        lines.append(Span("▲ It may change nothing: prime-tui is read-only with it.", "warn"))
    return lines


def _names(scopes: Sequence[Scope]) -> str:
    return ", ".join(scope.name for scope in scopes)
