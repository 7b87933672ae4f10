"""After a switch of the team everything reads from and charges that team: one wallet for all screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimOptions, SimServer
from tests.ui.screens.driving_pods import paste, ready, rows
from tests.ui.seated import KEY, Seated, configure, seated

TEAM = "team_9c1e04b7"
CONFIG = """
max_steps = 9
[model]
name = "Qwen/Qwen3.5-9B"
[wandb]
name = "mine"
[deployment]
num_train_gpus = 1
num_infer_gpus = 1
[orchestrator]
[trainer]
"""


async def order_a_pod(one: Seated) -> None:
    await one.press("f3")
    await ready(one)
    await one.press("o")
    await one.until(lambda: one.store.offers.value and rows(one), "the offers")
    await one.press("slash")
    await paste(one, "a6000 1 high")
    await one.press("enter", "enter")
    await one.sees("order a pod", "Ceiling")
    await one.press("enter")
    await one.sees("Order 1 pod", "Research")
    await one.press("y")


async def launch_a_run(one: Seated) -> None:
    await one.press("f2")
    await one.until(lambda: one.store.runs.value, "the runs")
    await one.press("n")
    await one.sees("Launch a run")
    await paste(one, "rl.toml")
    await one.press("enter")
    await one.sees("GPU type", "‹ any ›")
    await one.press("enter")
    await one.sees("Launch this run", "Research")
    await one.press("y")


async def ask_a_model(one: Seated) -> None:
    await one.press("f4")
    await one.until(lambda: one.store.models.value is not None, "the models")
    await one.type("why?")
    await one.press("enter")
    await one.sees(" tok")


async def test_all_follow_the_team_that_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rl.toml").write_text(CONFIG)
    with SimServer(SimOptions(require_key=KEY, speed=0)) as sim:
        configure(tmp_path, sim.url)
        given = Found(Secret(KEY), KeySource.ENV)
        async with seated(tmp_path, sim, given=given, size=(120, 30)) as one:
            await one.signed_in()
            await one.knows_the_teams()
            await one.press("p")
            await one.sees("Whose wallet", "Research")
            await one.press("2")
            await one.sees("a100-flux-render")
            one.store = one.app.store
            pods, runs = set(sim.world.pods), set(sim.world.runs)
            since = len(sim.request_log())
            await ask_a_model(one)
            await one.press("escape")
            await order_a_pod(one)
            await one.until(lambda: set(sim.world.pods) - pods, "the new pod")
            await launch_a_run(one)
            await one.until(lambda: set(sim.world.runs) - runs, "the new run")
            await one.press("escape", "f1", "r")
            log = sim.request_log()[since:]

            assert [pod.team_id for key, pod in sim.world.pods.items() if key not in pods] == [TEAM]
            assert [run.team_id for key, run in sim.world.runs.items() if key not in runs] == [TEAM]
            for path, where in (
                ("/api/v1/billing/wallet", "query"),
                ("/api/v1/rft/runs", "query"),
                ("/api/v1/chat/completions", "team_id"),
                ("/api/v1/models", "team_id"),
            ):
                asked = [str(noted[where]) for noted in log if noted["path"] == path]
                assert asked, path
                assert all(TEAM in text for text in asked), (path, asked)
