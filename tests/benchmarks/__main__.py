"""What the program costs, measured in a pseudo-terminal: `python -m tests.benchmarks [group ...]`.

Groups: words, start, idle, live, cursor, switch, ends, chat, bus, memory, scale, staleness; without a name
all, which takes more than an hour, most of it for the last three. All runs on this machine: the program and a
minimal one in alternation, and a simulated service. Other work on the machine shows in the figures; read the
ratios first.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.benchmarks.figures import Figure, table
from tests.benchmarks.rows import GROUPS, Effort


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=", ".join(GROUPS))
    parser.add_argument("--times", type=int, default=5, help="repetitions (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of idle and live, each screen (default: %(default)s)"
    )
    options = parser.parse_args()
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    effort = Effort(options.times, options.seconds)
    figures: list[Figure] = []
    try:
        for name in options.groups or GROUPS:
            print(f"measuring {name} …", file=sys.stderr)
            figures += GROUPS[name](effort)
    finally:
        if figures:
            print(table(figures))
    print("load of this machine (1, 5, 15 min):", *(f"{load:.2f}" for load in os.getloadavg()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
