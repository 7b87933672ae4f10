"""From the samples and the end to a table and a judgement."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.soak.samples import Sample

MOST_GROWTH_MB = 5.0
WARM_UP = 0.25
"""The part of the samples in which the program may still grow."""
MOST_MORE_FDS, MOST_MORE_THREADS = 3, 2
"""Connections and the pool of threads come and go."""
HOUR_S = 3600.0
MOST_ROWS = 40


@dataclass(frozen=True)
class Ending:
    """How it ended.

    Attributes:
        problem: What went wrong while it ran or in the end; empty when nothing did.
        shown_balance, true_balance: The last look, as texts.
        slowest_recovery_s: Seconds of the program's time from the end of a fault to fresh numbers.
        longest_recovery_s: What it may take.
    """

    problem: str
    exit_code: int | None
    gave_terminal_back: bool
    is_balance_true: bool
    shown_balance: str
    true_balance: str
    slowest_recovery_s: float
    longest_recovery_s: float
    internal_errors: int


@dataclass(frozen=True)
class Verdict:
    """One judgement, with the figure it rests on."""

    what: str
    figure: str
    is_good: bool


def verdicts(samples: Sequence[Sample], ending: Ending, *, speed: float, calls_per_h: int) -> list[Verdict]:
    """Return every judgement."""
    return [
        Verdict("alive to the end", ending.problem or "yes", not ending.problem),
        *_growth(samples),
        _calls(samples, speed, calls_per_h),
        Verdict(
            "fresh again after each fault",
            f"slowest {ending.slowest_recovery_s:,.0f} s, at most {ending.longest_recovery_s:,.0f} s",
            ending.slowest_recovery_s <= ending.longest_recovery_s,
        ),
        Verdict(
            "the balance on the screen is true",
            f"shown {ending.shown_balance}, in the world {ending.true_balance}",
            ending.is_balance_true,
        ),
        Verdict("no error inside", f"{ending.internal_errors} in the log", not ending.internal_errors),
        Verdict("exit code", str(ending.exit_code), ending.exit_code == 0),
        Verdict(
            "terminal given back", "yes" if ending.gave_terminal_back else "no", ending.gave_terminal_back
        ),
    ]


def _growth(samples: Sequence[Sample]) -> Iterator[Verdict]:
    warm = samples[int(len(samples) * WARM_UP) :]
    if len(warm) < 2:
        yield Verdict("memory, files, threads", "too short to judge", is_good=False)
        return
    third = max(1, len(warm) // 3)

    def grown(of: Callable[[Sample], float]) -> tuple[float, float]:
        first, last = (statistics.median(map(of, part)) for part in (warm[:third], warm[-third:]))
        return first, last

    before_mb, after_mb = grown(lambda sample: sample.rss_mb)
    yield Verdict(
        f"memory grows by less than {MOST_GROWTH_MB:.0f} MB",
        f"{before_mb:.1f} → {after_mb:.1f} MB",
        after_mb - before_mb < MOST_GROWTH_MB,
    )
    if all(sample.fds is not None for sample in warm):
        before, after = grown(lambda sample: sample.fds or 0)
        yield Verdict("open files stay flat", f"{before:.0f} → {after:.0f}", after - before <= MOST_MORE_FDS)
    before, after = grown(lambda sample: sample.threads)
    yield Verdict("threads stay flat", f"{before:.0f} → {after:.0f}", after - before <= MOST_MORE_THREADS)


def _calls(samples: Sequence[Sample], speed: float, calls_per_h: int) -> Verdict:
    """Judge the busiest hour of the program's time; a sample may be longer than an hour."""
    worst = 0.0
    for start in range(len(samples)):
        calls, span_s = 0, 0.0
        for sample in samples[start:]:
            calls, span_s = calls + sample.calls, span_s + sample.span_s * speed
            if span_s >= HOUR_S:
                worst = max(worst, calls * HOUR_S / span_s)
                break
    if not worst and samples:  # all of it is shorter than an hour
        worst = sum(sample.calls for sample in samples)
    figure = f"{worst:,.0f} in the busiest hour, at most {calls_per_h:,}"
    return Verdict("API calls within the budget", figure, worst <= calls_per_h)


TITLES = ("minute", "hour of world", "RSS MB", "CPU %", "fds", "threads", "B/s", "calls", "db kB", "log kB")


def sample_line(sample: Sample, speed: float) -> str:
    """Return a sample in columns; CPU and bytes are per real second."""
    return _in_columns(
        (
            f"{sample.at_s / 60:.1f}",
            f"{sample.at_s * speed / HOUR_S:.1f}",
            f"{sample.rss_mb:.1f}",
            f"{100 * sample.cpu_s / sample.span_s:.1f}",
            "—" if sample.fds is None else str(sample.fds),
            str(sample.threads),
            f"{sample.written_bytes / sample.span_s:,.0f}",
            f"{sample.calls:,}",
            f"{sample.database_kb:,.0f}",
            f"{sample.log_kb:,.0f}",
        )
    )


def _in_columns(cells: Sequence[str]) -> str:
    return "  ".join(cell.rjust(max(7, len(title))) for cell, title in zip(cells, TITLES, strict=True))


def table(samples: Sequence[Sample], judged: Sequence[Verdict], speed: float) -> str:
    """Return samples (not all of very many) and judgements for a person."""
    step = max(1, -(-len(samples) // MOST_ROWS))
    chosen = [*samples[:-1:step], *samples[-1:]]
    head = _in_columns(TITLES)
    wide = max(len(one.what) for one in judged)
    said = [f"{'ok  ' if one.is_good else 'FAIL'}  {one.what.ljust(wide)}  {one.figure}" for one in judged]
    return "\n".join([head, "─" * len(head), *(sample_line(one, speed) for one in chosen), "", *said])
