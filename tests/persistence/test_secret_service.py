"""The Secret Service: a real gnome-keyring, and every way in which it can be silent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import KeyAddress, Reason, StoreTrouble
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.secret_service import SILENCE_S, SecretServiceStore
from tests.persistence.buses import PATIENCE_S, Desktop, SilentBus

ADDRESS = KeyAddress("https://api.example.com", "main")
KEY = Secret("pit_sentinel_for_the_desktop")
LONG_ENOUGH_TO_ASK_S = 8.0
"""A limit that runs out, and not before a busy machine has started the helper."""


class MovedClock(SystemClock):
    """The machine's clock, moved ahead."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


def store_of(one: Desktop, **extra: str) -> SecretServiceStore:
    return SecretServiceStore(SystemClock(), {**one.environment, **extra}, probe_s=PATIENCE_S)


async def trouble_of(store: SecretServiceStore) -> Reason:
    with pytest.raises(StoreTrouble) as caught:
        await store.probe()
    assert str(caught.value)
    return caught.value.reason


async def given_up(call: asyncio.Task[Any]) -> None:
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)


async def test_keep_find_replace_and_forget(running: Desktop) -> None:
    running.unlock()
    store = store_of(running)
    await store.probe()
    assert await store.get(ADDRESS) is None
    await store.set(ADDRESS, Secret("an older key"))
    await store.set(ADDRESS, KEY)
    assert await store_of(running).get(ADDRESS) == KEY
    assert await store.get(KeyAddress("https://api.example.org", "main")) is None
    assert await store.delete(ADDRESS)
    assert await store.get(ADDRESS) is None
    assert not await store.delete(ADDRESS)
    for path in running.home.rglob("*"):
        if path.is_file():
            assert KEY.reveal().encode() not in path.read_bytes()


async def test_nothing_of_the_environment_or_of_files_chooses_another_backend(
    running: Desktop, tmp_path: Path
) -> None:
    """A planted backend would be imported, and so run, by what keyring does of itself."""
    running.unlock()
    planted = tmp_path / "planted"
    planted.mkdir()
    (planted / "evil.py").write_text(f"open({str(planted / 'was-run')!r}, 'w').close()\n")
    for folder in (tmp_path / ".config", tmp_path / ".local" / "share"):
        (folder / "python_keyring").mkdir(parents=True, exist_ok=True)
        (folder / "python_keyring" / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={planted}\n"
        )
    store = store_of(
        running,
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        PYTHONPATH=str(planted),
        PYTHONSTARTUP=str(planted / "evil.py"),
        KEYRING_PROPERTY_PREFERRED_COLLECTION="/planted",
    )
    await store.set(ADDRESS, KEY)
    assert await store.get(ADDRESS) == KEY
    assert not (planted / "was-run").exists()


async def test_a_keyring_that_nobody_unlocked_is_locked(running: Desktop) -> None:
    running.start_locked()
    assert await trouble_of(store_of(running)) is Reason.LOCKED


async def test_a_frozen_daemon_is_a_timeout_and_works_when_it_is_thawed(running: Desktop) -> None:
    running.unlock()
    assert running.keyring is not None
    store = SecretServiceStore(SystemClock(), running.environment)
    await store.set(ADDRESS, KEY)
    running.keyring.send_signal(signal.SIGSTOP)
    call = asyncio.create_task(store_of(running).get(ADDRESS))
    assert await trouble_of(store) is Reason.TIMEOUT
    assert not call.done(), "a probe is given less time than a call, which began before it"
    await given_up(call)
    running.keyring.send_signal(signal.SIGCONT)
    store.ask_again()
    assert await store.get(ADDRESS) == KEY


async def test_a_killed_daemon_is_locked_again(running: Desktop) -> None:
    """The bus starts it anew for whoever asks, with nobody there to unlock it."""
    running.unlock()
    assert running.keyring is not None
    store = store_of(running)
    await store.set(ADDRESS, KEY)
    running.keyring.kill()
    running.keyring.wait(timeout=10)
    assert await trouble_of(store) is Reason.LOCKED


async def test_a_session_that_has_ended_is_gone(running: Desktop) -> None:
    running.bus.kill()
    running.bus.wait(timeout=10)
    assert await trouble_of(store_of(running)) is Reason.GONE


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", Reason.NO_BACKEND),
        ("garbage", Reason.GONE),
        ("unix:path=/nowhere/at/all", Reason.GONE),
        ("autolaunch:", Reason.GONE),
        ("disabled:", Reason.GONE),
    ],
)
async def test_no_bus(address: str, reason: Reason) -> None:
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
    assert await trouble_of(SecretServiceStore(SystemClock(), environment, probe_s=PATIENCE_S)) is reason


async def is_asked(silent: SilentBus, times: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while silent.connections < times:  # noqa: ASYNC110 - counted in another thread
            await asyncio.sleep(0.01)


async def test_a_silent_bus_is_asked_once_in_five_minutes_however_many_want_to(silent: SilentBus) -> None:
    clock = MovedClock()
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": silent.address}
    store = SecretServiceStore(clock, environment, probe_s=LONG_ENOUGH_TO_ASK_S)
    reasons = await asyncio.gather(*(trouble_of(store) for _ in range(4)))
    assert set(reasons) == {Reason.TIMEOUT}
    assert silent.connections == 1

    clock.ahead_s = SILENCE_S + 1
    again = asyncio.create_task(store.probe())
    await is_asked(silent, 2)
    await given_up(again)


LEAVING = """
import asyncio, os, sys
from prime_tui.domain.clock import SystemClock
from prime_tui.persistence.credentials.secret_service import SecretServiceStore

async def main():
    store = SecretServiceStore(SystemClock(), os.environ, probe_s=3600.0)
    call = asyncio.create_task(store.probe())
    while not os.path.exists(sys.argv[1]):
        await asyncio.sleep(0.01)

asyncio.run(main())
"""


async def test_leaving_does_not_wait_for_a_silent_bus(silent: SilentBus, tmp_path: Path) -> None:
    """The program ends in the midst of a call that will never be answered, and leaves no helper behind."""
    go = tmp_path / "go"
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LEAVING,
        str(go),
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": silent.address},
    )
    await is_asked(silent, 1)
    go.touch()
    async with asyncio.timeout(PATIENCE_S):
        assert await child.wait() == 0
    silent.wait_until_left()
