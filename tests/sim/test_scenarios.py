"""Every scenario starts quickly, has what it promises, and is not empty where it should not be."""

from __future__ import annotations

import pytest

from prime_tui.cli.choices import SCENARIOS as CHOICES
from prime_tui.sim.scenarios import SCENARIOS
from prime_tui.sim.serve import CannotStart, SimServer
from tests.sim.speaking import CHAT, ask, client_of, get, options


def test_the_command_line_offers_all_scenarios() -> None:
    assert tuple(SCENARIOS) == CHOICES


@pytest.mark.parametrize("scenario", ["calm", "busy", "stall", "hostile", "huge", "broke"])
def test_a_world_has_a_past_at_its_first_moment(scenario: str) -> None:
    with SimServer(options(scenario=scenario)) as sim, client_of(sim) as http:
        assert get(http, "/pods/history")["total_count"] >= 30
        total = get(http, "/billing/wallet")["total_billings"]
        assert total > 90
        oldest = get(http, "/billing/wallet", offset=total - 1)["recent_billings"][0]
        assert oldest["updated_at"] < "2026-11-10"
        statuses = {run["status"] for run in get(http, "/rft/runs", limit=100)["runs"]}
        assert statuses >= {"QUEUED", "RUNNING"}
        assert any(pod["teamId"] for pod in get(http, "/pods/")["data"])
        assert get(http, "/disks/")["data"]


def test_an_empty_account() -> None:
    with SimServer(options(scenario="empty")) as sim, client_of(sim) as http:
        for path in ("/pods/", "/pods/history", "/disks/", "/ssh_keys/"):
            assert get(http, path)["data"] == []
        assert get(http, "/rft/runs") == {"runs": [], "total": 0, "page": 1, "limit": 20, "total_pages": 0}
        assert get(http, "/billing/wallet")["total_billings"] == 0
        assert get(http, "/availability/gpus")["totalCount"] > 50
        sim.advance(86_400)
        assert get(http, "/pods/")["data"] == []


def test_the_huge_world() -> None:
    with SimServer(options(scenario="huge")) as sim, client_of(sim) as http:
        team = get(http, "/user/teams")["data"][0]["teamId"]
        assert get(http, "/pods/history", limit=1)["total_count"] >= 10_000
        runs = [get(http, "/rft/runs", limit=1, **scope)["total"] for scope in ({}, {"team_id": team})]
        assert sum(runs) == 2000
        assert get(http, "/billing/wallet")["total_billings"] >= 100_000
        assert get(http, "/pods/")["total_count"] == 50
        live = sum(run.live(0.0) for run in sim.world.runs.values())
        assert live == 200
        for path in ("/pods/", "/pods/history", "/pods/history?offset=9000", "/billing/wallet?limit=100",
                     "/billing/wallet?limit=100&offset=99000", "/rft/runs", "/rft/runs?page=90",
                     "/disks/"):  # fmt: skip
            answer = http.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < 200_000, "a page, however much there is"


def test_numbers_can_be_set() -> None:
    with SimServer(options(pods=17, runs=60, billings=5000)) as sim, client_of(sim) as http:
        team = get(http, "/user/teams")["data"][0]["teamId"]
        assert get(http, "/pods/")["total_count"] == 17
        assert sum(get(http, "/rft/runs", **s)["total"] for s in ({}, {"team_id": team})) == 60
        assert get(http, "/billing/wallet")["total_billings"] >= 5000
    with SimServer(options(pods=0, runs=0, billings=0)) as sim, client_of(sim) as http:
        assert get(http, "/pods/")["data"] == []
        assert get(http, "/rft/runs")["runs"] == []


def test_the_history_and_the_wallet_tell_the_same_story() -> None:
    with SimServer(options()) as sim, client_of(sim) as http:
        wallet = get(http, "/billing/wallet", limit=100)
        bills = {
            row["resource_id"]: row for row in wallet["recent_billings"] if row["resource_type"] == "compute"
        }
        past = {row["id"]: row for row in get(http, "/pods/history")["data"] if row["teamId"] is None}
        both = bills.keys() & past.keys()
        assert len(both) > 20
        for name in both:
            assert bills[name]["amount_usd"] == past[name]["totalBilledPrice"]
            assert bills[name]["last_billed_at"] == past[name]["terminatedAt"]


def test_a_hostile_world_is_hostile_everywhere() -> None:
    with SimServer(options(scenario="hostile")) as sim, client_of(sim) as http:
        sim.advance(60)
        runs = [r["id"] for r in get(http, "/rft/runs")["runs"] if r["status"] == "RUNNING"]
        run = max(runs, key=lambda name: get(http, f"/rft/runs/{name}/progress")["latestStep"] or 0)
        texts = {
            "pods": http.get("/pods/").text,
            "history": http.get("/pods/history").text,
            "runs": http.get("/rft/runs").text,
            "logs": http.get(f"/rft/runs/{run}/logs").text,
            "samples": http.get(f"/rft/runs/{run}/samples?step=0&limit=500").text,
            "chat": http.post(CHAT, json=ask("hello")).text,
        }
        for place, text in texts.items():
            assert "\\u001b" in text, place
        everything = "".join(texts.values())
        for trick in ("@click=app.quit", "]52;c;", "\u202e", "\u0301" * 60, "W" * 500, "\\u0000"):
            assert trick in everything, trick


def test_the_calm_world_is_pretty_but_for_a_few_names() -> None:
    with SimServer(options()) as sim, client_of(sim) as http:
        assert all(pod["name"].isascii() for pod in get(http, "/pods/")["data"])
        names = [run["name"] for run in get(http, "/rft/runs")["runs"]]
        assert any("[/x]" in name for name in names)
        past = [row["name"] for row in get(http, "/pods/history")["data"]]
        assert any(not name.isascii() for name in past)
        assert any(len(name) > 80 for name in past)


@pytest.mark.parametrize("wrong", [{"scenario": "war"}, {"shapes": "round"}, {"pods": -1}, {"speed": -1.0}])
def test_senseless_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(CannotStart):
        SimServer(options(**wrong))
