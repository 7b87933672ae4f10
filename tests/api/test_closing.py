"""A client that is closed leaves no connection behind, whatever it was doing."""

from __future__ import annotations

import asyncio
import socket

import pytest

from prime_tui.api.limits import Limits
from prime_tui.domain.errors import NetworkError, OutcomeUnknown
from prime_tui.domain.ids import PodId
from tests.api.clients import client_of
from tests.api.scripted import Reply, scripted

NO_PODS = Reply({"data": [], "total_count": 0})


async def test_closing_while_connections_are_made_leaves_none_open() -> None:
    async with scripted(NO_PODS) as server:
        for turns in range(24):  # wherever in the making of a connection the end comes
            async with client_of(server.url) as client:
                calls = [asyncio.create_task(client.pods.list()) for _ in range(3)]
                for _ in range(turns):
                    await asyncio.sleep(0)
            await asyncio.gather(*calls, return_exceptions=True)
            await server.wait_until(lambda: server.open_connections == 0, timeout_s=5.0)


async def test_closing_ends_what_is_under_way() -> None:
    async with scripted(Reply(pieces=[b"{"], hang=True)) as server, client_of(server.url) as client:
        reading, ending = client.pods.list(), client.pods.delete(PodId("p1"))
        calls = asyncio.gather(reading, ending, return_exceptions=True)
        await server.wait_until(lambda: len(server.asked) == 2)
        await client.aclose()
        read, ended = await calls
    assert isinstance(read, NetworkError)
    assert isinstance(ended, OutcomeUnknown)


async def test_closing_waits_for_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        async with client_of(url, limits=Limits()) as client:
            calls = asyncio.gather(
                client.pods.list(), client.pods.delete(PodId("p1")), return_exceptions=True
            )
            mute.settimeout(0)
            asked = [await asyncio.get_running_loop().sock_accept(mute) for _ in range(2)]
            async with asyncio.timeout(5.0):
                await client.aclose()
                read, ended = await calls
        for one, _ in asked:
            one.close()
    assert isinstance(read, NetworkError)
    assert isinstance(ended, OutcomeUnknown), "it may have arrived"


async def test_an_answer_that_came_as_the_call_was_given_up_keeps_no_connection() -> None:
    async with scripted(Reply(pieces=[b"{"], hang=True)) as server, client_of(server.url) as client:
        call = asyncio.create_task(client.pods.list())
        await server.wait_until(lambda: len(server.asked) == 1)
        sending = asyncio.all_tasks()
        while sending <= asyncio.all_tasks():  # noqa: ASYNC110 - until the answer is there, and nobody took it
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.wait_until(lambda: server.open_connections == 0, timeout_s=5.0)


async def test_closing_goes_on_when_who_closes_is_cancelled() -> None:
    async with scripted(NO_PODS) as server, client_of(server.url) as client:
        await asyncio.gather(*(client.pods.list() for _ in range(4)))
        closing = asyncio.create_task(client.aclose())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        closing.cancel()
        await server.wait_until(lambda: server.open_connections == 0, timeout_s=5.0)
