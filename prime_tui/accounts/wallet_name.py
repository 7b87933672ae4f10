"""Whose numbers are kept on disk, as a name."""

from __future__ import annotations

from prime_tui.domain.credentials import Found
from prime_tui.domain.profiles import Profile


def wallet_name(profile: Profile, at_hand: Found | None) -> str | None:
    """Name the wallet of a profile; None without a key.

    Args:
        profile: Whose wallet.
        at_hand: A key that is in no store of the profile. It may be of another account, whose numbers must
            not show, so the name is made from it.
    """
    account = profile.account
    if at_hand is not None and at_hand.key is not None:
        import hashlib

        account = hashlib.sha256(f"prime-tui {at_hand.key.reveal()}".encode()).hexdigest()[:16]
    elif profile.store is None:
        return None
    return f"{_of_account(profile, account)}{profile.team_id or 'personal'}"


def names_begin(profile: Profile) -> str:
    """Return how the names of all wallets begin that the profile's stored key opens."""
    return _of_account(profile, profile.account)


def _of_account(profile: Profile, account: str) -> str:
    return f"{profile.base_url} {account} "
