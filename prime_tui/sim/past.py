"""The long past of a wallet: billing rows and terminated pods, made when a page asks for them.

Row `3k + 1` is the bill of past pod `k`, so that history and wallet tell the same story.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from prime_tui.sim.billing import Archive, RowState, rounded_usd, usd_for
from prime_tui.sim.names import Namer
from prime_tui.sim.noise import Noise
from prime_tui.sim.offers import Market

_OTHER_TYPES = ("training", "inference", "inference", "sandboxes", "disks", "images")
_TYPICAL_USD = {"training": 40.0, "inference": 1.5, "sandboxes": 0.8, "disks": 2.5, "images": 0.3}


@dataclass(frozen=True)
class PastPod:
    """A pod of which only the history is left; times in world seconds."""

    id: str
    name: str
    provider: str
    gpu_type: str
    gpu_count: int
    socket: str
    usd_per_h: Decimal
    created_s: float
    terminated_s: float
    user_id: str
    team_id: str | None
    provisioned_by: str | None
    kind: str
    total_usd: Decimal


class Past:
    """Rows and pods of one wallet, newest first, about `gap_s` between two rows."""

    def __init__(
        self, noise: Noise, namer: Namer, market: Market, *,
        team_id: str | None, owners: tuple[tuple[str, str], ...], pods: int, rows: int, newest_s: float,
        gap_s: float,
    ) -> None:  # fmt: skip
        self._noise = noise
        self._namer = namer
        self._market = market
        self._team_id = team_id
        self._owners = owners
        self._newest_s = newest_s
        self._gap_s = gap_s
        self.pods = pods
        self.archive = Archive(rows, self.row)
        # (created, terminated) of every past pod, by which the history is sorted.
        self.pod_times = [self._times(index) for index in range(pods)]

    def _times(self, index: int) -> tuple[float, float]:
        terminated_s = self._row_s(3 * index + 1)
        hours = 0.3 + 30 * self._noise.unit("past-hours", self._team_id, index) ** 3
        return round(terminated_s - hours * 3600), terminated_s

    def pod(self, index: int) -> PastPod:
        """Return a past pod, 0 = the one terminated last."""
        noise, key = self._noise, (self._team_id, index)
        offer = noise.pick(self._market.offers, "past-offer", *key)
        created_s, terminated_s = self._times(index)
        price = offer.base_usd_per_h.quantize(Decimal("0.0001"))
        owner_id, owner = noise.pick(self._owners, "past-owner", *key)
        name = (
            self._namer.awkward_pod(index // 11)
            if index % 11 == 7
            else self._namer.pod(offer.gpu_type, index + 100)
        )
        return PastPod(
            id=noise.uuid("past-pod", *key), name=name, provider=offer.provider, gpu_type=offer.gpu_type,
            gpu_count=offer.gpu_count, socket=offer.socket, usd_per_h=price, created_s=created_s,
            terminated_s=terminated_s, user_id=owner_id, team_id=self._team_id, provisioned_by=owner,
            kind="Cluster" if offer.multi_node else "Instance",
            total_usd=rounded_usd(usd_for(price, terminated_s - created_s)),
        )  # fmt: skip

    def row(self, index: int) -> RowState:
        """Return a billing row, 0 = the newest of the past."""
        pod_index, kind = divmod(index, 3)
        if kind == 1 and pod_index < self.pods:
            pod = self.pod(pod_index)
            row_id = self._noise.short_id("bil_", "past", self._team_id, index)
            return RowState(row_id, pod.created_s, pod.terminated_s, pod.total_usd, "compute", pod.id)
        key = (self._team_id, index)
        resource_type = self._noise.pick(_OTHER_TYPES, "past-type", *key)
        at_s = self._row_s(index)
        usd = self._noise.usd(0.05, 2.0, 4, "past-usd", *key) * Decimal(str(_TYPICAL_USD[resource_type]))
        resource_id = (
            None if resource_type == "inference" else self._noise.short_id(f"{resource_type[:3]}_", *key)
        )
        billed_s = None if resource_type == "images" else at_s
        began_s = (
            at_s if billed_s is None else round(at_s - self._noise.between(300, 30_000, "past-length", *key))
        )
        row_id = self._noise.short_id("bil_", "past", *key)
        return RowState(row_id, began_s, billed_s, rounded_usd(usd), resource_type, resource_id)

    def _row_s(self, index: int) -> float:
        jitter = self._noise.between(0, 0.8, "past-row", self._team_id, index)
        return round(self._newest_s - (index + jitter) * self._gap_s)
