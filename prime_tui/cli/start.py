"""From the words of the command line to what the monitor is started with."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.given_key import key_from_input, take_environment_key, withdrawn_environment_key
from prime_tui.config.schema import Config
from prime_tui.config.settings import DemoOptions, Settings
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.errors import CredentialError, SettingsError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.paths import Paths

LEAST_CALLS_PER_H = 10


def settings_of(
    options: argparse.Namespace, environment: MutableMapping[str, str], paths: Paths, demo: DemoOptions | None
) -> Settings:
    """Return the settings; where a key may be, in a store, is not asked before the first frame.

    Raises:
        SettingsError: The configuration or an option cannot be used.
        CredentialError, StorageError: A key was given that cannot be used.
    """
    if options.calls_per_hour < LEAST_CALLS_PER_H:
        raise SettingsError(f"--calls-per-hour must be at least {LEAST_CALLS_PER_H}.")
    accounts = Accounts(paths, environment=environment, clock=SystemClock())
    profile, config = _demo_profile(options), Config(accounts.config_file.path)
    given: Found | None = Found(Secret("demo"), KeySource.NONE)
    if demo is None:
        inherited = take_environment_key(environment)
        config = accounts.config_file.load()
        profile, given = _profile_and_key(options, environment, accounts, inherited)
    else:
        withdrawn_environment_key(environment)  # a demo needs none, and its service is a child of ours
    return Settings(
        profile=profile,
        given=given,
        read_only=options.read_only,
        first_screen=options.screen,
        theme=options.theme,
        calls_per_h=options.calls_per_hour,
        demo=demo,
        is_dev=options.dev,
        has_clock=config.clock and not options.no_clock,
        away_paint_s=config.away_paint_s,
    )


def _profile_and_key(
    options: argparse.Namespace,
    environment: MutableMapping[str, str],
    accounts: Accounts,
    inherited: Found | None,
) -> tuple[Profile, Found | None]:
    given = _flag_key(options) or inherited
    if options.official is None:
        return accounts.first(options.profile, is_read_only=options.read_only), given
    from prime_tui.accounts.official_profiles import official_profile
    from prime_tui.persistence.official import read_official

    official = read_official(Path.home())
    chosen = official.named(options.official or environment.get("PRIME_CONTEXT", "").strip())
    if chosen is None or (chosen.key is None and given is None):
        problems = " ".join(official.problems)
        raise CredentialError(
            "The official client's configuration has no key that can be used.", hint=problems
        )
    profile = official_profile(chosen, accounts.config_file.load(), is_read_only=options.read_only)
    return profile, given or Found(chosen.key, KeySource.OFFICIAL)


def _flag_key(options: argparse.Namespace) -> Found | None:
    if options.api_key_file is not None:
        from prime_tui.persistence.credentials.key_file import key_from_file

        file: Path = options.api_key_file
        return Found(key_from_file(file), KeySource.FLAG, file=file.absolute())
    if not options.api_key_stdin:
        return None
    if os.isatty(0):
        hint = "Use it as `… | prime-tui --api-key-stdin`, or sign in with `prime-tui auth login`."
        raise CredentialError("--api-key-stdin wants a pipe.", hint=hint)
    found = Found(key_from_input(sys.stdin.fileno()), KeySource.FLAG)
    _read_keys_from_terminal()
    return found


def _read_keys_from_terminal() -> None:
    """Put the terminal in place of the pipe: from here on the input is what a person types."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        raise CredentialError("There is no terminal to read from after the key.") from None
    os.dup2(terminal, 0)
    os.close(terminal)


def _demo_profile(options: argparse.Namespace) -> Profile:
    return Profile(
        name="demo",
        account="demo",
        base_url="",
        origin="the simulated service",
        inference_url="",
        inference_origin="the simulated service",
        is_read_only=options.read_only,
    )
