"""Training runs: lives fixed at creation, steps and tokens in closed form, cut short by what a user does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from prime_tui.sim.billing import BILLING_STEP_S, Meter, rounded_usd
from prime_tui.sim.noise import Noise

QUEUED, PENDING, RUNNING = "QUEUED", "PENDING", "RUNNING"
PAUSING, PAUSED = "PAUSING", "PAUSED"
COMPLETED, FAILED, STOPPED = "COMPLETED", "FAILED", "STOPPED"
LIVE = frozenset({QUEUED, PENDING, RUNNING, PAUSING})

SHARED, DEDICATED = "SHARED_RFT_HOSTED", "DEDICATED_FULL_FT"

STOPPING_S = 15.0
PAUSING_S = 20.0
RESTARTING_S = 30.0
_WARM_UP_S = 25.0
_TEAR_DOWN_S = 10.0
_NEVER = float("inf")


@dataclass(frozen=True)
class TokenPrices:
    """USD per million tokens, as a run's own snapshot."""

    training: Decimal
    inference_input: Decimal
    inference_output: Decimal


@dataclass(frozen=True)
class Usage:
    """Tokens so far and their price in USD; GPU-hour runs have only zeros."""

    training_tokens: int
    input_tokens: int
    output_tokens: int
    training_usd: Decimal
    inference_usd: Decimal

    @property
    def total_usd(self) -> Decimal:
        """Return what the tokens cost together."""
        return self.training_usd + self.inference_usd


@dataclass(frozen=True)
class Failure:
    """How a run fails: at which step, with what message, and what the platform's analysis says."""

    at_step: int
    message: str
    root_cause: str
    evidence: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Attempt:
    """A stretch of stepping: from a moment and a step on, until restarted.

    `cap` is the number of steps that are ever completed: it lies below the goal for a stall or a failure.
    """

    started_s: float
    from_step: int
    cap: int
    ended_s: float = _NEVER


@dataclass
class Run:
    """A training run. Times in world seconds; `step_s` seconds a step; steps count from 0."""

    id: str
    name: str | None
    user_id: str
    team_id: str | None
    kind: str
    base_model: str
    environment: str
    max_steps: int
    step_s: float
    created_s: float
    running_s: float
    noise: Noise
    first_step: int = 0
    pending_s: float | None = None
    batch_size: int = 256
    rollouts_per_example: int = 8
    gpu_count: int | None = None
    gpu_type: str | None = None
    usd_per_gpu_h: Decimal | None = None
    prices: TokenPrices | None = None
    tokens_per_step: int = 400_000
    stalls_at_step: int | None = None
    failure: Failure | None = None
    queue_reason: str | None = None
    volume_name: str | None = None
    config: dict[str, object] = field(default_factory=dict)
    loss: str = "rl"
    deleted_s: float | None = None
    phases: list[tuple[float, str]] = field(init=False)
    attempts: list[Attempt] = field(init=False)
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        cap = self.max_steps
        if self.failure is not None:
            cap = self.failure.at_step + 1
        elif self.stalls_at_step is not None:
            cap = self.stalls_at_step
        self.attempts = [Attempt(self.running_s, self.first_step, cap)]
        self.meter = Meter([])
        self.phases = [(self.created_s, QUEUED)]
        if self.pending_s is not None:
            self.phases.append((self.pending_s, PENDING))
        self.phases.append((self.running_s, RUNNING))
        self._append_natural_end()

    # --- states -------------------------------------------------------------------------------

    def status(self, t_s: float) -> str:
        """Return the official status word."""
        word = self.phases[0][1]
        for at, status in self.phases:
            if at > t_s:
                break
            word = status
        return word

    def live(self, t_s: float) -> bool:
        """Return whether the run still moves or is going to."""
        return self.status(t_s) in LIVE

    def listed(self, t_s: float) -> bool:
        """Return whether the run exists at that time and is not deleted."""
        return self.created_s <= t_s and (self.deleted_s is None or t_s < self.deleted_s)

    def started_s(self, t_s: float) -> float | None:
        """Return when the run began to step, once it has."""
        start = next((at for at, status in self.phases if status == RUNNING), None)
        return start if start is not None and start <= t_s else None

    def completed_s(self, t_s: float) -> float | None:
        """Return when the run became terminal, once it has."""
        at, status = self.phases[-1]
        return at if at <= t_s and status not in LIVE else None

    def ends_s(self) -> float | None:
        """Return when the run becomes terminal, if that is decided."""
        at, status = self.phases[-1]
        return None if status in LIVE else at

    def stop(self, t_s: float) -> None:
        """Ask the run to stop; a running one needs some seconds for it."""
        if not self.live(t_s):
            return
        delay_s = STOPPING_S if self.status(t_s) == RUNNING else 0.0
        self._cut(t_s, [(t_s + delay_s, STOPPED)])

    def pause(self, t_s: float) -> None:
        """Ask the run to pause."""
        self._cut(t_s, [(t_s, PAUSING), (t_s + PAUSING_S, PAUSED)])

    def restart(self, t_s: float) -> None:
        """Go back to the last checkpoint; a stall or a failure to come is over by that."""
        step = self.last_checkpoint_step(t_s)
        self.attempts[-1] = replace(self.attempts[-1], ended_s=t_s)
        again_s = t_s + RESTARTING_S
        self.attempts.append(Attempt(again_s, step, self.max_steps))
        self.stalls_at_step = None
        self.failure = None
        self.phases = [phase for phase in self.phases if phase[0] <= t_s]
        self.phases += [(t_s, PENDING), (again_s, RUNNING)]
        self._append_natural_end()

    def delete(self, t_s: float) -> None:
        """Take the run off the list; a live one ends at once. Its billing row stays."""
        if self.live(t_s):
            self._cut(t_s, [(t_s, STOPPED)])
        self.deleted_s = t_s

    def _cut(self, t_s: float, then: list[tuple[float, str]]) -> None:
        self.phases = [phase for phase in self.phases if phase[0] <= t_s] + then
        self.attempts[-1] = replace(self.attempts[-1], ended_s=min(self.attempts[-1].ended_s, then[0][0]))
        self._set_meter()

    def _append_natural_end(self) -> None:
        if self.failure is not None:
            self.phases.append((self.step_done_s(self.failure.at_step) + _TEAR_DOWN_S, FAILED))
        elif self.stalls_at_step is None:
            self.phases.append((self.step_done_s(self.max_steps - 1) + _TEAR_DOWN_S, COMPLETED))
        self._set_meter()

    def _set_meter(self) -> None:
        rate = Decimal(0)
        if self.usd_per_gpu_h is not None and self.gpu_count is not None:
            rate = self.usd_per_gpu_h * self.gpu_count
        paid = (RUNNING, PAUSING)
        self.meter.segments = [(at, rate if status in paid else Decimal(0)) for at, status in self.phases]
        self.meter.ended_s = self.ends_s()

    # --- steps --------------------------------------------------------------------------------

    def step_done_s(self, step: int, attempt: Attempt | None = None) -> float:
        """Return when a step is completed; infinity for one that never is."""
        attempt = attempt or self.attempts[-1]
        if step >= attempt.cap:
            return _NEVER
        wobble = self.noise.between(-0.3, 0.3, "step", self.id, step)
        done_s = attempt.started_s + _WARM_UP_S + (step - attempt.from_step + 1 + wobble) * self.step_s
        return round(done_s, 3)

    def next_step(self, t_s: float) -> int:
        """Return the number of the step that is being worked on; those before it are completed."""
        return self._next_step(self.attempt_at(t_s), t_s)

    def latest_step(self, t_s: float) -> int | None:
        """Return the newest completed step."""
        following = self.next_step(t_s)
        return following - 1 if following > 0 else None

    def attempt_at(self, t_s: float) -> Attempt:
        """Return the attempt that is current at that time."""
        return next((a for a in reversed(self.attempts) if a.started_s <= t_s), self.attempts[0])

    def _next_step(self, attempt: Attempt, t_s: float) -> int:
        until_s = min(t_s, attempt.ended_s)
        guess = int((until_s - attempt.started_s - _WARM_UP_S) / self.step_s) + attempt.from_step + 1
        step = max(attempt.from_step, min(guess, attempt.cap))
        while step > attempt.from_step and self.step_done_s(step - 1, attempt) > until_s:
            step -= 1
        return step

    def checkpoint_every(self) -> int:
        """Return the number of steps between two checkpoints."""
        return 25 if self.max_steps >= 100 else 10

    def last_checkpoint_step(self, t_s: float) -> int:
        """Return the step of the newest checkpoint, or the first step."""
        every = self.checkpoint_every()
        return max(self.attempts[0].from_step, (self.next_step(t_s) // every) * every)

    # --- money --------------------------------------------------------------------------------

    def usage(self, t_s: float) -> Usage:
        """Return tokens and their cost up to `t_s`."""
        if self.prices is None:
            return Usage(0, 0, 0, Decimal(0), Decimal(0))
        training = inference_in = inference_out = 0
        for attempt in self.attempts:
            if attempt.started_s > t_s:
                continue
            begin, end = attempt.from_step, self._next_step(attempt, t_s)
            training += self._tokens(end, 10) - self._tokens(begin, 10)
            inference_in += self._tokens(end, 3) - self._tokens(begin, 3)
            inference_out += self._tokens(end, 8) - self._tokens(begin, 8)
        million = Decimal(1_000_000)
        inference = inference_in * self.prices.inference_input + inference_out * self.prices.inference_output
        return Usage(
            training, inference_in, inference_out,
            rounded_usd(training * self.prices.training / million), rounded_usd(inference / million),
        )  # fmt: skip

    def _tokens(self, steps: int, tenths: int) -> int:
        """Return tokens of the first `steps` steps; answers get longer while a model learns to reason."""
        growth = 1 + 0.25 * steps / self.max_steps
        return int(self.tokens_per_step * steps * growth) * tenths // 10

    def gpu_usd(self, t_s: float) -> Decimal:
        """Return what the GPU hours cost up to `t_s`; 0 for a run priced by tokens."""
        return self.meter.accrued_usd(t_s)


@dataclass
class TokenCharge:
    """The billing row of a run that is priced by tokens, billed in steps of a minute."""

    run: Run

    def begins_s(self) -> float | None:
        """Return when the run begins to work."""
        return self.run.running_s if RUNNING in (status for _, status in self.run.phases) else None

    def ends_s(self) -> float | None:
        """Return when the run is over."""
        return self.run.ends_s()

    def billed_at_s(self, t_s: float) -> float | None:
        """Return the last full minute of the run, or its end."""
        begin = self.begins_s()
        if begin is None or t_s < begin:
            return None
        end = self.run.ends_s()
        if end is not None and t_s >= end:
            return end
        steps = int((t_s - begin) / BILLING_STEP_S)
        return begin + steps * BILLING_STEP_S if steps else None

    def amount_usd(self, t_s: float) -> Decimal:
        """Return what is billed up to `t_s`."""
        until = self.billed_at_s(t_s)
        return Decimal(0) if until is None else self.run.usage(until).total_usd
