"""`/pods/`: machines, their status, their end."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from prime_tui.api.wire.base import IfObject, Wire, known_as
from prime_tui.api.wire.logs import log_lines
from prime_tui.api.wire.scalars import (
    Count,
    Flag,
    Id,
    Line,
    Moment,
    Money,
    Name,
    Names,
    OptionalId,
    Rows,
    decimal,
    line,
    mapping,
)
from prime_tui.domain.ids import PodId, TeamId, UserId, WalletId
from prime_tui.domain.pods import AttachedDisk, PastPod, Pod, PodDeletion, PodStatus, PortMapping, pod_state
from prime_tui.domain.ssh import ssh_endpoints

UNKNOWN_WORD = "unknown"
DEFAULT_WORD = "PROVISIONING"
"""What the service leaves out when it has nothing else to say."""


class PortWire(Wire):
    """A forwarded port."""

    internal: Name = None
    external: Name = None
    protocol: Name = None
    used_by: Name = known_as("usedBy", "used_by")
    description: Name = None

    def to_domain(self) -> PortMapping:
        """Return the mapping."""
        return PortMapping(
            self.internal or "?", self.external or "?", self.protocol or "TCP", self.used_by, self.description
        )


class AttachedWire(Wire):
    """A disk at a pod; the id may be a number."""

    id: Name = None
    status: Name = None
    mount_path: Name = known_as("mountPath", "mount_path")
    size: Count = None
    is_shared: Flag = known_as("isShared", "is_shared")

    def to_domain(self) -> AttachedDisk:
        """Return the disk."""
        return AttachedDisk(self.id or "", self.status or "", self.mount_path, self.size, self.is_shared)


class ResourcesWire(Wire):
    """Sizes in GB; often numeric strings."""

    memory: Count = None
    disk: Count = None
    vcpus: Count = known_as("vcpus", "vcpu")


def _hourly(value: object) -> Decimal | None:
    return decimal(mapping(value).get("hourly")) if isinstance(value, dict) else decimal(value)


def _ips(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _total_cost(value: object) -> Decimal | None:
    if isinstance(value, dict):
        return decimal(value.get("total", value.get("amount")))
    return decimal(value)


def _runtime(value: object) -> str | None:
    seconds = None if isinstance(value, str) else decimal(value)
    return line(value) if seconds is None else f"{seconds:.0f} s"


class PodWire(Wire):
    """A pod in every known spelling: official, older, and of third parties."""

    id: Id = Field(validation_alias=AliasChoices("id", "podId", "pod_id"))
    name: Name = None
    status: Name = None
    provider: Name = known_as("providerType", "provider")
    gpu_name: Name = known_as("gpuName", "gpuType", "gpu_type", "gpu_name")
    gpu_count: Count = known_as("gpuCount", "gpu_count")
    socket: Name = None
    price: Money = known_as("priceHr", "price_per_hour", "priceHour")
    price_object: Annotated[Decimal | None, BeforeValidator(_hourly)] = known_as("price")
    stopped_price: Money = known_as("stoppedPriceHr")
    provisioning_price: Money = known_as("provisioningPriceHr")
    installation: Name = known_as("installationStatus")
    install_progress: Count = known_as("installationProgress")
    install_failure: Line = known_as("installationFailure")
    created_at: Moment = known_as("createdAt", "created_at")
    updated_at: Moment = known_as("updatedAt", "updated_at")
    terminated_at: Moment = known_as("terminatedAt", "terminated_at")
    user_id: OptionalId = known_as("userId", "user_id")
    team_id: OptionalId = known_as("teamId", "team_id")
    wallet_id: OptionalId = known_as("walletId", "wallet_id")
    image: Name = known_as("environmentType", "image")
    ssh: Any = known_as("sshConnection", "ssh_connection")
    ips: Annotated[Names, BeforeValidator(_ips)] = Field(default=(), validation_alias="ip")
    ports: Rows = Field(default_factory=list, validation_alias="primePortMapping")
    attached: Rows = Field(default_factory=list, validation_alias="attachedResources")
    resources: Annotated[ResourcesWire | None, IfObject] = None
    is_spot: Flag = known_as("isSpot")
    auto_restart: Flag = known_as("autoRestart")
    cluster_id: OptionalId = known_as("clusterId")
    custom_template_id: OptionalId = known_as("customTemplateId")
    cost: Annotated[Decimal | None, BeforeValidator(_total_cost)] = known_as("costs")
    runtime: Annotated[str | None, BeforeValidator(_runtime)] = None

    def to_domain(self) -> Pod:
        """Return the pod, with the installation folded into its state."""
        ssh, ssh_problem = ssh_endpoints(self.ssh)
        word = self.status or DEFAULT_WORD
        sizes = self.resources or ResourcesWire()
        return Pod(
            id=PodId(self.id),
            name=self.name or self.id,
            state=pod_state(word, self.installation, self.install_progress),
            status_word=word,
            provider=self.provider,
            gpu_name=self.gpu_name,
            gpu_count=self.gpu_count,
            socket=self.socket,
            price_usd_per_h=self.price_object if self.price is None else self.price,
            stopped_price_usd_per_h=self.stopped_price,
            provisioning_price_usd_per_h=self.provisioning_price,
            installation=self.installation,
            install_progress_percent=self.install_progress,
            install_failure=self.install_failure,
            created_at=self.created_at,
            updated_at=self.updated_at,
            terminated_at=self.terminated_at,
            user_id=None if self.user_id is None else UserId(self.user_id),
            team_id=None if self.team_id is None else TeamId(self.team_id),
            wallet_id=None if self.wallet_id is None else WalletId(self.wallet_id),
            image=self.image,
            ssh=ssh,
            ssh_problem=ssh_problem,
            ips=self.ips,
            ports=_ports(self.ports),
            disks=tuple(
                AttachedWire.model_validate(row).to_domain() for row in self.attached if isinstance(row, dict)
            ),
            memory_gb=sizes.memory,
            disk_gb=sizes.disk,
            vcpus=sizes.vcpus,
            is_spot=self.is_spot,
            auto_restart=self.auto_restart,
            cluster_id=self.cluster_id,
            custom_template_id=self.custom_template_id,
            reported_cost_usd=self.cost,
            reported_runtime=self.runtime,
        )


class PodStatusWire(Wire):
    """A row of `/pods/status`."""

    id: Id = Field(validation_alias=AliasChoices("podId", "pod_id", "id"))
    status: Name = None
    installation: Name = known_as("installationStatus")
    install_progress: Count = known_as("installationProgress")
    install_failure: Line = known_as("installationFailure")
    ssh: Any = known_as("sshConnection", "ssh_connection")
    ips: Annotated[Names, BeforeValidator(_ips)] = Field(default=(), validation_alias="ip")
    ports: Rows = Field(default_factory=list, validation_alias="primePortMapping")
    price: Money = known_as("priceHr")

    def to_domain(self) -> PodStatus:
        """Return the status."""
        ssh, ssh_problem = ssh_endpoints(self.ssh)
        return PodStatus(
            pod_id=PodId(self.id),
            status_word=self.status or UNKNOWN_WORD,
            installation=self.installation,
            install_progress_percent=self.install_progress,
            install_failure=self.install_failure,
            ssh=ssh,
            ssh_problem=ssh_problem,
            ips=self.ips,
            ports=_ports(self.ports),
            price_usd_per_h=self.price,
        )


class PastPodWire(Wire):
    """A row of `/pods/history`."""

    id: Id = Field(validation_alias=AliasChoices("id", "podId"))
    name: Name = None
    kind: Name = known_as("type")
    provider: Name = known_as("providerType", "provider")
    provisioned_by: Name = known_as("provisionedBy")
    gpu_name: Name = known_as("gpuName", "gpuType", "gpu_type")
    gpu_count: Count = known_as("gpuCount", "gpu_count")
    socket: Name = None
    price: Money = known_as("priceHr")
    price_object: Annotated[Decimal | None, BeforeValidator(_hourly)] = known_as("price")
    total: Money = known_as("totalBilledPrice", "finalCost")
    created_at: Moment = known_as("createdAt", "created_at")
    terminated_at: Moment = known_as("terminatedAt", "terminated_at")
    user_id: OptionalId = known_as("userId", "user_id")
    team_id: OptionalId = known_as("teamId", "team_id")

    def to_domain(self) -> PastPod:
        """Return the past pod."""
        return PastPod(
            id=PodId(self.id),
            name=self.name or self.id,
            kind=self.kind or "Instance",
            provider=self.provider,
            provisioned_by=self.provisioned_by,
            gpu_name=self.gpu_name,
            gpu_count=self.gpu_count,
            socket=self.socket,
            price_usd_per_h=self.price_object if self.price is None else self.price,
            total_billed_usd=self.total,
            created_at=self.created_at,
            terminated_at=self.terminated_at,
            user_id=None if self.user_id is None else UserId(self.user_id),
            team_id=None if self.team_id is None else TeamId(self.team_id),
        )


class DeletionWire(Wire):
    """The answer to a deletion, which may say anything."""

    status: Name = None
    message: Line = None
    final_cost: Money = known_as("finalCost", "final_cost")

    def to_domain(self) -> PodDeletion:
        """Return what was said."""
        return PodDeletion(message=self.message or self.status or "", final_cost_usd=self.final_cost)


def _ports(values: list[Any]) -> tuple[PortMapping, ...]:
    return tuple(PortWire.model_validate(row).to_domain() for row in values if isinstance(row, dict))


def read_pod(value: object) -> Pod:
    """Return a pod."""
    return PodWire.model_validate(value).to_domain()


def read_pod_status(value: object) -> PodStatus:
    """Return a status row."""
    return PodStatusWire.model_validate(value).to_domain()


def read_past_pod(value: object) -> PastPod:
    """Return a history row."""
    return PastPodWire.model_validate(value).to_domain()


def read_deletion(value: object) -> PodDeletion:
    """Return what a deletion said; every 2xx answer is a success, whatever its body is."""
    return DeletionWire.model_validate(value if isinstance(value, dict) else {}).to_domain()


def read_log_lines(value: object) -> tuple[str, ...]:
    """Return the lines of a pod's log, which has no documented shape."""
    if isinstance(value, str):
        return log_lines(value)
    if isinstance(value, list):
        return log_lines("\n".join(text for text in map(_log_line, value) if text is not None))
    if isinstance(value, dict):
        return read_log_lines(
            next((value[key] for key in ("logs", "log", "lines", "data") if key in value), None)
        )
    return ()


def _log_line(row: object) -> str | None:
    if isinstance(row, str):
        return row.rstrip("\r\n")
    if not isinstance(row, dict):
        return None
    said = next((row[key] for key in ("message", "log", "line") if isinstance(row.get(key), str)), None)
    at = next((row[key] for key in ("time", "timestamp", "createdAt") if isinstance(row.get(key), str)), None)
    return said if said is None or at is None else f"{at} {said}"
