"""Pods, offers and disks to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.disks import Disk
from prime_tui.domain.ids import DiskId, PodId, UserId
from prime_tui.domain.offers import Offer, SizeRange
from prime_tui.domain.pods import Pod, PodState, SshEndpoint
from prime_tui.domain.views import PodView

NOW = datetime(2026, 11, 20, 8, 41, tzinfo=UTC)
POD = Pod(
    id=PodId("1f0c6a7e-2b57-4c1d-9f9f-0d8a0c1b2e3f"),
    name="dev-h100",
    state=PodState.ACTIVE,
    status_word="ACTIVE",
    provider="datacrunch",
    gpu_name="H100_80GB",
    gpu_count=1,
    socket="SXM5",
    price_usd_per_h=Decimal("2.40"),
    provisioning_price_usd_per_h=Decimal(0),
    created_at=NOW - timedelta(hours=6, minutes=12),
    user_id=UserId("usr_me"),
    image="cuda_12_6_pytorch_2_7",
    ssh=(SshEndpoint("root", "203.0.113.7", 22),),
    ips=("203.0.113.7",),
    memory_gb=180,
    disk_gb=500,
    vcpus=26,
)
OFFER = Offer(
    cloud_id="gpu_8x_h100",
    gpu_type="H100_80GB",
    gpu_count=8,
    provider="datacrunch",
    socket="SXM5",
    region="eu_north",
    data_center="FIN-01",
    country="FI",
    gpu_memory_gb=80,
    price_usd_per_h=Decimal("16.00"),
    security="secure_cloud",
    stock="High",
    images=("ubuntu_22_cuda_12", "custom_template"),
    disk=SizeRange(min=100, default=120, max=3000, step=1, price_usd_per_unit_h=Decimal("0.0001")),
)
DISK = Disk(
    id=DiskId("dsk_31"),
    name="ckpt-disk",
    state=PodState.ACTIVE,
    status_word="ACTIVE",
    size_gb=500,
    price_usd_per_h=Decimal("0.04"),
    pod_ids=(POD.id,),
)


def view(pod: Pod = POD, usd: str | None = "14.88", **changes: object) -> PodView:
    """Return a pod as a row, billed until a minute ago."""
    cost = Cost() if usd is None else Cost(Decimal(usd), CostOrigin.BILLED, NOW - timedelta(minutes=1))
    return replace(PodView(pod, cost, owner="you"), **changes)  # type: ignore[arg-type]
