"""A key in the desktop's Secret Service: start and end with no bus, an unlocked keyring, a silent bus."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure
from tests.benchmarks.meter import Moment, running
from tests.benchmarks.places import PROGRAM, place
from tests.persistence.buses import NEEDED, desktop, silent_bus

KINDS = ("no bus", "unlocked keyring", "silent bus")


def figures(times: int) -> Iterator[Figure]:
    """Measure the first frame, and the end at once after it, while a silent store is still being asked."""
    kinds = [kind for kind in KINDS if kind != "unlocked keyring" or all(map(shutil.which, NEEDED))]
    firsts: dict[str, list[Moment]] = {kind: [] for kind in kinds}
    ends_ms: dict[str, list[float]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        here = stack.enter_context(place("--speed", "0"))
        _configure(Path(here.home), here.url)
        addresses = {kind: stack.enter_context(_bus(kind)) for kind in kinds}
        for _ in range(times):
            for kind in kinds:
                environment = {**here.environment, "DBUS_SESSION_BUS_ADDRESS": addresses[kind]}
                del environment["PRIME_API_KEY"]
                for frame in Path(here.home).rglob("frame-*"):
                    frame.unlink()  # the frame of now is meant, not that of the last time
                with running(PROGRAM, environment) as ours:
                    firsts[kind].append(ours.painted())
                    ends_ms[kind].append(ours.terminate().took_s * 1000)
    for kind in kinds:
        for what, of in (("wall", lambda one: one.wall_s), ("CPU", lambda one: one.cpu_s)):
            value_ms, floor_ms = (statistics.median(map(of, firsts[one])) * 1000 for one in (kind, kinds[0]))
            yield Figure(f"{kind}: first frame, {what}", value_ms, "ms", "1.00 × no bus", floor_ms)
        yield Figure(f"{kind}: SIGTERM to the end", statistics.median(ends_ms[kind]), "ms", "2,000 ms")


def _configure(home: Path, url: str) -> None:
    file = home / ".config" / "prime-tui" / "config.toml"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text(
        f'[profiles.default]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\nstore = "secret-service"\n'
    )
    file.chmod(0o600)


@contextmanager
def _bus(kind: str) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        if kind == "no bus":
            yield ""
        elif kind == "silent bus":
            with silent_bus(Path(folder)) as bus:
                yield bus.address
        else:
            with desktop(Path(folder)) as running_desktop:
                running_desktop.unlock()
                yield running_desktop.environment["DBUS_SESSION_BUS_ADDRESS"]
