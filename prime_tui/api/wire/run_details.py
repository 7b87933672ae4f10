"""What is read about one run: metrics, progress, checkpoints, distributions, environment servers."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import Wire, known_as, page_of, read_rows
from prime_tui.api.wire.runs import row_metrics
from prime_tui.api.wire.scalars import Count, Id, Line, Moment, Name, Rows, count, mapping, name, real
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.runs import Checkpoint, EnvServer, HistogramBin, MetricPoint, RunProgress

_NOT_METRICS = frozenset({"step", "run_id", "runId", "timestamp"})
_MAX_BINS = 1_000


def read_metrics(value: object) -> tuple[MetricPoint, ...]:
    """Return one point a step, merged from all its records (a later record wins), sorted by step."""
    inside = value.get("metrics", value) if isinstance(value, dict) else value
    if isinstance(inside, dict) and not any(isinstance(part, list) for part in inside.values()):
        records: list[object] = [inside] if inside else []
    else:
        records = page_of(inside, "metrics").rows
    merged: dict[int, dict[str, float]] = {}
    labels: dict[str, str] = {}
    for index, record in enumerate(records):
        if not isinstance(record, dict):
            continue
        step = count(record.get("step"))
        values = {key: number for key, number in record.items() if key not in _NOT_METRICS}
        merged.setdefault(index if step is None else step, {}).update(row_metrics(values, labels))
    return tuple(MetricPoint(step, values) for step, values in sorted(merged.items()))


class ProgressWire(Wire):
    """How far a run is."""

    latest_step: Count = known_as("latestStep", "latest_step")
    steps_with_samples: Rows = Field(
        default_factory=list, validation_alias=AliasChoices("stepsWithSamples", "steps_with_samples")
    )
    updated_at: Moment = known_as("lastUpdatedAt", "last_updated_at")

    def to_domain(self) -> RunProgress:
        """Return the progress."""
        steps = {step for step in map(count, self.steps_with_samples) if step is not None}
        return RunProgress(self.latest_step, tuple(sorted(steps)), self.updated_at)


class CheckpointWire(Wire):
    """A checkpoint of the weights."""

    id: Id
    step: Count = None
    status: Name = None
    size_bytes: Count = known_as("sizeBytes", "size_bytes")
    created_at: Moment = known_as("createdAt", "created_at")
    storage_url: Line = known_as("storageUrl", "storage_url")

    def to_domain(self) -> Checkpoint:
        """Return the checkpoint."""
        return Checkpoint(
            self.id, self.step, self.status or "", self.size_bytes, self.created_at, self.storage_url
        )


def _checkpoint(row: object) -> Checkpoint:
    if isinstance(row, str):
        return Checkpoint(CheckpointWire.model_validate({"id": row}).id)
    return CheckpointWire.model_validate(row).to_domain()


def read_checkpoints(value: object) -> tuple[Checkpoint, ...]:
    """Return the checkpoints; the older shape gives names only."""
    return read_rows(page_of(value, "checkpoints").rows, _checkpoint, lambda checkpoint: checkpoint.id)[0]


class EnvServerWire(Wire):
    """A process that serves an environment; `status` is a word of Kubernetes."""

    env_name: Name = known_as("env_name", "envName", "name")
    env_index: Count = known_as("env_index", "envIndex")
    pod_name: Name = known_as("pod_name", "podName")
    status: Name = None

    def to_domain(self) -> EnvServer:
        """Return the server."""
        return EnvServer(self.env_name or "", self.env_index or 0, self.pod_name or "", self.status or "")


def _env_server(row: object) -> EnvServer:
    return EnvServerWire.model_validate(row).to_domain()


def read_env_servers(value: object) -> tuple[EnvServer, ...]:
    """Return the environment servers of a run."""
    rows = page_of(value, "env_servers", "envServers").rows
    return read_rows(rows, _env_server, lambda server: (server.env_name, server.env_index, server.pod_name))[
        0
    ]


def read_bins(value: object) -> tuple[HistogramBin, ...]:
    """Return the bins of a distribution in any of its known forms.

    Raises:
        ResponseShapeError: There are none in it.
    """
    found = value if isinstance(value, list) else _bins_in(mapping(value))
    if found is None:
        raise ResponseShapeError("The answer holds no distribution.")
    return tuple(one for one in map(_bin, found[:_MAX_BINS]) if one is not None)


def _bins_in(value: Mapping[str, object]) -> list[object] | None:
    chart = mapping(value.get("chartData", value.get("chart_data")))
    places = (value.get("bins"), value.get("histogramData"), chart.get("histogramData"), value.get("data"))
    return next((place for place in places if isinstance(place, list)), None)


def _bin(row: object) -> HistogramBin | None:
    if isinstance(row, list) and len(row) == 2:
        return HistogramBin(name(row[0]) or "", None, None, count(row[1]) or 0)
    if not isinstance(row, dict):
        return None
    low = _first(row, ("binStart", "min", "start", "lower"))
    high = _first(row, ("binEnd", "max", "end", "upper"))
    amount = next(
        (found for key in ("count", "value", "frequency") if (found := count(row.get(key))) is not None), 0
    )
    label = name(row.get("range")) or name(row.get("label"))
    if label is None:
        label = "" if low is None or high is None else f"{low:.4g}–{high:.4g}"
    return HistogramBin(label, low, high, max(0, amount))


def _first(row: Mapping[str, object], names: tuple[str, ...]) -> float | None:
    return next((found for key in names if (found := real(row.get(key))) is not None), None)


def read_progress(value: object) -> RunProgress:
    """Return the progress of a run."""
    return ProgressWire.model_validate(value).to_domain()
