"""Whether an address answers at all, asked without the key."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from prime_tui.api.origin import BaseUrl
from prime_tui.api.transport import tls_for
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import NetworkError, RequestTimedOut

LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Reach:
    """An answer, whatever its status: somebody is there.

    Attributes:
        elapsed_s: From the request to the first byte of the answer, the connection included.
        clock_skew_s: How much their clock is ahead of ours; None when they do not tell the time.
    """

    status: int
    elapsed_s: float
    clock_skew_s: float | None


async def reach(base: BaseUrl, path: str, clock: Clock, user_agent: str) -> Reach:
    """Ask for `path` under `base`, without the key; redirects are not followed.

    Raises:
        NetworkError: Nobody answers within `LIMIT_S`.
    """
    is_https = base.origin.scheme == "https"
    client = httpx.AsyncClient(
        headers={"User-Agent": user_agent}, follow_redirects=False, trust_env=is_https, verify=tls_for(base)
    )
    started_s = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_S), client, client.stream("GET", f"{base}{path}") as answer:
            elapsed_s = time.monotonic() - started_s
            skew_s = _skew_s(answer.headers.get("date"), clock.now(), elapsed_s)
            return Reach(answer.status_code, elapsed_s, skew_s)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise RequestTimedOut(f"No answer within {LIMIT_S:.0f} s.") from error
    except httpx.HTTPError as error:
        raise NetworkError(f"Nobody answers ({type(error).__name__}).") from error


def _skew_s(date: str | None, now: datetime, elapsed_s: float) -> float | None:
    """Compare their time, which is that of the middle of the exchange, with ours."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return (theirs - now).total_seconds() + elapsed_s / 2
