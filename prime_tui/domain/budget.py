"""How many calls the service has had from us."""

from __future__ import annotations

from dataclasses import dataclass

SHORT_FROM = 0.8


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """Calls of the last rolling hour against what is allowed."""

    used: int
    allowed: int

    @property
    def fraction(self) -> float:
        """Used over allowed."""
        return self.used / self.allowed if self.allowed else 1.0

    @property
    def is_short(self) -> bool:
        """Whether it is time to slow down."""
        return self.fraction >= SHORT_FROM
