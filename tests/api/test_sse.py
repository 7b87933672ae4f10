"""Events out of bytes: the same ones however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.chat_stream import DeltaCleaner
from prime_tui.api.sse import EventDecoder, ServerEvent
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.text import MAX_COMBINING_MARKS, clean


def events_of(*pieces: bytes, limit: int = 1_000_000) -> list[ServerEvent]:
    decoder = EventDecoder(limit)
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return found + list(decoder.close())


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": keep-alive\n\ndata: a\n\n: ping\n\n", ["a"]),
        (b"id: 7\nretry: 10\ndata: a\n\n", ["a"]),
        (b"data: a", ["a"]),
        (b"data: a\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b'{"x": 1}\n{"x": 2}\n', ['{"x": 1}', '{"x": 2}']),
        (b'data: a\n{"x": 1}\n\n', ["a", '{"x": 1}']),
        (b"data\n\n", []),
        (b"data:\n\n", []),
        (b"nonsense\n\n", []),
        ("data: 日本\n\n".encode(), ["日本"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"", []),
    ],
)
def test_the_framing_of_real_servers(stream: bytes, data: list[str]) -> None:
    assert [event.data for event in events_of(stream)] == data


def test_an_event_keeps_its_name() -> None:
    assert events_of(b"event: error\ndata: x\n\ndata: y\n\n") == [ServerEvent("x", "error"), ServerEvent("y")]


def test_an_event_is_given_before_the_next_byte_comes() -> None:
    decoder = EventDecoder(1000)
    assert [event.data for event in decoder.feed(b"data: a\r\r")] == ["a"]
    assert [event.data for event in decoder.feed(b'{"x": 1}\r')] == ['{"x": 1}']


LINE = st.sampled_from(
    [
        "data: a",
        "data:b",
        ": ping",
        "event: error",
        "",
        "",
        '{"x": 1}',
        "id: 3",
        "data: é日🙂",
        "junk",
        "data",
    ]
)


@given(
    st.lists(st.tuples(LINE, st.sampled_from(["\n", "\r\n", "\r"])), max_size=14),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_the_cut_of_the_bytes_changes_nothing(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    stream = "".join(line + end for line, end in lines).encode()
    places = sorted({min(cut, len(stream)) for cut in cuts})
    edges = [0, *places, len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert events_of(*pieces) == events_of(stream)
    assert events_of(*(stream[index : index + 1] for index in range(len(stream)))) == events_of(stream)


@pytest.mark.parametrize("piece", [b"x", b"data: x\n", b"data: xxxxxxxx"])
def test_an_event_without_end_is_not_collected_for_ever(piece: bytes) -> None:
    with pytest.raises(ResponseShapeError, match="too big"):
        events_of(*[piece] * 20_000, limit=10_000)


def test_many_events_of_a_small_size_are_fine() -> None:
    assert len(events_of(*[b"data: x\n\n"] * 5_000, limit=10)) == 5_000


@given(
    st.lists(
        st.text(max_size=8) | st.sampled_from(["\x1b", "[31m", "\x1b]52;c;", "\u0301" * 6, "\u202e", "\x9b"])
    )
)
def test_a_text_in_pieces_is_as_clean_as_a_whole_one(pieces: list[str]) -> None:
    cleaner = DeltaCleaner()
    whole = "".join(cleaner.clean(piece) for piece in pieces)
    assert clean(whole, limit=1 << 30) == whole


def test_combining_marks_cannot_be_heaped_up_piece_by_piece() -> None:
    cleaner = DeltaCleaner()
    whole = "".join(cleaner.clean(piece) for piece in ["a", *["\u0301"] * 60])
    assert whole == "a" + "\u0301" * MAX_COMBINING_MARKS
