"""Read-only: whatever is pressed, chosen or called, nothing but reading reaches the service."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from prime_tui.api.budget import user_call
from prime_tui.domain.chat import ChatMessage, ChatRequest, Role
from prime_tui.domain.errors import ReadOnlyRefused
from prime_tui.domain.ids import ModelId
from prime_tui.domain.offers import PodOrder
from prime_tui.domain.runs import RunOrder
from prime_tui.domain.views import Ending, EndingPhase
from prime_tui.sim.serve import SimOptions, SimServer
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.slice import Topic
from prime_tui.sync.engine import Engine
from tests.ui.seated import GIVEN, KEY, Seated, configure, seated

SCREENS = ("wallet", "runs", "pods", "chat")


@pytest.fixture
def sim() -> Iterator[SimServer]:
    with SimServer(SimOptions(require_key=KEY, may_write=False)) as server:
        yield server


@asynccontextmanager
async def watching(home: Path, sim: SimServer, screen: str = "wallet") -> AsyncIterator[Seated]:
    """Watch with a key that may not write, and check at the end what reached the service."""
    configure(home, sim.url)
    async with seated(home, sim, given=GIVEN, screen=screen) as one:
        await one.until(lambda: " RO" in one.text().splitlines()[0], "the badge")
        yield one
        await one.pilot.pause(0.2)
        assert {noted["method"] for noted in sim.request_log()} == {"GET"}


async def test_a_key_without_a_scope_for_writing_makes_it_read_only(tmp_path: Path, sim: SimServer) -> None:
    async with watching(tmp_path, sim, "pods") as one:
        await one.sees("h100-rew")
        assert "x end" not in one.text().splitlines()[-1]
        await one.press("x")
        await one.sees("This API key may only")


async def test_a_profile_can_be_read_only(tmp_path: Path) -> None:
    with SimServer(SimOptions(require_key=KEY)) as sim:
        configure(tmp_path, sim.url, "read_only = true")
        async with seated(tmp_path, sim, given=GIVEN, screen="pods") as one:
            await one.sees("h100-rew", " RO")
            await one.press("x")
            await one.sees("This is a read-only")


@pytest.mark.parametrize("screen", SCREENS)
async def test_no_key_and_no_palette_entry_gets_a_write_through(
    tmp_path: Path, sim: SimServer, screen: str
) -> None:
    """Both are bindings of the screen: each is run, and every dialog that comes is answered with yes."""
    async with watching(tmp_path, sim, screen) as one:
        await one.until(lambda: one.store.pods.value and one.store.runs.value, "pods and runs")
        actions = {
            active.binding.action
            for active in one.app.screen.active_bindings.values()
            if "quit" not in active.binding.action and "open_screen" not in active.binding.action
        }
        assert len(actions) > 5
        for action in sorted(actions):
            base = one.app.base_screen
            assert base is not None
            await base.run_action(action)
            await one.press("y", "enter")
            while len(one.app.screen_stack) > 1:
                await one.press("escape")


async def test_no_action_gets_a_write_through(tmp_path: Path, sim: SimServer) -> None:
    async with watching(tmp_path, sim) as one:
        engine, store = one.app.engine, one.store
        assert engine is not None
        engine.show({Topic.OFFERS, Topic.PODS, Topic.RUNS})
        await one.until(lambda: store.pods.value and store.runs.value and store.offers.value, "the lists")
        for work in writes(engine, one):
            with user_call():
                assert await refused(work), work


def writes(engine: Engine, one: Seated) -> list[Callable[[], Coroutine[Any, Any, object]]]:
    """Return every action that changes something or costs money."""
    store, now = one.store, one.app.clock.now()
    assert store.pods.value
    assert store.offers.value
    pod, offer, view = store.pods.value.items[0], store.offers.value.items[0], run_views(store, now)[0]

    async def ask() -> None:
        request = ChatRequest(ModelId("some/model"), (ChatMessage(Role.USER, "why?"),))
        async for _ in engine.chat.ask(request):
            pass

    order = RunOrder(config={"model": {"name": "m"}}, name="one")
    works = {
        "end": lambda: engine.pods.end(pod),
        "create": lambda: engine.pods.create(PodOrder(offer, "one", max_price_usd_per_h=Decimal(99))),
        "stop": lambda: engine.runs.stop(view),
        "delete": lambda: engine.runs.delete(view),
        "pause": lambda: engine.runs.pause(view),
        "resume": lambda: engine.runs.resume(view),
        "restart": lambda: engine.runs.restart(view),
        "launch": lambda: engine.runs.launch(order),
        "ask": ask,
    }
    public = {
        name
        for actions in (engine.pods, engine.runs, engine.chat)
        for name, method in inspect.getmembers(actions)
        if not name.startswith("_")
        and (inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method))
    }
    assert public <= set(works), "every action is tried"
    return list(works.values())


async def refused(work: Callable[[], Coroutine[Any, Any, object]]) -> bool:
    """Whether an action was refused; the ending of a thing tells so instead of raising."""
    try:
        outcome = await work()
    except ReadOnlyRefused:
        return True
    return isinstance(outcome, Ending) and outcome.phase is EndingPhase.FAILED
