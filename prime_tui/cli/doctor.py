"""Say what this host, this terminal and this account can do, and what to repair.

Exit codes: 0 nothing is wrong, 1 something is, 3 no key or a refused one, 4 a service is unreachable.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui.cli.auth import add_key_options
from prime_tui.cli.outcome import ERROR, NOT_AUTHORISED, OK, UNREACHABLE, code_of, complain

if TYPE_CHECKING:
    from prime_tui.accounts.accounts import Accounts
    from prime_tui.doctor.finding import Finding
    from prime_tui.domain.credentials import Found
    from prime_tui.domain.profiles import Profile
    from prime_tui.hardening import Hardening

_MARKS = {"ok": " ", "note": "-", "warning": "!", "failure": "x"}
_CODES = {"none": OK, "error": ERROR, "not-authorised": NOT_AUTHORISED, "unreachable": UNREACHABLE}


def parser() -> argparse.ArgumentParser:
    """Return the parser of `prime-tui doctor`."""
    root = argparse.ArgumentParser(
        prog="prime-tui doctor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    root.add_argument("--json", action="store_true", help="one JSON object")
    root.add_argument("--offline", action="store_true", help="send nothing")
    root.add_argument("--profile", metavar="NAME", help="which profile (default: the configured one)")
    root.add_argument("--passphrase-file", type=Path, metavar="PATH", help="of the encrypted file")
    add_key_options(root)
    return root


def run(words: list[str], hardening: Hardening) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(words)
    from prime_tui.accounts.accounts import Accounts
    from prime_tui.doctor.examine import examine, worst
    from prime_tui.domain.clock import SystemClock
    from prime_tui.domain.errors import PrimeError
    from prime_tui.persistence.paths import Paths
    from prime_tui.uncaught import redact_uncaught

    paths, clock = Paths.of_user(), SystemClock()
    try:
        inherited = _environment_key()
        accounts = Accounts(paths, environment=dict(os.environ), clock=clock)
        redact_uncaught(accounts.redactor)
        findings = asyncio.run(
            examine(
                accounts,
                profile_name=options.profile,
                find_key=lambda profile: _find_key(options, accounts, profile, inherited),
                paths=paths,
                home=Path.home(),
                hardening=hardening,
                clock=clock,
                is_offline=options.offline,
            )
        )
    except PrimeError as error:
        return complain(str(error), code_of(error))
    sys.stdout.write(_as_json(findings) if options.json else _as_text(findings))
    return _CODES[worst(findings).value]


def _environment_key() -> Found | None:
    """Return the key of the environment; one that cannot be sent is a finding like any other."""
    from prime_tui.accounts.given_key import take_environment_key
    from prime_tui.domain.credentials import Found, KeySource
    from prime_tui.domain.errors import CredentialError

    try:
        return take_environment_key(os.environ)
    except CredentialError as error:
        return Found(None, KeySource.NONE, message=str(error))


async def _find_key(
    options: argparse.Namespace, accounts: Accounts, profile: Profile, inherited: Found | None
) -> Found:
    from prime_tui.cli.auth_status import find_stored, key_option
    from prime_tui.domain.credentials import Found, KeySource

    flag = key_option(options)
    if flag is not None or inherited is not None:
        found = Found(flag, KeySource.FLAG) if flag is not None else inherited
        if found is not None:
            if found.key is not None:
                accounts.redactor.add(found.key)
            return found
    return await find_stored(options, accounts, profile)


def _as_json(findings: Sequence[Finding]) -> str:
    rows = [
        {
            "topic": one.topic,
            "subject": one.subject,
            "verdict": one.verdict.value,
            "detail": one.detail,
            "advice": one.advice,
        }
        for one in findings
    ]
    return json.dumps({"findings": rows}, indent=1) + "\n"


def _as_text(findings: Sequence[Finding]) -> str:
    lines: list[str] = []
    for topic, group in groupby(findings, key=lambda one: one.topic):
        lines.append(f"\n{topic}" if lines else topic)
        for one in group:
            lines.append(f" {_MARKS[one.verdict.value]} {one.subject:<22} {one.detail}")
            if one.advice:
                lines.append(f"   {'':<22} → {one.advice}")
    return "\n".join([*lines, "", "- to know   ! a warning   x to repair", ""])
