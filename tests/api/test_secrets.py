"""No repr, text or log of the client shows a key."""

from __future__ import annotations

import logging
import pickle
import traceback

import httpx
import pytest

from prime_tui.api.auth import PinnedAuth
from prime_tui.api.limits import Limits
from prime_tui.api.origin import Origin
from prime_tui.domain.errors import PrimeError, RedirectRefused
from prime_tui.domain.ids import PodId
from prime_tui.domain.runs import RunOrder
from prime_tui.domain.secret import Secret
from tests.api.clients import KEY, client_of
from tests.api.scripted import Reply, scripted

HASTY = Limits(read_s=0.4, total_s=0.6, launch_total_s=0.6)
REPLIES = [
    Reply({"data": []}),
    Reply({"detail": f"Invalid token {KEY}"}, 401),
    Reply({"detail": [{"loc": ["header", KEY], "msg": f"bad {KEY}", "input": KEY}]}, 422),
    Reply(f"<html>{KEY}</html>".encode(), 502),
    Reply(f'{{"data": "{KEY}'.encode()),
    Reply({"data": [{"id": KEY + "\x1b", "name": KEY}]}),
    Reply({"data": [KEY, {KEY: KEY}]}),
    Reply({}, 307, {"location": f"https://evil.example/{KEY}"}),
    Reply({}, 307, {"location": f"https://{KEY}.evil.example/"}),
    Reply({}, headers={"content-length": "99"}, cut=True),
    Reply(hang=True, headers={"content-length": "9"}),
    Reply(b"x", headers={"content-encoding": KEY}),
]


def _seen(thing: object, depth: int = 4) -> str:
    """Return all that printing `thing` and what it holds would show."""
    text = repr(thing) + str(thing)
    if depth:
        names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        names += list(getattr(thing, "__dict__", ()))
        for name in names:
            part = getattr(thing, name, None)
            if type(part).__module__.startswith(("prime_tui", "httpx")) and not isinstance(part, Secret):
                text += _seen(part, depth - 1)
    return text


@pytest.mark.parametrize("reply", REPLIES)
async def test_the_key_is_nowhere_to_be_read(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted(reply) as server, client_of(server.url, limits=HASTY) as client:
        shown = _seen(client)
        for call in (
            client.pods.list,
            lambda: client.pods.get(PodId("p")),
            lambda: client.runs.create(RunOrder({})),
        ):
            try:
                shown += repr(await call())
            except PrimeError as error:
                shown += "".join(traceback.format_exception(error)) + _seen(error) + repr(vars(error))
        shown += _seen(client)
    assert server.asked
    assert KEY not in shown
    assert KEY not in caplog.text


async def test_the_key_is_not_among_the_default_headers() -> None:
    async with scripted(Reply({"data": []})) as server, client_of(server.url) as client:
        await client.pods.list()
        assert "authorization" not in _seen(client).lower()


def test_a_launch_order_does_not_show_its_tokens() -> None:
    order = RunOrder({}, hf_token=Secret("hf_abcdefgh"))
    assert "abcdefgh" not in repr(order)
    with pytest.raises(TypeError):
        pickle.dumps(order)


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/x",
        "http://api.example/x",
        "https://api.example:8443/x",
        "https://api.example.evil.example/x",
        "https://api.example@other.example/x",
    ],
)
def test_the_key_is_bound_to_its_origin(url: str) -> None:
    auth = PinnedAuth(Origin("https", "api.example", 443), Secret(KEY))
    request = httpx.Request("GET", url)
    with pytest.raises(RedirectRefused):
        next(auth.auth_flow(request))
    assert "authorization" not in request.headers


def test_the_key_goes_to_its_origin() -> None:
    auth = PinnedAuth(Origin("https", "api.example", 443), Secret(KEY))
    for url in ("https://api.example/x", "https://API.example:443/x"):
        request = next(auth.auth_flow(httpx.Request("GET", url)))
        assert request.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(auth) + repr(vars(auth))
