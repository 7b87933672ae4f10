"""The profile, its key and the services behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.ssh_key import find_ssh_key
from prime_tui.api.client import USER_AGENT
from prime_tui.api.origin import BaseUrl, inference_base, platform_base
from prime_tui.api.reach import reach
from prime_tui.doctor.finding import Ailment, Finding, Verdict
from prime_tui.domain.account import Account
from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.errors import (
    NetworkError,
    NotAuthenticated,
    NotPermitted,
    OriginNotAgreed,
    PrimeError,
    StorageError,
)
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean_name

SKEW_S = 60.0


def values(profile: Profile) -> Iterator[Finding]:
    """Yield each value of the profile with where it comes from."""
    rows = {
        "account": profile.account,
        "base_url": profile.base_url,
        "inference_url": profile.inference_url,
        "team": profile.team_id or "none: your own wallet",
        "store": profile.store or "none chosen",
        "colour": profile.colour or "none",
        "read_only": "yes" if profile.is_read_only else "no",
    }
    yield Finding("profile", "name", Verdict.OK, profile.name)
    for key, value in rows.items():
        yield Finding("profile", key, Verdict.OK, f"{value}  (from {profile.sources.get(key, 'default')})")


def ssh_key(profile: Profile, environment: Mapping[str, str], home: Path) -> Finding:
    """Return which private key opens pods, or why it cannot be used."""
    try:
        found = find_ssh_key(profile, environment, home)
    except StorageError as error:
        return Finding(
            "profile", "ssh_key", Verdict.FAILURE, error.message, error.hint, ailment=Ailment.ERROR
        )
    detail = "none: ssh chooses" if found is None else f"{clean_name(found.path)}  (from {found.source})"
    return Finding("profile", "ssh_key", Verdict.OK, detail)


async def stores(accounts: Accounts, profile: Profile) -> list[Finding]:
    """Return which stores can be used on this host, and why the others cannot."""
    found = []
    for choice in await accounts.keys.stores(profile):
        is_in_use = choice.name is profile.store
        verdict = Verdict.OK if choice.is_available else Verdict.FAILURE if is_in_use else Verdict.NOTE
        ailment = Ailment.ERROR if verdict is Verdict.FAILURE else Ailment.NONE
        subject = f"{choice.name} (in use)" if is_in_use else choice.name.value
        reason = "" if choice.reason is None else f"{choice.reason}: "
        found.append(Finding("stores", subject, verdict, f"{reason}{choice.note}", ailment=ailment))
    return found


def key(found: Found) -> Finding:
    """Return whether there is a key, and where it comes from."""
    if found.key is not None:
        where = f"store {found.store}" if found.source is KeySource.STORE else found.source.value
        return Finding("key", "found", Verdict.OK, f"yes, from: {where}")
    reason = f"{found.reason}: " if found.reason is not None else ""
    return Finding(
        "key",
        "found",
        Verdict.FAILURE,
        f"no. {reason}{found.message}",
        "prime-tui auth login",
        Ailment.NOT_AUTHORISED,
    )


async def services(
    accounts: Accounts, profile: Profile, secret: Secret | None, clock: Clock
) -> list[Finding]:
    """Return for each origin whether it answers, whether it takes the key, and how its clock goes."""
    found = await _reached("platform", platform_base(profile.base_url), "/user/whoami", clock)
    if secret is not None and _answers(found):
        found += await _account(accounts, profile, secret)
    on_inference = await _reached("inference", inference_base(profile.inference_url), "/models", clock)
    if secret is not None and _answers(on_inference):
        on_inference.append(await _models(accounts, profile, secret))
    return found + on_inference


def _answers(found: list[Finding]) -> bool:
    return all(one.ailment is not Ailment.UNREACHABLE for one in found)


def proxy_of(base: BaseUrl) -> str | None:
    """Return the proxy of the environment that requests take, without its password; http never takes one."""
    proxies = getproxies()
    if base.origin.scheme != "https" or proxy_bypass(base.origin.host):
        return None
    found = proxies.get("https") or proxies.get("all")
    return clean_name(found.rpartition("@")[2]) if found else None


async def _reached(name: str, base: BaseUrl, path: str, clock: Clock) -> list[Finding]:
    proxy = proxy_of(base)
    found = []
    if proxy is not None:
        detail = f"{proxy}, from the environment: it sees where requests go, not what is in them"
        found.append(Finding("services", f"{name} proxy", Verdict.NOTE, detail))
    try:
        answer = await reach(base, path, clock, USER_AGENT)
    except NetworkError as error:
        advice = "Check the address, the network, and HTTPS_PROXY."
        subject = f"{name} {base.origin}"
        return [
            *found,
            Finding("services", subject, Verdict.FAILURE, str(error), advice, Ailment.UNREACHABLE),
        ]
    detail = f"answers in {answer.elapsed_s * 1000:.0f} ms (status {answer.status} without a key)"
    found.append(Finding("services", f"{name} {base.origin}", Verdict.OK, detail))
    if answer.clock_skew_s is not None:
        is_far = abs(answer.clock_skew_s) > SKEW_S
        advice = "Set this host's clock: ages and rates are computed from it." if is_far else ""
        detail = f"their clock is {answer.clock_skew_s:+.0f} s from ours"
        verdict = Verdict.WARNING if is_far else Verdict.OK
        found.append(Finding("services", f"{name} clock", verdict, detail, advice))
    return found


async def _account(accounts: Accounts, profile: Profile, secret: Secret) -> list[Finding]:
    try:
        account = await accounts.check(profile, secret)
    except PrimeError as error:
        return [_refused("platform key", error)]
    name = account.name or account.email or account.id
    return [Finding("services", "platform key", Verdict.OK, f"belongs to {name}"), *_scopes(account)]


def _scopes(account: Account) -> Iterator[Finding]:
    if account.scopes is None:
        yield Finding("services", "scopes", Verdict.NOTE, "the service does not tell")
        return
    for scope in account.scopes:
        may = " and ".join(word for word, yes in (("read", scope.read), ("write", scope.write)) if yes)
        yield Finding(
            "services", f"scope {scope.name}", Verdict.OK if may else Verdict.NOTE, may or "nothing"
        )


async def _models(accounts: Accounts, profile: Profile, secret: Secret) -> Finding:
    try:
        async with accounts.client(profile, secret) as client:
            models = await client.inference.models()
    except OriginNotAgreed as error:
        return Finding("services", "inference key", Verdict.NOTE, error.message, error.hint)
    except PrimeError as error:
        return _refused("inference models", error)
    # The service may list them without a key too, so this says only that the key is not refused.
    return Finding("services", "inference models", Verdict.OK, f"{len(models.items)} models, key not refused")


def _refused(subject: str, error: PrimeError) -> Finding:
    ailment = Ailment.ERROR
    if isinstance(error, NotAuthenticated | NotPermitted):
        ailment = Ailment.NOT_AUTHORISED
    elif isinstance(error, NetworkError):
        ailment = Ailment.UNREACHABLE
    return Finding("services", subject, Verdict.FAILURE, error.message, error.hint, ailment)
