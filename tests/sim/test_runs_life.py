"""The life of training runs and of what they leave behind, seen from outside while the clock moves."""

from __future__ import annotations

import json
from itertools import pairwise

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import Json, client_of, get, options, run_status, runs_in


def launch(http: httpx.Client, steps: int = 40, **body: object) -> Json:
    answer = http.post("/training/runs", json={"config": {"max_steps": steps}, "name": "mine", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


def progress(http: httpx.Client, run_id: str) -> int | None:
    step = get(http, f"/rft/runs/{run_id}/progress")["latestStep"]
    return None if step is None else int(step)


def stepping(http: httpx.Client, *, by_tokens: bool) -> str:
    """Return a running run, one priced by tokens or one by GPU-hours."""
    for run in runs_in(http, "RUNNING"):
        priced = get(http, f"/billing/runs/{run['id']}/usage")["pricing"]["training_per_mtok"] is not None
        if priced == by_tokens:
            return str(run["id"])
    raise AssertionError("the world has no such run")


def test_a_launched_run_goes_through_its_life(sim: SimServer, http: httpx.Client) -> None:
    made = launch(http)
    assert made["tokenValue"].startswith("pit_")
    assert made["estimatedCostPerHour"] == pytest.approx(made["pricePerGpuHour"] * 8)
    seen = []
    steps = []
    for _ in range(400):
        status = run_status(http, made["runId"])
        if status not in seen:
            seen.append(status)
        steps.append(progress(http, made["runId"]))
        sim.advance(5)
    assert seen == ["QUEUED", "PENDING", "RUNNING", "COMPLETED"]
    known = [step for step in steps if step is not None]
    assert known == sorted(known)
    assert known[-1] == 39
    run = get(http, f"/rft/runs/{made['runId']}")["run"]
    assert run["createdAt"] < run["startedAt"] < run["completedAt"]
    assert made["tokenValue"] not in http.get(f"/rft/runs/{made['runId']}").text


def test_tokens_and_dollars_grow_by_price(sim: SimServer, http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=True)
    before = get(http, f"/billing/runs/{run_id}/usage")
    sim.advance(300)
    after = get(http, f"/billing/runs/{run_id}/usage")
    assert after["training"]["tokens"] > before["training"]["tokens"]
    price = after["pricing"]
    training = after["training"]["tokens"] * price["training_per_mtok"] / 1e6
    inference = after["inference"]["input_tokens"] * price["inference_input_per_mtok"] / 1e6
    inference += after["inference"]["output_tokens"] * price["inference_output_per_mtok"] / 1e6
    assert after["training"]["cost_usd"] == pytest.approx(training, abs=1e-5)
    assert after["inference"]["cost_usd"] == pytest.approx(inference, abs=1e-5)
    assert after["total_cost_usd"] == pytest.approx(training + inference, abs=1e-5)
    assert after["total_tokens"] == after["training"]["tokens"] + after["inference"]["tokens"]


def test_a_gpu_hour_run_has_no_tokens_but_a_bill(sim: SimServer, http: httpx.Client) -> None:
    made = launch(http)
    sim.advance(600)
    usage = get(http, f"/billing/runs/{made['runId']}/usage")
    assert usage["total_tokens"] == 0
    assert set(usage["pricing"].values()) == {None}
    rows = get(http, "/billing/wallet", limit=100)["recent_billings"]
    bill = next(row["amount_usd"] for row in rows if row["resource_id"] == made["runId"])
    assert 0.8 * made["estimatedCostPerHour"] / 6 < bill < made["estimatedCostPerHour"] / 6


def test_stopping_takes_a_moment(sim: SimServer, http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=True)
    assert http.put(f"/rft/runs/{run_id}/stop").json()["run"]["status"] == "RUNNING"
    sim.advance(20)
    assert run_status(http, run_id) == "STOPPED"
    step = progress(http, run_id)
    sim.advance(3600)
    assert progress(http, run_id) == step


def test_a_queued_run_stops_at_once(http: httpx.Client) -> None:
    run_id = runs_in(http, "QUEUED")[0]["id"]
    assert http.put(f"/rft/runs/{run_id}/stop").json()["run"]["status"] == "STOPPED"


def test_pause_and_resume_make_a_new_run(sim: SimServer, http: httpx.Client) -> None:
    made = launch(http, steps=100, volume="team-volume")
    path = f"/training/runs/{made['runId']}"
    assert http.post(f"{path}/pause").status_code == 409
    sim.advance(2000)
    reached = progress(http, made["runId"])
    assert reached is not None
    assert http.post(f"{path}/pause").json()["status"] == "PAUSING"
    assert http.post(f"{path}/resume", json={}).status_code == 409
    sim.advance(30)
    assert run_status(http, made["runId"]) == "PAUSED"
    again = http.post(f"{path}/resume").json()
    assert again["runId"] != made["runId"]
    sim.advance(400)
    assert run_status(http, again["runId"]) == "RUNNING"
    first = get(http, f"/rft/runs/{again['runId']}/metrics")["metrics"][0]["step"]
    assert 0 < first <= reached + 1
    assert first % 25 == 0


def test_only_a_run_with_a_volume_can_pause(sim: SimServer, http: httpx.Client) -> None:
    made = launch(http)
    sim.advance(120)
    answer = http.post(f"/training/runs/{made['runId']}/pause")
    assert answer.status_code == 400
    assert "volume" in answer.json()["detail"]


def test_restart_goes_back_to_a_checkpoint(sim: SimServer, http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=True)
    before = progress(http, run_id)
    spent = get(http, f"/billing/runs/{run_id}/usage")["total_cost_usd"]
    assert http.put(f"/rft/runs/{run_id}/restart").json()["run"]["status"] == "PENDING"
    sim.advance(60)
    after = progress(http, run_id)
    assert before is not None
    assert after is not None
    assert after < before
    assert run_status(http, run_id) == "RUNNING"
    assert get(http, f"/billing/runs/{run_id}/usage")["total_cost_usd"] >= spent
    assert http.put(f"/rft/runs/{runs_in(http, 'COMPLETED')[0]['id']}/restart").status_code == 400


def test_deleting_takes_a_run_off_the_list_and_keeps_its_bill(http: httpx.Client) -> None:
    run_id = runs_in(http, "FAILED")[0]["id"]
    assert http.delete(f"/rft/runs/{run_id}").status_code == 204
    assert http.get(f"/rft/runs/{run_id}").status_code == 404
    assert http.delete(f"/rft/runs/{run_id}").status_code == 404
    assert get(http, f"/billing/runs/{run_id}/usage")["run_id"] == run_id
    made = launch(http)["runId"]
    assert http.delete(f"/training/runs/{made}").json() == {"runId": made, "deleted": True}
    assert http.delete(f"/training/runs/{made}").json() == {"runId": made, "deleted": False}


def test_a_failed_run_says_why(http: httpx.Client) -> None:
    run = runs_in(http, "FAILED")[0]
    assert run["errorMessage"]
    assert run["failureAnalysis"]["rootCause"]
    assert 0 <= run["failureAnalysis"]["confidence"] <= 1
    logs = get(http, f"/rft/runs/{run['id']}/logs")["logs"].splitlines()
    assert run["errorMessage"] in logs[-1]


def test_a_stalled_run_bills_without_stepping() -> None:
    with SimServer(options(scenario="stall")) as sim, client_of(sim) as http:
        run_id = stepping(http, by_tokens=False)
        step, updated = progress(http, run_id), get(http, f"/rft/runs/{run_id}/progress")["lastUpdatedAt"]
        sim.advance(3600)
        assert run_status(http, run_id) == "RUNNING"
        assert progress(http, run_id) == step
        assert get(http, f"/rft/runs/{run_id}/progress")["lastUpdatedAt"] == updated
        rows = get(http, "/billing/wallet", limit=100)["recent_billings"]
        bill = next(row for row in rows if row["resource_id"] == run_id)
        assert bill["last_billed_at"] > "2026-11-20T08:58"
        assert http.put(f"/rft/runs/{run_id}/restart").status_code == 200
        sim.advance(600)
        assert progress(http, run_id) != step


def test_metrics_come_in_two_records_a_step_and_in_ranges(sim: SimServer, http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=True)
    everything = get(http, f"/rft/runs/{run_id}/metrics")["metrics"]
    last = progress(http, run_id)
    assert last is not None
    assert [record["step"] for record in everything] == [n // 2 for n in range(2 * last + 2)]
    middle = get(http, f"/rft/runs/{run_id}/metrics", min_step=3, max_step=5)["metrics"]
    assert {record["step"] for record in middle} == {3, 4, 5}
    newest = get(http, f"/rft/runs/{run_id}/metrics", limit=2)["metrics"]
    assert {record["step"] for record in newest} == {last - 1, last}
    sim.advance(120)
    more = get(http, f"/rft/runs/{run_id}/metrics")["metrics"]
    assert more[: len(everything)] == everything
    assert len(more) > len(everything)


def test_logs_grow_at_the_end_and_can_be_filtered(sim: SimServer, http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=False)
    path = f"/rft/runs/{run_id}/logs"
    first = get(http, path)["logs"].splitlines()
    sim.advance(60)
    second = get(http, path)["logs"].splitlines()
    overlap = next(k for k in range(len(first), 0, -1) if first[-k:] == second[:k])
    assert overlap > len(first) * 0.9
    assert len(second) > overlap
    assert len(get(http, path, tail_lines=5)["logs"].splitlines()) == 5
    steps = get(http, path, search="reward 0", since_seconds=600)["logs"].splitlines()
    assert steps
    assert all("reward 0" in line for line in steps)
    assert (
        get(http, path, search=r"Step \d+ \|", regex="true", since_seconds=600)["logs"].splitlines() == steps
    )
    assert set(get(http, path, component="trainer")["logs"].splitlines()).isdisjoint(second)
    stamps = [line[:8] for line in second if line[2:3] == ":"]
    assert all(a <= b for a, b in pairwise(stamps))


def test_logs_of_a_waiting_run_are_not_there_yet(http: httpx.Client) -> None:
    answer = http.get(f"/rft/runs/{runs_in(http, 'QUEUED')[0]['id']}/logs")
    assert answer.status_code == 404
    assert "not available yet" in answer.json()["detail"]


def test_samples_distributions_and_checkpoints(http: httpx.Client) -> None:
    run_id = stepping(http, by_tokens=True)
    steps = get(http, f"/rft/runs/{run_id}/progress")["stepsWithSamples"]
    assert steps == list(range(0, steps[-1] + 1, 10))
    page = get(http, f"/rft/runs/{run_id}/samples", step=steps[-1], limit=10, page=2)
    assert (len(page["samples"]), page["page"], page["total_pages"]) == (10, 2, -(-page["total"] // 10))
    sample = page["samples"][0]
    assert json.loads(sample["trajectory"])[-1]["role"] == "assistant"
    assert get(http, f"/rft/runs/{run_id}/samples", step=steps[-1] + 1)["samples"] == []
    bins = get(http, f"/rft/runs/{run_id}/distributions")["chartData"]["histogramData"]
    assert bins[0]["binStart"] == 0.0
    assert bins[-1]["binEnd"] == 1.0
    assert sum(bin_["count"] for bin_ in bins) > 0
    ready = get(http, f"/rft/runs/{run_id}/checkpoints", status_filter="READY")["checkpoints"]
    assert ready
    assert all(ckpt["uploadedAt"] and ckpt["sizeBytes"] for ckpt in ready)


def test_runs_are_paged_and_belong_to_a_team_or_a_person() -> None:
    with SimServer(options(scenario="busy")) as sim, client_of(sim) as http:
        team = get(http, "/user/teams")["data"][0]["teamId"]
        mine = get(http, "/rft/runs", limit=100)
        assert {run["teamId"] for run in mine["runs"]} == {None}
        theirs = get(http, "/rft/runs", team_id=team)["runs"]
        assert {run["teamId"] for run in theirs} == {team}
        pages = [get(http, "/rft/runs", page=n, limit=7) for n in range(1, mine["total"] // 7 + 2)]
        assert [run["id"] for page in pages for run in page["runs"]] == [run["id"] for run in mine["runs"]]
        assert pages[0]["total_pages"] == len(pages)
        assert http.get("/rft/runs", params={"team_id": "team_of_others"}).status_code == 403
