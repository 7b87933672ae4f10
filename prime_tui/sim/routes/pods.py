"""Pods: list, order, one, status, delete, log, history."""

from __future__ import annotations

from decimal import Decimal

from prime_tui.sim.body import Fields, read_body
from prime_tui.sim.orders import PodOrder, order_pod
from prime_tui.sim.past import PastPod
from prime_tui.sim.pods import Pod
from prime_tui.sim.run_logs import pod_log
from prime_tui.sim.vocabulary import GPU_TYPES, IMAGES, PROVIDERS, SECURITY, SOCKETS
from prime_tui.sim.web import API, Answer, Call, Endpoint, page_envelope
from prime_tui.sim.world import Refused


def ssh_of(call: Call, pod: Pod) -> str | list[str | None] | None:
    """Return the SSH address: null or [null] before there is one, a list for a cluster."""
    if not pod.reachable(call.t_s):
        return None if call.world.noise.unit("ssh-null", pod.id) < 0.5 else [None]
    port = pod.ssh_port(call.world.noise)
    lines: list[str | None] = [f"root@{address} -p {port}" for address in pod.addresses(call.world.noise)]
    if len(lines) == 1:
        return lines[0]
    if pod.install_state(call.t_s)[0] == "ACTIVE":
        lines[-1] = None  # the last node of a cluster is the last to come up
    return lines


def ip_of(call: Call, pod: Pod) -> str | list[str] | None:
    """Return the address, or the addresses of a cluster."""
    if not pod.reachable(call.t_s):
        return None
    addresses = pod.addresses(call.world.noise)
    return addresses[0] if len(addresses) == 1 else addresses


def _ports(call: Call, pod: Pod) -> list[dict[str, object]]:
    if not pod.reachable(call.t_s):
        return []
    ssh = str(pod.ssh_port(call.world.noise))
    ports: list[dict[str, object]] = [
        {"internal": "22", "external": ssh, "protocol": "TCP", "usedBy": "SSH", "description": None}
    ]
    if pod.image.startswith("cuda"):
        ports.append(
            {
                "internal": "8888",
                "external": "8888",
                "protocol": "TCP",
                "usedBy": "JUPYTER_NOTEBOOK",
                "description": "Jupyter",
            }
        )
    return ports


def _usd(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def pod_json(call: Call, pod: Pod) -> dict[str, object]:
    """Return a pod as the list and the detail carry it."""
    t_s = call.t_s
    installation, progress, failure = pod.install_state(t_s)
    disks = [call.world.disks[disk_id] for disk_id in pod.disk_ids if disk_id in call.world.disks]
    end_s = pod.terminated_s()
    return {
        "id": pod.id, "userId": pod.user_id, "teamId": pod.team_id, "walletId": pod.wallet_id,
        "name": pod.name, "type": "HOSTED", "providerType": pod.provider, "status": pod.status(t_s),
        "installationStatus": installation, "installationFailure": failure, "installationProgress": progress,
        "createdAt": call.iso(pod.created_s), "updatedAt": call.iso(pod.changed_s(t_s)),
        "terminatedAt": call.iso(end_s if pod.gone(t_s) else None), "gpuName": pod.gpu_type,
        "gpuCount": pod.gpu_count, "socket": pod.socket, "priceHr": float(pod.usd_per_h),
        "stoppedPriceHr": _usd(pod.stopped_usd_per_h),
        "provisioningPriceHr": _usd(pod.provisioning_usd_per_h), "environmentType": pod.image,
        "customTemplateId": pod.custom_template_id,
        "clusterId": f"cl_{pod.id[:8]}" if pod.nodes > 1 else None, "primePortMapping": _ports(call, pod),
        "sshConnection": ssh_of(call, pod), "ip": ip_of(call, pod),
        "resources": {"memory": pod.memory_gb, "disk": pod.disk_gb, "shared_disk": None, "vcpus": pod.vcpus},
        "attachedResources": [
            {
                "resourceType": "DISK", "id": disk.id,
                "status": "MOUNTED" if installation == "FINISHED" else "ATTACHED", "isDetachable": True,
                "mountPath": "/workspace", "resourcePath": None, "size": disk.size_gb,
                "isShared": disk.multi_node,
            }
            for disk in disks
        ],
        "isSpot": pod.spot, "autoRestart": pod.auto_restart,
    }  # fmt: skip


def pods(call: Call) -> Answer:
    """Answer GET /pods/."""
    offset, limit = call.whole("offset", 0, 0), call.whole("limit", 100, 0)
    listed = call.world.listed_pods(call.t_s)
    rows = [pod_json(call, pod) for pod in listed[offset : offset + limit]]
    return page_envelope(call, rows, len(listed), offset, limit)


def pod(call: Call) -> Answer:
    """Answer GET /pods/{pod_id}; a terminated pod is found for as long as the world lasts."""
    return Answer(pod_json(call, call.world.pod(call.path["pod_id"], call.t_s)))


def status(call: Call) -> Answer:
    """Answer GET /pods/status; unknown ids are left out, the order is not the caller's."""
    wanted = set(call.query.getlist("pod_ids"))
    rows = []
    for found in call.world.listed_pods(call.t_s):
        if found.id in wanted:
            installation, progress, failure = found.install_state(call.t_s)
            rows.append(
                {
                    "podId": found.id, "providerType": found.provider, "status": found.status(call.t_s),
                    "sshConnection": ssh_of(call, found), "ip": ip_of(call, found),
                    "installationStatus": installation, "installationFailure": failure,
                    "installationProgress": progress, "priceHr": float(found.usd_per_h),
                    "primePortMapping": _ports(call, found),
                }
            )  # fmt: skip
    return Answer({"data": rows, "status": None})


def read_order(fields: Fields) -> PodOrder:
    """Return the order in a body.

    Raises:
        InvalidBody: something is missing, wrong, or not known inside `pod`.
    """
    wanted, provider = fields.child("pod", required=True), fields.child("provider", required=True)
    team = fields.child("team")
    disk_ids = [str(disk_id) for disk_id in fields.items("disks")]
    if wanted is None or provider is None:
        fields.check()
        raise AssertionError("a missing child is an error")
    if "name" in wanted.values:
        wanted.text("name", nullable=False)
    for name in ("country", "jupyterPassword", "sshKeyId"):
        wanted.text(name)
    wanted.choice("security", SECURITY)
    wanted.items("envVars")
    max_price = wanted.number("maxPrice")
    order = PodOrder(
        provider=provider.choice("type", PROVIDERS, required=True) or "",
        cloud_id=wanted.text("cloudId", required=True) or "",
        gpu_type=wanted.choice("gpuType", GPU_TYPES, required=True) or "",
        socket=wanted.choice("socket", SOCKETS, required=True) or "",
        gpu_count=wanted.whole("gpuCount", required=True, above=0) or 0,
        name=wanted.text("name"), data_center=wanted.text("dataCenterId"),
        disk_gb=wanted.whole("diskSize", above=0), vcpus=wanted.whole("vcpus", above=0),
        memory_gb=wanted.whole("memory", above=0),
        max_usd_per_h=None if max_price is None else Decimal(str(max_price)),
        image=wanted.choice("image", IMAGES, default=IMAGES[0]) or IMAGES[0],
        custom_template_id=wanted.text("customTemplateId"), auto_restart=wanted.flag("autoRestart"),
        prepaid_h=wanted.number("prepaidForHr", above=0), disk_ids=disk_ids,
        team_id=team.text("teamId", required=True) if team else None,
    )  # fmt: skip
    wanted.refuse_others()
    fields.check()
    return order


def create(call: Call) -> Answer:
    """Answer POST /pods/."""
    return Answer(pod_json(call, order_pod(call.world, read_order(read_body(call.body)), call.t_s)))


def delete(call: Call) -> Answer:
    """Answer DELETE /pods/{pod_id}."""
    found = call.world.pod(call.path["pod_id"], call.t_s)
    if found.gone(call.t_s):
        raise Refused(404, "Pod not found")
    found.delete(call.t_s)
    return Answer({"status": found.status(call.t_s)})


def log(call: Call) -> Answer:
    """Answer GET /pods/{pod_id}/log: a list of lines; some providers have none (404)."""
    found = call.world.pod(call.path["pod_id"], call.t_s)
    tail = call.whole("tail", 100, 0)
    if found.provider == "vultr":
        raise Refused(404, "Logs are not available for this provider")
    return Answer(pod_log(found, call.t_s, call.world.clock, call.world.noise, call.world.namer, tail))


def _recent_json(call: Call, found: Pod) -> dict[str, object]:
    end_s = found.terminated_s()
    return {
        "id": found.id, "name": found.name, "providerType": found.provider,
        "provisionedBy": found.provisioned_by, "type": "Cluster" if found.nodes > 1 else "Instance",
        "createdAt": call.iso(found.created_s), "terminatedAt": call.iso(end_s), "gpuName": found.gpu_type,
        "gpuCount": found.gpu_count, "socket": found.socket, "priceHr": float(found.usd_per_h),
        "userId": found.user_id, "teamId": found.team_id,
        "totalBilledPrice": float(found.meter.amount_usd(call.t_s)),
    }  # fmt: skip


def _past_json(call: Call, past: PastPod) -> dict[str, object]:
    return {
        "id": past.id, "name": past.name, "providerType": past.provider, "provisionedBy": past.provisioned_by,
        "type": past.kind, "createdAt": call.iso(past.created_s), "terminatedAt": call.iso(past.terminated_s),
        "gpuName": past.gpu_type, "gpuCount": past.gpu_count, "socket": past.socket,
        "priceHr": float(past.usd_per_h), "userId": past.user_id, "teamId": past.team_id,
        "totalBilledPrice": float(past.total_usd),
    }  # fmt: skip


def history(call: Call) -> Answer:
    """Answer GET /pods/history."""
    by_end = call.choice("sort_by", ["terminatedAt", "createdAt"], "terminatedAt") == "terminatedAt"
    newest_first = call.choice("sort_order", ["desc", "asc"], "desc") == "desc"
    offset, limit = call.whole("offset", 0, 0), call.whole("limit", 100, 0)
    gone = [found for found in call.world.pods.values() if found.gone(call.t_s)]
    keys: list[tuple[float, int, int]] = [
        ((found.terminated_s() or 0.0) if by_end else found.created_s, -1, n) for n, found in enumerate(gone)
    ]
    for which, past in enumerate(call.world.pasts):
        keys += [(past.pod_times[n][1 if by_end else 0], which, n) for n in range(past.pods)]
    keys.sort(reverse=newest_first)
    rows = [
        _recent_json(call, gone[n]) if which < 0 else _past_json(call, call.world.pasts[which].pod(n))
        for _, which, n in keys[offset : offset + limit]
    ]
    return page_envelope(call, rows, len(keys), offset, limit)


ENDPOINTS = (
    Endpoint("GET", f"{API}/pods/", pods),
    Endpoint("POST", f"{API}/pods/", create),
    Endpoint("GET", f"{API}/pods/history", history),
    Endpoint("GET", f"{API}/pods/status", status),
    Endpoint("GET", f"{API}/pods/{{pod_id}}", pod),
    Endpoint("DELETE", f"{API}/pods/{{pod_id}}", delete),
    Endpoint("GET", f"{API}/pods/{{pod_id}}/log", log),
)
