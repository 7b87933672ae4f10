"""The one object behind signing in, switching profiles and `prime-tui auth`."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prime_tui.accounts.config_file import ConfigFile
from prime_tui.accounts.inference_consent import InferenceConsent
from prime_tui.accounts.resolve import choose_name, resolve_profile
from prime_tui.config.schema import Config, ProfileSettings
from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Found
from prime_tui.domain.errors import PrimeError, StorageError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_ring import KeyRing
from prime_tui.persistence.paths import Paths

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

CHECK_CALLS_PER_H = 100


class Accounts:
    """Profiles and their keys.

    Attributes:
        keys: Finds, keeps and forgets keys.
        environment: The variables that the program was started with, without the key.
        config_file: Where profiles are written down.
        consent: Whether keys may go to inference APIs.
        redactor: Knows every secret that was seen.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        environment: Mapping[str, str],
        clock: Clock,
        given: Mapping[str, Found] | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            paths: Where the configuration and the encrypted file are.
            environment: Counts for the profile that the program starts with.
            clock: For the pause after a store that was silent.
            given: Keys from the command line or the environment, by profile.
            redactor: Learns every secret.
        """
        self.redactor = redactor or Redactor()
        self.config_file = ConfigFile(paths.config_dir)
        self.consent = InferenceConsent(paths.consents_file)
        self._clock = clock
        self.environment = environment
        self.keys = KeyRing(
            paths.state_dir,
            clock=clock,
            environment=environment,
            given=given,
            remember=self._remember_store,
            redactor=self.redactor,
        )

    def first(self, wanted: str | None, *, is_read_only: bool = False) -> Profile:
        """Return the profile to start with; the environment may change its addresses and its team.

        Raises:
            SettingsError, StorageError: The configuration cannot be used, or has no such profile.
        """
        config = self.config_file.load()
        name = choose_name(config, wanted, self.environment)
        return resolve_profile(config, name, environment=self.environment, is_read_only=is_read_only)

    def all(self) -> tuple[Profile, ...]:
        """Return the configured profiles as they are written, for switching between them.

        Raises:
            SettingsError, StorageError: The configuration cannot be used.
        """
        config = self.config_file.load()
        return tuple(resolve_profile(config, name, environment={}) for name in config.profiles)

    def described(self, name: str, flags: ProfileSettings, config: Config | None = None) -> Profile:
        """Return a profile, new or known, with what the command line or a form says of it.

        Raises:
            SettingsError, StorageError: The configuration or an address cannot be used.
        """
        known = self.config_file.load() if config is None else config
        return resolve_profile(known, name, environment=self.environment, flags=flags)

    def write_down(self, profile: Profile, flags: ProfileSettings) -> None:
        """Write what was said of a profile, and the store of its key, into the configuration.

        Raises:
            SettingsError, StorageError: It cannot be written.
        """
        said = {"base_url": flags.base_url, "inference_url": flags.inference_url, "team": flags.team}
        self.config_file.set_profile(profile.name, {key: value for key, value in said.items() if value})

    async def check(self, profile: Profile, key: Secret) -> Account:
        """Ask the service whose key it is; the key goes to the profile's address only.

        Raises:
            PrimeError: The service refuses the key, or cannot be reached.
        """
        async with self.client(profile, key) as client:
            return await client.account.whoami()

    @asynccontextmanager
    async def client(self, profile: Profile, key: Secret) -> AsyncIterator[PrimeClient]:
        """Give a client that only reads, for looking at an account that is not (yet) in use."""
        self.redactor.add(key)
        # Slow to import, and the monitor does that after its first frame.
        client_module = importlib.import_module("prime_tui.api.client")
        budget_module = importlib.import_module("prime_tui.api.budget")
        client = client_module.PrimeClient(
            base_url=profile.base_url,
            inference_url=profile.inference_url,
            api_key=lambda: key,
            inference_key=self.consent.guarded(lambda: key, profile),
            team_id=profile.team_id,
            budget=budget_module.CallBudget(self._clock, CHECK_CALLS_PER_H),
            clock=self._clock,
            read_only=True,
        )
        try:
            yield client
        finally:
            await client.aclose()

    def _remember_store(self, profile: Profile) -> None:
        if profile.store is None:
            return
        try:
            self.config_file.set_profile(profile.name, {"store": profile.store.value})
        except PrimeError as error:
            line = f'store = "{profile.store}"'
            raise StorageError(
                f"The key is kept in the store {profile.store}, but that cannot be written down: {error}",
                hint=f"Put {line} into [profiles.{profile.name}] of {self.config_file.path}.",
            ) from error
