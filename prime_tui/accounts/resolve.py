"""From configuration, environment and command line to one complete profile."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prime_tui.api.origin import BaseUrl, inference_base, platform_base
from prime_tui.config.schema import FILE_NAME, PROFILE_NAME, Config, ProfileSettings
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.profiles import DEFAULT_BASE_URL, DEFAULT_INFERENCE_URL, DEFAULT_PROFILE, Profile
from prime_tui.domain.text import clean_key, clean_name

PROFILE_VARIABLE = "PRIME_TUI_PROFILE"
BASE_URL_VARIABLES = ("PRIME_API_BASE_URL", "PRIME_BASE_URL")
INFERENCE_URL_VARIABLES = ("PRIME_INFERENCE_URL",)
TEAM_VARIABLES = ("PRIME_TEAM_ID",)
BY_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Value:
    """A value and where it comes from."""

    text: str | None
    source: str


class _Sources:
    """Looks a value up: command line, then environment, then profile, then default."""

    def __init__(
        self, name: str, flags: ProfileSettings, settings: ProfileSettings, environment: Mapping[str, str]
    ) -> None:
        self._flags = flags
        self._settings = settings
        self._environment = environment
        self._table = f"{FILE_NAME} [profiles.{name}]"

    def given(self, key: str) -> _Value | None:
        """Return what the command line says."""
        value = getattr(self._flags, key)
        return None if value is None else _Value(value, f"--{key.replace('_', '-')}")

    def inherited(self, variables: tuple[str, ...]) -> _Value | None:
        """Return the first variable that is not blank."""
        for name in variables:
            value = clean_name(self._environment.get(name, ""))
            if value:
                return _Value(value, name)
        return None

    def configured(self, key: str, default: str | None = None) -> _Value:
        """Return what the profile says, or the default."""
        value = getattr(self._settings, key)
        return _Value(default, BY_DEFAULT) if value is None else _Value(value, self._table)


def choose_name(config: Config, wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the name of the profile to start with.

    Raises:
        SettingsError: There is no such profile, or there are several and none is the default.
    """
    name = wanted or clean_name(environment.get(PROFILE_VARIABLE, "")) or config.default_profile
    if name is not None:
        if name in config.profiles or (name == DEFAULT_PROFILE and not config.profiles):
            return name
        near = difflib.get_close_matches(name, list(config.profiles), n=1, cutoff=0.5)
        known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(config.profiles) or 'none'}."
        hint = f"{known} `prime-tui auth login --profile NAME` makes one."
        raise SettingsError(f"{config.path} has no profile {clean_key(name)!r}.", hint=hint)
    if not config.profiles or DEFAULT_PROFILE in config.profiles:
        return DEFAULT_PROFILE
    if len(config.profiles) == 1:
        return next(iter(config.profiles))
    raise SettingsError(
        f"{config.path} has several profiles and no default.",
        hint=f"Give --profile or set default_profile to one of: {', '.join(config.profiles)}.",
    )


def checked_name(name: str) -> str:
    """Return the name of a profile that may be new.

    Raises:
        SettingsError: It has characters that such a name must not have.
    """
    if not PROFILE_NAME.match(name):
        raise SettingsError("A profile name has only letters, digits, _ and -, at most 64 of them.")
    return name


def resolve_profile(
    config: Config,
    name: str,
    *,
    environment: Mapping[str, str],
    flags: ProfileSettings = ProfileSettings(),  # noqa: B008 - it is frozen
    is_read_only: bool = False,
) -> Profile:
    """Return the profile with every value decided and its addresses checked.

    Args:
        config: The configuration.
        name: Of a profile; one that is not configured has only defaults.
        environment: Counts for the profile that the program starts with; give an empty one for the others.
        flags: What the command line says; it counts as configured.
        is_read_only: Whether the command line asks for it; it cannot be taken back by the profile.

    Raises:
        SettingsError: An address is not one that a key may be sent to; the message says where it comes from.
    """
    settings = config.profiles.get(name, ProfileSettings())
    look = _Sources(name, flags, settings, environment)
    addresses = _addresses(look)
    account = look.configured("account", name)
    team = look.given("team") or look.inherited(TEAM_VARIABLES) or look.configured("team")
    store = look.given("store") or look.configured("store")
    key_path = look.configured("ssh_key")
    colour = look.configured("colour")
    read_only = _Value("", "--read-only") if is_read_only else look.configured("read_only")
    return Profile(
        name=name,
        account=account.text or name,
        base_url=str(addresses.base),
        origin=str(addresses.base.origin),
        inference_url=str(addresses.inference),
        inference_origin=str(addresses.inference.origin),
        team_id=None if team.text is None else TeamId(team.text),
        store=None if store.text is None else StoreName(store.text),
        credential_command=settings.credential_command or (),
        allow_plaintext=bool(settings.allow_plaintext),
        colour=colour.text,
        is_read_only=is_read_only or bool(settings.read_only),
        ssh_key_path=None if key_path.text is None else os.path.expanduser(key_path.text),  # noqa: PTH111
        sources={
            **addresses.sources,
            "account": account.source,
            "team": team.source,
            "store": store.source,
            "colour": colour.source,
            "read_only": read_only.source,
            "ssh_key": key_path.source,
        },
        own_origins=addresses.own_origins,
    )


@dataclass(frozen=True, slots=True)
class _Addresses:
    base: BaseUrl
    inference: BaseUrl
    sources: dict[str, str]
    own_origins: tuple[str, str]


def _addresses(look: _Sources) -> _Addresses:
    own_base = look.given("base_url") or look.configured("base_url", DEFAULT_BASE_URL)
    own_inference = look.given("inference_url") or look.configured("inference_url", DEFAULT_INFERENCE_URL)
    base = look.given("base_url") or look.inherited(BASE_URL_VARIABLES) or own_base
    inference = look.given("inference_url") or look.inherited(INFERENCE_URL_VARIABLES) or own_inference
    return _Addresses(
        _checked(platform_base, base),
        _checked(inference_base, inference),
        {"base_url": base.source, "inference_url": inference.source},
        (
            str(_checked(platform_base, own_base).origin),
            str(_checked(inference_base, own_inference).origin),
        ),
    )


def _checked(check: Callable[[str], BaseUrl], value: _Value) -> BaseUrl:
    try:
        return check(value.text or "")
    except SettingsError as error:
        message = error.message if value.source == BY_DEFAULT else f"{value.source}: {error.message}"
        raise SettingsError(message, hint=error.hint) from None
