"""Disks: they cost money from creation until deletion, attached or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from prime_tui.sim.billing import Meter

PROVISIONING_S = 8.0
DELETING_S = 6.0


@dataclass
class Disk:
    """A network disk; `usd_per_h` is for the whole disk."""

    id: str
    name: str
    user_id: str
    team_id: str | None
    wallet_id: str
    provider: str
    data_center: str | None
    country: str | None
    size_gb: int
    usd_per_h: Decimal
    created_s: float
    multi_node: bool = False
    deleted_s: float | None = None
    updated_s: float | None = None
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter([(self.created_s + PROVISIONING_S, self.usd_per_h)])

    def status(self, t_s: float) -> str:
        """Return the official status word."""
        if self.deleted_s is not None and t_s >= self.deleted_s:
            return "TERMINATED" if self.gone(t_s) else "DELETING"
        return "PROVISIONING" if t_s < self.created_s + PROVISIONING_S else "ACTIVE"

    def gone(self, t_s: float) -> bool:
        """Return whether the disk has left the list."""
        return self.deleted_s is not None and t_s >= self.deleted_s + DELETING_S

    def delete(self, t_s: float) -> None:
        """Begin the deletion; billing ends now."""
        if self.deleted_s is None:
            self.deleted_s = t_s
            begin = self.meter.segments[0][0]
            rate = self.usd_per_h if t_s > begin else Decimal(0)
            self.meter.segments = [(begin, rate), (max(t_s, begin), Decimal(0))]
            self.meter.ended_s = max(t_s, begin)
