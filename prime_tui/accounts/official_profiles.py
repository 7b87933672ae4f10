"""Environments of the official client as profiles of ours."""

from __future__ import annotations

from dataclasses import replace

from prime_tui.accounts.resolve import resolve_profile
from prime_tui.config.schema import PROFILE_NAME, Config, ProfileSettings
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.profiles import Profile
from prime_tui.persistence.official import OfficialEnvironment


def official_profile(
    environment: OfficialEnvironment, config: Config, *, is_read_only: bool = False
) -> Profile:
    """Return a profile with the addresses and the team of an official environment.

    Its key belongs to its own addresses: neither ours nor those of the environment's variables are used.

    Raises:
        SettingsError: Its name or an address cannot be used.
    """
    if not PROFILE_NAME.match(environment.name):
        raise SettingsError(f"{environment.path}: the name has characters that a profile must not have.")
    flags = ProfileSettings(
        base_url=environment.base_url,
        inference_url=environment.inference_url,
        team=environment.team_id,
    )
    empty = Config(config.path)
    try:
        profile = resolve_profile(
            empty, environment.name, environment={}, flags=flags, is_read_only=is_read_only
        )
    except SettingsError as error:
        raise SettingsError(f"{environment.path}: {error.message}", hint=error.hint) from None
    file = str(environment.path)
    sources = {key: file if source.startswith("--") else source for key, source in profile.sources.items()}
    return replace(profile, sources=sources)
