"""What a run leaves behind: metrics, checkpoints, samples, distributions; all computed from run and time."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prime_tui.sim.names import Namer
from prime_tui.sim.runs import Run

Iso = Callable[[float], str]

SAMPLE_EVERY = 10
_SAMPLES_PER_STEP = 48
_CHECKPOINT_UPLOAD_S = 40.0
_BINS = 10


def reward(run: Run, step: int) -> float:
    """Return the mean reward of a step: a learning curve with noise."""
    best = run.noise.between(0.62, 0.94, "best", run.id)
    start = run.noise.between(0.04, 0.2, "start", run.id)
    pace = run.noise.between(4.0, 9.0, "pace", run.id) / max(run.max_steps, 1)
    rise = 1 / (1 + math.exp(-pace * (step - 0.32 * run.max_steps)))
    floor = 1 / (1 + math.exp(pace * 0.32 * run.max_steps))
    level = start + (best - start) * (rise - floor) / (1 - floor)
    return max(0.0, min(1.0, level + run.noise.between(-0.035, 0.035, "reward", run.id, step)))


def _orchestrator_metrics(run: Run, step: int) -> dict[str, float]:
    wobble = run.noise.between
    mean = reward(run, step)
    name = (
        "reward/all/mean"
        if run.noise.unit("metric-names", run.id) < 0.6
        else "train/agg/effective/solver/reward/mean"
    )
    metrics = {
        name: mean,
        "reward/all/std": 0.5 * math.sqrt(max(mean * (1 - mean), 0.01)),
        "seq_len/all/mean": 640 + 900 * step / run.max_steps + wobble(-60, 60, "len", run.id, step),
        "is_truncated/all/mean": wobble(0.0, 0.06, "cut", run.id, step),
        "time/step": run.step_s * wobble(0.9, 1.1, "time", run.id, step),
        "time/generate_completions": run.step_s * wobble(0.55, 0.68, "gen", run.id, step),
        "progress/tokens": float(run.tokens_per_step),
    }
    if step % 20 == 0:
        environment = run.environment.rsplit("/", 1)[-1]
        metrics[f"eval/{environment}/avg@8"] = max(0.0, mean - wobble(0.0, 0.05, "eval", run.id, step))
    return metrics


def _trainer_metrics(run: Run, step: int) -> dict[str, float]:
    wobble = run.noise.between
    decay = 1 - 0.6 * step / run.max_steps
    return {
        "loss/mean": 0.02 * decay + wobble(-0.004, 0.004, "loss", run.id, step),
        "entropy/all/mean": 0.9 * decay + wobble(-0.05, 0.05, "entropy", run.id, step),
        "mismatch_kl/all/mean": wobble(0.0004, 0.003, "kl", run.id, step),
        "optim/grad_norm": wobble(0.15, 0.6, "grad", run.id, step),
        "optim/lr": 3e-6 * min(1.0, (step + 1) / 10),
        "perf/throughput": 17_500 * (run.gpu_count or 8) / 8 * wobble(0.92, 1.06, "tput", run.id, step),
        "perf/mfu": wobble(31, 38, "mfu", run.id, step),
        "perf/peak_memory": wobble(58, 71, "mem", run.id, step),
    }


def metrics(run: Run, t_s: float, iso: Iso, steps: range) -> Iterator[dict[str, object]]:
    """Yield the metric records of those steps; trainer and orchestrator write one record each."""
    following = run.next_step(t_s)
    for step in steps:
        if run.attempts[0].from_step <= step < following:
            stamp = iso(run.step_done_s(step, run.attempt_at(t_s)))
            for values in (_orchestrator_metrics(run, step), _trainer_metrics(run, step)):
                figures = {name: round(value, 6) for name, value in values.items()}
                yield {"step": step, "timestamp": stamp, **figures}


def steps_with_samples(run: Run, t_s: float) -> list[int]:
    """Return the steps whose samples are uploaded: every tenth completed one."""
    first = -(-run.attempts[0].from_step // SAMPLE_EVERY) * SAMPLE_EVERY
    return list(range(first, run.next_step(t_s), SAMPLE_EVERY))


@dataclass(frozen=True)
class CheckpointState:
    """A checkpoint at one moment."""

    id: str
    step: int
    status: str
    size_bytes: int | None
    created_s: float
    uploaded_s: float | None


def checkpoints(run: Run, t_s: float) -> list[CheckpointState]:
    """Return the checkpoints written so far, oldest first; the newest may still be on its way."""
    every = run.checkpoint_every()
    found = []
    attempt = run.attempt_at(t_s)
    begin = (attempt.from_step // every) * every
    for step in range(max(every, begin), run.next_step(t_s) + 1, every):
        created_s = run.step_done_s(step - 1, attempt) if step - 1 >= attempt.from_step else attempt.started_s
        age_s = t_s - created_s
        if age_s < 0:
            continue
        failed = run.noise.unit("ckpt-fails", run.id, step) < 0.04
        ready_after_s = 5 + _CHECKPOINT_UPLOAD_S * run.noise.between(0.7, 1.3, "upload", run.id, step)
        status, uploaded_s, size = "PENDING", None, None
        if age_s >= ready_after_s:
            status = "FAILED" if failed else "READY"
            uploaded_s = None if failed else round(created_s + ready_after_s, 3)
        elif age_s >= 5:
            status = "UPLOADING"
        if status != "PENDING":
            size = run.noise.whole(600_000_000, 900_000_000, "size", run.id) * (run.gpu_count or 1)
        found.append(CheckpointState(f"ckpt_{run.id[-6:]}_{step}", step, status, size, created_s, uploaded_s))
    return found


_PROBLEMS = (
    ("A train covers {a} km in {b} hours. How many km does it cover in {c} hours at the same speed?", "rate"),
    ("Ada has {a} marbles and gives away {b}. Lin gives her {c} more. How many does she have?", "sum"),
    ("What is {a} x {b} + {c}?", "product"),
)


def samples_total(run: Run, t_s: float, step: int) -> int:
    """Return the number of samples of a step; 0 if none are uploaded."""
    return _SAMPLES_PER_STEP if step in steps_with_samples(run, t_s) else 0


def sample(run: Run, t_s: float, iso: Iso, namer: Namer, step: int, index: int) -> dict[str, object]:
    """Return one rollout. The message columns are JSON inside strings, as the trainer uploads them."""
    noise, key = run.noise, (run.id, step, index)
    problem_id, nth = divmod(index, run.rollouts_per_example)
    text, kind = noise.pick(_PROBLEMS, "problem", run.id, step, problem_id)
    a, b, c = (noise.whole(2, 60, letter, run.id, step, problem_id) for letter in "abc")
    answer = {"rate": a * c // max(b, 1), "sum": a - b + c, "product": a * b + c}[kind]
    right = noise.unit("right", *key) < reward(run, step)
    shown = answer if right else answer + noise.whole(1, 9, "wrong", *key)
    question = namer.text(text.format(a=a, b=b, c=c), *key)
    reply = namer.text(f"Let me work through it.\n\n**Answer:** {shown}", "reply", *key)
    messages = [{"role": "user", "content": question}]
    completion = [{"role": "assistant", "content": reply}]
    return {
        "run_id": run.id, "step": step, "tag": "train", "problem_id": problem_id, "sample_id": nth,
        "prompt": "" if index % 7 == 3 else json.dumps(messages, ensure_ascii=False),
        "completion": json.dumps(completion, ensure_ascii=False),
        "trajectory": json.dumps(messages + completion, ensure_ascii=False),
        "answer": str(answer), "env_name": run.environment.rsplit("/", 1)[-1],
        "task": json.dumps({"difficulty": noise.pick(("easy", "medium", "hard"), "difficulty", *key)}),
        "info": "{}", "reward": 1.0 if right else 0.0,
        "advantage": round((1.0 if right else 0.0) - reward(run, step), 4),
        "metrics": json.dumps({"accuracy": 1.0 if right else 0.0, "format": 1.0}),
        "timing": json.dumps({"generation_ms": noise.whole(1500, 9000, "ms", *key)}),
        "num_input_tokens": noise.whole(24, 70, "in", *key),
        "num_output_tokens": noise.whole(30, 900, "out", *key),
        "created_at": iso(run.step_done_s(step, run.attempt_at(t_s))),
    }  # fmt: skip


def histogram(run: Run, step: int, kind: str) -> list[dict[str, object]]:
    """Return ten bins of the rewards (0..1) or advantages (-1..1) of a step."""
    low, high = (-1.0, 1.0) if kind == "advantages" else (0.0, 1.0)
    counts = [0] * _BINS
    mean = reward(run, step)
    for index in range(_SAMPLES_PER_STEP * 4):
        raw = 1.0 if run.noise.unit("right", run.id, step, index) < mean else 0.0
        value = (
            raw - mean
            if kind == "advantages"
            else 0.85 * raw + 0.15 * run.noise.unit("part", run.id, step, index)
        )
        counts[min(_BINS - 1, int((value - low) / (high - low) * _BINS))] += 1
    width = (high - low) / _BINS
    edges = [(round(low + width * n, 3), round(low + width * (n + 1), 3)) for n in range(_BINS)]
    return [
        {"binStart": start, "binEnd": end, "count": count, "range": f"{start:.3f}-{end:.3f}"}
        for (start, end), count in zip(edges, counts, strict=True)
    ]
