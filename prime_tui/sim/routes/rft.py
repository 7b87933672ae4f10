"""The `/rft` surface: runs, what they leave behind, and stop, restart, delete."""

from __future__ import annotations

import re

from prime_tui.sim import run_records as records
from prime_tui.sim.run_logs import LogFilter, tail
from prime_tui.sim.runs import DEDICATED, FAILED, QUEUED, RUNNING, Run
from prime_tui.sim.vocabulary import LOG_COMPONENTS, LOG_LEVELS
from prime_tui.sim.web import API, Answer, Call, Endpoint, InvalidQuery
from prime_tui.sim.world import Refused

_PRICES_PER_MTOK = (
    ("Qwen/Qwen3.5-4B", 0.3, 0.1, 0.3),
    ("Qwen/Qwen3.5-9B", 0.6, 0.2, 0.6),
    ("Qwen/Qwen3.5-35B-A3B", 1.0, 0.25, 0.75),
)
_RUNS = f"{API}/rft/runs"
_RUN = f"{_RUNS}/{{run_id}}"


def run_json(call: Call, run: Run) -> dict[str, object]:
    """Return a run."""
    t_s = call.t_s
    status = run.status(t_s)
    failure = run.failure if status == FAILED else None
    queued = status == QUEUED
    changed_s = max(at for at, _ in run.phases if at <= t_s)
    latest = run.latest_step(t_s)
    if latest is not None and status == RUNNING:
        changed_s = max(changed_s, run.step_done_s(latest, run.attempt_at(t_s)))
    dedicated = run.kind == DEDICATED
    return {
        "id": run.id, "name": run.name, "userId": run.user_id, "teamId": run.team_id,
        "rftClusterId": None if dedicated else "rftc_1", "primeClusterId": "pc_3" if dedicated else None,
        "status": status, "kind": run.kind, "maxSteps": run.max_steps, "batchSize": run.batch_size,
        "rolloutsPerExample": run.rollouts_per_example, "seqLen": 4096, "maxTokens": 2048,
        "learningRate": 3e-6 if dedicated else 1e-5, "loraAlpha": None if dedicated else 16,
        "maxInflightRollouts": None, "oversamplingFactor": None, "maxAsyncLevel": 2, "loss": run.loss,
        "baseModel": run.base_model, "gpuCount": run.gpu_count, "volumeName": run.volume_name,
        "sourceCommit": None, "environments": [{"slug": run.environment, "version": "1.2.0"}],
        "runConfig": run.config or None, "evalConfig": None, "valConfig": None, "bufferConfig": None,
        "wandbEntity": None, "wandbProject": None, "wandbRunName": None, "runsAhead": 2 if queued else None,
        "queueReason": run.queue_reason if queued else None, "notice": None,
        "startedAt": call.iso(run.started_s(t_s)), "completedAt": call.iso(run.completed_s(t_s)),
        "errorMessage": failure and failure.message, "createdAt": call.iso(run.created_s),
        "updatedAt": call.iso(changed_s), "failureAnalysis": failure and {
            "rootCause": failure.root_cause, "evidence": list(failure.evidence),
            "confidence": failure.confidence,
        },
    }  # fmt: skip


def _run(call: Call) -> Run:
    return call.world.run(call.path["run_id"], call.t_s)


def runs(call: Call) -> Answer:
    """Answer GET /rft/runs: without a team the personal ones."""
    team_id = call.text("team_id")
    call.world.wallet(team_id)
    page, limit = call.whole("page", 1, 1), call.whole("limit", 20, 1, 100)
    listed = call.world.listed_runs(call.t_s, team_id, mine=call.flag("mine"))
    rows = [run_json(call, run) for run in listed[(page - 1) * limit : page * limit]]
    total = len(listed)
    return Answer(
        {"runs": rows, "total": total, "page": page, "limit": limit, "total_pages": -(-total // limit)}
    )


def run(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}."""
    return Answer({"run": run_json(call, _run(call))})


def stop(call: Call) -> Answer:
    """Answer PUT /rft/runs/{run_id}/stop; the run still runs in the answer."""
    found = _run(call)
    found.stop(call.t_s)
    return Answer({"run": run_json(call, found)})


def restart(call: Call) -> Answer:
    """Answer PUT /rft/runs/{run_id}/restart."""
    found = _run(call)
    if found.status(call.t_s) != RUNNING:
        raise Refused(400, f"Run is {found.status(call.t_s)}; only a RUNNING run can be restarted")
    found.restart(call.t_s)
    return Answer({"run": run_json(call, found)})


def delete(call: Call) -> Answer:
    """Answer DELETE /rft/runs/{run_id} with 204."""
    _run(call).delete(call.t_s)
    return Answer(status=204)


def _log_filter(call: Call) -> LogFilter:
    search, regex = call.text("search"), call.flag("regex")
    if search is not None and regex:
        try:
            re.compile(search)
        except re.error as error:
            raise InvalidQuery("search", f"Invalid regular expression: {error}") from None
    since_s = call.maybe_whole("since_seconds", 60, 86_400)
    return LogFilter(
        call.whole("tail_lines", 1000, 1), search, regex, call.choice("level", LOG_LEVELS), since_s
    )


def _started(call: Call) -> Run:
    found = _run(call)
    if found.started_s(call.t_s) is None:
        raise Refused(404, f"Run is {found.status(call.t_s).lower()}; logs are not available yet")
    return found


def logs(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/logs; 404 until the run has started."""
    component = call.choice("component", LOG_COMPONENTS, "orchestrator") or "orchestrator"
    wanted = _log_filter(call)
    call.maybe_whole("pod_index", 0)
    found = _started(call)
    if component != "orchestrator" and found.kind != DEDICATED:
        raise Refused(400, f"Component {component} exists only for dedicated runs")
    return Answer({"logs": tail(found, call.t_s, call.world.clock, call.world.namer, component, wanted)})


def _env_name(run: Run) -> str:
    return run.environment.rsplit("/", 1)[-1]


def env_servers(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/env-servers."""
    found = _run(call)
    if found.status(call.t_s) != RUNNING:
        return Answer({"env_servers": []})
    name = _env_name(found)
    crashed = found.failure is not None
    rows = [
        {
            "env_name": name, "env_index": index,
            "pod_name": f"{found.id.replace('_', '-')}-env-{name}-{index}",
            "status": "CrashLoopBackOff" if crashed and index else "Running",
        }
        for index in range(2)
    ]  # fmt: skip
    return Answer({"env_servers": rows})


def env_server_logs(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/env-server-logs."""
    wanted = _log_filter(call)
    name, index = call.text("env_name"), call.whole("env_index", 0, 0)
    if name is None:
        raise InvalidQuery("env_name", "Field required")
    found = _started(call)
    if name != _env_name(found) or index > 1:
        raise Refused(404, "Environment server not found")
    return Answer({"logs": tail(found, call.t_s, call.world.clock, call.world.namer, "env-server", wanted)})


def metrics(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/metrics; `limit` counts steps and keeps the newest."""
    low, high = call.maybe_whole("min_step", 0), call.maybe_whole("max_step", 0)
    limit = call.maybe_whole("limit", 1)
    found = _run(call)
    last = found.next_step(call.t_s)
    begin = max(found.attempts[0].from_step, low or 0)
    end = min(last, last if high is None else high + 1)
    if limit is not None and low is None:
        begin = max(begin, end - limit)
    elif limit is not None:
        end = min(end, begin + limit)
    return Answer(
        {"metrics": list(records.metrics(found, call.t_s, call.world.clock.iso, range(begin, end)))}
    )


def progress(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/progress."""
    found = _run(call)
    steps = records.steps_with_samples(found, call.t_s)
    latest = found.latest_step(call.t_s)
    updated_s = None
    if latest is not None and latest >= found.attempt_at(call.t_s).from_step:
        updated_s = found.step_done_s(latest, found.attempt_at(call.t_s))
    return Answer(
        {
            "latestStep": latest, "stepsWithSamples": steps, "stepsWithDistributions": steps,
            "lastUpdatedAt": call.iso(updated_s),
        }
    )  # fmt: skip


def checkpoints(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/checkpoints."""
    wanted = call.choice("status_filter", ["PENDING", "UPLOADING", "READY", "FAILED"])
    found = _run(call)
    rows = [
        {
            "id": ckpt.id, "rftRunId": found.id, "step": ckpt.step,
            "storageUrl": f"s3://prime-checkpoints/{found.id}/step_{ckpt.step}", "status": ckpt.status,
            "sizeBytes": ckpt.size_bytes, "createdAt": call.iso(ckpt.created_s),
            "uploadedAt": call.iso(ckpt.uploaded_s),
        }
        for ckpt in records.checkpoints(found, call.t_s)
        if wanted in (None, ckpt.status)
    ]  # fmt: skip
    return Answer({"checkpoints": rows})


def samples(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/samples."""
    page, limit = call.whole("page", 1, 1), call.whole("limit", 100, 1, 500)
    if call.query.get("step") is None:
        raise InvalidQuery("step", "Field required")
    step = call.whole("step", 0, 0)
    found = _run(call)
    total = records.samples_total(found, call.t_s, step)
    rows = [
        records.sample(found, call.t_s, call.world.clock.iso, call.world.namer, step, index)
        for index in range(min(total, (page - 1) * limit), min(total, page * limit))
    ]
    pages = -(-total // limit)
    return Answer(
        {
            "run_id": found.id,
            "samples": rows,
            "total": total,
            "page": page,
            "limit": limit,
            "total_pages": pages,
        }
    )


def distributions(call: Call) -> Answer:
    """Answer GET /rft/runs/{run_id}/distributions; without a step the latest that has one."""
    kind = call.choice("type", ["rewards", "advantages"], "rewards") or "rewards"
    found = _run(call)
    steps = records.steps_with_samples(found, call.t_s)
    step = call.maybe_whole("step", 0)
    if step is None:
        step = steps[-1] if steps else None
    if step is None or step not in steps:
        return Answer({"chartData": {"histogramData": []}, "step": step})
    return Answer({"chartData": {"histogramData": records.histogram(found, step, kind)}, "step": step})


def models(call: Call) -> Answer:
    """Answer GET /rft/models, which newer backends do not have."""
    rows = [
        {
            "name": name, "atCapacity": name.endswith("35B-A3B"), "trainingPricePerMtok": train,
            "inferenceInputPricePerMtok": given, "inferenceOutputPricePerMtok": made, "promoLabel": None,
        }
        for name, train, given, made in _PRICES_PER_MTOK
    ]  # fmt: skip
    return Answer({"models": rows})


ENDPOINTS = (
    Endpoint("GET", f"{API}/rft/models", models),
    Endpoint("GET", _RUNS, runs),
    Endpoint("GET", _RUN, run),
    Endpoint("DELETE", _RUN, delete),
    Endpoint("PUT", f"{_RUN}/stop", stop),
    Endpoint("PUT", f"{_RUN}/restart", restart),
    Endpoint("GET", f"{_RUN}/logs", logs),
    Endpoint("GET", f"{_RUN}/env-servers", env_servers),
    Endpoint("GET", f"{_RUN}/env-server-logs", env_server_logs),
    Endpoint("GET", f"{_RUN}/metrics", metrics),
    Endpoint("GET", f"{_RUN}/progress", progress),
    Endpoint("GET", f"{_RUN}/checkpoints", checkpoints),
    Endpoint("GET", f"{_RUN}/samples", samples),
    Endpoint("GET", f"{_RUN}/distributions", distributions),
)
