"""Which things belong to the wallet in view.

The lists of pods and disks have no team parameter, so the filter is ours: a team's wallet counts what carries
its id; the personal one counts what carries no team and is ours (or does not say whose it is).
"""

from __future__ import annotations

from typing import Protocol

from prime_tui.domain.ids import TeamId, UserId
from prime_tui.store.store import Store


class Owned(Protocol):
    """Something that carries an owner."""

    @property
    def team_id(self) -> TeamId | None:
        """The team that pays; None is personal."""
        ...

    @property
    def user_id(self) -> UserId | None:
        """Who made it; None when the service does not say."""
        ...


def is_mine(store: Store, thing: Owned) -> bool:
    """Whether the thing was made by the key's own user, as far as we know."""
    account = store.account.value
    return account is None or thing.user_id is None or thing.user_id == account.id


def in_wallet(store: Store, thing: Owned) -> bool:
    """Whether the thing is paid from the wallet in view."""
    team_id = store.session.wallet.team_id
    if team_id is not None:
        return thing.team_id == team_id
    return thing.team_id is None and is_mine(store, thing)
