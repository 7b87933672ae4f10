"""What the program is started with, from the command line and the environment."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

from prime_tui.domain.errors import SettingsError
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret

DEFAULT_BASE_URL = "https://api.primeintellect.ai"
DEFAULT_INFERENCE_URL = "https://api.pinference.ai/api/v1"
DEFAULT_CALLS_PER_H = 1000
KEY_VARIABLE = "PRIME_API_KEY"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Which simulated world is watched instead of the service."""

    scenario: str = "calm"
    seed: int = 1
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided before the start.

    Attributes:
        api_key: None only for a demo.
        calls_per_h: Our own limit on calls of the platform and inference APIs together.
    """

    api_key: Secret | None
    base_url: str = DEFAULT_BASE_URL
    inference_url: str = DEFAULT_INFERENCE_URL
    team_id: TeamId | None = None
    first_screen: str = "wallet"
    theme: str | None = None
    is_read_only: bool = False
    calls_per_h: int = DEFAULT_CALLS_PER_H
    demo: DemoOptions | None = None


def take_key(environment: MutableMapping[str, str]) -> Secret | None:
    """Return the key of the environment and remove it, so that no child process inherits it."""
    value = environment.pop(KEY_VARIABLE, "").strip()
    return Secret(value) if value else None


def _first_set(environment: Mapping[str, str], *names: str) -> str | None:
    return next((value for name in names if (value := environment.get(name, "").strip())), None)


def from_environment(
    environment: MutableMapping[str, str],
    *,
    first_screen: str,
    theme: str | None,
    is_read_only: bool,
    calls_per_h: int,
    demo: DemoOptions | None,
) -> Settings:
    """Join the command line with the official client's variables.

    Raises:
        SettingsError: A value cannot be used.
    """
    if calls_per_h < 10:
        raise SettingsError("--calls-per-hour must be at least 10.")
    team = _first_set(environment, "PRIME_TEAM_ID")
    key = take_key(environment)
    return Settings(
        api_key=key,
        base_url=_first_set(environment, "PRIME_API_BASE_URL", "PRIME_BASE_URL") or DEFAULT_BASE_URL,
        inference_url=_first_set(environment, "PRIME_INFERENCE_URL") or DEFAULT_INFERENCE_URL,
        team_id=TeamId(team) if team is not None and demo is None else None,
        first_screen=first_screen,
        theme=theme,
        is_read_only=is_read_only,
        calls_per_h=calls_per_h,
        demo=demo,
    )
