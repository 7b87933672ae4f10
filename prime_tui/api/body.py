"""Bodies in both directions: bounded reading, and JSON that cannot hurt.

The content encoding is undone here and not by the HTTP library, because that one inflates a whole network
read at once: a few kilobytes of zeros would become tens of megabytes before any limit could be looked at.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

import httpx

from prime_tui.domain.errors import InvalidRequest, ResponseShapeError

ACCEPTED_ENCODINGS = "gzip"
_PIECE_BYTES = 65_536


class BodyTooBig(ResponseShapeError):
    """The body went over the limit; the rest was not read."""


async def decoded_pieces(response: httpx.Response, limit_bytes: int) -> AsyncIterator[bytes]:
    """Yield the decoded body in pieces as they come.

    Raises:
        BodyTooBig: More than `limit_bytes` came after decoding, or was announced.
        ResponseShapeError: The encoding is unknown or broken.
    """
    inflate = _inflate_for(response.headers.get("content-encoding", ""))
    announced = response.headers.get("content-length", "")
    if inflate is None and announced.isascii() and announced.isdigit() and int(announced[:18]) > limit_bytes:
        raise _too_big(limit_bytes)
    seen = 0
    async for raw in response.aiter_raw():
        for piece in (raw,) if inflate is None else _inflated(inflate, raw):
            seen += len(piece)
            if seen > limit_bytes:
                raise _too_big(limit_bytes)
            yield piece


async def whole_body(response: httpx.Response, limit_bytes: int) -> bytearray:
    """Return the decoded body; raises as `decoded_pieces` does.

    In one block, which goes back to the system in one piece, and at once when there is an error: its
    traceback would hold many megabytes until it is collected.
    """
    body = bytearray()
    try:
        async for piece in decoded_pieces(response, limit_bytes):
            body += piece
    except BaseException:
        body.clear()
        raise
    return body


async def start_of_body(response: httpx.Response, limit_bytes: int) -> bytes:
    """Return what can be had of the body of an error answer: cut at the limit, empty when it breaks."""
    body = bytearray()
    with suppress(ResponseShapeError, httpx.HTTPError):
        async for piece in decoded_pieces(response, limit_bytes):
            body += piece
    return bytes(body)


def _inflate_for(encoding: str) -> zlib._Decompress | None:
    names = [
        name for name in (part.strip().lower() for part in encoding.split(",")) if name != "identity" and name
    ]
    if not names:
        return None
    if names in (["gzip"], ["x-gzip"], ["deflate"]):
        return zlib.decompressobj(zlib.MAX_WBITS | 32)  # finds out by itself whether it is gzip or zlib
    raise ResponseShapeError("The answer is compressed in a way that was not asked for.")


def _inflated(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    while raw:
        try:
            piece = inflate.decompress(raw, _PIECE_BYTES)
        except zlib.error:
            raise ResponseShapeError("The compressed answer is broken.") from None
        if piece:
            yield piece
        raw = inflate.unconsumed_tail


def _too_big(limit_bytes: int) -> BodyTooBig:
    return BodyTooBig(f"The answer is bigger than {limit_bytes // 1_000_000 or 1} MB and was not read.")


def parse_json(body: bytes | bytearray | str) -> object:
    """Return the JSON value of a body; None for an empty one.

    Numbers with a point become Decimal; NaN, Infinity and numbers that no one can mean become None.

    Raises:
        ResponseShapeError: It is not JSON in UTF-8, or is nested beyond reason. The text is not quoted.
    """
    try:
        text = body if isinstance(body, str) else body.decode()
    except UnicodeDecodeError:
        raise ResponseShapeError("The answer is not text in UTF-8.") from None
    text = text.removeprefix("\ufeff").strip()
    if not text:
        return None
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ResponseShapeError("The answer is nested too deeply.") from None
    except ValueError:  # a JSONDecodeError, or an integer of thousands of digits
        raise ResponseShapeError(_not_json(text)) from None


def _not_json(text: str) -> str:
    if text.startswith("<"):
        return "The answer is a web page, not JSON; something between here and the service may have sent it."
    return "The answer is not valid JSON, or was cut off."


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond anything
        return None


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=lambda _: None)


def encode_json(body: Mapping[str, object]) -> bytes:
    """Return a request body.

    Raises:
        InvalidRequest: It holds a value that JSON cannot carry.
    """
    try:
        return json.dumps(body, default=_plain, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise InvalidRequest("The request holds a value that cannot be sent as JSON.") from None


def _plain(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite():
        return float(value)  # its shortest text has the same digits: prices have fewer than fifteen
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError
