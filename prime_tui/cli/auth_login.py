"""`prime-tui auth login` and `prime-tui auth import`: checked first, then kept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.given_key import passphrase_from_file
from prime_tui.accounts.official_profiles import official_profile
from prime_tui.accounts.resolve import checked_name, choose_name
from prime_tui.cli.ask import ask_secret
from prime_tui.cli.auth_status import key_option
from prime_tui.cli.outcome import ERROR, NOT_AUTHORISED, OK, USAGE, code_of, complain
from prime_tui.config.schema import ProfileSettings
from prime_tui.domain.account import Account
from prime_tui.domain.credentials import StoreChoice, StoreName, key_from_text
from prime_tui.domain.errors import CredentialError, PrimeError, SettingsError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.official import OfficialConfig, read_official

GOOD_PASSPHRASE = 12


async def login(options: argparse.Namespace, accounts: Accounts) -> int:
    """Check a key and keep it; the store is tried before the key is asked for, so that none is lost."""
    flags = ProfileSettings(base_url=options.base_url, inference_url=options.inference_url, team=options.team)
    profile = accounts.described(_profile_name(options, accounts), flags)
    if not profile.may_use_stored_key:
        raise SettingsError(
            f"The address {profile.origin} comes from {profile.sources['base_url']}; a stored key belongs to"
            " an address of the configuration.",
            hint=f"Unset the variable, or say it: --base-url {profile.base_url}",
        )
    choice = await _choose_store(options, accounts, profile)
    if isinstance(choice, str):
        return complain(choice, ERROR)
    passphrase = await _passphrase(options, accounts, choice.name)
    key = key_option(options) or key_from_text(ask_secret(f"API key for {profile.origin}: ").reveal())
    if not options.no_verify:
        _greet(await accounts.check(profile, key))
    await accounts.keys.keep(profile, choice.name, key, passphrase)
    if choice.name is StoreName.MEMORY:
        sys.stdout.write("Nothing was kept: the store 'memory' lasts as long as one running prime-tui.\n")
        return OK
    accounts.write_down(profile, flags)
    sys.stdout.write(f"Kept for profile {profile.name} ({profile.origin}). {choice.note}\n")
    if options.trust_inference:
        accounts.consent.give(profile)
    elif not accounts.consent.is_given(profile):
        sys.stdout.write(
            f"It is not sent to {profile.inference_origin} before you agree: the chat asks, or say"
            " --trust-inference here.\n"
        )
    return OK


async def take_over(options: argparse.Namespace, accounts: Accounts, home: Path) -> int:
    """Keep the keys of the official client's environments, each as a profile with its own address."""
    official = read_official(home)
    for problem in official.problems:
        sys.stderr.write(f"{problem}\n")
    profiles = _wanted(options.names, official, accounts)
    if not profiles:
        return complain("nothing to import: the official client's configuration has no key.", NOT_AUTHORISED)
    choice = await _choose_store(options, accounts, profiles[0][0])
    if isinstance(choice, str):
        return complain(choice, ERROR)
    if choice.name is StoreName.MEMORY:
        return complain("the store 'memory' keeps nothing; choose another one to import into.", USAGE)
    passphrase = await _passphrase(options, accounts, choice.name)
    worst = OK
    for profile, key in profiles:
        try:
            if not options.no_verify:
                _greet(await accounts.check(profile, key))
            accounts.write_down(profile, _settings_of(profile))
            await accounts.keys.keep(profile, choice.name, key, passphrase)
        except PrimeError as error:
            worst = complain(f"{profile.name}: {error}", code_of(error))
        else:
            sys.stdout.write(f"Imported {profile.name} ({profile.origin}). {choice.note}\n")
    return worst


def _wanted(names: list[str], official: OfficialConfig, accounts: Accounts) -> list[tuple[Profile, Secret]]:
    known = {one.name for one in official.environments}
    for name in names:
        if name not in known:
            hint = f"There are: {', '.join(sorted(known)) or 'none'}."
            raise SettingsError(
                f"The official client has no environment {name!r} that can be used.", hint=hint
            )
    config = accounts.config_file.load()
    ours = {one.name: one for one in accounts.all()}
    wanted = []
    for one in official.environments:
        if one.key is None or (names and one.name not in names):
            continue
        profile = official_profile(one, config)
        mine = ours.get(profile.name)
        if mine is not None and mine.origin != profile.origin:
            raise SettingsError(
                f"The profile {profile.name} is there already with another address ({mine.origin}).",
                hint=f"Rename it in {config.path}, or name the environments to import.",
            )
        wanted.append((profile, one.key))
    return wanted


def _settings_of(profile: Profile) -> ProfileSettings:
    return ProfileSettings(
        base_url=profile.base_url, inference_url=profile.inference_url, team=profile.team_id
    )


def _profile_name(options: argparse.Namespace, accounts: Accounts) -> str:
    """Return the wanted profile, which may be new, or the one that the program would start with."""
    if options.profile is not None:
        return checked_name(options.profile)
    return choose_name(accounts.config_file.load(), None, accounts.environment)


async def _choose_store(
    options: argparse.Namespace, accounts: Accounts, profile: Profile
) -> StoreChoice | str:
    """Return the store to use, or the sentence that says why there is none."""
    wanted = StoreName(options.store) if options.store else profile.store
    choices = {one.name: one for one in await accounts.keys.stores(profile)}
    if wanted is None:
        found = choices[StoreName.SECRET_SERVICE]
        if found.is_available:
            return found
        lines = [f"  --store {one.name:<15} {one.note}" for one in choices.values() if one.is_available]
        return "\n".join([found.note, "The key is not kept in plain text. Choose a store:", *lines])
    chosen = choices.get(wanted)
    if chosen is None:
        return f"the store {wanted} is not permitted for profile {profile.name}; see allow_plaintext."
    return chosen if chosen.is_available else chosen.note


async def _passphrase(options: argparse.Namespace, accounts: Accounts, store: StoreName) -> Secret | None:
    """Return the passphrase of the encrypted file, None for another store; a wrong one ends here."""
    if store is not StoreName.FILE:
        return None
    exists = await accounts.keys.has_file()
    if options.passphrase_file is not None:
        passphrase = passphrase_from_file(options.passphrase_file)
    elif exists:
        passphrase = ask_secret("Passphrase of the encrypted file: ")
    else:
        passphrase = ask_secret("New passphrase for the encrypted file (12 characters or more): ")
        if ask_secret("Again: ") != passphrase:
            raise CredentialError("The two passphrases differ.")
    if exists:
        await accounts.keys.unlock(passphrase)
    elif len(passphrase.reveal()) < GOOD_PASSPHRASE:
        sys.stderr.write(f"That passphrase is short; {GOOD_PASSPHRASE} characters or more are better.\n")
    return passphrase


def _greet(account: Account) -> None:
    """Say whose key it is and what it may do."""
    sys.stdout.write(f"The key belongs to {account.name or account.email or account.id}.\n")
    if account.scopes is None:
        return
    for scope in account.scopes:
        may = " and ".join(word for word, yes in (("read", scope.read), ("write", scope.write)) if yes)
        sys.stdout.write(f"  {scope.name:<14} {may or 'nothing'}\n")
    if not account.can_write:
        sys.stdout.write("It may change nothing: prime-tui will be read-only with it.\n")
