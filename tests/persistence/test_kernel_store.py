"""The kernel keyring, where it can be used at all."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from prime_tui.domain.credentials import KeyAddress, Reason, StoreTrouble
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.kernel_store import KernelStore

ADDRESS = KeyAddress(f"https://test-{os.getpid()}.example.com", "main")
KEY = Secret("pit_sentinel_for_the_kernel")

OTHER_LOGIN = """
import asyncio, ctypes, sys
from prime_tui.domain.credentials import KeyAddress
from prime_tui.persistence.credentials.kernel_store import KernelStore

if sys.argv[2] == "new-session":
    JOIN_SESSION_KEYRING, KEYCTL = 1, {"x86_64": 250}.get(sys.argv[3], 219)
    assert ctypes.CDLL(None).syscall(KEYCTL, JOIN_SESSION_KEYRING, None) > 0
found = asyncio.run(KernelStore().get(KeyAddress(sys.argv[1], "main")))
print("none" if found is None else found.reveal())
"""


@pytest.fixture
async def store() -> AsyncIterator[KernelStore]:
    one = KernelStore()
    try:
        await one.probe()
    except StoreTrouble as trouble:
        if trouble.reason is not Reason.NO_BACKEND:
            raise
        pytest.skip(str(trouble))
    yield one
    await one.delete(ADDRESS)


async def test_keep_find_replace_and_forget(store: KernelStore) -> None:
    assert await store.get(ADDRESS) is None
    await store.set(ADDRESS, Secret("a longer key than the one that follows it"))
    await store.set(ADDRESS, KEY)
    assert await store.get(ADDRESS) == KEY
    assert await store.get(KeyAddress(ADDRESS.origin, "other")) is None
    assert await store.delete(ADDRESS)
    assert await store.get(ADDRESS) is None
    assert not await store.delete(ADDRESS)


@pytest.mark.parametrize("login", ["same-session", "new-session"])
async def test_another_login_of_the_user_finds_it(store: KernelStore, login: str) -> None:
    """With the session keyring of this login, and with an empty one as another login has."""
    await store.set(ADDRESS, KEY)
    command = [sys.executable, "-c", OTHER_LOGIN, ADDRESS.origin, login, platform.machine()]
    output = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert output.stdout.strip() == KEY.reveal(), output.stderr


async def test_another_user_does_not(store: KernelStore) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    await store.set(ADDRESS, KEY)

    def other_user() -> str:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            try:
                found = asyncio.run(KernelStore().get(ADDRESS))
                os.write(writing, b"none" if found is None else found.reveal().encode())
            except StoreTrouble as trouble:
                os.write(writing, trouble.reason.value.encode())
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            return pipe.read()

    assert ctypes.sizeof(ctypes.c_long) == 8
    assert await asyncio.to_thread(other_user) in ("none", "no-backend", "broken")
