"""The oldest descriptions of the API, and nothing newer: other words, other names, fewer endpoints.

Pods carry lower-case states, `provider`, `gpuType`, `price.hourly` and an `sshConnection` object; lists
are bare arrays; offers have `prices.hourly`; a deletion tells `finalCost`. There is no account, no team,
no disk, no key, no list of runs. Wallet and usage are as ever; every chat answer tells its cost, models
have no price.
"""

from __future__ import annotations

from prime_tui.sim.body import read_body
from prime_tui.sim.chat import MODELS
from prime_tui.sim.orders import RunOrder, launch_run, order_pod
from prime_tui.sim.past import PastPod
from prime_tui.sim.pods import ACTIVE, DELETING, ERROR, STOPPED, TERMINATED, Pod
from prime_tui.sim.routes import billing, inference, training
from prime_tui.sim.routes.availability import matching
from prime_tui.sim.routes.pods import read_order
from prime_tui.sim.web import API, Answer, Call, Endpoint
from prime_tui.sim.world import Refused

_WORDS = {ACTIVE: "running", STOPPED: "stopped", DELETING: "stopped", TERMINATED: "stopped", ERROR: "error"}
_HOURS_A_MONTH = 730


def _ssh(call: Call, pod: Pod) -> object:
    """Return the SSH address: an object, for some pods the string or the list that was also seen."""
    if not pod.reachable(call.t_s):
        return None
    noise = call.world.noise
    addresses, port = pod.addresses(noise), pod.ssh_port(noise)
    form = noise.unit("seed-ssh", pod.id)
    if len(addresses) > 1 or form < 0.15:
        return [f"root@{address} -p {port}" for address in addresses]
    if form < 0.35:
        return f"root@{addresses[0]} -p {port}"
    return {"host": addresses[0], "port": port if form < 0.8 else str(port), "user": "root"}


def _pod_json(call: Call, pod: Pod) -> dict[str, object]:
    return {
        "id": pod.id, "name": pod.name, "status": _WORDS.get(pod.status(call.t_s), "starting"),
        "provider": pod.provider, "cloudId": f"{pod.provider}_{pod.gpu_count}x_{pod.gpu_type.lower()}",
        "gpuType": pod.gpu_type, "gpuCount": pod.gpu_count, "sshConnection": _ssh(call, pod),
        "price": {"hourly": float(pod.usd_per_h)}, "createdAt": call.iso(pod.created_s),
    }  # fmt: skip


def pods(call: Call) -> Answer:
    """Answer GET /pods/ with a bare array of one's own pods; here `status` and `provider` do filter."""
    offset, limit = call.whole("offset", 0, 0), call.whole("limit", 100, 0)
    # No row names its team in this dialect, so a list with a team's pods could not be told apart.
    rows = [_pod_json(call, pod) for pod in call.world.listed_pods(call.t_s) if pod.team_id is None]
    for name in ("status", "provider"):
        wanted = call.text(name)
        rows = [row for row in rows if wanted in (None, row[name])]
    return Answer(rows[offset : offset + limit])


def pod(call: Call) -> Answer:
    """Answer GET /pods/{pod_id} with running time in seconds and costs in USD."""
    found = call.world.pod(call.path["pod_id"], call.t_s)
    if found.gone(call.t_s):
        raise Refused(404, "Pod not found")
    begin_s = found.meter.begins_s()
    runtime_s = max(0.0, call.t_s - begin_s) if begin_s is not None else 0.0
    costs = float(found.meter.amount_usd(call.t_s))
    return Answer({**_pod_json(call, found), "runtime": round(runtime_s), "costs": costs})


def create(call: Call) -> Answer:
    """Answer POST /pods/."""
    return Answer(_pod_json(call, order_pod(call.world, read_order(read_body(call.body)), call.t_s)))


def delete(call: Call) -> Answer:
    """Answer DELETE /pods/{pod_id}."""
    found = call.world.pod(call.path["pod_id"], call.t_s)
    if found.gone(call.t_s):
        raise Refused(404, "Pod not found")
    found.delete(call.t_s)
    return Answer(
        {"message": "Pod terminated successfully", "finalCost": float(found.meter.accrued_usd(call.t_s))}
    )


def _history_json(call: Call, past: PastPod) -> dict[str, object]:
    return {
        "id": past.id, "name": past.name, "provider": past.provider, "gpuType": past.gpu_type,
        "gpuCount": past.gpu_count, "createdAt": call.iso(past.created_s),
        "terminatedAt": call.iso(past.terminated_s), "price": {"hourly": float(past.usd_per_h)},
        "costs": float(past.total_usd),
    }  # fmt: skip


def history(call: Call) -> Answer:
    """Answer GET /pods/history with a bare array of the personal past."""
    offset, limit = call.whole("offset", 0, 0), call.whole("limit", 100, 0)
    past = call.world.pasts[0]
    return Answer([_history_json(call, past.pod(n)) for n in range(offset, min(past.pods, offset + limit))])


def availability(call: Call) -> Answer:
    """Answer GET /availability/ with a bare array; the type and the count are those of the question."""
    rows = []
    for offer in matching(call, multi_node=False):
        price = float(call.world.market.price_usd_per_h(offer, call.t_s))
        rows.append(
            {
                "cloudId": offer.cloud_id, "provider": offer.provider, "dataCenter": offer.data_center,
                "prices": {"hourly": price, "monthly": round(price * _HOURS_A_MONTH, 2)},
                "stockStatus": call.world.market.stock(offer, call.t_s), "images": list(offer.images),
            }
        )  # fmt: skip
    return Answer(rows)


def launch(call: Call) -> Answer:
    """Answer POST /training/runs with the three fields it had."""
    fields = read_body(call.body)
    config = fields.child("config", required=True)
    for name in ("imageTag", "wandbApiKey", "hfToken"):
        fields.text(name)
    order = RunOrder(config.values if config else {}, fields.text("name"), fields.text("teamId"))
    fields.check()
    launched = launch_run(call.world, order, call.t_s)
    return Answer({"runId": launched.run.id, "jobId": launched.job_id, "tokenValue": launched.token}, 201)


def models(call: Call) -> Answer:
    """Answer GET /models without prices."""
    rows = [{"id": m.id, "object": "model", "created": m.created, "owned_by": m.owner} for m in MODELS]
    return Answer({"object": "list", "data": rows})


SEED_ENDPOINTS = (
    Endpoint("GET", f"{API}/pods/", pods),
    Endpoint("POST", f"{API}/pods/", create),
    Endpoint("GET", f"{API}/pods/history", history),
    Endpoint("GET", f"{API}/pods/{{pod_id}}", pod),
    Endpoint("DELETE", f"{API}/pods/{{pod_id}}", delete),
    Endpoint("GET", f"{API}/availability/", availability),
    *billing.ENDPOINTS,
    Endpoint("POST", f"{API}/training/runs", launch),
    Endpoint("DELETE", f"{API}/training/runs/{{run_id}}", training.delete),
    Endpoint("GET", f"{API}/models", models, open=True),
    Endpoint("POST", f"{API}/chat/completions", inference.chat_with_cost),
)
