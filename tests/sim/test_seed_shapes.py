"""The oldest shapes: other words, bare arrays, fewer endpoints."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import CHAT, ask, client_of, get, options


@pytest.fixture
def old() -> Iterator[tuple[SimServer, httpx.Client]]:
    with SimServer(options(shapes="seed", scenario="busy")) as sim, client_of(sim) as http:
        yield sim, http


def test_what_does_not_exist(old: tuple[SimServer, httpx.Client]) -> None:
    for path in (
        "/user/whoami",
        "/user/teams",
        "/rft/runs",
        "/rft/models",
        "/pods/status",
        "/disks/",
        "/ssh_keys/",
        "/availability/gpus",
        "/availability/multi-node",
        "/training/available-gpu-types",
    ):
        assert old[1].get(path).status_code == 404, path


def test_pods_are_a_bare_array_of_old_words(old: tuple[SimServer, httpx.Client]) -> None:
    sim, http = old
    seen = {pod["status"] for pod in get(http, "/pods/")}
    sim.advance(400)
    pods = get(http, "/pods/")
    seen |= {pod["status"] for pod in pods}
    assert seen >= {"starting", "running", "stopped", "error"}
    assert all({"provider", "gpuType", "price", "createdAt"} <= pod.keys() for pod in pods)
    assert not any({"providerType", "gpuName", "priceHr", "installationStatus"} & pod.keys() for pod in pods)
    forms = {type(pod["sshConnection"]) for pod in pods}
    assert dict in forms
    assert forms & {str, list}
    running = get(http, "/pods/", status="running")
    assert {pod["status"] for pod in running} == {"running"}
    assert len(running) < len(pods)


def test_one_pod_tells_its_runtime_and_costs(old: tuple[SimServer, httpx.Client]) -> None:
    sim, http = old
    pod = get(http, "/pods/", status="running")[0]
    before = get(http, f"/pods/{pod['id']}")
    sim.advance(1800)
    after = get(http, f"/pods/{pod['id']}")
    assert after["runtime"] == before["runtime"] + 1800
    assert after["costs"] - before["costs"] == pytest.approx(pod["price"]["hourly"] / 2, rel=0.05)
    gone = http.delete(f"/pods/{pod['id']}").json()
    assert gone["message"] == "Pod terminated successfully"
    assert gone["finalCost"] >= after["costs"]


def test_an_offer_of_the_bare_array_can_be_rented(old: tuple[SimServer, httpx.Client]) -> None:
    _, http = old
    offers = get(http, "/availability/", gpu_type="A100_80GB", gpu_count=1)
    assert offers
    assert all(
        offer.keys() == {"cloudId", "provider", "dataCenter", "prices", "stockStatus", "images"}
        for offer in offers
    )
    offer = next(o for o in offers if o["provider"] == "datacrunch")
    assert offer["prices"]["monthly"] > offer["prices"]["hourly"]
    order = {
        "pod": {
            "name": "old", "cloudId": offer["cloudId"], "gpuType": "A100_80GB", "socket": "SXM4",
            "gpuCount": 1, "maxPrice": offer["prices"]["hourly"] * 1.2,
        },
        "provider": {"type": offer["provider"]},
    }  # fmt: skip
    made = http.post("/pods/", json=order).json()
    assert (made["status"], made["gpuType"], made["price"]["hourly"]) == (
        "starting",
        "A100_80GB",
        offer["prices"]["hourly"],
    )


def test_wallet_usage_runs_models_and_chat(old: tuple[SimServer, httpx.Client]) -> None:
    _, http = old
    wallet = get(http, "/billing/wallet", limit=100)
    run_id = next(r["resource_id"] for r in wallet["recent_billings"] if r["resource_type"] == "training")
    assert get(http, f"/billing/runs/{run_id}/usage")["run_id"] == run_id
    made = http.post("/training/runs", json={"config": {}})
    assert (made.status_code, made.json().keys()) == (201, {"runId", "jobId", "tokenValue"})
    path = f"/training/runs/{made.json()['runId']}"
    assert http.delete(path).json() == {"runId": made.json()["runId"], "deleted": True}
    assert http.post(f"{path}/pause").status_code == 404
    assert all(
        model.keys() == {"id", "object", "created", "owned_by"} for model in get(http, "/models")["data"]
    )
    assert http.get("/models/qwen/qwen3-30b-a3b-instruct-2507").status_code == 404
    assert http.post(CHAT, json=ask("simulate-short")).json()["usage"]["cost"] > 0
    history = get(http, "/pods/history")
    assert isinstance(history, list)
    assert {"costs", "provider", "gpuType"} <= history[0].keys()
