"""Which profile is in use with which key, and every way to change that from inside the program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.key_in_use import KeyInUse
from prime_tui.accounts.profile_book import ProfileBook
from prime_tui.accounts.ssh_key import SshKey, find_ssh_key
from prime_tui.config.schema import ProfileSettings
from prime_tui.domain.account import Account
from prime_tui.domain.credentials import KeySource, StoreChoice, StoreName
from prime_tui.domain.errors import MethodNotAllowed, NotFound, SettingsError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret

if TYPE_CHECKING:
    from prime_tui.persistence.official import OfficialConfig, OfficialEnvironment


class AccountDesk:
    """Where one signs in and changes profiles. It connects to nothing but for checking a key.

    Attributes:
        key: The key in use, with its profile.
        consent: Whether it may go to the inference API.
        book: Writes profiles down.

    Args:
        profile: The one to start with.
        home: Where the official client's configuration is; read on request only.
        is_read_only: Whether the command line asks for it: no profile takes that back.
        is_demo: A simulated world has no other profiles, and nothing to sign in to.
        warnings: Sentences that whoever gives a key should read first.
    """

    def __init__(
        self,
        accounts: Accounts,
        profile: Profile,
        home: Path,
        *,
        is_read_only: bool = False,
        is_demo: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._accounts = accounts
        self._home = home
        self._is_read_only = is_read_only
        self.is_demo = is_demo
        self.warnings = warnings
        self.keys = accounts.keys
        self.key = KeyInUse(accounts.keys, profile, self.check)
        self.consent = accounts.consent
        self.book = ProfileBook(accounts, lambda: self.profile)

    @property
    def profile(self) -> Profile:
        """The profile in use."""
        return self.key.profile

    def take(self, profile: Profile) -> KeyInUse:
        """Make another profile, team or address the one in use; its key is looked for by whoever connects."""
        self.key = KeyInUse(self.keys, self._restrained(profile), self.check)
        return self.key

    # -- profiles ------------------------------------------------------------------

    def profiles(self) -> tuple[Profile, ...]:
        """Return the profile in use first, then the configured ones.

        Raises:
            SettingsError, StorageError: The configuration cannot be used.
        """
        if self.is_demo:
            return (self.profile,)
        others = [one for one in self._accounts.all() if one.name != self.profile.name]
        return (self.profile, *(self._restrained(one) for one in others))

    def described(self, base_url: str, inference_url: str, team: str) -> Profile:
        """Return the profile in use with what a person typed; unchanged values keep their origin.

        Raises:
            SettingsError, StorageError: An address is not one that a key may be sent to.
        """
        said = self._said(base_url, inference_url)
        profile = self.profile
        if said.base_url is not None or said.inference_url is not None:
            described = self._accounts.described(profile.name, said)
            profile = self._restrained(replace(described, is_read_only=profile.is_read_only))
        return profile.with_team(TeamId(team) if team else None)

    def _said(self, base_url: str, inference_url: str) -> ProfileSettings:
        if base_url == self.profile.base_url and inference_url == self.profile.inference_url:
            return ProfileSettings()
        return ProfileSettings(base_url=base_url, inference_url=inference_url)

    def _restrained(self, profile: Profile) -> Profile:
        return replace(profile, is_read_only=profile.is_read_only or self._is_read_only)

    def ssh_key(self) -> SshKey | None:
        """Return the private key for pods of the profile in use; None leaves the choice to ssh.

        Raises:
            StorageError: One is named that cannot be used.
        """
        return find_ssh_key(self.profile, self._accounts.environment, self._home)

    # -- signing in ----------------------------------------------------------------

    async def check(self, profile: Profile, key: Secret) -> Account | None:
        """Ask the service whose key it is; None when this service cannot tell.

        Raises:
            PrimeError: The key is refused, or nobody answers.
        """
        try:
            return await self._accounts.check(profile, key)
        except (NotFound, MethodNotAllowed):
            return None

    async def stores(self) -> tuple[StoreChoice, ...]:
        """Return where a key may be kept, probed now; takes at most some seconds."""
        return await self.keys.stores(self.profile)

    def permitted(self, profile: Profile, choices: Iterable[StoreChoice]) -> tuple[StoreChoice, ...]:
        """Return the stores that a new key may go to.

        A key for an address that comes from the environment is never stored: only this session is left.
        """
        writable = tuple(one for one in choices if one.name is not StoreName.COMMAND)
        if profile.may_use_stored_key:
            return writable
        return tuple(one for one in writable if one.name is StoreName.MEMORY)

    async def keep(
        self, profile: Profile, store: StoreName, key: Secret, passphrase: Secret | None = None
    ) -> Profile:
        """Keep a checked key and return the profile that finds it; changed addresses are written down too.

        Raises:
            StoreTrouble, SettingsError, StorageError: It is not kept there, nor anywhere else.
        """
        if store is StoreName.MEMORY:
            return await self.keys.keep(profile, store, key)
        self._refuse_other_address(profile)
        kept = await self.keys.keep(profile, store, key, passphrase)
        used, is_new = self.profile, profile.name != self.profile.name
        self._accounts.write_down(
            kept,
            ProfileSettings(
                base_url=kept.base_url if is_new or kept.base_url != used.base_url else None,
                inference_url=kept.inference_url
                if is_new or kept.inference_url != used.inference_url
                else None,
                team=kept.team_id if is_new or kept.team_id != used.team_id else None,
            ),
        )
        return kept

    def _refuse_other_address(self, profile: Profile) -> None:
        """A profile that is configured with another address is not overwritten from outside."""
        known = {one.name: one for one in self._accounts.all()}.get(profile.name)
        if profile.name != self.profile.name and known is not None and known.origin != profile.origin:
            raise SettingsError(
                f"There is a profile {profile.name} with another address already ({known.origin}).",
                hint=f"Rename it in {self._accounts.config_file.path}, or use the key for this session only.",
            )

    # -- the official client -------------------------------------------------------

    def official(self) -> OfficialConfig:
        """Read the official client's configuration; nothing there is written."""
        from prime_tui.persistence.official import read_official

        return read_official(self._home)

    def official_profile(self, environment: OfficialEnvironment) -> Profile:
        """Return an environment as a profile with its own addresses.

        Raises:
            SettingsError, StorageError: An address or our configuration cannot be used.
        """
        from prime_tui.accounts.official_profiles import official_profile

        return self._restrained(official_profile(environment, self._accounts.config_file.load()))

    def use_official(self, profile: Profile, key: Secret) -> None:
        """Use the official client's key for this session, without keeping it."""
        self.keys.use(profile, key, KeySource.OFFICIAL)
