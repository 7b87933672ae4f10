"""Instances that write the same small file at once: what one of them wrote is not lost to another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from prime_tui.domain.ids import ModelId, RunId
from prime_tui.domain.ssh_command import host_alias
from prime_tui.domain.views import LaunchRecord
from prime_tui.persistence.chat_choices import ChatChoice, ChatChoiceFile
from prime_tui.persistence.known_hosts import forget_pod, prepare_known_hosts
from prime_tui.persistence.launches import LaunchFile

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
WRITERS, EACH = 4, 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ours.json"


def at_once(write: Callable[[str], None]) -> set[str]:
    """Write under many names from several writers, and return the names."""
    start = Barrier(WRITERS)
    names = [[f"{writer}-{number}" for number in range(EACH)] for writer in range(WRITERS)]

    def writing(mine: list[str]) -> None:
        start.wait()
        for name in mine:
            write(name)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writing, names))
    return {name for mine in names for name in mine}


def launch(path: Path, wallet: str, name: str) -> None:
    LaunchFile(path, wallet).add(LaunchRecord(RunId(name), None, None, AT))


def test_every_launch_is_remembered(path: Path) -> None:
    names = at_once(partial(launch, path, "mine"))
    assert {record.run_id for record in LaunchFile(path, "mine").read()} == names


def test_a_launch_survives_that_another_wallet_loses_its_own(path: Path) -> None:
    launch(path, "theirs", "before")

    def write(name: str) -> None:
        launch(path, "mine", name)
        LaunchFile(path, "theirs").disown()

    names = at_once(write)
    assert {record.run_id for record in LaunchFile(path, "mine").read()} == names
    assert LaunchFile(path, "theirs").read() == ()


def test_the_keys_of_every_pod_that_is_gone_go_and_no_others(path: Path) -> None:
    prepare_known_hosts(path)
    pods = [f"{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)]
    path.write_text("".join(f"{host_alias(pod)} ssh-ed25519 AAAA\n" for pod in [*pods, "stays"]))

    def write(name: str) -> None:
        prepare_known_hosts(path)
        forget_pod(path, name)

    assert at_once(write) == set(pods)
    assert path.read_text() == f"{host_alias('stays')} ssh-ed25519 AAAA\n"


def test_every_profile_keeps_its_model(path: Path) -> None:
    def write(name: str) -> None:
        ChatChoiceFile(path).keep(name, ChatChoice(ModelId(f"model-{name}")))

    for name in at_once(write):
        assert ChatChoiceFile(path).read(name).model == f"model-{name}"
