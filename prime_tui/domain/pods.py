"""Pods: rented GPU machines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.ids import PodId, TeamId, UserId, WalletId


class PodState(StrEnum):
    """The canonical states; what the service wrote is kept beside it."""

    PROVISIONING = "provisioning"
    PENDING = "pending"
    INSTALLING = "installing"
    INSTALL_FAILED = "install failed"
    ACTIVE = "active"
    STOPPED = "stopped"
    ERROR = "error"
    DELETING = "deleting"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"


TRANSIENT = frozenset({PodState.PROVISIONING, PodState.PENDING, PodState.INSTALLING, PodState.DELETING})

_WORDS = {
    "provisioning": PodState.PROVISIONING,
    "starting": PodState.PROVISIONING,
    "creating": PodState.PROVISIONING,
    "pending": PodState.PENDING,
    "queued": PodState.PENDING,
    "active": PodState.ACTIVE,
    "running": PodState.ACTIVE,
    "stopped": PodState.STOPPED,
    "error": PodState.ERROR,
    "errored": PodState.ERROR,
    "failed": PodState.ERROR,
    "deleting": PodState.DELETING,
    "stopping": PodState.DELETING,
    "terminating": PodState.DELETING,
    "terminated": PodState.TERMINATED,
    "deleted": PodState.TERMINATED,
}


def pod_state(word: str, installation: str | None = None, progress_percent: int | None = None) -> PodState:
    """Return the canonical state for the service's words: any case, unknown words allowed."""
    state = _WORDS.get(word.strip().lower(), PodState.UNKNOWN)
    if state is not PodState.ACTIVE:
        return state
    installing = (installation or "").strip().upper()
    if installing == "ERROR":
        return PodState.INSTALL_FAILED
    if installing in ("PENDING", "ACTIVE") or (progress_percent is not None and progress_percent < 100):
        return PodState.INSTALLING
    return PodState.ACTIVE


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    """Where to reach a machine, already checked: safe as words of an argument vector."""

    user: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host}" + (f" -p {self.port}" if self.port != 22 else "")


@dataclass(frozen=True, slots=True)
class PortMapping:
    """A port of the pod as seen from outside."""

    internal: str
    external: str
    protocol: str
    used_by: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class AttachedDisk:
    """A disk at a pod."""

    id: str
    status: str
    mount_path: str | None = None
    size_gb: int | None = None
    is_shared: bool | None = None


@dataclass(frozen=True, slots=True)
class Pod:
    """A row of `GET /pods/`, completed by `GET /pods/status`.

    Prices are USD per hour for the whole machine. None is unknown (or, for the stopped and provisioning
    prices, "the normal price applies"); zero is a price.

    Attributes:
        state: Canonical, with the installation folded in.
        status_word: The service's own word.
        ssh: One entry a node; None for a node that is not ready.
        ssh_problem: Why the connection string could not be used, if there was one.
        reported_cost_usd: What an older backend says the pod has cost.
    """

    id: PodId
    name: str
    state: PodState
    status_word: str
    provider: str | None = None
    gpu_name: str | None = None
    gpu_count: int | None = None
    socket: str | None = None
    price_usd_per_h: Decimal | None = None
    stopped_price_usd_per_h: Decimal | None = None
    provisioning_price_usd_per_h: Decimal | None = None
    installation: str | None = None
    install_progress_percent: int | None = None
    install_failure: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    terminated_at: datetime | None = None
    user_id: UserId | None = None
    team_id: TeamId | None = None
    wallet_id: WalletId | None = None
    image: str | None = None
    ssh: tuple[SshEndpoint | None, ...] = ()
    ssh_problem: str | None = None
    ips: tuple[str, ...] = ()
    ports: tuple[PortMapping, ...] = ()
    disks: tuple[AttachedDisk, ...] = ()
    memory_gb: int | None = None
    disk_gb: int | None = None
    vcpus: int | None = None
    is_spot: bool | None = None
    auto_restart: bool | None = None
    cluster_id: str | None = None
    custom_template_id: str | None = None
    reported_cost_usd: Decimal | None = None
    reported_runtime: str | None = None

    @property
    def is_ready_for_ssh(self) -> bool:
        """Whether a shell can be opened now."""
        return self.state is PodState.ACTIVE and any(self.ssh)

    @property
    def burn_usd_per_h(self) -> Decimal | None:
        """What it costs per hour in its present state; None when that is unknown."""
        return burn_by_state(
            self.state,
            self.price_usd_per_h,
            self.stopped_price_usd_per_h,
            self.provisioning_price_usd_per_h,
        )

    @property
    def running_usd_per_h(self) -> Decimal | None:
        """What it costs per hour now, or will once it has started."""
        is_starting = self.state in (PodState.PROVISIONING, PodState.PENDING)
        return self.price_usd_per_h if is_starting else self.burn_usd_per_h

    def with_status(self, status: PodStatus) -> Pod:
        """Return the pod with the fields that a status row carries laid over it; the others stay."""
        price = status.price_usd_per_h
        installation = self.installation if status.installation is None else status.installation
        progress = status.install_progress_percent
        progress = self.install_progress_percent if progress is None else progress
        return replace(
            self,
            state=pod_state(status.status_word, installation, progress),
            status_word=status.status_word,
            installation=installation,
            install_progress_percent=progress,
            install_failure=status.install_failure or self.install_failure,
            ssh=status.ssh or self.ssh,
            ssh_problem=status.ssh_problem,
            ips=status.ips or self.ips,
            ports=status.ports or self.ports,
            price_usd_per_h=self.price_usd_per_h if price is None else price,
        )


def burn_by_state(
    state: PodState, price: Decimal | None, stopped: Decimal | None, provisioning: Decimal | None
) -> Decimal | None:
    """Return the USD per hour that a machine or disk costs in `state`.

    An error is assumed to be billed; an unknown state keeps the normal price as the last one known.
    """
    if state is PodState.TERMINATED:
        return Decimal(0)
    if state in (PodState.PROVISIONING, PodState.PENDING):
        return price if provisioning is None else provisioning
    if state is PodState.STOPPED:
        return price if stopped is None else stopped
    return price


def bound_by_state(state: PodState, price: Decimal | None, provisioning: Decimal | None) -> Decimal | None:
    """Return the USD per hour that bounds what a machine or disk in `state` has cost per hour of its life.

    One that is stopped or terminated now was billed in full before: its present price is no bound.
    """
    if state in (PodState.PROVISIONING, PodState.PENDING) and provisioning is not None:
        return provisioning
    return price


@dataclass(frozen=True, slots=True)
class PodStatus:
    """A row of `GET /pods/status`, matched by id."""

    pod_id: PodId
    status_word: str
    installation: str | None = None
    install_progress_percent: int | None = None
    install_failure: str | None = None
    ssh: tuple[SshEndpoint | None, ...] = ()
    ssh_problem: str | None = None
    ips: tuple[str, ...] = ()
    ports: tuple[PortMapping, ...] = ()
    price_usd_per_h: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PastPod:
    """A row of `GET /pods/history`; the total is what was billed in the end."""

    id: PodId
    name: str
    kind: str
    provider: str | None = None
    provisioned_by: str | None = None
    gpu_name: str | None = None
    gpu_count: int | None = None
    socket: str | None = None
    price_usd_per_h: Decimal | None = None
    total_billed_usd: Decimal | None = None
    created_at: datetime | None = None
    terminated_at: datetime | None = None
    user_id: UserId | None = None
    team_id: TeamId | None = None

    @property
    def lifetime(self) -> timedelta | None:
        """How long it existed."""
        if self.created_at is None or self.terminated_at is None:
            return None
        return self.terminated_at - self.created_at


@dataclass(frozen=True, slots=True)
class PodDeletion:
    """What the service said to `DELETE /pods/{id}`; the pod is gone only when a reading shows it.

    Attributes:
        already_gone: True when the service no longer knew the pod.
        final_cost_usd: Reported by older backends only.
    """

    already_gone: bool = False
    message: str = ""
    final_cost_usd: Decimal | None = None
