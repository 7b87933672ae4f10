"""Chat completions: streams, whole answers, prices, and how they go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import CHAT, MODEL, Json, ask, client_of, eventually, get, options


def events(answer: httpx.Response) -> Iterator[Json]:
    """Yield the events of a stream; `[DONE]` as a string."""
    for line in answer.text.splitlines():
        if line.startswith("data: "):
            yield "[DONE]" if line == "data: [DONE]" else json.loads(line.removeprefix("data: "))


def text_of(chunks: list[Json], name: str = "content") -> str:
    return "".join(
        choice["delta"].get(name, "") for chunk in chunks if "choices" in chunk for choice in chunk["choices"]
    )


def stream(http: httpx.Client, text: str, **more: object) -> list[Json]:
    answer = http.post(CHAT, json=ask(text, stream=True, **more))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return list(events(answer))


def test_models_have_prices_mostly_and_can_be_asked_for(http: httpx.Client) -> None:
    models = get(http, "/models")["data"]
    assert len({model["id"].split("/")[0] for model in models}) > 4
    assert 0 < sum("pricing" not in model for model in models) < len(models)
    assert get(http, f"/models/{MODEL}") == next(model for model in models if model["id"] == MODEL)
    assert http.get("/models/nobody/nothing").status_code == 404


def test_models_are_open_and_chat_is_not(sim: SimServer) -> None:
    with client_of(sim, key=None) as stranger:
        assert stranger.get("/models").status_code == 200
        refused = stranger.post(CHAT, json=ask("hi"))
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"


def test_a_stream_is_markdown_with_usage_and_cost(http: httpx.Client) -> None:
    chunks = stream(http, "hello", stream_options={"include_usage": True}, usage={"include": True})
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-1] == "[DONE]"
    said = chunks[:-1]
    text = text_of(said)
    assert "\n\n## " in text
    assert len(text) > 300
    assert [c["choices"][0]["finish_reason"] for c in said if c["choices"]][-1] == "stop"
    usage = said[-1]["usage"]
    assert said[-1]["choices"] == []
    assert usage["completion_tokens"] == len(said) - 3
    model = next(m for m in get(http, "/models")["data"] if m["id"] == MODEL)["pricing"]
    price = usage["prompt_tokens"] * model["input_usd_per_mtok"]
    price += usage["completion_tokens"] * model["output_usd_per_mtok"]
    assert usage["cost"] == pytest.approx(price / 1e6, abs=1e-8)


def test_usage_comes_only_to_those_who_ask(http: httpx.Client) -> None:
    assert not any(isinstance(c, dict) and c.get("usage") for c in stream(http, "hello"))
    counted = stream(http, "hello", stream_options={"include_usage": True})[-2]["usage"]
    assert "cost" not in counted
    whole = http.post(CHAT, json=ask("hello")).json()
    assert "cost" not in whole["usage"]


def test_answers_hold_lists_and_code(http: httpx.Client) -> None:
    texts = [
        http.post(CHAT, json=ask(f"question {n}")).json()["choices"][0]["message"]["content"]
        for n in range(12)
    ]
    assert any("```" in text for text in texts)
    assert any("\n- " in text or "\n1. " in text for text in texts)
    assert len(set(texts)) == len(texts)


def test_logprobs_when_asked(http: httpx.Client) -> None:
    chunks = stream(http, "simulate-short", logprobs=True, top_logprobs=3)
    scored = [c["choices"][0]["logprobs"]["content"][0] for c in chunks[:-1] if "logprobs" in c["choices"][0]]
    assert "".join(entry["token"] for entry in scored) == "Yes."
    for entry in scored:
        assert len(entry["top_logprobs"]) == 3
        assert bytes(entry["bytes"]).decode() == entry["token"]
        assert all(top["logprob"] <= 0 for top in entry["top_logprobs"])
    whole = http.post(CHAT, json=ask("simulate-short", logprobs=True)).json()
    assert len(whole["choices"][0]["logprobs"]["content"]) == 2
    assert "logprobs" not in http.post(CHAT, json=ask("simulate-short")).json()["choices"][0]


def test_some_models_think_first(http: httpx.Client) -> None:
    chunks = stream(http, "simulate-reasoning")[:-1]
    assert "practical" in text_of(chunks, "reasoning_content")
    whole = http.post(CHAT, json=ask("simulate-reasoning")).json()
    assert whole["choices"][0]["message"]["reasoning_content"]
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


def test_max_tokens_cuts_the_answer(http: httpx.Client) -> None:
    whole = http.post(CHAT, json=ask("hello", max_tokens=7)).json()
    assert whole["usage"]["completion_tokens"] == 7
    assert whole["choices"][0]["finish_reason"] == "length"


def test_a_marked_prompt_breaks_off_with_an_error(http: httpx.Client) -> None:
    chunks = stream(http, "please simulate-error")
    assert "error" in chunks[-1]
    assert text_of(chunks[:-1])
    assert all(c["choices"][0]["finish_reason"] is None for c in chunks[:-1])
    whole = http.post(CHAT, json=ask("simulate-error"))
    assert whole.status_code == 502
    assert http.post(CHAT, json=ask("simulate-refused")).status_code == 429
    assert len(text_of(stream(http, "simulate-long")[:-1])) > 6000


def test_in_a_busy_world_some_answers_break_off() -> None:
    with SimServer(options(scenario="busy")) as sim, client_of(sim) as http:
        ends = ["error" if "error" in stream(http, f"q{n}")[-1] else "fine" for n in range(36)]
    assert 1 <= ends.count("error") <= 15


def test_tokens_come_at_the_models_pace() -> None:
    with SimServer(options(speed=1.0)) as sim, client_of(sim) as http:
        body = ask("simulate-long", stream=True, max_tokens=150)
        began_s = time.monotonic()
        with http.stream("POST", CHAT, json=body) as answer:
            tokens = sum('"content":"' in line for line in answer.iter_lines())
        # 128 tokens a second, and half a second at most for the first; a slow machine only makes it longer.
        assert tokens >= 150
        assert time.monotonic() - began_s > 0.9 * tokens / 128
        usage = http.post(CHAT, json=ask("hello", max_tokens=1)).json()["usage"]
        assert usage["completion_tokens"] == 1


def test_who_leaves_early_pays_for_what_was_said() -> None:
    with SimServer(options(speed=1.0)) as sim, client_of(sim) as http:
        with http.stream("POST", CHAT, json=ask("simulate-long", stream=True)) as answer:
            heard = 0
            for line in answer.iter_lines():
                heard += '"content":"' in line
                if heard == 20:
                    break

        def bill() -> float:
            rows = get(http, "/billing/wallet", limit=100)["recent_billings"]
            return float(next(row["amount_usd"] for row in rows if row["resource_id"] == MODEL))

        past = sim.world.wallet(None).page(0.0, 0, 100)
        first = next(float(row.amount_usd) for row in past if row.resource_id == MODEL)
        eventually(lambda: bill() > first)
        whole = 2000 * 0.8 / 1e6
        assert 18 * 0.8 / 1e6 < bill() - first < whole / 4


def test_bad_requests(http: httpx.Client) -> None:
    assert http.post(CHAT, json={**ask("x"), "model": "no/such"}).json()["error"]["code"] == "model_not_found"
    for broken in (
        {},
        {"model": MODEL},
        {"model": MODEL, "messages": []},
        {"model": MODEL, "messages": [{"role": "robot", "content": "x"}]},
        ask("x", top_logprobs=21),
        ask("x", temperature=3),
        ask("x", max_tokens=0),
    ):
        answer = http.post(CHAT, json=broken)
        assert answer.status_code == 422, broken
        assert answer.json()["error"]["message"]
    assert http.post(CHAT, content=b"{not json").status_code == 422
