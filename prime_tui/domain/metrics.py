"""The numbers of a run over its steps: which one is the reward, how the others belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from prime_tui.domain.runs import MetricPoint

_AGGREGATE = re.compile(r"train/agg/effective/[^/]+/reward/mean")
_SPREAD = re.compile(r"(?:^|[/_])(?:std|min|max|var)$")
NOT_METRICS = frozenset({"step", "run_id", "runId", "timestamp"})


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One number over the steps: a value for each of `steps`, None where it was not reported."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float | None, ...]

    @property
    def known(self) -> tuple[float, ...]:
        """The values that were reported."""
        return tuple(value for value in self.values if value is not None)

    @property
    def last(self) -> float | None:
        """The newest reported value."""
        return next((value for value in reversed(self.values) if value is not None), None)


def reward_name(names: Iterable[str]) -> str | None:
    """Return which metric is the reward: trainers name it differently; None when none looks like it."""
    present = sorted(set(names))
    rules = (
        [name for name in present if name == "reward/all/mean"],
        # The spread of the reward begins with `reward/` too, and is not the reward.
        [name for name in present if name == "reward" or name.startswith("reward/")],
        [name for name in present if _AGGREGATE.fullmatch(name)],
        [name for name in present if "/reward/" in name],
    )
    for found in rules:
        likely = [name for name in found if not _SPREAD.search(name)]
        if likely:
            return min(likely, key=lambda name: ("mean" not in name, name != "reward", name))
    return next((found[0] for found in rules if found), None)


def group_of(name: str) -> str:
    """Return the first part of a metric's path."""
    return name.split("/", 1)[0]


def all_series(points: Sequence[MetricPoint]) -> tuple[MetricSeries, ...]:
    """Return every metric as a series: the reward first, the others by group and name.

    A value that is not finite counts as not reported.
    """
    names = _names(points)
    reward = reward_name(names)
    order = sorted(names, key=lambda name: (name != reward, group_of(name) != "reward", name))
    return tuple(_series(points, name) for name in order)


def reward_series(points: Sequence[MetricPoint]) -> MetricSeries | None:
    """Return the reward as a series; None when no metric looks like it."""
    name = reward_name(_names(points))
    return None if name is None else _series(points, name)


def _names(points: Sequence[MetricPoint]) -> set[str]:
    return {name for point in points for name in point.values} - NOT_METRICS


def _series(points: Sequence[MetricPoint], name: str) -> MetricSeries:
    values = tuple(_finite(point.values.get(name)) for point in points)
    return MetricSeries(name, tuple(point.step for point in points), values)


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
