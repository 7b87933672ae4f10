"""The wallet and its billing rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.ids import BillingId, TeamId, WalletId
from prime_tui.domain.remote import UnreadableRow


@dataclass(frozen=True, slots=True)
class BillingRow:
    """One row of a wallet. Rows grow in place: key by `id` and take differences, never add up readings.

    Attributes:
        amount: All that was charged on this row until now, in `currency`.
        resource_type: `compute`, `training`, `inference`, `disks`, `sandboxes`, `images`, or a new word.
    """

    id: BillingId
    amount: Decimal | None
    currency: str
    resource_type: str
    resource_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_billed_at: datetime | None = None

    @property
    def shown_at(self) -> datetime | None:
        """The time that a person understands as "when": the last billing, else the last change."""
        return self.last_billed_at or self.updated_at or self.created_at


@dataclass(frozen=True, slots=True)
class Wallet:
    """Balance and most recent rows: one consistent snapshot (`GET /billing/wallet`).

    Attributes:
        balance: In `currency`; may be negative (overdraft). Grants are spendable but not in it.
        total_rows: Rows of the wallet over all pages.
    """

    id: WalletId
    balance: Decimal | None
    currency: str
    team_id: TeamId | None = None
    total_rows: int | None = None
    rows: tuple[BillingRow, ...] = ()
    unreadable: tuple[UnreadableRow, ...] = ()
