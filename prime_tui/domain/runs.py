"""Training runs, their usage and what is read about one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.ids import RunId, TeamId, UserId
from prime_tui.domain.secret import Secret
from prime_tui.domain.units import MTOK


class RunState(StrEnum):
    """The canonical states; what the service wrote is kept beside it."""

    QUEUED = "queued"
    PENDING = "pending"
    RUNNING = "running"
    PAUSING = "pausing"
    STOPPING = "stopping"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


TERMINAL = frozenset({RunState.PAUSED, RunState.COMPLETED, RunState.FAILED, RunState.STOPPED})
LIVE = frozenset({RunState.QUEUED, RunState.PENDING, RunState.RUNNING, RunState.PAUSING, RunState.STOPPING})

_WORDS = {
    "queued": RunState.QUEUED,
    "pending": RunState.PENDING,
    "starting": RunState.PENDING,
    "initializing": RunState.PENDING,
    "provisioning": RunState.PENDING,
    "running": RunState.RUNNING,
    "active": RunState.RUNNING,
    "pausing": RunState.PAUSING,
    "stopping": RunState.STOPPING,
    "deleting": RunState.STOPPING,
    "paused": RunState.PAUSED,
    "completed": RunState.COMPLETED,
    "succeeded": RunState.COMPLETED,
    "success": RunState.COMPLETED,
    "finished": RunState.COMPLETED,
    "failed": RunState.FAILED,
    "error": RunState.FAILED,
    "errored": RunState.FAILED,
    "crashed": RunState.FAILED,
    "stopped": RunState.STOPPED,
    "cancelled": RunState.STOPPED,
    "canceled": RunState.STOPPED,
    "terminated": RunState.STOPPED,
}


def run_state(word: str | None) -> RunState:
    """Return the canonical state for the service's word: any case, unknown words allowed."""
    return _WORDS.get((word or "").strip().lower(), RunState.UNKNOWN)


class RunAction(StrEnum):
    """What can be asked of a run."""

    STOP = "stop"
    RESTART = "restart"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"


_ACTIONS: dict[RunState, frozenset[RunAction]] = {
    RunState.QUEUED: frozenset({RunAction.STOP, RunAction.DELETE}),
    RunState.PENDING: frozenset({RunAction.STOP, RunAction.DELETE}),
    RunState.RUNNING: frozenset({RunAction.STOP, RunAction.RESTART, RunAction.PAUSE, RunAction.DELETE}),
    RunState.PAUSING: frozenset(),
    RunState.STOPPING: frozenset(),
    RunState.PAUSED: frozenset({RunAction.RESUME, RunAction.DELETE}),
    RunState.COMPLETED: frozenset({RunAction.DELETE}),
    RunState.FAILED: frozenset({RunAction.DELETE}),
    RunState.STOPPED: frozenset({RunAction.DELETE}),
    RunState.UNKNOWN: frozenset({RunAction.DELETE}),
}


def run_actions(state: RunState) -> frozenset[RunAction]:
    """Return what may be asked of a run in `state`."""
    return _ACTIONS[state]


class RunSource(StrEnum):
    """How the program knows of a run."""

    LIST = "list"
    BILLING = "billing"
    LAUNCHED = "launched here"
    FOUND = "found after the answer of its launch was lost"
    TYPED = "typed in"


@dataclass(frozen=True, slots=True)
class FailureAnalysis:
    """What the service believes made a run fail; `confidence` is 0..1."""

    root_cause: str
    evidence: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as `/rft/runs` tells it; everything but the id may be missing.

    Attributes:
        config: The run's configuration as (dotted path, value) lines, secrets left out.
        checkpoints: Names that came with the row itself (older shape).
        usage: Totals that came with the row itself (older shape).
        metrics: Numbers that came with the row itself (older shape).
    """

    id: RunId
    name: str | None = None
    state: RunState = RunState.UNKNOWN
    status_word: str = ""
    kind: str | None = None
    user_id: UserId | None = None
    team_id: TeamId | None = None
    base_model: str | None = None
    environments: tuple[str, ...] = ()
    max_steps: int | None = None
    batch_size: int | None = None
    rollouts_per_example: int | None = None
    seq_len: int | None = None
    learning_rate: float | None = None
    loss: str | None = None
    gpu_count: int | None = None
    gpu_type: str | None = None
    price_usd_per_gpu_h: Decimal | None = None
    volume_name: str | None = None
    source_commit: str | None = None
    runs_ahead: int | None = None
    queue_reason: str | None = None
    notice: str | None = None
    wandb: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    error_message: str | None = None
    failure: FailureAnalysis | None = None
    config: tuple[tuple[str, str], ...] = ()
    checkpoints: tuple[str, ...] = ()
    usage: RunUsage | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens and money of one usage type; None is unknown."""

    tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RunPricing:
    """USD per million tokens, fixed for the run; None for a run that is not billed by tokens."""

    training_usd_per_mtok: Decimal | None = None
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RunUsage:
    """The answer of `GET /billing/runs/{id}/usage`; `total_cost_usd` is the authority on cost."""

    run_id: RunId
    run_name: str | None = None
    base_model: str | None = None
    status_word: str | None = None
    training: TokenUse = TokenUse()
    inference: TokenUse = TokenUse()
    total_tokens: int | None = None
    total_cost_usd: Decimal | None = None
    pricing: RunPricing = RunPricing()
    record_count: int | None = None

    @property
    def is_by_gpu_hour(self) -> bool:
        """Whether the run is paid by the GPU-hour: no token prices and no tokens. Its zeros mean nothing."""
        used, prices = (self.training, self.inference), self.pricing
        tokens = [one for use in used for one in (use.tokens, use.input_tokens, use.output_tokens)]
        return not (self.total_tokens or any(tokens)) and prices == RunPricing()

    @property
    def input_cost_usd(self) -> Decimal | None:
        """Derived cost of the inference input; None when tokens or price are unknown."""
        return _priced(self.inference.input_tokens, self.pricing.input_usd_per_mtok)

    @property
    def output_cost_usd(self) -> Decimal | None:
        """Derived cost of the inference output; None when tokens or price are unknown."""
        return _priced(self.inference.output_tokens, self.pricing.output_usd_per_mtok)

    def discrepancies(self) -> tuple[str, ...]:
        """Return sentences about parts that do not add up (beyond a cent or half a percent)."""
        found: list[str] = []
        parts = _sum(self.training.cost_usd, self.inference.cost_usd)
        if _differ(parts, self.total_cost_usd):
            found.append(f"parts make ${parts:.4f}, the total says ${self.total_cost_usd:.4f}")
        derived = _sum(self.input_cost_usd, self.output_cost_usd)
        if _differ(derived, self.inference.cost_usd):
            found.append(f"inference by price makes ${derived:.4f}, charged ${self.inference.cost_usd:.4f}")
        by_price = _priced(self.training.tokens, self.pricing.training_usd_per_mtok)
        if _differ(by_price, self.training.cost_usd):
            found.append(f"training by price makes ${by_price:.4f}, charged ${self.training.cost_usd:.4f}")
        if None not in (self.training.tokens, self.inference.tokens, self.total_tokens):
            counted = (self.training.tokens or 0) + (self.inference.tokens or 0)
            if counted != self.total_tokens:
                found.append(f"parts make {counted:,} tokens, the total says {self.total_tokens:,}")
        return tuple(found)


def _priced(tokens: int | None, usd_per_mtok: Decimal | None) -> Decimal | None:
    return None if tokens is None or usd_per_mtok is None else tokens * usd_per_mtok / MTOK


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _differ(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) > max(Decimal("0.01"), abs(other) * Decimal("0.005"))


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is; `latest_step` counts from 0."""

    latest_step: int | None = None
    steps_with_samples: tuple[int, ...] = ()
    updated_at: datetime | None = None

    def completed_steps(self, max_steps: int | None = None) -> int | None:
        """Return the number of finished steps, never above `max_steps`."""
        if self.latest_step is None:
            return None
        done = self.latest_step + 1
        return done if max_steps is None else min(done, max_steps)


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """All numbers of one step, merged from the records of trainer and orchestrator."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint; `step` is None in the older shape, which gives a name only."""

    id: str
    step: int | None = None
    status: str = ""
    size_bytes: int | None = None
    created_at: datetime | None = None
    storage_url: str | None = None


@dataclass(frozen=True, slots=True)
class RunLogs:
    """The tail of a log, oldest line first.

    Attributes:
        waiting: What the service says while there is no log yet; empty otherwise.
    """

    lines: tuple[str, ...] = ()
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines of a run's log are wanted."""

    tail_lines: int = 200
    component: str | None = None
    level: str | None = None
    search: str | None = None
    env_name: str | None = None
    pod_index: int | None = None


@dataclass(frozen=True, slots=True)
class EnvServer:
    """A process that serves an environment to a run."""

    env_name: str
    env_index: int
    pod_name: str
    status: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One rollout: the texts are cleaned and flattened to readable lines."""

    step: int | None
    problem_id: str
    sample_id: str
    prompt: str = ""
    completion: str = ""
    reward: float | None = None
    advantage: float | None = None
    env_name: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """One bin of a distribution; a pair without bounds keeps its label only."""

    label: str
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class GpuRate:
    """An on-demand GPU type for training; the price is USD per GPU and hour."""

    gpu_type: str
    price_usd_per_gpu_h: Decimal | None = None
    discount: str | None = None
    available_now: bool | None = None
    is_beta: bool = False


@dataclass(frozen=True, slots=True)
class TrainingChoices:
    """What a dedicated run can be launched on (`available-gpu-types`, `available-fft-models`).

    Attributes:
        beta_access: False when the account is not enrolled; None when the service does not say.
    """

    gpu_types: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    rates: tuple[GpuRate, ...] = ()
    beta_access: bool | None = None


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A dedicated run to be launched (`POST /training/runs`); unset values are not sent."""

    config: Mapping[str, object]
    name: str | None = None
    team_id: TeamId | None = None
    image_tag: str | None = None
    gpu_type: str | None = None
    wandb_api_key: Secret | None = None
    hf_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class LaunchedRun:
    """The answer to a launch.

    Attributes:
        token: The run's own API key. It is given once and kept nowhere by the service.
    """

    run_id: RunId
    job_id: str | None = None
    token: Secret | None = None
    on_demand: bool | None = None
    gpu_type: str | None = None
    price_usd_per_gpu_h: Decimal | None = None
    estimated_usd_per_h: Decimal | None = None
