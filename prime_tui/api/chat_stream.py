"""A chat answer as it comes: pieces in, cleaned deltas and one end out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

import httpx

from prime_tui.api.body import decoded_pieces, parse_json
from prime_tui.api.faults import error_text, fault_for, sentence
from prime_tui.api.limits import Limits
from prime_tui.api.sse import EventDecoder, ServerEvent
from prime_tui.api.wire.chat import ChatPiece, read_piece
from prime_tui.domain.chat import ChatDelta, ChatEnd, ChatEvent, ChatUsage
from prime_tui.domain.errors import ApiError, PrimeError, ResponseShapeError, StreamBroken
from prime_tui.domain.text import MAX_COMBINING_MARKS, clean

_DONE = "[DONE]"
_MAX_BAD_IN_A_ROW = 3
_ERROR_STATUS = {"insufficient_funds": 402, "insufficient_quota": 402, "rate_limit_exceeded": 429}
_AGAIN = "Asking again is charged again."
_NO_LIMIT = 1 << 40

SafeText = Callable[[str], str]
"""Turns text of the service into a message without secrets."""


class DeltaCleaner:
    """Cleans a text that comes in pieces.

    Each piece is cleaned by itself, so an escape sequence that is cut in two loses its first character and
    is harmless; the marks at the end of a piece are remembered, so that no heap of them grows over pieces.
    """

    def __init__(self) -> None:
        self._tail = ""

    def clean(self, piece: str) -> str:
        """Return the next piece, safe to be appended to the ones before."""
        cleaned = clean(self._tail + piece, limit=_NO_LIMIT)[len(self._tail) :]
        self._tail = (self._tail + cleaned)[-(MAX_COMBINING_MARKS + 1) :]
        return cleaned


class AnswerReader:
    """Puts an answer together from events and knows how it ended."""

    def __init__(self, safe_text: SafeText, endpoint: str) -> None:
        self._safe_text = safe_text
        self._endpoint = endpoint
        self._text = DeltaCleaner()
        self._reasoning = DeltaCleaner()
        self._finish_reason: str | None = None
        self._usage: ChatUsage | None = None
        self._error: PrimeError | None = None
        self._bad_in_a_row = 0
        self._has_begun = False
        self._is_done = False

    @property
    def is_done(self) -> bool:
        """Whether nothing more is to be read."""
        return self._is_done

    @property
    def is_finished(self) -> bool:
        """Whether the text is whole; the usage may still come."""
        return self._finish_reason is not None

    def take(self, event: ServerEvent) -> Iterator[ChatDelta]:
        """Yield what an event adds to the answer."""
        for text in _parts(event.data):
            if self._is_done:
                return
            if text.strip() == _DONE:
                self._has_begun = self._is_done = True
                return
            value = _object_in(text)
            if value is None:
                self._unreadable()
                continue
            self._bad_in_a_row = 0
            error = in_band_error(
                value, self._safe_text, self._endpoint, is_error_event=event.name == "error"
            )
            if error is not None:
                self.fail(error)
                return
            yield from self.add(read_piece(value))

    def add(self, piece: ChatPiece) -> Iterator[ChatDelta]:
        """Yield a piece, cleaned, if it has any text."""
        self._has_begun = True
        self._finish_reason = piece.finish_reason or self._finish_reason
        self._usage = piece.usage or self._usage
        delta = ChatDelta(self._text.clean(piece.text), self._reasoning.clean(piece.reasoning))
        if delta.text or delta.reasoning:
            yield delta

    def fail(self, error: PrimeError) -> None:
        """End the answer with an error; a text that was already whole stays whole."""
        self._is_done = True
        if not self.is_finished:
            self._error = error

    def broken(self, why: str) -> None:
        """End the answer because the stream broke."""
        self.fail(StreamBroken(why, hint=_AGAIN, endpoint=self._endpoint))

    def end(self) -> ChatEnd:
        """Return how it ended; without a finish word and `[DONE]` it was interrupted."""
        if not self._is_done:
            self.broken(
                "The answer stopped before its end."
                if self._has_begun
                else "The stream ended before it began."
            )
        return ChatEnd(self._finish_reason, self._usage, self._error)

    def _unreadable(self) -> None:
        self._bad_in_a_row += 1
        if self._bad_in_a_row >= _MAX_BAD_IN_A_ROW:
            self.broken("The stream became unreadable.")


def _parts(data: str) -> list[str]:
    """Return the JSON texts in an event: its data, or its lines where a server forgot the empty lines."""
    return [data] if "\n" not in data or _object_in(data) is not None else data.split("\n")


def _object_in(text: str) -> dict[str, object] | None:
    try:
        value = parse_json(text)
    except ResponseShapeError:
        return None
    return value if isinstance(value, dict) else None


def in_band_error(
    value: dict[str, object], safe_text: SafeText, endpoint: str, *, is_error_event: bool = False
) -> ApiError | None:
    """Return the error that an answer with status 200 carries inside, if it does."""
    if not value.get("error") and not is_error_event:
        return None
    told, code = error_text(value)
    message = sentence(safe_text(told) or "The service broke off the answer.")
    code = safe_text(code)
    status = int(code) if len(code) == 3 and code.isdigit() else _ERROR_STATUS.get(code, 0)
    if 400 <= status < 600:
        return fault_for(status, message, code=code, endpoint=endpoint)
    return StreamBroken(message, hint=_AGAIN, endpoint=endpoint, code=code)


async def read_stream(
    response: httpx.Response, limits: Limits, safe_text: SafeText, endpoint: str
) -> AsyncGenerator[ChatEvent, None]:
    """Yield the deltas of an open stream and, always, one ChatEnd at last."""
    reader = AnswerReader(safe_text, endpoint)
    decoder = EventDecoder(limits.event_bytes)
    pieces = aiter(decoded_pieces(response, limits.stream_bytes))
    ends_at = asyncio.get_running_loop().time() + limits.answer_total_s
    while not reader.is_done:
        received = await _next_piece(pieces, reader, limits, ends_at)
        try:
            events = list(decoder.close() if received is None else decoder.feed(received))
        except ResponseShapeError as error:
            reader.broken(error.message)
            break
        for event in events:
            for delta in reader.take(event):
                yield delta
        if received is None:
            break
    yield reader.end()


async def _next_piece(
    pieces: AsyncIterator[bytes], reader: AnswerReader, limits: Limits, ends_at: float
) -> bytes | None:
    """Return the next bytes, None at the end; an end that is no end is told to the reader."""
    left_s = max(0.0, ends_at - asyncio.get_running_loop().time())
    wait_s = min(left_s, limits.usage_wait_s if reader.is_finished else limits.idle_s)
    try:
        async with asyncio.timeout(wait_s):
            return await anext(pieces, None)
    except (TimeoutError, httpx.TimeoutException):
        reader.broken(f"Nothing came for {wait_s:g} s." if wait_s < left_s else "The answer took too long.")
    except httpx.HTTPError:
        reader.broken("The connection broke in the middle of the answer.")
    except ResponseShapeError as error:
        reader.broken(error.message)
    return None
