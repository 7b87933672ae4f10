"""Runs as `/rft/runs` and `/training/runs` tell them, and as an older catalogue describes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from prime_tui.api.wire.base import IfObject, Wire, known_as
from prime_tui.api.wire.run_config import config_lines
from prime_tui.api.wire.scalars import (
    Count,
    Flag,
    Id,
    Line,
    Mapped,
    Moment,
    Money,
    Name,
    OptionalId,
    Real,
    Rows,
    body,
    line,
    name,
    real,
    rows,
)
from prime_tui.domain.ids import RunId, TeamId, UserId
from prime_tui.domain.runs import FailureAnalysis, LaunchedRun, Run, RunUsage, TokenUse, run_state
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean_name

_CONFIG_PARTS = ("config", "runConfig", "evalConfig", "valConfig", "bufferConfig", "teacherConfig", "teacher")
_MAX_EVIDENCE = 20


class RowUsageWire(Wire):
    """The `usage` that an older row carries in itself; the cost has no split."""

    input_tokens: Count = None
    output_tokens: Count = None
    training_tokens: Count = None
    cost_usd: Money = None

    def to_domain(self, run_id: RunId) -> RunUsage:
        """Return the usage."""
        return RunUsage(
            run_id=run_id,
            training=TokenUse(tokens=self.training_tokens),
            inference=TokenUse(input_tokens=self.input_tokens, output_tokens=self.output_tokens),
            total_cost_usd=self.cost_usd,
        )


class FailureWire(Wire):
    """What the service believes went wrong."""

    root_cause: Line = known_as("rootCause", "root_cause")
    evidence: Rows = Field(default_factory=list)
    confidence: Real = None

    def to_domain(self) -> FailureAnalysis | None:
        """Return the analysis, None when it says nothing."""
        evidence = tuple(found for found in map(line, self.evidence[:_MAX_EVIDENCE]) if found)
        if self.root_cause is None and not evidence:
            return None
        return FailureAnalysis(self.root_cause or "", evidence, self.confidence)


class RunWire(Wire):
    """A run; only the id is certain."""

    id: Id = Field(validation_alias=AliasChoices("id", "runId", "run_id"))
    run_name: Name = known_as("name", "runName", "run_name")
    status: Name = None
    kind: Name = None
    user_id: OptionalId = known_as("userId", "user_id")
    team_id: OptionalId = known_as("teamId", "team_id")
    base_model: Name = known_as("baseModel", "base_model")
    environments: Any = known_as("environments", "environment")
    max_steps: Count = known_as("maxSteps", "max_steps")
    batch_size: Count = known_as("batchSize", "batch_size")
    rollouts: Count = known_as("rolloutsPerExample", "rollouts_per_example")
    seq_len: Count = known_as("seqLen", "seq_len")
    learning_rate: Real = known_as("learningRate", "learning_rate")
    loss: Name = None
    gpu_count: Count = known_as("gpuCount", "gpu_count")
    gpu_type: Name = known_as("gpuType", "gpu_type")
    price: Money = known_as("pricePerGpuHour", "price_per_gpu_hour")
    volume_name: Name = known_as("volumeName", "volume_name")
    source_commit: Name = known_as("sourceCommit", "source_commit")
    runs_ahead: Count = known_as("runsAhead", "runs_ahead")
    queue_reason: Line = known_as("queueReason", "queue_reason")
    notice: Line = None
    wandb_entity: Name = known_as("wandbEntity", "wandb_entity")
    wandb_project: Name = known_as("wandbProject", "wandb_project")
    wandb_run_name: Name = known_as("wandbRunName", "wandb_run_name")
    started_at: Moment = known_as("startedAt", "started_at")
    completed_at: Moment = known_as("completedAt", "completed_at")
    created_at: Moment = known_as("createdAt", "created_at")
    updated_at: Moment = known_as("updatedAt", "updated_at")
    error_message: Any = known_as("errorMessage", "error_message")
    failure: Annotated[FailureWire | None, IfObject] = known_as("failureAnalysis", "failure_analysis")
    checkpoints: Rows = Field(default_factory=list)
    usage: Annotated[RowUsageWire | None, IfObject] = None
    metrics: Mapped = Field(default_factory=dict)

    def to_domain(self, config: dict[str, object]) -> Run:
        """Return the run; `config` holds the configuration objects of the row."""
        run_id = RunId(self.id)
        return Run(
            id=run_id,
            name=self.run_name,
            state=run_state(self.status),
            status_word=self.status or "",
            kind=self.kind,
            user_id=None if self.user_id is None else UserId(self.user_id),
            team_id=None if self.team_id is None else TeamId(self.team_id),
            base_model=self.base_model,
            environments=_environments(self.environments),
            max_steps=self.max_steps,
            batch_size=self.batch_size,
            rollouts_per_example=self.rollouts,
            seq_len=self.seq_len,
            learning_rate=self.learning_rate,
            loss=self.loss,
            gpu_count=self.gpu_count,
            gpu_type=self.gpu_type,
            price_usd_per_gpu_h=self.price,
            volume_name=self.volume_name,
            source_commit=self.source_commit,
            runs_ahead=self.runs_ahead,
            queue_reason=self.queue_reason,
            notice=self.notice,
            wandb="/".join(
                part for part in (self.wandb_entity, self.wandb_project, self.wandb_run_name) if part
            )
            or None,
            started_at=self.started_at,
            completed_at=self.completed_at,
            created_at=self.created_at,
            updated_at=self.updated_at,
            error_message=body(self.error_message),
            failure=None if self.failure is None else self.failure.to_domain(),
            config=config_lines(config),
            checkpoints=tuple(found for found in map(_checkpoint_name, self.checkpoints) if found),
            usage=None if self.usage is None else self.usage.to_domain(run_id),
            metrics=row_metrics(self.metrics),
        )


def row_metrics(values: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, float]:
    """Return the finite numbers of an object without steps.

    Args:
        values: Numbers by name, among other things.
        labels: Names that were cleaned before; they repeat in every one of thousands of records.
    """
    labels = {} if labels is None else labels
    found: dict[str, float] = {}
    for key, value in values.items():
        number = None if isinstance(value, str) else real(value)
        if number is not None:
            label = labels.get(key) or labels.setdefault(key, clean_name(key))
            if label:
                found[label] = number
    return found


def _checkpoint_name(row: object) -> str | None:
    return name(row) if isinstance(row, str) else None


def _environments(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(found for found in map(_environment, listed) if found)


def _environment(row: object) -> str | None:
    if not isinstance(row, dict):
        return name(row)
    taskset = row.get("taskset")
    candidates = (
        row.get("slug"),
        row.get("id"),
        row.get("name"),
        taskset.get("id") if isinstance(taskset, dict) else None,
    )
    label = next((found for found in map(name, candidates) if found), None)
    version = name(row.get("version"))
    return f"{label}@{version}" if label and version else label


class LaunchedWire(Wire):
    """The answer to a launch. The token is lifted out before this model sees anything."""

    id: Id = Field(validation_alias=AliasChoices("runId", "run_id", "id"))
    job_id: OptionalId = known_as("jobId", "job_id")
    on_demand: Flag = known_as("onDemand", "on_demand")
    gpu_type: Name = known_as("gpuType", "gpu_type")
    price: Money = known_as("pricePerGpuHour")
    estimated: Money = known_as("estimatedCostPerHour")

    def to_domain(self, token: Secret | None) -> LaunchedRun:
        """Return the launched run."""
        return LaunchedRun(
            run_id=RunId(self.id),
            job_id=self.job_id,
            token=token,
            on_demand=self.on_demand,
            gpu_type=self.gpu_type,
            price_usd_per_gpu_h=self.price,
            estimated_usd_per_h=self.estimated,
        )


def read_run(value: object) -> Run:
    """Return a run."""
    run = RunWire.model_validate(value)
    parts = value if isinstance(value, dict) else {}
    return run.to_domain({part: parts[part] for part in _CONFIG_PARTS if isinstance(parts.get(part), dict)})


def read_launched(value: object) -> LaunchedRun:
    """Return a launched run with its token, which is given this once."""
    token = value.get("tokenValue") if isinstance(value, dict) else None
    secret = Secret(token) if isinstance(token, str) and token else None
    return LaunchedWire.model_validate(value).to_domain(secret)


def read_pause_word(value: object) -> str:
    """Return the status word that a pause answers with; empty when it says none."""
    return (name(value.get("status")) or "") if isinstance(value, dict) else ""


def listed_names(value: object, *places: str) -> tuple[str, ...]:
    """Return the names of a list that lies in one of `places`, or is the answer itself."""
    inside = (
        next((value[place] for place in places if place in value), None) if isinstance(value, dict) else value
    )
    return tuple(found for found in map(name, rows(inside)) if found)
