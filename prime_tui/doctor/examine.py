"""The whole examination: everything is looked at, whatever is found on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from prime_tui.accounts.accounts import Accounts
from prime_tui.doctor import account, files, host
from prime_tui.doctor.crashes import newest_crash
from prime_tui.doctor.finding import Ailment, Finding, Verdict
from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Found
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.hardening import Hardening
from prime_tui.persistence.paths import Paths

FindKey = Callable[[Profile], Awaitable[Found]]


async def examine(
    accounts: Accounts,
    *,
    profile_name: str | None,
    find_key: FindKey,
    paths: Paths,
    home: Path,
    hardening: Hardening,
    clock: Clock,
    is_offline: bool,
) -> list[Finding]:
    """Return everything that was found, without secrets.

    Args:
        accounts: Profiles and keys.
        profile_name: The wanted profile; None is the one that the program starts with.
        find_key: How the command line wants the key looked for.
        paths: Where our files are.
        home: Of the user, for the official client's files.
        hardening: How well this process is protected.
        clock: For the clocks of the services.
        is_offline: Send nothing.
    """
    found = [*host.versions(), *host.process(hardening), *await host.terminal(accounts.environment)]
    try:
        profile = accounts.first(profile_name)
    except PrimeError as error:
        found.append(
            Finding("profile", "configuration", Verdict.FAILURE, error.message, error.hint, Ailment.ERROR)
        )
    else:
        found += account.values(profile)
        found.append(account.ssh_key(profile, accounts.environment, home))
        found += await account.stores(accounts, profile)
        key = await find_key(profile)
        found.append(account.key(key))
        if not is_offline:
            found += await account.services(accounts, profile, key.key, clock)
    found += [*files.own_files(paths), *files.official_files(home)]
    found += [newest_crash(paths, clock), *host.instances(paths, clock)]
    return [one.redacted(accounts.redactor) for one in found]


def worst(findings: Sequence[Finding]) -> Ailment:
    """Return what decides the exit code: nothing works unreachable or unauthorised, so these come first."""
    ailments = {one.ailment for one in findings}
    ranked = (Ailment.UNREACHABLE, Ailment.NOT_AUTHORISED, Ailment.ERROR)
    return next((one for one in ranked if one in ailments), Ailment.NONE)
