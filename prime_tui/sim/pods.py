"""Pods: a timeline of states that is fixed when the pod is ordered and cut short when it is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from prime_tui.sim.billing import Meter
from prime_tui.sim.noise import Noise

DELETING_S = 12.0

PROVISIONING, PENDING, ACTIVE, STOPPED = "PROVISIONING", "PENDING", "ACTIVE", "STOPPED"
ERROR, DELETING, TERMINATED = "ERROR", "DELETING", "TERMINATED"


@dataclass(frozen=True)
class Installation:
    """The set-up of an active pod, between two world seconds; `failure` = it stops at `stops_at` percent."""

    begins_s: float
    ends_s: float
    failure: str | None = None
    stops_at: int = 100

    def state(self, t_s: float) -> tuple[str, int | None, str | None]:
        """Return installation status, progress in percent, and failure."""
        if t_s < self.begins_s:
            return "PENDING", None, None
        if t_s >= self.ends_s:
            return ("ERROR", self.stops_at, self.failure) if self.failure else ("FINISHED", 100, None)
        share = (t_s - self.begins_s) / (self.ends_s - self.begins_s)
        return "ACTIVE", int(share * self.stops_at), None


@dataclass
class Pod:
    """A rented machine; prices in USD per hour for the whole pod, times in world seconds."""

    id: str
    name: str
    user_id: str
    team_id: str | None
    wallet_id: str
    provider: str
    gpu_type: str
    gpu_count: int
    socket: str
    usd_per_h: Decimal
    created_s: float
    phases: list[tuple[float, str]]
    installation: Installation
    image: str = "ubuntu_22_cuda_12"
    stopped_usd_per_h: Decimal | None = None
    provisioning_usd_per_h: Decimal | None = Decimal(0)
    custom_template_id: str | None = None
    data_center: str | None = None
    country: str | None = None
    nodes: int = 1
    disk_gb: int = 100
    memory_gb: int = 125
    vcpus: int = 14
    disk_ids: list[str] = field(default_factory=list)
    spot: bool = False
    auto_restart: bool = False
    prepaid_h: int | None = None
    provisioned_by: str | None = None
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter([])
        self._set_meter()

    def status(self, t_s: float) -> str:
        """Return the official status word."""
        word = self.phases[0][1]
        for at, status in self.phases:
            if at > t_s:
                break
            word = status
        return word

    def changed_s(self, t_s: float) -> float:
        """Return when the pod changed last."""
        times = [at for at, _ in self.phases if at <= t_s]
        if self.installation.ends_s <= t_s:
            times.append(self.installation.ends_s)
        return max([self.created_s, *times])

    def install_state(self, t_s: float) -> tuple[str, int | None, str | None]:
        """Return installation status, progress and failure; nothing is installed before the pod is active."""
        if self.status(t_s) in (TERMINATED, DELETING):
            return "TERMINATED", None, None
        return self.installation.state(t_s)

    def terminated_s(self) -> float | None:
        """Return when the pod leaves the list, if that is decided."""
        return next((at for at, status in self.phases if status == TERMINATED), None)

    def gone(self, t_s: float) -> bool:
        """Return whether the pod has left the list."""
        end = self.terminated_s()
        return end is not None and end <= t_s

    def reachable(self, t_s: float) -> bool:
        """Return whether the pod has an address."""
        return self.status(t_s) in (ACTIVE, STOPPED)

    def delete(self, t_s: float) -> None:
        """Begin the teardown now; what was still to come is dropped."""
        if self.status(t_s) in (DELETING, TERMINATED):
            return
        kept = [phase for phase in self.phases if phase[0] <= t_s]
        self.phases = [*kept, (t_s, DELETING), (t_s + DELETING_S, TERMINATED)]
        self._set_meter()

    def _rate(self, status: str) -> Decimal:
        if status in (PROVISIONING, PENDING):
            return self.usd_per_h if self.provisioning_usd_per_h is None else self.provisioning_usd_per_h
        if status == STOPPED:
            return self.usd_per_h if self.stopped_usd_per_h is None else self.stopped_usd_per_h
        return self.usd_per_h if status in (ACTIVE, DELETING) else Decimal(0)

    def _set_meter(self) -> None:
        segments = []
        was_active = False
        for at, status in self.phases:
            was_active = was_active or status == ACTIVE
            # A pod that never came up costs nothing while it is torn down.
            rate = self._rate(status) if status != DELETING or was_active else Decimal(0)
            segments.append((at, rate))
        self.meter.segments = segments
        if self.prepaid_h is not None:
            self.meter.segments = self._after_prepayment(segments)
        self.meter.ended_s = self.terminated_s()

    def _after_prepayment(self, segments: list[tuple[float, Decimal]]) -> list[tuple[float, Decimal]]:
        """Charge the prepaid hours at the start of use; the rate begins when they are over."""
        begin = next((at for at, rate in segments if rate > 0), None)
        if begin is None or self.prepaid_h is None:
            return segments
        self.meter.prepaid_usd = self.usd_per_h * self.prepaid_h
        free_until = begin + self.prepaid_h * 3600
        later = [(at, rate) for at, rate in segments if at > free_until]
        paid = next((rate for at, rate in reversed(segments) if at <= free_until), Decimal(0))
        return [(begin, Decimal(0)), (free_until, paid), *later]

    def addresses(self, noise: Noise) -> list[str]:
        """Return one documentation address (RFC 5737) per node."""
        nets = ("192.0.2", "198.51.100", "203.0.113")
        return [
            f"{noise.pick(nets, 'net', self.id)}.{noise.whole(2, 250, 'host', self.id, node)}"
            for node in range(self.nodes)
        ]

    def ssh_port(self, noise: Noise) -> int:
        """Return the SSH port; proxied providers use a high one."""
        if self.provider in ("runpod", "akash"):
            return noise.whole(10_000, 60_000, "ssh-port", self.id)
        return 22


def usual_life(noise: Noise, pod_id: str, created_s: float) -> tuple[list[tuple[float, str]], Installation]:
    """Return the phases and the installation of a pod that comes up as it should."""
    pending_s = created_s + noise.between(12, 30, "pending", pod_id)
    active_s = pending_s + noise.between(15, 60, "active", pod_id)
    begins_s = active_s + noise.between(3, 8, "install-begins", pod_id)
    ends_s = begins_s + noise.between(40, 110, "install-ends", pod_id)
    phases = [(created_s, PROVISIONING), (round(pending_s, 3), PENDING), (round(active_s, 3), ACTIVE)]
    return phases, Installation(round(begins_s, 3), round(ends_s, 3))


def failing_life(noise: Noise, pod_id: str, created_s: float) -> tuple[list[tuple[float, str]], Installation]:
    """Return the phases of a pod that the provider never gets up."""
    error_s = round(created_s + noise.between(40, 120, "error", pod_id), 3)
    return [(created_s, PROVISIONING), (error_s, ERROR)], Installation(float("inf"), float("inf"))
