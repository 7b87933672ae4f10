"""The same seed and the same advances are the same world, byte for byte."""

from __future__ import annotations

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import CHAT, an_offer, ask, client_of, get, options, pod_order

PATHS = (
    "/user/whoami",
    "/user/teams",
    "/pods/",
    "/pods/history",
    "/billing/wallet?limit=100",
    "/rft/runs?limit=100",
    "/disks/",
    "/availability/gpus",
    "/availability/multi-node-summary",
    "/training/available-fft-models",
    "/ssh_keys/",
)
OF_A_RUN = ("metrics?limit=20", "logs?tail_lines=200", "progress", "checkpoints", "distributions")


def life(scenario: str, seed: int, advances: tuple[float, ...]) -> list[str]:
    """Return everything a world says while it is used in a fixed way."""
    said: list[str] = []

    def note(http: httpx.Client) -> None:
        said.extend(http.get(path).text for path in PATHS)
        for run in get(http, "/rft/runs", limit=5)["runs"]:
            said.extend(http.get(f"/rft/runs/{run['id']}/{part}").text for part in OF_A_RUN)
            said.append(http.get(f"/billing/runs/{run['id']}/usage").text)

    with SimServer(options(scenario=scenario, seed=seed)) as sim, client_of(sim) as http:
        note(http)
        for advance in advances:
            sim.advance(advance)
            said.append(http.post("/pods/", json=pod_order(an_offer(http))).text)
            said.append(http.post("/training/runs", json={"config": {}}).text)
            said.append(http.post(CHAT, json=ask("hello", stream=True, logprobs=True)).text)
            note(http)
    return said


@pytest.mark.parametrize("scenario", ["busy", "stall", "hostile"])
def test_same_seed_same_world(scenario: str) -> None:
    assert life(scenario, 3, (40.0, 700.0)) == life(scenario, 3, (40.0, 700.0))


def test_another_seed_is_another_world() -> None:
    one, other = life("calm", 1, (60.0,)), life("calm", 2, (60.0,))
    assert sum(a != b for a, b in zip(one, other, strict=False)) > len(one) / 2


def test_looking_changes_nothing() -> None:
    with (
        SimServer(options(scenario="busy")) as often,
        SimServer(options(scenario="busy")) as once,
        client_of(often) as looked,
        client_of(once) as unlooked,
    ):
        for _ in range(20):
            often.advance(60)
            for path in PATHS:
                get(looked, path)
        once.advance(1200)
        for path in PATHS:
            assert looked.get(path).text == unlooked.get(path).text, path
