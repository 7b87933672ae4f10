"""How old readings are: `python -m tests.benchmarks staleness`.

The engine reads a simulated account of 10, 100 and 1,000 live runs and pods over real HTTP, with the time in
our hand, at 1,000 calls an hour, with the wallet in view. After an hour another one is sampled every minute;
a run whose turn has not come by then counts as "never". Beyond that and for larger accounts ages follow from
the turns: what is read run by run takes as long as there are runs.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prime_tui.domain.runs import LIVE
from prime_tui.store.slice import Slice
from prime_tui.store.store import Store
from prime_tui.ui.screens.wallet.screen import WalletScreen
from tests.sync.watch import watching

SIZES = (10, 100, 1_000)
BEYOND = (1_000, 10_000)
CALLS_PER_H = 1_000
WARM_UP_S, SAMPLE_EVERY_S, SAMPLES = 3600.0, 60.0, 60
PATIENCE_S = 600.0
TITLES = ("source", "live", "median", "p95", "max", "calls/h")
FIXED = frozenset({"wallet", "disks", "pods", "run list"})
"""Read in lists, of which these accounts have a few pages."""
Ages = dict[str, list[float]]


def sources(store: Store, now: datetime) -> Iterator[tuple[str, float]]:
    """Yield the age of every reading of something live, in seconds, by source."""
    slices: dict[str, Slice[Any]] = {
        "wallet": store.wallet,
        "pods": store.pods,
        "run list": store.runs,
        "disks": store.disks,
    }
    for name, one in slices.items():
        age_s = one.remote.age_s(now)
        yield name, float("inf") if age_s is None else age_s
    for run in store.runs.value.items if store.runs.value else ():
        if run.state not in LIVE:
            continue
        for name, read in (("usage", store.usage), ("progress", store.progress)):
            age_s = read.peek(run.id).age_s(now)
            yield f"{name} of a run", float("inf") if age_s is None else age_s


async def measure(size: int) -> tuple[Ages, float]:
    """Return the ages over the samples, and how many calls an hour it took."""
    pods, live_runs = max(2, size // 5), size - max(2, size // 5)
    ages: Ages = defaultdict(list)
    async with watching(pods=pods, runs=live_runs * 10, calls_per_h=CALLS_PER_H) as watch:
        watch.patience_s = PATIENCE_S
        await watch.start(WalletScreen.TOPICS)
        await watch.live(WARM_UP_S)
        before = watch.total()
        for _ in range(SAMPLES):
            await watch.live(SAMPLE_EVERY_S)
            for name, age_s in sources(watch.store, watch.clock.now()):
                ages[name].append(age_s)
        return ages, (watch.total() - before) * 3600 / (SAMPLES * SAMPLE_EVERY_S)


def rows(size: int, ages: Ages, calls: float) -> Iterator[tuple[str, ...]]:
    """Yield a line a source."""
    for name, found in ages.items():
        ordered = sorted(found)
        values = (statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1], ordered[-1])
        yield (name, f"{size:,}", *map(span, values), f"{calls:.0f}")


def extrapolated(size: int, measured: int, ages: Ages) -> Iterator[tuple[str, ...]]:
    """Yield a line a source for more than was measured: turns and pages grow with the number of things."""
    for name, found in ages.items():
        factor = 1.0 if name in FIXED else size / measured
        values = (statistics.median(found), sorted(found)[int(len(found) * 0.95) - 1], max(found))
        yield (name, f"{size:,}", *(f"~{span(value * factor)}" for value in values), "")


def span(seconds: float) -> str:
    """Return an age for people."""
    if seconds == float("inf"):
        return "never"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def print_table() -> None:
    """Measure, and print."""
    lines: list[tuple[str, ...]] = [TITLES]
    whole: tuple[int, Ages] = (0, {})
    for size in SIZES:
        ages, calls = asyncio.run(measure(size))
        lines += rows(size, ages, calls)
        if max(map(max, ages.values())) < float("inf"):
            whole = size, ages
    for size in BEYOND:
        lines += extrapolated(size, *whole)
    widths = [max(len(line[column]) for line in lines) for column in range(len(TITLES))]
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
