"""Log lines of runs and pods, computed backwards from now so that a tail costs what it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from prime_tui.sim.clock import WorldClock
from prime_tui.sim.names import Namer
from prime_tui.sim.noise import Noise
from prime_tui.sim.pods import Pod
from prime_tui.sim.run_records import reward
from prime_tui.sim.runs import FAILED, STOPPED, Run

DEFAULT_WINDOW_S = 900.0
_MAX_LINES = 20_000


@dataclass(frozen=True)
class Line:
    """One line: when, how bad, what; `extra` makes it a JSON line, as newer trainers write."""

    at_s: float
    level: str
    message: str
    extra: dict[str, object] | None = None

    def text(self, clock: WorldClock) -> str:
        """Return the line as it stands in the log."""
        if self.extra is None:
            return f"{clock.at(self.at_s):%H:%M:%S}  {self.level:>6}  {self.message}"
        record = {
            "timestamp": clock.iso(self.at_s),
            "level": self.level,
            "message": self.message,
            **self.extra,
        }
        return json.dumps(record, ensure_ascii=False)


@dataclass(frozen=True)
class LogFilter:
    """What the caller asked for. `since_s` counts back from now and only limits a search."""

    tail_lines: int = 1000
    search: str | None = None
    regex: bool = False
    level: str | None = None
    since_s: float | None = None

    def keeps(self, line: Line) -> bool:
        """Return whether a line passes; the expression was checked before."""
        if self.level is not None and line.level != self.level:
            return False
        if self.search is None:
            return True
        if self.regex:
            return re.search(self.search, line.message) is not None
        return self.search in line.message


def tail(run: Run, t_s: float, clock: WorldClock, namer: Namer, component: str, wanted: LogFilter) -> str:
    """Return the newest lines of a component as one text, newest last, each ended by a newline."""
    searching = wanted.search is not None or wanted.level is not None
    since_s = t_s - (wanted.since_s or DEFAULT_WINDOW_S) if searching else float("-inf")
    kept: list[str] = []
    for line in _newest_first(run, t_s, namer, component):
        if line.at_s < since_s or len(kept) >= min(wanted.tail_lines, _MAX_LINES):
            break
        if wanted.keeps(line):
            kept.append(line.text(clock))
    return "".join(f"{text}\n" for text in reversed(kept))


def _newest_first(run: Run, t_s: float, namer: Namer, component: str) -> Iterator[Line]:
    attempt = run.attempt_at(t_s)
    yield from _ending(run, t_s, component)
    for step in range(run.next_step(t_s), attempt.from_step - 1, -1):
        done_s = run.step_done_s(step, attempt)
        written = _step_lines(run, step, namer, component, done_s) if done_s != float("inf") else []
        lines = [line for line in written if line.at_s <= min(t_s, attempt.ended_s)]
        yield from sorted(lines, key=lambda line: line.at_s, reverse=True)
    yield from reversed(
        [line for line in _setup_lines(run, attempt.started_s, component) if line.at_s <= t_s]
    )


def _ending(run: Run, t_s: float, component: str) -> Iterator[Line]:
    end_s = run.completed_s(t_s)
    if end_s is None:
        return
    status = run.status(t_s)
    if status == FAILED and run.failure is not None:
        yield Line(end_s, "ERROR", run.failure.message)
        if component == "orchestrator":
            yield from (Line(end_s - 1, "ERROR", text) for text in reversed(run.failure.evidence))
    elif status == STOPPED:
        yield Line(end_s, "WARNING", "Received SIGTERM, shutting down")
    else:
        yield Line(end_s, "SUCCESS", f"Run is {status.lower()}")


def _setup_lines(run: Run, start_s: float, component: str) -> list[Line]:
    texts = {
        "trainer": (
            "Initialized process group",
            f"Loading {run.base_model}",
            "Compiled model, starting training loop",
        ),
        "inference": (
            f"Loading weights of {run.base_model}",
            "Capturing CUDA graphs",
            "Server ready on 0.0.0.0:8000",
        ),
        "env-server": (f"Installing {run.environment}", "Environment loaded", "Listening on 0.0.0.0:5000"),
    }.get(
        component,
        (
            f"Starting orchestrator for {run.base_model}",
            f"Loading environment {run.environment}",
            "Inference pool is ready",
        ),
    )
    return [Line(start_s + 6 * n, "INFO", text) for n, text in enumerate(texts)]


def _step_lines(run: Run, step: int, namer: Namer, component: str, done_s: float) -> list[Line]:
    begin_s = done_s - run.step_s
    noise = run.noise.between
    if component == "trainer":
        loss, grad = noise(0.005, 0.03, "loss", run.id, step), noise(0.15, 0.6, "grad", run.id, step)
        mfu = noise(31, 38, "mfu", run.id, step)
        text = f"Step {step} | loss {loss:.4f} | grad norm {grad:.3f} | lr 3.00e-06 | MFU {mfu:.1f} %"
        return [
            Line(begin_s + 0.6 * run.step_s, "DEBUG", f"Received batch of step {step}"),
            Line(done_s, "INFO", text),
        ]
    if component == "inference":
        return [
            Line(
                begin_s + share * run.step_s, "INFO",
                f"throughput {noise(9, 16, 'tput', run.id, step, share):.1f}k tok/s, "
                f"running {run.noise.whole(80, 250, 'req', run.id, step, share)} reqs, "
                f"KV cache {noise(20, 92, 'kv', run.id, step, share):.0f} %",
            )
            for share in (0.25, 0.5, 0.75, 1.0)
        ]  # fmt: skip
    if component == "env-server":
        return [
            Line(done_s, "INFO", namer.text(f"Scored {run.batch_size} rollouts of step {step}", "env", step))
        ]
    return _orchestrator_lines(run, step, namer, begin_s, done_s)


def _orchestrator_lines(run: Run, step: int, namer: Namer, begin_s: float, done_s: float) -> list[Line]:
    lines = []
    for percent in (25, 50, 75):
        progress: dict[str, object] = {
            "step": step, "type": "progress", "desc": "Generating rollouts (train)",
            "current": run.batch_size * percent // 100, "total": run.batch_size, "percent": percent,
        }  # fmt: skip
        lines.append(
            Line(begin_s + run.step_s * percent / 130, "INFO", "Generating rollouts (train)", progress)
        )
    if run.noise.unit("warns", run.id, step) < 0.06:
        count = run.noise.whole(1, 4, "warns-count", run.id, step)
        lines.append(
            Line(begin_s + 0.7 * run.step_s, "WARNING", f"{count} rollouts were truncated at max_tokens")
        )
    tokens = f"{run.tokens_per_step / 1000:.0f}k tokens"
    summary = f"Step {step} | reward {reward(run, step):.2f} | {run.step_s:.1f} s | {tokens}"
    lines.append(Line(done_s, "INFO", namer.text(summary, "step", step)))
    if (step + 1) % run.checkpoint_every() == 0:
        lines.append(Line(done_s + 0.5, "SUCCESS", f"Checkpoint of step {step + 1} written"))
    return lines


def pod_log(
    pod: Pod, t_s: float, clock: WorldClock, noise: Noise, namer: Namer, tail_lines: int
) -> list[str]:
    """Return the newest lines of a pod's set-up and of its heartbeat."""
    steps = (
        "Pulling image",
        "Extracting layers",
        "Mounting disks",
        "Starting sshd",
        "Starting Jupyter",
        "Ready",
    )
    begin_s, end_s = pod.installation.begins_s, pod.installation.ends_s
    if t_s < begin_s:
        return []
    lines = [
        f"{clock.iso(round(at))} {namer.text(text, pod.id)}"
        for n, text in enumerate(steps)
        if (at := begin_s + (end_s - begin_s) * n / (len(steps) - 1)) <= t_s
        and not (pod.installation.failure and n > 2)
    ]
    if pod.installation.failure and t_s >= end_s:
        lines.append(f"{clock.iso(round(end_s))} ERROR {pod.installation.failure}")
    beats = int((t_s - end_s) // 300) if pod.installation.failure is None else 0
    for beat in range(max(1, beats - tail_lines), beats + 1):
        used = noise.whole(12, 99, "utilisation", pod.id, beat)
        lines.append(f"{clock.iso(round(end_s + 300 * beat))} health ok, GPU utilisation {used} %")
    return lines[-tail_lines:] if tail_lines > 0 else []
