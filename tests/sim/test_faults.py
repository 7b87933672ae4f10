"""Faults on demand: each kind does to an answer what it says, and nothing when it is over."""

from __future__ import annotations

import json
import math
import time
import zlib
from collections.abc import Callable

import httpx
import pytest

from prime_tui.sim.faults import KINDS
from prime_tui.sim.serve import SimServer
from tests.sim.speaking import CHAT, Json, an_offer, ask, client_of, get, options, pod_order

PODS = "/api/v1/pods/"


def control(sim: SimServer, method: str, name: str, body: Json = None) -> Json:
    answer = httpx.request(method, f"{sim.url}/_sim/{name}", json=body, trust_env=False)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def listen(http: httpx.Client, method: str, path: str, heard: list[str], **more: Json) -> None:
    """Read an answer as long as it comes: first its status, then the pieces."""
    with http.stream(method, path, **more) as answer:
        heard.append(str(answer.status_code))
        heard.extend(answer.iter_text())


def test_a_fault_hits_its_path_method_and_number(sim: SimServer, http: httpx.Client) -> None:
    control(
        sim,
        "POST",
        "faults",
        {"kind": "status", "status": 503, "path": "/api/v1/pods*", "method": "GET", "count": 2},
    )
    codes = [http.get("/pods/").status_code for _ in range(3)]
    assert codes == [503, 503, 200]
    assert http.get("/disks/").status_code == 200
    listed = control(sim, "GET", "faults")["faults"]
    assert [(fault["kind"], fault["hits"]) for fault in listed] == [("status", 2)]


def test_faults_last_until_cleared(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("status", PODS, status=500)
    assert {http.get("/pods/").status_code for _ in range(5)} == {500}
    control(sim, "DELETE", "faults")
    assert http.get("/pods/").status_code == 200
    sim.fault("status", PODS)
    sim.clear_faults()
    assert http.get("/pods/").status_code == 200


def test_status_with_retry_after_in_the_words_of_the_surface(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("status", status=429, retry_after="7")
    answer = http.get("/pods/")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert isinstance(answer.json()["detail"], str)
    assert http.post(CHAT, json=ask("x")).json()["error"]["code"] == "rate_limit_exceeded"


def test_reset_cuts_the_connection_in_the_body(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("reset", PODS)
    heard: list[str] = []
    with pytest.raises(httpx.ReadError):
        listen(http, "GET", "/pods/", heard)
    assert heard[0] == "200"
    assert heard[1].startswith('{"total_count"')


def test_a_lost_answer_has_done_its_work(sim: SimServer, http: httpx.Client) -> None:
    order = pod_order(an_offer(http))
    before = len(get(http, "/pods/")["data"])
    sim.fault("lost-answer", PODS, method="POST", count=1)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        http.post("/pods/", json=order)
    assert len(get(http, "/pods/")["data"]) == before + 1
    assert len(control(sim, "GET", "state")["created_pods"]) == 1


def not_json(answer: httpx.Response) -> bool:
    try:
        json.loads(answer.content)
    except (ValueError, RecursionError):
        return True
    return False


def numbers_in(value: Json) -> list[float]:
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers_in(inner)]
    if isinstance(value, list):
        return [number for inner in value for number in numbers_in(inner)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


DAMAGE: dict[str, Callable[[httpx.Response], bool]] = {
    "malformed": not_json,
    "truncated": not_json,
    "nested": not_json,
    "not-utf8": not_json,
    "bom": lambda answer: answer.content.startswith(b"\xef\xbb\xbf"),
    "html": lambda answer: answer.status_code == 502 and "<html>" in answer.text,
    "redirect": lambda answer: answer.status_code == 307 and "127.0.0.2" in answer.headers["location"],
    "types": lambda answer: answer.json()["data"][0]["id"] == 36 and answer.json()["data"][0]["priceHr"] != 0,
    "nan": lambda answer: all(map(math.isnan, numbers_in(answer.json()))) and "NaN" in answer.text,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_answers(sim: SimServer, http: httpx.Client, kind: str) -> None:
    sim.fault(kind, PODS, count=1)
    assert DAMAGE[kind](http.get("/pods/"))
    assert len(http.get("/pods/").json()["data"]) == 6


def test_latency_and_drip_take_their_time(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("latency", PODS, latency_ms=120, count=1)
    begin = time.monotonic()
    http.get("/pods/")
    assert time.monotonic() - begin > 0.11
    sim.fault("drip", "/api/v1/pods/status", latency_ms=5, count=1)
    with http.stream("GET", "/pods/status") as answer:
        pieces = [len(piece) for piece in answer.iter_raw()]
    assert sum(pieces) == int(answer.headers["content-length"])
    assert len(pieces) > 8


def test_huge_and_bomb_are_big(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("huge", PODS, after_bytes=3_000_000, count=1)
    assert len(http.get("/pods/").json()["data"]) == 3_000_000
    sim.fault("gzip-bomb", PODS, count=1)
    with http.stream("GET", "/pods/") as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 1_000_000
    unpacked, tail = 0, b""
    unzip = zlib.decompressobj(31)
    rest = packed
    while rest and not unzip.eof:
        piece = unzip.decompress(rest, 1 << 20)
        unpacked, tail, rest = unpacked + len(piece), (tail + piece)[-20:], unzip.unconsumed_tail
    assert unpacked > 250_000_000
    assert tail.endswith(b'{"data": []}')


def stream_text(http: httpx.Client) -> str:
    return http.post(CHAT, json=ask("hello", stream=True)).text


def test_broken_streams(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("sse-error", count=1)
    ended = stream_text(http).strip().splitlines()[-1]
    assert "error" in json.loads(ended.removeprefix("data: "))
    sim.fault("sse-no-done", count=1)
    assert '"finish_reason":"stop"' in (text := stream_text(http))
    assert "[DONE]" not in text
    sim.fault("sse-garbage", count=1, lines=3)
    text = stream_text(http)
    assert text.count("{not json at all") == 3
    assert text.endswith("data: [DONE]\n\n")
    sim.fault("sse-break", count=1, after_bytes=900)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        stream_text(http)
    assert "[DONE]" in stream_text(http)


def test_a_stalled_stream_says_nothing_more(sim: SimServer, http: httpx.Client) -> None:
    sim.fault("sse-stall", count=1)
    heard: list[str] = []
    with pytest.raises(httpx.ReadTimeout):
        listen(http, "POST", CHAT, heard, json=ask("hello", stream=True), timeout=2.0)
    text = "".join(heard[1:])
    assert text.count("data: ") > 1
    assert text.endswith("\n\n")
    assert "[DONE]" not in text


def test_every_kind_is_tried_here() -> None:
    tried = {*DAMAGE, "latency", "reset", "status", "drip", "huge", "gzip-bomb", "lost-answer"}
    assert {kind for kind in KINDS if not kind.startswith("sse-")} == tried


def test_the_clock_the_key_and_the_purse(sim: SimServer, http: httpx.Client) -> None:
    before = control(sim, "GET", "state")
    after = control(sim, "POST", "advance", {"seconds": 90})
    assert after["elapsed_s"] == before["elapsed_s"] + 90
    team = get(http, "/user/teams")["data"][0]["teamId"]
    rich = control(sim, "POST", "topup", {"usd": 50, "team_id": team})
    assert rich["balances_usd"][team] == pytest.approx(after["balances_usd"][team] + 50)
    control(sim, "POST", "key", {"key": "pit_new"})
    assert http.get("/pods/").status_code == 401
    control(sim, "POST", "key", {"key": None})
    assert http.get("/pods/").status_code == 200


def test_bad_orders_of_faults_are_refused(sim: SimServer) -> None:
    for body in ({}, {"kind": "fire"}, {"kind": "status", "surprise": 1}, {"kind": "status", "count": 0}):
        assert httpx.post(f"{sim.url}/_sim/faults", json=body, trust_env=False).status_code == 422, body
    assert httpx.post(f"{sim.url}/_sim/advance", json={"seconds": -1}, trust_env=False).status_code == 422
    with pytest.raises(ValueError, match="unknown fault"):
        sim.fault("fire")


def test_requests_are_counted_and_keys_are_not_kept(sim: SimServer, http: httpx.Client) -> None:
    pod = get(http, "/pods/")["data"][0]["id"]
    http.get(f"/pods/{pod}", params={"a": "b"})
    with client_of(sim, key="pit_secret", team="team_9c1e04b7") as other:
        other.get("/rft/runs")
        other.get("/pods")
    assert sim.requests() == {
        "GET /api/v1/pods/": 1,
        "GET /api/v1/pods/{pod_id}": 1,
        "GET /api/v1/rft/runs": 1,
        "GET /api/v1/pods": 1,
    }
    told = control(sim, "GET", "requests")
    assert told["counts"] == dict(sim.requests())
    one = told["requests"][1]
    assert (one["method"], one["path"], one["query"], one["status"]) == (
        "GET",
        f"/api/v1/pods/{pod}",
        "a=b",
        200,
    )
    assert "authorization" in one["headers"]
    assert [entry["team_id"] for entry in told["requests"]] == [None, None, "team_9c1e04b7", "team_9c1e04b7"]
    assert "pit_" not in json.dumps(told)
    control(sim, "DELETE", "requests")
    assert sim.requests() == {}


def test_answers_can_be_slow_as_a_whole() -> None:
    with SimServer(options(latency_ms=60)) as sim, client_of(sim) as http:
        begin = time.monotonic()
        http.get("/pods/")
        assert time.monotonic() - begin > 0.055
