"""Chat over real HTTP: what is sent, how an answer comes, and how it may break."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest

from prime_tui.api.limits import Limits
from prime_tui.domain.chat import ChatDelta, ChatEnd, ChatEvent, ChatMessage, ChatRequest, ChatUsage, Role
from prime_tui.domain.errors import (
    InvalidRequest,
    NetworkError,
    NotFound,
    OutcomeUnknown,
    PaymentRequired,
    PrimeError,
    RateLimited,
    ServerFault,
    StreamBroken,
)
from prime_tui.domain.ids import ModelId, TeamId
from tests.api.clients import KEY, client_of
from tests.api.scripted import Asked, Reply, Scripted, in_turn, scripted

MODEL = ModelId("vendor/m")
TEAM = TeamId("team_9c1")


def question(text: str = "2+2?", **more: object) -> ChatRequest:
    return ChatRequest(MODEL, (ChatMessage(Role.USER, text),), **more)  # type: ignore[arg-type]


def chunk(text: str | None = None, *, finish: str | None = None, **more: object) -> bytes:
    delta = {} if text is None else {"content": text}
    value = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE = (
    b'data: {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 1, "cost": 0.0000028}}\n\n'
)
ANSWER = {
    "id": "chatcmpl-1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "four"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11, "cost": 0.000022},
}


def stream(*pieces: bytes, **more: object) -> Reply:
    reply = Reply(pieces=list(pieces), headers={"content-type": "text/event-stream; charset=utf-8"})
    for name, value in more.items():
        setattr(reply, name, value)
    return reply


async def events_of(server: Scripted, request: ChatRequest | None = None) -> list[ChatEvent]:
    async with client_of(server.url) as client:
        return [event async for event in client.inference.stream(request or question())]


def text_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ChatDelta))


def end_of(events: list[ChatEvent]) -> ChatEnd:
    ends = [event for event in events if isinstance(event, ChatEnd)]
    assert ends == events[-1:]
    return ends[0]


async def test_a_stream_gives_its_pieces_and_one_end() -> None:
    reply = stream(b": hello\n\n", chunk(""), chunk("fo"), chunk("ur"), chunk(finish="stop"), USAGE, DONE)
    async with scripted(reply) as server:
        events = await events_of(server)
    assert events[:-1] == [ChatDelta("fo"), ChatDelta("ur")]
    usage = ChatUsage(prompt_tokens=10, completion_tokens=1, cost_usd=Decimal("0.0000028"))
    assert end_of(events) == ChatEnd("stop", usage)


async def test_what_is_asked_and_for_whom() -> None:
    request = question(
        "héllo\x1b[31m", temperature=0.7, max_tokens=64, logprobs=True, top_logprobs=2, team_id=TEAM
    )
    async with scripted(stream(chunk("x", finish="stop"), DONE)) as server:
        await events_of(server, request)
    [asked] = server.asked
    assert asked.path == "/api/v1/chat/completions"
    assert asked.headers["x-prime-team-id"] == TEAM
    assert "text/event-stream" in asked.headers["accept"]
    assert asked.json == {
        "model": MODEL,
        "messages": [{"role": "user", "content": "héllo\x1b[31m"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "usage": {"include": True},
        "temperature": 0.7,
        "max_tokens": 64,
        "logprobs": True,
        "top_logprobs": 2,
    }


async def test_the_wallet_of_the_client_pays_unless_the_request_says_otherwise() -> None:
    async with scripted(Reply(ANSWER)) as server:
        async with client_of(server.url, team_id=TEAM) as client:
            await client.inference.complete(question())
            await client.inference.complete(question(team_id=TeamId("team_other")))
            await client.inference.model(MODEL)
        async with client_of(server.url) as client:
            await client.inference.complete(question())
    teams = [asked.headers.get("x-prime-team-id") for asked in server.asked]
    assert teams == [TEAM, "team_other", TEAM, None]


async def test_a_whole_answer() -> None:
    async with scripted(Reply(ANSWER)) as server, client_of(server.url) as client:
        delta, end = await client.inference.complete(question())
    assert delta == ChatDelta("four")
    assert end.usage is not None
    assert end.usage.cost_usd == Decimal("0.000022")
    assert isinstance(server.asked[0].json, dict)
    assert server.asked[0].json["stream"] is False
    assert "stream_options" not in server.asked[0].json


async def test_a_server_that_does_not_stream_is_understood() -> None:
    async with scripted(Reply(ANSWER)) as server:
        events = await events_of(server)
    assert events == [ChatDelta("four"), ChatEnd("stop", end_of(events).usage)]


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": None}, "", ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab", ""),
        ({"content": "a", "reasoning_content": "r"}, "a", "r"),
        ({"content": "a", "reasoning": "r"}, "a", "r"),
        ({"content": "", "refusal": "no"}, "no", ""),
        ({"content": "a\x1b]52;c;eA==\x07b\u202e"}, "a\ufffdb", ""),
    ],
)
async def test_the_forms_of_a_message(message: dict[str, object], text: str, reasoning: str) -> None:
    reply = Reply({"choices": [{"message": message, "finish_reason": "stop"}]})
    async with scripted(reply) as server, client_of(server.url) as client:
        delta, _ = await client.inference.complete(question())
    assert delta == ChatDelta(text, reasoning)


@pytest.mark.parametrize(
    "pieces",
    [
        (chunk("four", finish="stop"),),
        (chunk("four", finish="stop"), DONE, b"garbage after the end"),
        (chunk("four"), chunk(finish="stop").rstrip(b"\n")),
        (chunk("four"), DONE),
        (chunk("four", finish="stop"), b'data: {"choices": [{"index": 0, "delta": {}}]}\n\n'),
        (chunk("four").replace(b"\n", b"\r\n"), chunk(finish="stop").replace(b"\n", b"\r"), DONE),
        (chunk("four").removeprefix(b"data: "), chunk(finish="stop"), DONE),
        (chunk("four")[:-1] + chunk(finish="stop")[:-1] + DONE,),
        tuple(bytes([byte]) for byte in chunk("four") + chunk(finish="stop") + DONE),
        (b"data: {broken\n\n", chunk("four"), b"data: {broken\n\n" * 2, chunk(finish="stop"), DONE),
        (b'data: {"choices": null}\n\n', b"data: 7\n\n", chunk("four", finish="stop")),
    ],
)
async def test_streams_that_are_whole_though_sloppy(pieces: tuple[bytes, ...]) -> None:
    async with scripted(stream(*pieces)) as server:
        events = await events_of(server)
    assert text_of(events) == "four"
    assert end_of(events).error is None


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ([chunk("x", finish="stop", usage={"cost": 2})], Decimal(2)),
        ([chunk("x", finish="stop", usage=None), chunk(usage={"cost": 2})], Decimal(2)),
        ([chunk("x", usage={"cost": 1}), chunk(finish="stop", usage={"cost": 2})], Decimal(2)),
        (
            [b'data: {"choices": [{"delta": {}, "finish_reason": "stop", "usage": {"cost": 2}}]}\n\n'],
            Decimal(2),
        ),
        ([chunk("x", finish="stop", usage={"prompt_tokens": 1})], None),
    ],
)
async def test_the_last_usage_counts_wherever_it_is(usage: list[bytes], cost: Decimal | None) -> None:
    async with scripted(stream(*usage, DONE)) as server:
        end = end_of(await events_of(server))
    assert end.usage is not None
    assert end.usage.cost_usd == cost


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (stream(chunk("half")), StreamBroken, "stopped before its end"),
        (stream(chunk("half"), cut=True), StreamBroken, "connection broke"),
        (stream(chunk("half"), hang=True), StreamBroken, "Nothing came"),
        (
            stream(chunk("half"), b'data: {"error": {"message": "upstream died"}}\n\n', DONE),
            StreamBroken,
            "upstream died",
        ),
        (stream(chunk("half"), b'event: error\ndata: {"message": "boom"}\n\n'), StreamBroken, "boom"),
        (stream(chunk("half"), b'data: {"error": "text"}\n\n'), StreamBroken, "text"),
        (stream(chunk("half"), b'data: {"error": {"message": "m", "code": 502}}\n\n'), ServerFault, "m"),
        (
            stream(chunk("half"), b'data: {"error": {"message": "m", "code": "insufficient_funds"}}\n\n'),
            PaymentRequired,
            "m",
        ),
        (stream(chunk("half"), b"data: {x\n\n" * 3, chunk("never"), DONE), StreamBroken, "unreadable"),
        (stream(chunk("half"), b"x" * 5000), StreamBroken, "too big"),
    ],
)
async def test_a_stream_that_breaks_keeps_what_came(reply: Reply, kind: type[PrimeError], words: str) -> None:
    limits = Limits(idle_s=1.5, event_bytes=4000)
    async with scripted(reply) as server, client_of(server.url, limits=limits) as client:
        events = [event async for event in client.inference.stream(question())]
    assert text_of(events) == "half"
    error = end_of(events).error
    assert type(error) is kind
    assert words in str(error)
    assert len(server.asked) == 1


async def test_a_stream_of_nothing_is_an_error() -> None:
    async with scripted(stream()) as server:
        error = end_of(await events_of(server)).error
    assert "before it began" in str(error)


async def test_a_stream_is_bounded_in_size_and_time() -> None:
    for reply, limits, words in (
        (stream(*[chunk("x" * 50)] * 1000), Limits(stream_bytes=20_000), "bigger"),
        (stream(*[chunk("x")] * 1000, wait_s=0.02), Limits(answer_total_s=0.6), "took too long"),
    ):
        async with scripted(reply) as server, client_of(server.url, limits=limits) as client:
            events = [event async for event in client.inference.stream(question())]
        assert words in str(end_of(events).error)


async def test_a_server_that_never_hangs_up_after_the_last_word_is_left() -> None:
    patient = Limits(idle_s=60.0, usage_wait_s=0.1)
    async with (
        asyncio.timeout(30.0),
        scripted(stream(chunk("four", finish="stop"), hang=True)) as server,
        client_of(server.url, limits=patient) as client,
    ):
        events = [event async for event in client.inference.stream(question())]
        assert end_of(events).error is None
        await server.wait_until(lambda: server.open_connections == 0)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply({"error": {"message": "no money", "code": "insufficient_funds"}}, 402), PaymentRequired),
        (Reply({"error": {"message": "slow", "code": "400"}}, 429), RateLimited),
        (Reply(b"upstream", 500, headers={"content-type": "text/plain"}), ServerFault),
        (Reply({"error": {"message": "no money", "code": "insufficient_funds"}}), PaymentRequired),
        (Reply({"surprise": 1}), OutcomeUnknown),
        (Reply(b"{"), OutcomeUnknown),
        (Reply({}, headers={"content-length": "500"}, cut=True), OutcomeUnknown),
    ],
)
async def test_what_goes_wrong_before_the_first_piece_is_raised(reply: Reply, kind: type[PrimeError]) -> None:
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(kind):
            await anext(client.inference.stream(question()))
        with pytest.raises(kind):
            await client.inference.complete(question())
    assert len(server.asked) == 2


async def test_a_server_that_cannot_be_reached() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(NetworkError, match="nothing was sent"):
            await anext(client.inference.stream(question()))


async def test_silence_before_the_first_byte_may_have_been_charged() -> None:
    async with (
        scripted(Reply(hang=True, headers={"content-length": "9"})) as server,
        client_of(server.url) as client,
    ):
        with pytest.raises(OutcomeUnknown, match="charged"):
            await anext(client.inference.stream(question()))


async def test_closing_the_stream_closes_the_connection() -> None:
    async with scripted(stream(chunk("a"), hang=True)) as server, client_of(server.url) as client:
        answer = client.inference.stream(question())
        assert await anext(answer) == ChatDelta("a")
        assert server.open_connections == 1
        await answer.aclose()
        await server.wait_until(lambda: server.open_connections == 0)


def picky(*refused: str) -> object:
    def handler(asked: Asked) -> Reply:
        body = asked.json
        assert isinstance(body, dict)
        named = [name for name in refused if name in body]
        if named:
            return Reply({"error": {"message": f"Unrecognized request argument: {named[0]}"}}, 400)
        return stream(chunk("four", finish="stop"), DONE) if body["stream"] else Reply(ANSWER)

    return handler


@pytest.mark.parametrize("refused", ["usage", "stream_options"])
async def test_a_route_that_refuses_to_tell_the_usage_is_asked_without_from_then_on(refused: str) -> None:
    async with scripted(picky(refused)) as server, client_of(server.url) as client:  # type: ignore[arg-type]
        for _ in range(2):
            assert text_of([event async for event in client.inference.stream(question())]) == "four"
        await client.inference.complete(question())
    assert len(server.asked) == 4


async def test_a_whole_answer_is_repeated_once_without_usage() -> None:
    async with scripted(picky("usage")) as server, client_of(server.url) as client:  # type: ignore[arg-type]
        await client.inference.complete(question())
        await client.inference.complete(question())
    assert len(server.asked) == 3


async def test_another_refusal_is_not_repeated() -> None:
    for status, text in ((400, "max_tokens is too large"), (422, "bad"), (413, "usage")):
        async with scripted(Reply({"detail": text}, status)) as server, client_of(server.url) as client:
            with pytest.raises(InvalidRequest):
                await client.inference.complete(question())
        assert len(server.asked) == 1


async def test_the_models_and_their_prices() -> None:
    rows: list[object] = [
        {"id": "a/b", "owned_by": "a", "created": 1753747200, "pricing": {"input_usd_per_mtok": "0.2"}},
        {"id": "c/d", "context_window": 1000, "limit": {"output": 10}},
        "e/f",
        {"id": "a/b"},
        {"name": "no id"},
    ]
    for body in ({"object": "list", "data": rows}, {"models": rows}, rows):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            models = await client.inference.models()
        assert [model.id for model in models.items] == ["a/b", "c/d", "e/f"]
        assert models.items[0].input_usd_per_mtok == Decimal("0.2")
        assert models.items[0].created_at is not None
        assert models.items[1].context_tokens == 1000
        assert models.items[1].max_output_tokens == 10
        assert [row.position for row in models.unreadable] == [4]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_every_way_to_say_unknown_model(status: int) -> None:
    async with scripted(Reply({"detail": "x"}, status)) as server, client_of(server.url) as client:
        with pytest.raises(NotFound):
            await client.inference.model(MODEL)


async def test_an_error_in_the_stream_does_not_show_the_key() -> None:
    reply = stream(chunk("x"), f'data: {{"error": {{"message": "bad key {KEY}"}}}}\n\n'.encode())
    async with scripted(in_turn(reply)) as server:
        end = end_of(await events_of(server))
    assert KEY not in repr(end) + str(end.error)
    assert "••••" in str(end.error)
