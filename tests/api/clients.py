"""Clients for tests: short time limits, a clock that can be moved, a key that is easy to find."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prime_tui.api.auth import KeySource
from prime_tui.api.budget import CallBudget
from prime_tui.api.client import PrimeClient
from prime_tui.api.limits import Limits
from prime_tui.domain.ids import TeamId
from prime_tui.domain.secret import Secret

KEY = "pit_0123456789abcdefSECRET"
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SHORT = Limits(
    connect_s=5.0,
    read_s=1.5,
    total_s=3.0,
    change_total_s=3.0,
    launch_total_s=3.0,
    answer_total_s=15.0,
    idle_s=1.5,
    usage_wait_s=0.2,
)


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the client never waits by itself")


@asynccontextmanager
async def client_of(
    url: str,
    *,
    api_key: KeySource = lambda: Secret(KEY),
    team_id: TeamId | None = None,
    read_only: bool = False,
    limits: Limits | None = None,
    clock: HandClock | None = None,
    allowed: int = 1000,
) -> AsyncIterator[PrimeClient]:
    """Give a client for a server at `url` that has both APIs."""
    clock = clock or HandClock()
    client = PrimeClient(
        base_url=url,
        inference_url=f"{url}/api/v1",
        api_key=api_key,
        team_id=team_id,
        budget=CallBudget(clock, allowed),
        clock=clock,
        read_only=read_only,
        limits=limits or SHORT,
    )
    try:
        yield client
    finally:
        await client.aclose()
