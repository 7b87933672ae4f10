"""Money adds up: the balance falls by exactly what the rows grow, however often anyone looks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from prime_tui.sim.billing import Meter
from prime_tui.sim.clock import WorldClock
from prime_tui.sim.noise import Noise
from prime_tui.sim.pods import Pod, usual_life
from prime_tui.sim.scenarios import build_world, recipe
from prime_tui.sim.serve import SimServer
from prime_tui.sim.world import World
from tests.sim.speaking import (
    CHAT,
    MODEL,
    START_AT,
    all_rows,
    an_offer,
    ask,
    client_of,
    get,
    options,
    pod_order,
)

CENT = Decimal("0.01")


def a_world(seed: int, scenario: str = "busy") -> tuple[World, WorldClock]:
    clock = WorldClock(start_at=START_AT, speed=0)
    figures = recipe(scenario, pods=None, runs=None, billings=None)
    return build_world(clock, seed=seed, scenario=scenario, figures=figures), clock


def amounts(world: World) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Return per wallet the balance, the sum of all recent rows, and the top-ups."""
    t_s = world.now_s()
    found = {}
    for wallet in world.wallets.values():
        rows = wallet.page(t_s, 0, wallet.total_rows(t_s))
        total = sum((row.amount_usd for row in rows), Decimal(0))
        put_in = sum((usd for _, usd in wallet.topups), Decimal(0))
        found[wallet.id] = (wallet.balance_usd(t_s), total, put_in)
    return found


def test_the_balance_falls_by_what_the_rows_grow(sim: SimServer, http: httpx.Client) -> None:
    team = get(http, "/user/teams")["data"][0]["teamId"]
    for team_id in (None, team):
        balance, rows = all_rows(http, team_id)
        for _ in range(3):
            sim.advance(617)
            later, grown = all_rows(http, team_id)
            charges = sum((amount - rows.get(row, Decimal(0)) for row, amount in grown.items()), Decimal(0))
            assert charges > 0
            assert abs(later - balance + charges) < CENT / 10
            balance, rows = later, grown


def test_also_while_things_are_ordered_deleted_and_said(sim: SimServer, http: httpx.Client) -> None:
    balance, rows = all_rows(http)
    pod_id = http.post("/pods/", json=pod_order(an_offer(http))).json()["id"]
    sim.advance(300)
    run_id = http.post("/training/runs", json={"config": {"max_steps": 9}}).json()["runId"]
    cost = http.post(CHAT, json=ask("hello", usage={"include": True})).json()["usage"]["cost"]
    sim.advance(500)
    http.delete(f"/pods/{pod_id}")
    http.put(f"/rft/runs/{run_id}/stop")
    sim.advance(500)
    later, grown = all_rows(http)
    charges = sum((amount - rows.get(row, Decimal(0)) for row, amount in grown.items()), Decimal(0))
    assert abs(later - balance + charges) < CENT / 10
    said = [
        row
        for row in get(http, "/billing/wallet", limit=100)["recent_billings"]
        if row["resource_id"] == MODEL
    ]
    assert len(said) == 1
    assert said[0]["amount_usd"] > cost > 0


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 50),
    steps=st.lists(st.floats(0, 5000, allow_nan=False), min_size=1, max_size=6),
    ticks=st.integers(2, 7),
)
def test_cost_does_not_depend_on_how_often_one_looks(seed: int, steps: list[float], ticks: int) -> None:
    often, often_clock = a_world(seed)
    seldom, seldom_clock = a_world(seed)
    for step in steps:
        for _ in range(ticks):
            often_clock.advance(step / ticks)
            amounts(often)
        seldom_clock.advance(step)
    # Only the clocks may differ, by less than the millisecond to which the world reads them.
    seldom_clock.advance(max(0.0, often_clock.now_s() - seldom_clock.now_s()))
    often_clock.advance(max(0.0, seldom_clock.now_s() - often_clock.now_s()))
    assert amounts(often) == amounts(seldom)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 50), steps=st.lists(st.floats(0, 20_000, allow_nan=False), min_size=1, max_size=8))
def test_every_wallet_reconciles_at_every_moment(seed: int, steps: list[float]) -> None:
    world, clock = a_world(seed)
    before = amounts(world)
    for step in steps:
        clock.advance(step)
        after = amounts(world)
        for wallet, (balance, rows, put_in) in after.items():
            was, were, had = before[wallet]
            assert balance - was == (put_in - had) - (rows - were)
            assert rows >= were
        before = after


@given(
    rate=st.decimals(0, 500, places=4),
    created=st.floats(-10_000, 10_000, allow_nan=False),
    lives=st.floats(0, 20_000, allow_nan=False),
    moments=st.lists(st.floats(-20_000, 50_000, allow_nan=False), min_size=2, max_size=8),
)
def test_a_pods_bill_never_shrinks_and_ends(
    rate: Decimal, created: float, lives: float, moments: list[float]
) -> None:
    phases, installation = usual_life(Noise(1), "p", created)
    pod = Pod("p", "p", "u", None, "w", "runpod", "H100_80GB", 1, "SXM5", rate, created, phases, installation)
    pod.delete(created + lives)
    moments.sort()
    bills = [pod.meter.amount_usd(moment) for moment in moments]
    assert bills == sorted(bills)
    end = pod.terminated_s()
    assert end is not None
    assert pod.meter.amount_usd(end) == pod.meter.amount_usd(end + 10**6)
    assert pod.meter.amount_usd(end) <= rate * Decimal(lives + 13) / 3600 + CENT


def test_bills_come_in_steps_of_a_minute() -> None:
    meter = Meter([(10.0, Decimal(60))])
    assert meter.amount_usd(69.9) == 0
    assert meter.billed_at_s(69.9) is None
    assert meter.amount_usd(70.0) == 1
    assert meter.amount_usd(129.9) == 1
    assert meter.billed_at_s(131.0) == 130.0


def test_wallets_are_topped_up_at_times(sim: SimServer, http: httpx.Client) -> None:
    lows = []
    for _ in range(24):
        sim.advance(3600)
        lows.append(get(http, "/billing/wallet")["balance_usd"])
    assert min(lows) > 0
    assert any(b > a for a, b in pairwise(lows))


def test_a_broke_wallet_refuses_what_costs_and_shows_the_rest() -> None:
    with SimServer(options(scenario="broke")) as sim, client_of(sim) as http:
        assert http.post(CHAT, json=ask("simulate-short")).status_code == 200
        offer = an_offer(http)
        sim.advance(600)
        assert get(http, "/billing/wallet")["balance_usd"] < 0
        said = http.post(CHAT, json=ask("hello"))
        assert said.status_code == 402
        assert said.json()["error"]["code"] == "insufficient_funds"
        assert http.post("/pods/", json=pod_order(offer)).status_code == 402
        assert http.post("/training/runs", json={"config": {}}).status_code == 402
        assert len(get(http, "/pods/")["data"]) > 0
        httpx.post(f"{sim.url}/_sim/topup", json={"usd": 500}, trust_env=False).raise_for_status()
        assert http.post(CHAT, json=ask("simulate-short")).status_code == 200


def test_the_team_in_the_header_pays(sim: SimServer, http: httpx.Client) -> None:
    team = get(http, "/user/teams")["data"][0]["teamId"]
    mine, _ = all_rows(http)
    theirs, _ = all_rows(http, team)
    with client_of(sim, team=team) as for_team:
        cost = for_team.post(CHAT, json=ask("hi", usage={"include": True})).json()["usage"]["cost"]
    assert all_rows(http)[0] == mine
    assert abs(theirs - all_rows(http, team)[0] - Decimal(str(cost))) < Decimal("0.000001")
    with client_of(sim, team="team_of_others") as stranger:
        assert stranger.post(CHAT, json=ask("hi")).status_code == 403


def test_rows_grow_in_place_newest_first(sim: SimServer, http: httpx.Client) -> None:
    before = get(http, "/billing/wallet", limit=100)["recent_billings"]
    sim.advance(3600)
    after = get(http, "/billing/wallet", limit=100)["recent_billings"]
    times = [row["last_billed_at"] or row["updated_at"] for row in after]
    assert [t[:19] for t in times] == sorted((t[:19] for t in times), reverse=True)
    was = {row["id"]: row for row in before}
    moved = [row for row in after if row["id"] in was and row["amount_usd"] > was[row["id"]]["amount_usd"]]
    assert moved
    for row in moved:
        assert row["created_at"] == was[row["id"]]["created_at"]
        assert row["last_billed_at"] > was[row["id"]]["updated_at"]
    ids = [row["resource_id"] for row in after if row["resource_id"]]
    assert len(ids) == len(set(ids))
    assert {row["resource_type"] for row in after} >= {"compute", "training", "inference", "disks"}
