"""Domain values for tests, with only what matters named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.disks import Disk
from prime_tui.domain.ids import BillingId, DiskId, PodId, RunId, TeamId, UserId, WalletId
from prime_tui.domain.pods import Pod, PodState
from prime_tui.domain.runs import Run, RunState
from prime_tui.domain.wallet import BillingRow, Wallet

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def row(
    row_id: str,
    amount: str | None,
    *,
    created: datetime | None = NOW - DAY,
    billed: datetime | None = NOW,
    kind: str = "compute",
    resource: str | None = None,
    currency: str = "USD",
) -> BillingRow:
    """A billing row."""
    return BillingRow(
        id=BillingId(row_id),
        amount=None if amount is None else Decimal(amount),
        currency=currency,
        resource_type=kind,
        resource_id=resource,
        created_at=created,
        updated_at=billed,
        last_billed_at=billed,
    )


def wallet(
    *rows: BillingRow,
    balance: str | None = "100",
    total: int | None = None,
    wallet_id: str = "wal_1",
    currency: str = "USD",
) -> Wallet:
    """One page of a wallet."""
    return Wallet(
        id=WalletId(wallet_id),
        balance=None if balance is None else Decimal(balance),
        currency=currency,
        total_rows=len(rows) if total is None else total,
        rows=rows,
    )


def pod(
    pod_id: str = "pod-1",
    *,
    state: PodState = PodState.ACTIVE,
    price: str | None = "2.40",
    stopped: str | None = None,
    provisioning: str | None = None,
    created: datetime | None = NOW - HOUR,
    team: str | None = None,
    user: str | None = None,
    reported: str | None = None,
) -> Pod:
    """A pod."""
    return Pod(
        id=PodId(pod_id),
        name=pod_id,
        state=state,
        status_word=state.value.upper(),
        price_usd_per_h=None if price is None else Decimal(price),
        stopped_price_usd_per_h=None if stopped is None else Decimal(stopped),
        provisioning_price_usd_per_h=None if provisioning is None else Decimal(provisioning),
        created_at=created,
        team_id=None if team is None else TeamId(team),
        user_id=None if user is None else UserId(user),
        reported_cost_usd=None if reported is None else Decimal(reported),
    )


def disk(disk_id: str = "disk-1", *, price: str | None = "0.04", team: str | None = None) -> Disk:
    """A disk."""
    return Disk(
        id=DiskId(disk_id),
        name=disk_id,
        state=PodState.ACTIVE,
        status_word="ACTIVE",
        price_usd_per_h=None if price is None else Decimal(price),
        created_at=NOW - DAY,
        team_id=None if team is None else TeamId(team),
    )


def run(
    run_id: str = "run-1",
    *,
    state: RunState = RunState.RUNNING,
    gpus: int | None = None,
    price: str | None = None,
) -> Run:
    """A run."""
    return Run(
        id=RunId(run_id),
        name=run_id,
        state=state,
        status_word=state.value.upper(),
        gpu_count=gpus,
        price_usd_per_gpu_h=None if price is None else Decimal(price),
        created_at=NOW - HOUR,
        started_at=NOW - HOUR,
    )
