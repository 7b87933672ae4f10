"""Whose numbers are kept on disk, and whose calls are counted, as names."""

from __future__ import annotations

from prime_tui.domain.credentials import Found
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret


def fingerprint(key: Secret) -> str:
    """Return what tells keys apart and says nothing else about them."""
    import hashlib

    return hashlib.sha256(f"prime-tui {key.reveal()}".encode()).hexdigest()[:16]


def budget_name(profile: Profile, key: Secret | None) -> str:
    """Name the call budget: the service counts by key, whichever wallet is watched with it."""
    return f"{profile.origin} {'' if key is None else fingerprint(key)}"


def wallet_name(profile: Profile, at_hand: Found | None) -> str | None:
    """Name the wallet of a profile; None without a key.

    Args:
        profile: Whose wallet.
        at_hand: A key that is in no store of the profile. It may be of another account, whose numbers must
            not show, so the name is made from it.
    """
    account = profile.account
    if at_hand is not None and at_hand.key is not None:
        account = fingerprint(at_hand.key)
    elif profile.store is None:
        return None
    return f"{_of_account(profile, account)}{profile.team_id or 'personal'}"


def names_begin(profile: Profile) -> str:
    """Return how the names of all wallets begin that the profile's stored key opens."""
    return _of_account(profile, profile.account)


def _of_account(profile: Profile, account: str) -> str:
    return f"{profile.base_url} {account} "
