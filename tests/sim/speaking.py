"""How the tests speak to a simulator: options for a frozen world, clients, shorthands for common calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from prime_tui.sim.serve import SimOptions, SimServer

START_AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CHAT = "/chat/completions"
MODEL = "qwen/qwen3-30b-a3b-instruct-2507"

# What JSON holds; the tests look into it as it is.
Json = Any


def options(**changes: object) -> SimOptions:
    """Return options for a world that only moves when it is advanced."""
    return replace(SimOptions(speed=0, start_at=START_AT), **changes)  # type: ignore[arg-type]


def client_of(sim: SimServer, *, key: str | None = "pit_test", team: str | None = None) -> httpx.Client:
    """Return a client whose paths begin after `/api/v1`."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if team:
        headers["X-Prime-Team-ID"] = team
    return httpx.Client(base_url=f"{sim.url}/api/v1", headers=headers, trust_env=False, timeout=30)


def get(client: httpx.Client, path: str, **query: object) -> Json:
    """Return the JSON of a GET that must succeed."""
    answer = client.get(path, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()


def ask(text: str, **more: object) -> dict[str, object]:
    """Return the body of a chat request."""
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


def an_offer(client: httpx.Client, provider: str = "datacrunch", **query: object) -> Json:
    """Return an offer of a provider that is in stock."""
    items = get(client, "/availability/gpus", **query)["items"]
    return next(o for o in items if o["provider"] == provider and o["stockStatus"] != "Unavailable")


def pod_order(offer: Json, **pod: object) -> dict[str, object]:
    """Return the body that orders an offer."""
    price = offer["prices"]["communityPrice"] or offer["prices"]["onDemand"]
    wanted = {
        "cloudId": offer["cloudId"],
        "gpuType": offer["gpuType"],
        "socket": offer["socket"],
        "gpuCount": offer["gpuCount"],
        "dataCenterId": offer["dataCenter"],
        "maxPrice": price * 1.2,
        "name": "test-pod",
    }
    return {"pod": {**wanted, **pod}, "provider": {"type": offer["provider"]}}


def all_rows(client: httpx.Client, team_id: str | None = None) -> tuple[Decimal, dict[str, Decimal]]:
    """Return the balance and the amount of every billing row, by id, read over all pages."""
    rows: dict[str, Decimal] = {}
    query: dict[str, object] = {"limit": 100} | ({"teamId": team_id} if team_id else {})
    offset = 0
    while True:
        page = get(client, "/billing/wallet", offset=offset, **query)
        rows |= {row["id"]: Decimal(str(row["amount_usd"])) for row in page["recent_billings"]}
        offset += 100
        if offset >= page["total_billings"]:
            assert len(rows) == page["total_billings"], "a page repeats or misses a row"
            return Decimal(str(page["balance_usd"])), rows


def status_of(client: httpx.Client, pod_id: str) -> tuple[str, str, int | None]:
    """Return status, installation status and progress of a pod."""
    pod = get(client, f"/pods/{pod_id}")
    return pod["status"], pod["installationStatus"], pod["installationProgress"]


def run_status(client: httpx.Client, run_id: str) -> str:
    """Return the status of a run."""
    return str(get(client, f"/rft/runs/{run_id}")["run"]["status"])


def runs_in(client: httpx.Client, status: str) -> list[Json]:
    """Return the personal runs in a state."""
    return [run for run in get(client, "/rft/runs", limit=100)["runs"] if run["status"] == status]


def eventually(happened: Callable[[], bool], within_s: float = 15.0) -> None:
    """Wait until something is so, and fail when it does not come."""
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
