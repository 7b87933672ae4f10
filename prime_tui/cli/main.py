"""The command line. `--help` and `--version` import nothing slow: handlers import what they need."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prime_tui import __version__
from prime_tui.cli.outcome import ERROR, INTERRUPTED, USAGE, code_of, complain, write_anything
from prime_tui.hardening import Hardening, RefusedToRun, harden

if TYPE_CHECKING:
    from prime_tui.config.settings import Settings

COMMANDS = ("auth", "doctor", "simulate")
FASTEST = 10_000.0
KEY_AMONG_ARGUMENTS = (
    "No argument takes the key: everybody on this host can read them, and your shell has kept this one. "
    "Revoke that key if others use this host; give a new one on the screen (K), to `prime-tui auth login`, "
    "or with --api-key-file or --api-key-stdin."
)

EXAMPLES = """\
examples:
  prime-tui --demo                      look around in a simulated world
  prime-tui auth login                  check your API key and keep it safe
  prime-tui                             watch your own wallet, runs and pods
  prime-tui --screen pods --read-only   start with the pods, refuse every write
  prime-tui doctor                      why does it not work here?
  prime-tui simulate --scenario busy    serve the simulated world to other programs

environment:
  PRIME_API_KEY          your API key (no option takes it: arguments can be read by others)
  PRIME_TUI_PROFILE      the profile to start with
  PRIME_TEAM_ID          watch and charge this team's wallet instead of your own
  PRIME_API_BASE_URL     another platform API (or PRIME_BASE_URL)
  PRIME_INFERENCE_URL    another inference API
  NO_COLOR               no colours
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
    root.add_argument("--scenario", choices=SCENARIOS, help="the demo's world (default: calm)")
    root.add_argument("--seed", type=int, help="the demo's random seed (default: 1)")
    root.add_argument("--speed", type=_speed, help="the demo's speed (default: 1)")
    root.add_argument(
        "--screen", choices=SCREENS, default="wallet", help="the first screen (default: wallet)"
    )
    root.add_argument("--theme", choices=THEME_NAMES, help="colours (key T changes them)")
    root.add_argument(
        "--no-clock",
        action="store_true",
        help="no ticking clock and ages: what does not change writes nothing",
    )
    root.add_argument("--read-only", action="store_true", help="refuse every request that changes anything")
    root.add_argument(
        "--calls-per-hour",
        type=int,
        default=1000,
        metavar="N",
        help="our own limit on API calls (default: 1000)",
    )
    root.add_argument("--profile", metavar="NAME", help="which profile of config.toml")
    key = root.add_mutually_exclusive_group()
    key.add_argument("--api-key-file", type=Path, metavar="PATH", help="read the key from a private file")
    key.add_argument("--api-key-stdin", action="store_true", help="read the key from a pipe")
    root.add_argument(
        "--official",
        nargs="?",
        const="",
        metavar="ENVIRONMENT",
        help="use the official client's key and address (~/.prime), for this session",
    )
    root.add_argument(
        "--dev",
        action="store_true",
        help="keep the toolkit's own logs (TEXTUAL_LOG): they hold what is typed",
    )
    root.add_argument("command", nargs="?", choices=COMMANDS, help="each has its own --help")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code (see `cli.outcome`)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    write_anything()
    try:
        hardening = harden()
    except RefusedToRun as refusal:
        return complain(str(refusal), ERROR)
    if words[:1] != ["simulate"] and any(map(_holds_key, words)):
        return complain(KEY_AMONG_ARGUMENTS, USAGE)  # before a parser repeats it
    if words[:1] == ["auth"]:
        from prime_tui.cli import auth

        return auth.run(words[1:], hardening)
    if words[:1] == ["doctor"]:
        from prime_tui.cli import doctor

        return doctor.run(words[1:], hardening)
    if words[:1] == ["simulate"]:
        from prime_tui.cli import simulate

        sub = argparse.ArgumentParser(
            prog="prime-tui simulate", description=simulate.__doc__, allow_abbrev=False
        )
        simulate.add_arguments(sub)
        return simulate.run(sub.parse_args(words[1:]))
    root = parser()
    options = root.parse_args(words)
    if options.command is not None:
        root.error(f"{options.command} comes first: prime-tui {options.command} [options]")
    if not options.demo and (options.scenario, options.seed, options.speed) != (None, None, None):
        root.error("--scenario, --seed and --speed say how a demo looks: add --demo")
    return _monitor(options, hardening)


def _holds_key(word: str) -> bool:
    return word == "--api-key" or word.startswith(("--api-key=", "pit_"))


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"must be within 0–{FASTEST:,.0f}")
    return speed


def _monitor(options: argparse.Namespace, hardening: Hardening) -> int:
    from prime_tui.ui.terminal.environment import prepare, unfit_reason

    # A key that comes through the input is read first; the terminal takes its place then.
    problem = None if options.api_key_stdin else unfit_reason()
    if problem is not None:
        return complain(problem, USAGE)
    from prime_tui.config.settings import DemoOptions
    from prime_tui.domain.errors import PrimeError
    from prime_tui.persistence.paths import Paths

    demo = None
    if options.demo:
        speed = 1.0 if options.speed is None else options.speed
        demo = DemoOptions(options.scenario or "calm", 1 if options.seed is None else options.seed, speed)
    if demo is not None and not _has_simulator():
        return complain("The demo needs two more packages: pip install 'prime-tui[demo]'", ERROR)
    try:
        from prime_tui.cli.start import settings_of

        settings = settings_of(options, os.environ, Paths.of_user(), demo)
        settings = replace(settings, warnings=hardening.warnings)
        problem = unfit_reason()
        if problem is not None:
            return complain(problem, USAGE)
        prepare(is_dev=options.dev)
        return _run(settings)
    except PrimeError as error:
        return complain(str(error), code_of(error))


def _run(settings: Settings) -> int:
    """Show what was on the screen last, where that is known, and load the monitor behind it."""
    from prime_tui.accounts.wallet_name import wallet_name
    from prime_tui.domain.clock import SystemClock
    from prime_tui.frugal import use_one_arena
    from prime_tui.persistence.last_frame import LastFrame, frame_key
    from prime_tui.persistence.paths import Paths
    from prime_tui.ui.terminal.curtain import Curtain

    use_one_arena()
    gc.disable()  # what is loaded stays; to look for garbage in it again and again takes a tenth of the start
    curtain = Curtain()
    wallet = wallet_name(settings.profile, settings.given)
    try:
        if settings.demo is None and wallet is not None:
            key = frame_key(wallet, settings.theme, os.environ)
            curtain.raise_old(LastFrame(Paths.of_user().state_dir, settings.first_screen, key), SystemClock())
        from prime_tui import bootstrap

        return bootstrap.run(settings, curtain)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        curtain.drop()


def _has_simulator() -> bool:
    from importlib.util import find_spec

    return find_spec("uvicorn") is not None and find_spec("starlette") is not None
