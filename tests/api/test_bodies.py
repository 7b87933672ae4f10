"""Bodies that no program expects: each becomes one clear sentence, in bounded memory and time."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.body import encode_json, parse_json
from prime_tui.api.limits import Limits
from prime_tui.domain.errors import InvalidRequest, ResponseShapeError
from tests.api.clients import client_of
from tests.api.scripted import Reply, scripted

SMALL = Limits(list_bytes=1_000_000, body_bytes=1_000_000)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"not json"), "not valid JSON"),
        (Reply(b'{"data": ['), "cut off"),
        (Reply(b"<!DOCTYPE html><html></html>"), "web page"),
        (Reply(b'{"data": "\xff\xfe"}'), "UTF-8"),
        (Reply(b"[" * 200_000), "nested"),
        (Reply(b'{"a":' * 200_000), "nested"),
        (Reply(b'{"data": [' + b"1" * 5000 + b"]}"), "not valid JSON"),
        (Reply(b"7"), "no list"),
        (Reply(b'"text"'), "no list"),
        (Reply({"data": "text"}), "no list"),
        (Reply({"error": None}), "no list"),
        (Reply(b"", 204), "no list"),
        (Reply(b" " * 1_000_001), "bigger than 1 MB"),
        (Reply(pieces=[b" " * 500_001] * 3), "bigger than 1 MB"),
        (Reply(b"", headers={"content-length": "5000000"}, cut=True), "bigger than 1 MB"),
        (Reply(b"\x1f\x8bgarbage", headers={"content-encoding": "gzip"}), "compressed answer is broken"),
        (Reply(b"{}", headers={"content-encoding": "br"}), "not asked for"),
        (Reply(b"{}", headers={"content-encoding": "gzip, gzip"}), "not asked for"),
    ],
)
async def test_an_unusable_body_is_one_clear_error(reply: Reply, words: str) -> None:
    async with scripted(reply) as server, client_of(server.url, limits=SMALL) as client:
        with pytest.raises(ResponseShapeError, match=words) as caught:
            await client.pods.list()
    assert caught.value.endpoint == "GET /pods/"
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'\xef\xbb\xbf{"data": [], "total_count": 0}', {}),
        (b' \n {"data": []} \n', {}),
        (gzip.compress(b'{"data": []}', mtime=0), {"content-encoding": "gzip"}),
        (zlib.compress(b'{"data": []}'), {"content-encoding": "deflate"}),
        (b'{"data": []}', {"content-encoding": "identity"}),
        (b'{"data": []}', {"content-type": "text/plain"}),
    ],
)
async def test_an_unusual_body_that_means_something_is_read(body: bytes, headers: dict[str, str]) -> None:
    async with scripted(Reply(body, headers=headers)) as server, client_of(server.url) as client:
        assert (await client.pods.list()).items == ()


async def test_a_compressed_bomb_takes_no_memory() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    assert len(bomb) < 400_000
    reply = Reply(bomb, headers={"content-encoding": "gzip"})
    async with scripted(reply) as server, client_of(server.url, limits=SMALL) as client:
        tracemalloc.start()
        try:
            with pytest.raises(ResponseShapeError, match="bigger"):
                await client.pods.list()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 12_000_000


async def test_a_price_that_is_no_number_is_unknown() -> None:
    row = b'{"id": "p", "priceHr": NaN, "stoppedPriceHr": Infinity, "provisioningPriceHr": 1e999999999}'
    body = b'{"data": [' + row + b"]}"
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        [pod] = (await client.pods.list()).items
    assert pod.price_usd_per_h is None
    assert pod.stopped_price_usd_per_h is None
    assert pod.provisioning_price_usd_per_h is None


async def test_money_is_exact_from_the_wire() -> None:
    body = b'{"wallet_id": "w", "balance_usd": 1.6567999999999998, "currency": "USD", "recent_billings": []}'
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        wallet = await client.billing.wallet()
    assert wallet.balance == Decimal("1.6567999999999998")


@given(st.binary(max_size=300))
def test_any_bytes_are_json_or_one_error(body: bytes) -> None:
    with suppress(ResponseShapeError):
        parse_json(body)


def _floats_in(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_floats_in, value.values()))
    if isinstance(value, list):
        return any(map(_floats_in, value))
    return isinstance(value, float)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_no_number_becomes_a_float(value: object) -> None:
    assert not _floats_in(parse_json(json.dumps(value)))


@given(st.decimals(min_value=0, max_value=100_000, places=4))
def test_a_price_is_sent_with_its_own_digits(price: Decimal) -> None:
    sent = parse_json(encode_json({"maxPrice": price}))
    assert sent == {"maxPrice": price}


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), {1, 2}, object(), b"x"])
def test_what_json_cannot_carry_is_refused_before_it_is_sent(value: object) -> None:
    with pytest.raises(InvalidRequest, match="JSON"):
        encode_json({"config": {"inner": [value]}})
