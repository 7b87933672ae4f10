"""Let the program live for hours and judge it: `python -m tests.soak --hours 30 --speed 60`.

The real program in a pseudo-terminal, on the clock of a simulated world that runs faster than ours: its
paces, call budget and ages are those of its own time. Seeded chance types keys that never leave and never
end anything, brings faults, other sizes, other keys, a terminal that is not read, and stops. Every minute
memory, CPU, files, threads, bytes, calls and sizes of files are noted. The exit code is 0 when every verdict
is good. Nothing outside of a temporary directory is touched.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from prime_tui.sim.scenarios import SCENARIOS
from tests.soak.course import Course, Plan
from tests.soak.program import program
from tests.soak.samples import Sample
from tests.soak.verdict import sample_line, table, verdicts
from tests.soak.weather import write_key
from tests.soak.world import world

FIRST_KEY = "soak-key-0"


def main() -> int:
    """Run, and print the table."""
    options = parser().parse_args()
    seconds = options.minutes * 60 if options.minutes else options.hours * 3600 / options.speed
    plan = Plan(seconds, options.seed, options.sample_s)
    print(
        f"seed {options.seed}, {options.scenario}, speed {options.speed:g}: {seconds / 60:.1f} min here, "
        f"{seconds * options.speed / 3600:.1f} h there",
        flush=True,
    )

    def told(sample: Sample) -> None:
        print(sample_line(sample, options.speed), file=sys.stderr, flush=True)

    with (
        tempfile.TemporaryDirectory() as folder,
        world(speed=options.speed, scenario=options.scenario, seed=options.seed, key=FIRST_KEY) as service,
    ):
        home, key_file = Path(folder), Path(folder) / "key"
        write_key(key_file, FIRST_KEY)
        with program(service, home, key_file, calls_per_h=options.calls_per_hour) as running:
            course = Course(plan, running, service, home, key_file, told)
            ending = course.run()
    judged = verdicts(course.samples, ending, speed=options.speed, calls_per_h=options.calls_per_hour)
    print(table(course.samples, judged, options.speed))
    seen = ", ".join(f"{what} {times}×" for what, times in sorted(course.weather.seen.items()))
    print(f"\nseed {options.seed}; weather: {seen or 'none'}")
    return 0 if all(one.is_good for one in judged) else 1


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    one = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    one.add_argument("--hours", type=float, default=24.0, help="of the program's time (default: %(default)s)")
    one.add_argument("--minutes", type=float, help="of ours, instead of --hours")
    one.add_argument(
        "--speed", type=float, default=60.0, help="seconds there a second here (default: %(default)s)"
    )
    one.add_argument("--seed", type=int, default=1, help="of world, keys and weather (default: %(default)s)")
    one.add_argument("--scenario", choices=tuple(SCENARIOS), default="calm", help="(default: %(default)s)")
    one.add_argument("--calls-per-hour", type=int, default=1000, help="budget (default: %(default)s)")
    one.add_argument(
        "--sample-s", type=float, default=60.0, help="real seconds between samples (default: %(default)s)"
    )
    return one


if __name__ == "__main__":
    sys.exit(main())
