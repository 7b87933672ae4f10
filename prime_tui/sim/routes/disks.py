"""Disks: list, order, one, rename, delete."""

from __future__ import annotations

from prime_tui.sim.body import read_body
from prime_tui.sim.disks import Disk
from prime_tui.sim.orders import order_disk
from prime_tui.sim.vocabulary import PROVIDERS
from prime_tui.sim.web import API, Answer, Call, Endpoint, sliced
from prime_tui.sim.world import Refused


def disk_json(call: Call, disk: Disk) -> dict[str, object]:
    """Return a disk."""
    pods = call.world.pods_of_disk(disk.id, call.t_s)
    updated_s = max(at for at in (disk.updated_s, disk.deleted_s, disk.created_s) if at is not None)
    return {
        "id": disk.id, "name": disk.name, "createdAt": call.iso(disk.created_s),
        "updatedAt": call.iso(updated_s),
        "terminatedAt": call.iso(disk.deleted_s if disk.gone(call.t_s) else None),
        "status": disk.status(call.t_s), "providerType": disk.provider, "size": disk.size_gb,
        "info": {"country": disk.country, "dataCenterId": disk.data_center, "isMultinode": disk.multi_node},
        "priceHr": float(disk.usd_per_h), "stoppedPriceHr": None, "provisioningPriceHr": 0.0,
        "userId": disk.user_id, "teamId": disk.team_id, "walletId": disk.wallet_id, "pods": pods,
        "clusters": [],
    }  # fmt: skip


def disks(call: Call) -> Answer:
    """Answer GET /disks/."""
    return sliced(call, [disk_json(call, disk) for disk in call.world.listed_disks(call.t_s)])


def disk(call: Call) -> Answer:
    """Answer GET /disks/{disk_id}."""
    return Answer(disk_json(call, call.world.disk(call.path["disk_id"], call.t_s)))


def create(call: Call) -> Answer:
    """Answer POST /disks/."""
    fields = read_body(call.body)
    wanted, provider = fields.child("disk", required=True), fields.child("provider", required=True)
    team = fields.child("team")
    team_id = team.text("teamId", required=True) if team else None
    if wanted is None or provider is None:
        fields.check()
        raise AssertionError("a missing child is an error")
    size = wanted.whole("size", required=True, above=0) or 0
    name = wanted.text("name", nullable=False, longest=255)
    data_center = wanted.text("dataCenterId")
    for ignored in ("country", "cloudId"):
        wanted.text(ignored)
    wanted.refuse_others()
    kind = provider.choice("type", PROVIDERS, required=True) or ""
    fields.check()
    made = order_disk(
        call.world,
        provider=kind,
        data_center=data_center,
        size_gb=size,
        name=name,
        team_id=team_id,
        t_s=call.t_s,
    )
    return Answer(disk_json(call, made))


def rename(call: Call) -> Answer:
    """Answer PATCH /disks/{disk_id}."""
    found = call.world.disk(call.path["disk_id"], call.t_s)
    fields = read_body(call.body)
    name = fields.text("name", required=True, longest=255)
    fields.check()
    found.name = name or found.name
    found.updated_s = call.t_s
    return Answer(disk_json(call, found))


def delete(call: Call) -> Answer:
    """Answer DELETE /disks/{disk_id}; a disk in use is kept."""
    found = call.world.disk(call.path["disk_id"], call.t_s)
    if call.world.pods_of_disk(found.id, call.t_s):
        raise Refused(400, "Disk is attached to a pod")
    found.delete(call.t_s)
    return Answer({"status": found.status(call.t_s)})


ENDPOINTS = (
    Endpoint("GET", f"{API}/disks/", disks),
    Endpoint("POST", f"{API}/disks/", create),
    Endpoint("GET", f"{API}/disks/{{disk_id}}", disk),
    Endpoint("PATCH", f"{API}/disks/{{disk_id}}", rename),
    Endpoint("DELETE", f"{API}/disks/{{disk_id}}", delete),
)
