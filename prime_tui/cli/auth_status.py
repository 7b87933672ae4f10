"""`prime-tui auth status` and `prime-tui auth logout`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.given_key import key_from_input, passphrase_from_file
from prime_tui.accounts.wallet_name import names_begin
from prime_tui.cli.ask import ask_secret
from prime_tui.cli.outcome import ERROR, NOT_AUTHORISED, OK
from prime_tui.domain.credentials import Found, KeySource, Reason, StoreName, StoreTrouble
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.key_file import key_from_file
from prime_tui.persistence.last_frame import forget_frames
from prime_tui.persistence.last_known import forget_wallets
from prime_tui.persistence.paths import Paths

DASHBOARD = "https://app.primeintellect.ai"
_FROM = {
    KeySource.FLAG: "from the command line's file or pipe, not stored",
    KeySource.ENV: "from PRIME_API_KEY, not stored",
    KeySource.OFFICIAL: "from the official client's configuration",
    KeySource.STORE: "from the store",
    KeySource.NONE: "none",
}


def key_option(options: argparse.Namespace) -> Secret | None:
    """Return the key that `--api-key-file` or `--api-key-stdin` gives, None without them.

    Raises:
        CredentialError, StorageError: There is none in it.
    """
    if options.api_key_file is not None:
        return key_from_file(options.api_key_file)
    if options.api_key_stdin:
        return ask_secret("API key: ") if sys.stdin.isatty() else key_from_input(sys.stdin.fileno())
    return None


async def find_stored(options: argparse.Namespace, accounts: Accounts, profile: Profile) -> Found:
    """Look into the profile's store; trouble with the passphrase is a result like any other."""
    try:
        await _unlock_file(options, accounts, profile)
    except StoreTrouble as trouble:
        return Found(None, KeySource.NONE, trouble.store, trouble.reason, str(trouble))
    return await accounts.keys.find(profile)


async def _unlock_file(options: argparse.Namespace, accounts: Accounts, profile: Profile) -> None:
    """Unlock the encrypted file with `--passphrase-file`, when the profile's key is in it."""
    if profile.store is StoreName.FILE and options.passphrase_file is not None:
        passphrase = passphrase_from_file(options.passphrase_file)
        if await accounts.keys.wants_passphrase(StoreName.FILE):
            await accounts.keys.unlock(passphrase)


async def status(options: argparse.Namespace, accounts: Accounts, inherited: Found | None) -> int:
    """Print which key would be used."""
    profile = accounts.first(options.profile)
    flag = key_option(options)
    found = Found(flag, KeySource.FLAG) if flag is not None else inherited
    if found is None:
        found = await find_stored(options, accounts, profile)
    if options.json:
        sys.stdout.write(json.dumps(_as_json(profile, found), indent=1) + "\n")
    else:
        sys.stdout.write(_as_text(profile, found, is_agreed=accounts.consent.is_given(profile)))
    return OK if found.key is not None else NOT_AUTHORISED


def _as_json(profile: Profile, found: Found) -> dict[str, object]:
    return {
        "profile": profile.name,
        "origin": profile.origin,
        "inference_origin": profile.inference_origin,
        "team": profile.team_id,
        "has_key": found.key is not None,
        "source": found.source.value,
        "store": None if profile.store is None else profile.store.value,
        "reason": None if found.reason is None else found.reason.value,
        "read_only": profile.is_read_only,
    }


def _as_text(profile: Profile, found: Found, *, is_agreed: bool) -> str:
    unagreed = "" if is_agreed else "; the key is not sent there before you agree in the chat"
    key = _FROM[found.source] if found.key is not None else f"none. {found.message}"
    rows = (
        ("profile", profile.name),
        ("address", f"{profile.base_url}  ({profile.sources['base_url']})"),
        ("inference", f"{profile.inference_url}  ({profile.sources['inference_url']}){unagreed}"),
        ("wallet", f"team {profile.team_id}  ({profile.sources['team']})" if profile.team_id else "your own"),
        ("store", profile.store or "none chosen"),
        ("key", key),
        ("read-only", "yes" if profile.is_read_only else "no"),
    )
    return "".join(f"{name:<10} {value}\n" for name, value in rows)


async def logout(options: argparse.Namespace, accounts: Accounts, paths: Paths) -> int:
    """Remove the key of a profile, or everything."""
    if options.all:
        return await _logout_all(accounts, paths)
    profile = accounts.first(options.profile)
    await _unlock_file(options, accounts, profile)
    if profile.store is StoreName.FILE and await accounts.keys.wants_passphrase(StoreName.FILE):
        await accounts.keys.unlock(ask_secret("Passphrase of the encrypted file: "))
    forgotten = await accounts.keys.forget(profile)
    for name in forgotten.removed:
        sys.stdout.write(
            f"Removed the key of {profile.account} for {profile.origin} from the store {name}.\n"
        )
    if not forgotten.removed:
        sys.stdout.write(f"No store gave up a key of {profile.account} for {profile.origin}.\n")
    for trouble in forgotten.unchecked:
        sys.stderr.write(f"Not checked, may still hold a copy: {trouble}\n")
    kept = _forget_answers(profile, paths)
    for text in kept:
        sys.stderr.write(f"Not removed: {text}\n")
    if forgotten.removed:
        _say_what_stays()
    return ERROR if kept or profile.store in {one.store for one in forgotten.unchecked} else OK


def _forget_answers(profile: Profile, paths: Paths) -> list[str]:
    """Remove what the service said of the account: it would be on the screen at the next start.

    Returns:
        Why some of it is still there.
    """
    wallets = partial(forget_wallets, paths.database_file, names_begin(profile))
    return _problems([wallets, partial(forget_frames, paths.state_dir)])


async def _logout_all(accounts: Accounts, paths: Paths) -> int:
    unchecked: list[str] = []
    for profile in accounts.all() or (accounts.first(None),):
        forgotten = await accounts.keys.forget(profile)
        # The encrypted file is removed as a whole below, so that it is locked does not matter.
        unchecked += [
            f"{profile.name}: {one}"
            for one in forgotten.unchecked
            if (one.store, one.reason) != (StoreName.FILE, Reason.LOCKED)
        ]
    try:
        await accounts.keys.destroy_file()
    except PrimeError as error:
        unchecked.append(str(error))
    files = (
        paths.known_hosts_file,
        paths.launches_file,
        paths.consents_file,
        paths.chat_choices_file,
        *_database_files(paths),
    )
    unchecked += _problems(
        [*(partial(file.unlink, missing_ok=True) for file in files), partial(forget_frames, paths.state_dir)]
    )
    sys.stdout.write("Removed the keys of all profiles and what was remembered of their accounts.\n")
    for text in unchecked:
        sys.stderr.write(f"Not removed: {text}\n")
    _say_what_stays()
    _say_what_is_left(paths, accounts.config_file.path)
    return ERROR if unchecked else OK


LEFT = (
    ("the log", "prime-tui.log*"),
    ("crash reports", "crash-*.txt"),
    ("the calls of the last hour by a fingerprint of the key", "calls.db*"),
)
"""What signing out of all does not remove: it holds no key, but tells what was done here."""


def _say_what_is_left(paths: Paths, config: Path) -> None:
    found = [what for what, files in LEFT if any(paths.state_dir.glob(files))]
    left = [f"{', '.join(found)} in {paths.state_dir}"] if found else []
    if config.exists():
        left.append(f"the profiles in {config}")
    if left:
        sys.stdout.write(f"Left here, without a key: {'; '.join(left)}.\n")


def _database_files(paths: Paths) -> list[Path]:
    file = paths.database_file
    files = [file.with_name(f"{file.name}{suffix}") for suffix in ("", "-wal", "-shm")]
    return [*files, *file.parent.glob(f"{file.stem}.broken*")]


def _problems(removals: Iterable[Callable[[], None]]) -> list[str]:
    """Remove one thing after the other, and return why some could not be."""
    problems = []
    for remove in removals:
        try:
            remove()
        except PrimeError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{error.filename}: {error.strerror}")
    return problems


def _say_what_stays() -> None:
    sys.stdout.write(
        f"The key itself still works: revoke it at {DASHBOARD}."
        " A PRIME_API_KEY of your shell and ~/.prime are untouched.\n"
    )
