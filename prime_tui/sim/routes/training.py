"""Dedicated training runs: launch, delete, pause, resume, and what can be trained where."""

from __future__ import annotations

from prime_tui.sim.body import read_body
from prime_tui.sim.orders import (
    GPU_HOUR_USD,
    TRAINABLE,
    LaunchedRun,
    RunOrder,
    launch_run,
    pause_run,
    resume_run,
)
from prime_tui.sim.vocabulary import GPU_TYPES
from prime_tui.sim.web import API, Answer, Call, Endpoint


def _launched(launched: LaunchedRun, status: int) -> Answer:
    run = launched.run
    price = run.usd_per_gpu_h
    return Answer(
        {
            "runId": run.id, "jobId": launched.job_id, "tokenValue": launched.token,
            "onDemand": price is not None, "gpuType": run.gpu_type,
            "pricePerGpuHour": None if price is None else float(price),
            "estimatedCostPerHour": None if price is None else float(price * (run.gpu_count or 0)),
            "isBeta": True,
        },
        status,
    )  # fmt: skip


def create(call: Call) -> Answer:
    """Answer POST /training/runs with 201."""
    fields = read_body(call.body)
    config = fields.child("config", required=True)
    for name in ("imageTag", "wandbApiKey", "hfToken", "sourceRef", "resumeFrom"):
        fields.text(name)
    order = RunOrder(
        config=config.values if config else {}, name=fields.text("name"), team_id=fields.text("teamId"),
        gpu_type=fields.choice("gpuType", GPU_TYPES),
        mode=fields.choice("mode", ["rl", "sft"], default="rl") or "rl", volume=fields.text("volume"),
    )  # fmt: skip
    fields.check()
    return _launched(launch_run(call.world, order, call.t_s), 201)


def delete(call: Call) -> Answer:
    """Answer DELETE /training/runs/{run_id}; a second time nothing is deleted any more."""
    run = call.world.runs.get(call.path["run_id"])
    if run is not None and run.deleted_s is not None:
        return Answer({"runId": run.id, "deleted": False})
    run = call.world.run(call.path["run_id"], call.t_s)
    run.delete(call.t_s)
    return Answer({"runId": run.id, "deleted": True})


def pause(call: Call) -> Answer:
    """Answer POST /training/runs/{run_id}/pause."""
    run = call.world.run(call.path["run_id"], call.t_s)
    pause_run(run, call.t_s)
    return Answer({"runId": run.id, "status": run.status(call.t_s)})


def resume(call: Call) -> Answer:
    """Answer POST /training/runs/{run_id}/resume with a new run."""
    run = call.world.run(call.path["run_id"], call.t_s)
    fields = read_body(call.body, may_be_empty=True)
    gpu_type = fields.choice("gpuType", GPU_TYPES)
    for name in ("imageTag", "wandbApiKey", "hfToken"):
        fields.text(name)
    fields.child("secrets")
    fields.check()
    return _launched(resume_run(call.world, run, gpu_type, call.t_s), 201)


def gpu_types(call: Call) -> Answer:
    """Answer GET /training/available-gpu-types."""
    return Answer({"gpuTypes": list(GPU_HOUR_USD)})


def fft_models(call: Call) -> Answer:
    """Answer GET /training/available-fft-models."""
    synced = call.iso(-30 * 86_400.0)
    cluster = {"clusterId": "cl_a", "clusterName": "athens", "gpuType": "H200_141GB", "cacheSyncedAt": synced}
    offers = [
        {
            "gpuType": gpu_type, "pricePerGpuHour": float(usd),
            "discountLabel": "Launch price" if gpu_type.startswith("B200") else None,
            "availableNow": call.world.noise.unit("free", gpu_type, int(call.t_s // 900)) < 0.7,
            "isBeta": True,
        }
        for gpu_type, usd in GPU_HOUR_USD.items()
    ]  # fmt: skip
    models = [{"name": name, "clusters": [cluster]} for name in TRAINABLE]
    return Answer({"models": models, "onDemand": offers, "onDemandBetaAccess": True})


def volumes(call: Call) -> Answer:
    """Answer GET /training/volumes."""
    row = {
        "name": "team-volume", "size": "500Gi", "status": "READY", "clusterId": "cl_a", "cluster": "athens",
        "pvcName": "vol-team-volume", "createdBy": call.world.people.user_id,
        "createdAt": call.iso(-9 * 86_400.0),
    }  # fmt: skip
    return Answer({"volumes": [row] if call.world.runs else []})


ENDPOINTS = (
    Endpoint("POST", f"{API}/training/runs", create),
    Endpoint("DELETE", f"{API}/training/runs/{{run_id}}", delete),
    Endpoint("POST", f"{API}/training/runs/{{run_id}}/pause", pause),
    Endpoint("POST", f"{API}/training/runs/{{run_id}}/resume", resume),
    Endpoint("GET", f"{API}/training/available-gpu-types", gpu_types),
    Endpoint("GET", f"{API}/training/available-fft-models", fft_models),
    Endpoint("GET", f"{API}/training/volumes", volumes),
)
