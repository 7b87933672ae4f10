"""Launching a run: one request, nothing lost, and a key that is never drawn."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from prime_tui.domain.runs import RunSource, RunState
from prime_tui.persistence.launches import LaunchFile
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_runs import SMALL, STILL, calls, settled, views

LAUNCH = "/api/v1/training/runs"
CONFIG = """
max_steps = 200
[deployment]
num_train_gpus = 4
num_infer_gpus = 4
[model]
name = "Qwen/Qwen3.5-9B"
[wandb]
name = "my-first-run"
[orchestrator]
[trainer]
"""


def write(content: str) -> None:
    """Write the configuration into the folder in which the test runs."""
    Path("rl.toml").write_text(content)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    write(CONFIG)
    return "rl.toml"


def posts(one: Monitor) -> int:
    return calls(one, "POST", LAUNCH)


def key_of(one: Monitor, name: str) -> str:
    """The key that the service told once."""
    world = one.sim.world
    run = next(run for run in world.runs.values() if run.name == name)
    return f"pit_{world.noise.digest('token', run.id)}"


async def give_file(one: Monitor, file: str) -> None:
    await settled(one)
    await one.press("n")
    await one.sees("Launch a run", "tab completes the name")
    await one.type(file)
    await one.press("enter")


async def form_of(one: Monitor, file: str) -> None:
    await give_file(one, file)
    await one.sees("GPU type", "Qwen/Qwen3.5-9B")
    await one.until(lambda: one.store.choices.value, "what there is")
    await one.sees("‹ any ›")


async def launch(one: Monitor, file: str) -> None:
    await form_of(one, file)
    await one.press("enter")
    await one.sees("Launch this run")
    await one.press("y")


# -- the file -----------------------------------------------------------------------------------


async def test_a_file_that_will_not_do_is_refused_in_the_dialog(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        write("[model]\nname = \n")
        await give_file(one, file)
        await one.sees("rl.toml:2", "not TOML")
        write("[trainer]\napi_key = 'abcdef'\n")
        await one.press("enter")
        await one.sees("holds a secret")
        write(CONFIG)
        await one.press("enter")
        await one.sees("GPU type")
        assert posts(one) == 0


async def test_tab_completes_a_file_name(file: str, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await settled(one)
        await one.press("n")
        await one.press("tab")
        await one.sees("deeper/", file)
        await one.type("r")
        await one.press("tab", "enter")
        await one.sees("GPU type")


# -- the form and the question --------------------------------------------------------------------


async def test_the_form_shows_what_the_file_says_and_odd_things(file: str) -> None:
    write("frobnicate = 1\n" + CONFIG)
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await form_of(one, file)
        await one.sees("Not known here, sent all the same: frobnicate", "my-first-run")


async def test_the_question_tells_price_payer_and_runway_and_defaults_to_no(file: str) -> None:
    async with monitor(screen="runs", size=(100, 40), sim=STILL) as one:
        await form_of(one, file)
        await one.press("enter")
        await one.sees("unknown until it is dispatched", "sent once")
        await one.press("enter")
        await one.until(lambda: "Launch this run" not in one.text(), "not yet is the default")
        await one.press("down", "right")
        await one.sees("/GPU·h")
        await one.press("enter")
        await one.sees("8 × $", "a day", "paid by", "personal", "balance", "$184.37", "now, ~", "with it")
        await one.press("escape")
        assert posts(one) == 0


async def test_a_name_that_a_live_run_has_is_refused_before_anything_is_sent(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await settled(one)
        taken = next(view.name for view in views(one) if view.state is RunState.RUNNING)
        await form_of(one, file)
        await one.press("end", "ctrl+u")
        await one.press("enter")
        await one.sees("It needs a name")
        await one.type(taken or "")
        await one.press("enter")
        await one.sees("already. Choose another")
        assert posts(one) == 0


@pytest.mark.parametrize("chosen", [True, False])
async def test_keys_of_the_environment_are_sent_only_when_chosen(
    file: str, monkeypatch: pytest.MonkeyPatch, chosen: bool
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "wandb-secret-value-1")
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        sent: list[object] = []
        await form_of(one, file)
        await one.sees("‹ not sent (from WANDB_API_KEY) ›", "not sent (HF_TOKEN is not set)")
        await one.press("down", "down", "down")
        if chosen:
            await one.press("right")
            await one.sees("sent along (from WANDB_API_KEY)")
        await one.press("enter")
        await one.sees("Launch this run")
        assert ("W&B key" in one.text().split("Launch this run")[1]) is chosen
        assert one.app.engine is not None
        runs = one.app.engine.runs
        real = runs.launch

        async def noting(order: object) -> object:
            sent.append(order)
            return await real(order)  # type: ignore[arg-type]

        monkeypatch.setattr(runs, "launch", noting)
        await one.press("y")
        await one.sees("Launched")
        key = sent[0].wandb_api_key  # type: ignore[attr-defined]
        assert (key is not None and key.reveal() == "wandb-secret-value-1") is chosen
        assert "wandb-secret" not in repr(sent[0])


# -- what comes of it -----------------------------------------------------------------------------


async def test_a_launch_is_sent_once_and_its_key_is_kept_until_it_is_copied(
    file: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await launch(one, file)
        await one.sees(
            "Launched", "my-first-run", "••••••", "told" if "told" in one.text() else "tells this key once"
        )
        key = key_of(one, "my-first-run")
        assert posts(one) == 1
        await one.press("escape")
        await one.sees("Copy it or discard it first")
        seen = one.text() + one.app.export_screenshot()
        await one.press("c")
        await one.sees("Sent to the terminal's clipboard", "it arrived, close")
        assert one.app.clipboard == key
        seen += one.text() + one.app.export_screenshot()
        await one.press("enter")
        await one.sees("▸overview", "my-first-run")
        seen += one.text() + one.app.export_screenshot()
        assert key not in seen
        assert key[4:16] not in seen
        assert key not in caplog.text
        assert key not in repr(one.store.launches)
        assert not one.app.holding
        remembered = LaunchFile(one.app.paths.launches_file).read()
        assert [record.name for record in remembered] == ["my-first-run"]
        assert key not in one.app.paths.launches_file.read_text()
        await one.until(lambda: any("launched here" in view.sources for view in views(one)), "its source")


async def test_discarding_the_key_asks_twice(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await launch(one, file)
        await one.sees("Launched")
        await one.press("d")
        await one.sees("Discard the key", "Nobody can show this key again")
        await one.press("enter")
        await one.until(lambda: "Discard the key" not in one.text(), "kept")
        await one.sees("Launched", "••••••")
        await one.press("d")
        await one.sees("Discard the key")
        await one.press("y")
        await one.sees("▸overview", "my-first-run")
        assert one.app.clipboard == ""
        assert not one.app.holding


async def test_a_refused_launch_keeps_the_form_and_says_why(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        one.sim.fault(kind="status", path=LAUNCH, method="POST", status=422, count=1)
        await launch(one, file)
        await one.sees("Simulated fault 422", "GPU type", "my-first-run")
        assert posts(one) == 1
        await one.press("escape")
        await one.until(lambda: "GPU type" not in one.text(), "left")
        await one.press("n")
        await one.sees("GPU type", "my-first-run")
        await one.press("enter")
        await one.sees("Launch this run")
        await one.press("y")
        await one.sees("Launched")
        assert posts(one) == 2


async def test_a_wallet_without_money_is_said_in_the_form(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        one.sim.fault(kind="status", path=LAUNCH, method="POST", status=402)
        await launch(one, file)
        await one.sees("Simulated fault 402", "Add funds", "GPU type")


async def test_a_lost_answer_is_looked_for_and_never_sent_again(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, clock=HurriedClock(10)) as one:
        one.sim.fault(kind="lost-answer", path=LAUNCH, method="POST")
        await launch(one, file)
        await one.sees("my-first-run was launched", "Its key went with the answer")
        assert posts(one) == 1
        await one.press("enter")
        await one.sees("my-first-run")
        (new,) = (view for view in views(one) if view.title == "my-first-run")
        assert new.sources == {RunSource.LIST, RunSource.FOUND}


async def test_an_outcome_that_stays_unknown_is_said_in_words(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, clock=HurriedClock(60)) as one:
        one.sim.fault(kind="status", path=LAUNCH, method="POST", status=502)
        await launch(one, file)
        await one.sees("Is my-first-run launched?", "It may still appear", "It was sent once")
        assert posts(one) == 1


async def test_leaving_the_page_does_not_lose_the_launch(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL, toasts=True) as one:
        one.sim.fault(kind="latency", path=LAUNCH, method="POST", latency_ms=1500)
        await launch(one, file)
        await one.sees("waiting for the answer", "esc leaves this page")
        await one.press("escape")
        await one.until(lambda: "GPU type" not in one.text(), "left")
        await one.press("3")
        await one.sees("Its key waits")
        await one.press("2")
        await one.sees("Launched", "••••")
        assert posts(one) == 1


async def test_quitting_asks_while_a_key_waits(file: str) -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        one.sim.fault(kind="latency", path=LAUNCH, method="POST", latency_ms=1500)
        await launch(one, file)
        await one.press("escape")
        await one.press("q")
        await one.sees("Quit and lose this", "is under way")
        await one.press("enter")
        await one.until(lambda: "Quit and lose this" not in one.text(), "stay is the default")
        await one.sees("Launched")
        assert one.app.is_running
