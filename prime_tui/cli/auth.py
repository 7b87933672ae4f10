"""Sign in and out, and see which key is used.

Exit codes: 0 ok, 1 error, 2 usage, 3 not authorised (no key, or the service refuses it), 4 unreachable.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui.cli.choices import STORES
from prime_tui.cli.outcome import INTERRUPTED, USAGE, code_of, complain

if TYPE_CHECKING:
    from prime_tui.hardening import Hardening


def parser() -> argparse.ArgumentParser:
    """Return the parser of `prime-tui auth`."""
    root = argparse.ArgumentParser(
        prog="prime-tui auth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = root.add_subparsers(dest="verb", required=True, metavar="login | status | logout | import")
    login = verbs.add_parser("login", help="check a key and keep it", allow_abbrev=False)
    add_key_options(login)
    _add_store_options(login)
    login.add_argument("--base-url", metavar="URL", help="the platform API of the profile")
    login.add_argument("--inference-url", metavar="URL", help="the inference API of the profile")
    login.add_argument("--team", metavar="ID", help="the team whose wallet is watched and charged")
    login.add_argument(
        "--trust-inference",
        action="store_true",
        help="agree that the key is sent to the profile's inference API, wherever that is",
    )
    status = verbs.add_parser("status", help="say which key is used, and why", allow_abbrev=False)
    add_key_options(status)
    status.add_argument("--json", action="store_true", help="one JSON object")
    logout = verbs.add_parser("logout", help="remove the stored key of a profile", allow_abbrev=False)
    logout.add_argument("--all", action="store_true", help="remove all that is kept here, of every profile")
    take_over = verbs.add_parser(
        "import", help="keep the keys of the official client's configuration", allow_abbrev=False
    )
    take_over.add_argument("names", nargs="*", metavar="ENVIRONMENT", help="which ones (default: all)")
    _add_store_options(take_over)
    for one in (login, status, logout):
        one.add_argument("--profile", metavar="NAME", help="which profile (default: the configured one)")
    for one in (login, status, logout, take_over):
        one.add_argument(
            "--passphrase-file", type=Path, metavar="PATH", help="of the encrypted file (a private file)"
        )
    return root


def add_key_options(parser: argparse.ArgumentParser) -> None:
    """Add the ways to give a key; none takes the key itself, because arguments can be read by others."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--api-key-stdin", action="store_true", help="read the key from the standard input")
    source.add_argument("--api-key-file", type=Path, metavar="PATH", help="read the key from a private file")


def _add_store_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", choices=STORES, help="where to keep it")
    parser.add_argument("--no-verify", action="store_true", help="do not ask the service whose key it is")


def run(words: list[str], hardening: Hardening) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(words)
    from prime_tui.accounts.accounts import Accounts
    from prime_tui.accounts.given_key import take_environment_key
    from prime_tui.cli import auth_login, auth_status
    from prime_tui.cli.ask import NoTerminal
    from prime_tui.domain.clock import SystemClock
    from prime_tui.domain.errors import PrimeError
    from prime_tui.persistence.paths import Paths
    from prime_tui.uncaught import redact_uncaught

    paths = Paths.of_user()
    try:
        inherited = take_environment_key(os.environ)
        accounts = Accounts(paths, environment=dict(os.environ), clock=SystemClock())
        redact_uncaught(accounts.redactor)
        if options.verb in ("login", "import"):
            sys.stderr.writelines(f"{warning}\n" for warning in hardening.warnings)
        if options.verb == "login":
            return asyncio.run(auth_login.login(options, accounts))
        if options.verb == "import":
            return asyncio.run(auth_login.take_over(options, accounts, Path.home()))
        if options.verb == "logout":
            return asyncio.run(auth_status.logout(options, accounts, paths))
        return asyncio.run(auth_status.status(options, accounts, inherited))
    except NoTerminal:
        return complain("there is no terminal to ask on; `prime-tui auth --help` lists files to use.", USAGE)
    except PrimeError as error:
        return complain(str(error), code_of(error))
    except KeyboardInterrupt:
        return complain("interrupted.", INTERRUPTED)
