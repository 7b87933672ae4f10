"""The configured profiles as a person writes them: a new one, other values, none any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.resolve import checked_name, resolve_profile
from prime_tui.config.schema import Config, ProfileSettings
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.profiles import DEFAULT_BASE_URL, DEFAULT_INFERENCE_URL, DEFAULT_PROFILE, Profile


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """What is written of a profile, without anything secret.

    Attributes:
        team: Empty for the personal wallet.
        colour: Empty for the one that belongs to the name.
    """

    name: str = ""
    base_url: str = DEFAULT_BASE_URL
    inference_url: str = DEFAULT_INFERENCE_URL
    team: str = ""
    colour: str = ""
    is_read_only: bool = False


class ProfileBook:
    """Writes profiles into the configuration; every call reads the file anew.

    Args:
        used: Says which profile is in use now.
    """

    def __init__(self, accounts: Accounts, used: Callable[[], Profile]) -> None:
        self._accounts = accounts
        self._used = used

    @property
    def path(self) -> str:
        """Where the configuration is."""
        return str(self._accounts.config_file.path)

    def written(self, name: str) -> ProfileDraft:
        """Return what the file says of a profile; what the environment says does not count.

        Raises:
            SettingsError, StorageError: The configuration cannot be used, or has no such profile.
        """
        config = self._accounts.config_file.load()
        if name not in config.profiles and name != DEFAULT_PROFILE:
            raise SettingsError(
                f"{config.path} has no profile {name}.", hint="K keeps its key and writes it down."
            )
        settings = config.profiles.get(name, ProfileSettings())
        return ProfileDraft(
            name,
            settings.base_url or DEFAULT_BASE_URL,
            settings.inference_url or DEFAULT_INFERENCE_URL,
            settings.team or "",
            settings.colour or "",
            bool(settings.read_only),
        )

    def add(self, draft: ProfileDraft) -> Profile:
        """Write a new profile and return it; it has no key yet.

        Raises:
            SettingsError, StorageError: A value cannot be used, the name is taken, or it cannot be written.
        """
        if checked_name(draft.name) == self._used().name:
            raise SettingsError(f"There is a profile {draft.name} already.", hint="Choose another name.")
        profile = self._checked(draft)
        values = {key: value for key, value in _values(draft).items() if value is not None}
        values |= {"base_url": draft.base_url, "inference_url": draft.inference_url}
        self._accounts.config_file.add_profile(draft.name, values, used=self._used().name)
        return profile

    def change(self, before: ProfileDraft, after: ProfileDraft) -> Profile:
        """Write what differs, and return the profile as it is now.

        A key of this session that was given for another address is no longer used.

        Raises:
            SettingsError, StorageError: A value cannot be used, or it cannot be written.
        """
        old, new = self._checked(before), self._checked(after)
        was, values = _values(before), _values(after)
        differing = {key: value for key, value in values.items() if value != was[key]}
        if differing:
            self._accounts.config_file.set_profile(after.name, differing)
        if new.origin != old.origin:
            self._accounts.keys.withdraw(after.name)
        return self._as_it_is(after.name, keeps_team=before.team == after.team)

    def _checked(self, draft: ProfileDraft) -> Profile:
        """Resolve a draft as if it were written."""
        settings = ProfileSettings(
            base_url=draft.base_url,
            inference_url=draft.inference_url,
            team=draft.team or None,
            colour=draft.colour or None,
            read_only=draft.is_read_only,
        )
        config = Config(self._accounts.config_file.path, profiles={draft.name: settings})
        return resolve_profile(config, draft.name, environment={})

    def _as_it_is(self, name: str, *, keeps_team: bool) -> Profile:
        """Resolve a profile; for the one in use, what the environment decided goes on counting."""
        config, used = self._accounts.config_file.load(), self._used()
        if name != used.name:
            return resolve_profile(config, name, environment={})
        counts = any(source in self._accounts.environment for source in used.sources.values())
        environment = self._accounts.environment if counts else {}
        profile = resolve_profile(config, name, environment=environment)
        return profile.with_team(used.team_id) if keeps_team else profile

    # -- removing ------------------------------------------------------------------

    def refuse_used(self, profile: Profile) -> None:
        """Do nothing for a profile that can be removed.

        Raises:
            SettingsError: It is in use.
        """
        if profile.name == self._used().name:
            raise SettingsError(f"The profile {profile.name} is in use.", hint="Watch another one first.")

    def sharing_key(self, profile: Profile) -> tuple[str, ...]:
        """Return the other profiles that use the same stored key.

        Raises:
            SettingsError, StorageError: The configuration cannot be used.
        """
        others = (one for one in self._accounts.all() if one.name != profile.name)
        return tuple(one.name for one in others if one.address == profile.address)

    async def remove_key(self, profile: Profile) -> tuple[StoreName, ...]:
        """Remove the stored key of a profile, and return where it was.

        Raises:
            StoreTrouble: The profile's store does not let go of it, or cannot be asked.
        """
        forgotten = await self._accounts.keys.forget(profile)
        for trouble in forgotten.unchecked:
            if trouble.store is profile.store:
                raise trouble
        return forgotten.removed

    def remove(self, profile: Profile) -> None:
        """Take a profile out of the configuration; its stored key stays where it is.

        Raises:
            SettingsError, StorageError: It is in use, or it cannot be written.
        """
        self.refuse_used(profile)
        # First what may fail and is asked for again: whoever gets the name later must not inherit it.
        self._accounts.consent.forget(profile.name)
        self._accounts.config_file.remove_profile(profile.name, used=self._used().name)
        self._accounts.keys.withdraw(profile.name)


def _values(draft: ProfileDraft) -> dict[str, str | bool | None]:
    """The keys of the file; None is what it shall not say."""
    return {
        "base_url": draft.base_url,
        "inference_url": draft.inference_url,
        "team": draft.team or None,
        "colour": draft.colour or None,
        "read_only": draft.is_read_only or None,
    }
