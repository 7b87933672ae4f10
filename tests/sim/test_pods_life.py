"""The life of pods and disks, seen from outside while the clock moves."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import an_offer, client_of, get, options, pod_order, status_of


def new_pod(http: httpx.Client, **pod: object) -> str:
    answer = http.post("/pods/", json=pod_order(an_offer(http), **pod))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_a_pod_comes_up_step_by_step(sim: SimServer, http: httpx.Client) -> None:
    pod_id = new_pod(http)
    seen: list[tuple[str, str]] = []
    progress: list[int] = []
    for _ in range(80):
        status, installation, percent = status_of(http, pod_id)
        if (status, installation) not in seen:
            seen.append((status, installation))
        if percent is not None:
            progress.append(percent)
        sim.advance(4)
    assert seen == [
        ("PROVISIONING", "PENDING"),
        ("PENDING", "PENDING"),
        ("ACTIVE", "PENDING"),
        ("ACTIVE", "ACTIVE"),
        ("ACTIVE", "FINISHED"),
    ]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert len(set(progress)) > 8


def test_a_pod_has_an_address_only_while_it_is_active(sim: SimServer, http: httpx.Client) -> None:
    pod_id = new_pod(http)
    early = get(http, f"/pods/{pod_id}")
    assert early["ip"] is None
    assert early["sshConnection"] in (None, [None])
    sim.advance(300)
    later = get(http, f"/pods/{pod_id}")
    assert later["sshConnection"] == f"root@{later['ip']} -p 22"
    assert later["primePortMapping"][0]["usedBy"] == "SSH"


def test_status_answers_for_many_pods_and_leaves_unknown_ones_out(http: httpx.Client) -> None:
    pods = get(http, "/pods/")["data"]
    ids = [pod["id"] for pod in pods]
    answer = http.get("/pods/status", params={"pod_ids": [*reversed(ids), "nobody"]}).json()
    assert {row["podId"] for row in answer["data"]} == set(ids)
    assert get(http, "/pods/status")["data"] == []


def test_a_deleted_pod_moves_to_the_history_with_its_bill(sim: SimServer, http: httpx.Client) -> None:
    pod_id = new_pod(http)
    sim.advance(3600)
    price = Decimal(str(get(http, f"/pods/{pod_id}")["priceHr"]))
    assert http.delete(f"/pods/{pod_id}").json() == {"status": "DELETING"}
    assert pod_id in {pod["id"] for pod in get(http, "/pods/")["data"]}
    sim.advance(30)
    assert pod_id not in {pod["id"] for pod in get(http, "/pods/")["data"]}
    newest = get(http, "/pods/history", limit=1)["data"][0]
    assert newest["id"] == pod_id
    billed = Decimal(str(newest["totalBilledPrice"]))
    assert price * Decimal("0.95") < billed <= price * Decimal("1.01")
    assert http.delete(f"/pods/{pod_id}").status_code == 404
    sim.advance(3600)
    assert get(http, "/pods/history", limit=1)["data"][0] == newest


def test_the_history_is_sorted_and_paged(http: httpx.Client) -> None:
    for by in ("terminatedAt", "createdAt"):
        newest = get(http, "/pods/history", sort_by=by, limit=1000)
        keys = [row[by] for row in newest["data"]]
        assert keys == sorted(keys, reverse=True)
        oldest = get(http, "/pods/history", sort_by=by, sort_order="asc", limit=1000)
        assert [row["id"] for row in oldest["data"]] == [row["id"] for row in reversed(newest["data"])]
        parts = [get(http, "/pods/history", sort_by=by, limit=10, offset=n)["data"] for n in range(0, 50, 10)]
        assert [row for part in parts for row in part] == newest["data"]
        assert newest["total_count"] == len(newest["data"])


def test_kinds_of_pods_in_a_busy_world() -> None:
    with SimServer(options(scenario="busy")) as sim, client_of(sim) as http:
        first = {pod["status"] for pod in get(http, "/pods/")["data"]}
        sim.advance(300)
        pods = get(http, "/pods/")["data"]
        states = first | {pod["status"] for pod in pods}
        installs = {pod["installationStatus"] for pod in pods}
        assert states >= {"PROVISIONING", "ACTIVE", "STOPPED", "ERROR"}
        assert installs >= {"FINISHED", "ERROR"}
        failed = next(pod for pod in pods if pod["installationStatus"] == "ERROR")
        assert failed["installationFailure"]
        assert any(isinstance(pod["sshConnection"], list) for pod in pods)
        assert any(pod["teamId"] for pod in pods)


def test_new_things_turn_up_in_a_busy_world() -> None:
    with SimServer(options(scenario="busy")) as sim, client_of(sim) as http:
        before = {pod["id"] for pod in get(http, "/pods/")["data"]}
        runs = {run["id"] for run in get(http, "/rft/runs", limit=100)["runs"]}
        sim.advance(1800)
        assert {pod["id"] for pod in get(http, "/pods/")["data"]} - before
        assert {run["id"] for run in get(http, "/rft/runs", limit=100)["runs"]} - runs


def test_prices_and_stock_move(sim: SimServer, http: httpx.Client) -> None:
    def glance() -> list[tuple[object, object]]:
        items = get(http, "/availability/gpus")["items"]
        return [(offer["stockStatus"], offer["prices"]) for offer in items]

    first = glance()
    assert first == glance()
    sim.advance(1200)
    second = glance()
    assert [stock for stock, _ in first] != [stock for stock, _ in second]
    assert [price for _, price in first] != [price for _, price in second]


def test_disks_cost_until_deleted_and_are_kept_while_attached(sim: SimServer, http: httpx.Client) -> None:
    made = http.post(
        "/disks/",
        json={
            "disk": {"size": 4000, "name": "d", "dataCenterId": "FIN-01"},
            "provider": {"type": "datacrunch"},
        },
    ).json()
    assert made["status"] == "PROVISIONING"
    sim.advance(60)
    order = {**pod_order(an_offer(http)), "disks": [made["id"]]}
    pod_id = http.post("/pods/", json=order).json()["id"]
    sim.advance(300)
    assert get(http, f"/disks/{made['id']}")["pods"] == [pod_id]
    attached = get(http, f"/pods/{pod_id}")["attachedResources"][0]
    assert (attached["id"], attached["status"], attached["size"]) == (made["id"], "MOUNTED", 4000)
    assert http.delete(f"/disks/{made['id']}").status_code == 400
    http.delete(f"/pods/{pod_id}")
    sim.advance(60)
    assert http.delete(f"/disks/{made['id']}").json()["status"] == "DELETING"
    sim.advance(60)
    assert http.get(f"/disks/{made['id']}").status_code == 404
    rows = get(http, "/billing/wallet", limit=100)["recent_billings"]
    bill = next(row for row in rows if row["resource_id"] == made["id"])
    assert bill["amount_usd"] == pytest.approx(made["priceHr"] * 412 / 3600, rel=0.02)


def test_offers_can_be_limited_to_where_a_disk_is(http: httpx.Client) -> None:
    disk = get(http, "/disks/")["data"][0]
    items = get(http, "/availability/gpus", disks=disk["id"])["items"]
    assert {(offer["provider"], offer["dataCenter"]) for offer in items} == {
        (disk["providerType"], disk["info"]["dataCenterId"])
    }


def test_a_prepaid_offer_is_charged_at_once_and_then_not(sim: SimServer, http: httpx.Client) -> None:
    offers = [offer for offer in get(http, "/availability/gpus")["items"] if offer["prepaidTime"]]
    sim.world.wallet(None).top_up(0.0, Decimal(10_000))
    for _ in range(50):
        answer = http.post("/pods/", json=pod_order(offers[0]))
        if answer.status_code == 200:
            break
        sim.advance(240)  # out of stock for a while
    pod = answer.json()

    def bill() -> float:
        rows = get(http, "/billing/wallet", limit=100)["recent_billings"]
        return next((float(row["amount_usd"]) for row in rows if row["resource_id"] == pod["id"]), 0.0)

    sim.advance(200)
    assert bill() == pytest.approx(24 * pod["priceHr"], rel=1e-6)
    sim.advance(20 * 3600)
    assert bill() == pytest.approx(24 * pod["priceHr"], rel=1e-6)
    sim.advance(10 * 3600)
    assert bill() > 24 * pod["priceHr"]
