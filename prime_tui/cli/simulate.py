"""`prime-tui simulate`: serve a made-up Prime world on this machine."""

from __future__ import annotations

import argparse
import sys

from prime_tui.cli.choices import SCENARIOS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on, 0 = any free one (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which world; the same seed is the same world")
    parser.add_argument(
        "--scenario", choices=SCENARIOS, default="calm", help="what happens (default: %(default)s)"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds a second, 0 = stands still")
    parser.add_argument("--pods", type=int, metavar="N", help="number of pods at the start")
    parser.add_argument("--runs", type=int, metavar="N", help="number of runs at the start")
    parser.add_argument("--billings", type=int, metavar="N", help="number of billing rows of the past")
    parser.add_argument(
        "--shapes", choices=("official", "seed"), default="official", help="which shapes to speak"
    )
    parser.add_argument("--require-key", metavar="KEY", help="accept only this API key (default: any)")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="MS", help="delay every answer")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; return the exit code."""
    try:
        from prime_tui.sim.serve import SimOptions, serve
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.split(".")[0] not in (
            "starlette",
            "uvicorn",
            "h11",
            "anyio",
            "click",
        ):
            raise
        print("simulate: the simulator needs more packages: pip install 'prime-tui[demo]'", file=sys.stderr)
        return 1
    options = SimOptions(
        host=args.host, port=args.port, seed=args.seed, scenario=args.scenario, speed=args.speed,
        pods=args.pods, runs=args.runs, billings=args.billings, shapes=args.shapes,
        require_key=args.require_key, latency_ms=args.latency_ms,
    )  # fmt: skip
    return serve(options, until_stdin_closes=args.until_stdin_closes)
