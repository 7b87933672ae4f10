"""The command line. `--help` and `--version` import nothing slow: handlers import what they need."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from prime_tui import __version__

OK, ERROR, USAGE, NOT_AUTHORISED = 0, 1, 2, 3

EXAMPLES = """\
examples:
  prime-tui --demo                      look around in a simulated world
  PRIME_API_KEY=… prime-tui             watch your own wallet, runs and pods
  prime-tui --screen pods --read-only   start with the pods, refuse every write
  prime-tui simulate --scenario busy    serve the simulated world to other programs

environment:
  PRIME_API_KEY          your API key (no option takes it: arguments can be read by others)
  PRIME_TEAM_ID          watch and charge this team's wallet instead of your own
  PRIME_API_BASE_URL     another platform API (or PRIME_BASE_URL)
  PRIME_INFERENCE_URL    another inference API
  NO_COLOR               no colours
"""

NO_KEY = """\
prime-tui needs an API key, and PRIME_API_KEY is not set.

  1. Make one on https://app.primeintellect.ai (Settings, API Keys) with read access to
     instances, availability and billing; add write access to manage pods from here.
  2. Start with it:   PRIME_API_KEY=… prime-tui

To look around without a key:   prime-tui --demo
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the monitor's own options."""
    from prime_tui.cli.choices import SCENARIOS, SCREENS, THEME_NAMES

    root = argparse.ArgumentParser(
        prog="prime-tui",
        description="A terminal monitor for the Prime Intellect GPU cloud: wallet, runs, pods and chat.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"prime-tui {__version__}")
    root.add_argument("--demo", action="store_true", help="watch a simulated world; needs no key")
    root.add_argument(
        "--scenario", choices=SCENARIOS, default="calm", help="the demo's world (default: calm)"
    )
    root.add_argument("--seed", type=int, default=1, help="the demo's random seed (default: 1)")
    root.add_argument("--speed", type=float, default=1.0, help="the demo's speed (default: 1)")
    root.add_argument(
        "--screen", choices=SCREENS, default="wallet", help="the first screen (default: wallet)"
    )
    root.add_argument("--theme", choices=THEME_NAMES, help="colours (key T changes them)")
    root.add_argument("--read-only", action="store_true", help="refuse every request that changes anything")
    root.add_argument(
        "--calls-per-hour",
        type=int,
        default=1000,
        metavar="N",
        help="our own limit on API calls (default: 1000)",
    )
    root.add_argument("command", nargs="?", choices=["simulate"], help="simulate: serve the simulated world")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 ok, 1 error, 2 usage, 3 not authorised."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["simulate"]:
        from prime_tui.cli import simulate

        sub = argparse.ArgumentParser(
            prog="prime-tui simulate", description=simulate.__doc__, allow_abbrev=False
        )
        simulate.add_arguments(sub)
        return simulate.run(sub.parse_args(words[1:]))
    return _monitor(parser().parse_args(words))


def _monitor(options: argparse.Namespace) -> int:
    from prime_tui.ui.terminal.environment import prepare, unfit_reason

    problem = unfit_reason()
    if problem is not None:
        return _complain(problem, USAGE)
    from prime_tui.config.settings import DemoOptions, from_environment
    from prime_tui.domain.errors import PrimeError

    demo = DemoOptions(options.scenario, options.seed, options.speed) if options.demo else None
    if demo is not None and not _has_simulator():
        return _complain("The demo needs two more packages: pip install 'prime-tui[demo]'", ERROR)
    try:
        settings = from_environment(
            os.environ,
            first_screen=options.screen,
            theme=options.theme,
            is_read_only=options.read_only,
            calls_per_h=options.calls_per_hour,
            demo=demo,
        )
        if settings.api_key is None and demo is None:
            sys.stderr.write(NO_KEY)
            return NOT_AUTHORISED
        prepare()
        from prime_tui import bootstrap

        return bootstrap.run(settings)
    except PrimeError as error:
        return _complain(str(error), ERROR)


def _has_simulator() -> bool:
    from importlib.util import find_spec

    return find_spec("uvicorn") is not None and find_spec("starlette") is not None


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"prime-tui: {text}\n")
    return code
