"""A key goes to another address than its own only after a person said yes, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.ui.seated import GIVEN, KEY, Seated, configure, paths_in, seated

QUESTION = "Send the key to another address?"


@pytest.fixture
def other() -> Iterator[SimServer]:
    """A second service: `localhost` is another origin than `127.0.0.1`, whatever it resolves to."""
    with SimServer(SimOptions(require_key=KEY, speed=20)) as server:
        yield server


def elsewhere(other: SimServer) -> str:
    return other.url.replace("127.0.0.1", "localhost")


def configure_pair(home: Path, sim: SimServer, inference_origin: str) -> None:
    configure(home, sim.url)
    file = paths_in(home).config_dir / "config.toml"
    file.write_text(file.read_text().replace(f'"{sim.url}/api/v1"', f'"{inference_origin}/api/v1"'))


async def send(one: Seated, question: str) -> None:
    await one.type(question)
    await one.press("enter")


async def test_nothing_reaches_another_origin_before_a_yes_which_is_remembered(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure_pair(tmp_path, sim, elsewhere(other))
    async with seated(tmp_path, sim, given=GIVEN, size=(80, 24)) as one:
        await one.signed_in()
        await one.press("4")
        await one.sees(QUESTION, "The key of profile default was given for", sim.url, elsewhere(other))
        await one.press("enter")  # the default
        await one.until(lambda: QUESTION not in one.text(), "no")
        await one.sees(f"Enter asks whether your key may go to {elsewhere(other)}")
        await one.press("escape", "r", "1", "4", "i")
        await send(one, "why?")
        await one.sees(QUESTION)
        await one.press("escape")
        await one.sees("why?")
        await one.until(lambda: sim.requests().get("GET /api/v1/user/whoami"), "the platform")
        assert other.requests() == {}, "nothing went there"

        await one.press("enter")
        await one.sees(QUESTION)
        await one.press("y")
        await one.until(lambda: other.requests().get("GET /api/v1/models"), "the models")
        await one.until(lambda: one.store.models.value is not None, "the models in the store")
        await one.press("enter")
        await one.sees("tok/s")
        assert sim.requests().get("GET /api/v1/models") is None

    async with seated(tmp_path, sim, given=GIVEN, screen="chat", size=(80, 24)) as one:
        await one.until(lambda: one.store.models.value is not None, "the models")
        assert QUESTION not in one.text()
        assert KEY not in paths_in(tmp_path).consents_file.read_text()


async def test_a_question_that_was_answered_no_is_not_put_again_by_itself(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure_pair(tmp_path, sim, elsewhere(other))
    async with seated(tmp_path, sim, given=GIVEN, screen="chat") as one:
        await one.sees(QUESTION)
        await one.press("n", "f1", "f4")
        await one.sees("Enter asks whether your key may go to")
        await one.press("f1")
        await one.signed_in()
        await one.press("f4")
        await one.sees("Enter asks whether your key may go to")
        assert QUESTION not in one.text()


async def test_two_ports_of_one_machine_and_read_only_are_not_asked_about(
    tmp_path: Path, sim: SimServer, other: SimServer
) -> None:
    configure_pair(tmp_path, sim, other.url)
    async with seated(tmp_path, sim, given=GIVEN, screen="chat") as one:
        await one.until(lambda: one.store.models.value is not None, "the models")
        assert QUESTION not in one.text()
    configure_home = tmp_path / "second"
    configure_home.mkdir()
    configure_pair(configure_home, sim, elsewhere(other))
    before = other.requests()
    async with seated(configure_home, sim, given=GIVEN, screen="chat", read_only=True) as one:
        await one.sees("read-only session")
        assert QUESTION not in one.text()
    assert other.requests() == before
