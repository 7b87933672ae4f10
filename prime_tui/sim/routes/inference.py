"""The inference API: models and chat completions. The team in the header decides which wallet pays."""

from __future__ import annotations

from prime_tui.sim.body import Fields, read_body
from prime_tui.sim.chat import MODELS, Model, find_model
from prime_tui.sim.chat_stream import ChatStream, Wanted, whole_answer
from prime_tui.sim.web import API, Answer, Call, Endpoint, error_answer, openai_error
from prime_tui.sim.world import Refused

TEAM_HEADER = "x-prime-team-id"
_CHAT = f"{API}/chat/completions"
_ROLES = ("system", "user", "assistant", "tool", "developer")


def model_json(model: Model) -> dict[str, object]:
    """Return a model of the catalogue; one has no price, some no context size."""
    row: dict[str, object] = {
        "id": model.id, "object": "model", "created": model.created, "owned_by": model.owner,
    }  # fmt: skip
    if model.input_usd is not None and model.output_usd is not None:
        row["pricing"] = {
            "input_usd_per_mtok": float(model.input_usd), "output_usd_per_mtok": float(model.output_usd),
        }  # fmt: skip
    if model.context_window is not None:
        row["context_window"] = model.context_window
    return row


def models(call: Call) -> Answer:
    """Answer GET /models, also without a key."""
    return Answer({"object": "list", "data": [model_json(model) for model in MODELS]})


def model(call: Call) -> Answer:
    """Answer GET /models/{model_id}; the id contains a slash."""
    found = find_model(call.path["model_id"])
    if found is None:
        raise Refused(404, f"The model '{call.path['model_id']}' does not exist")
    return Answer(model_json(found))


def _texts(fields: Fields) -> list[str]:
    """Return the texts of the messages; a list of parts is joined."""
    texts = []
    for index, item in enumerate(fields.items("messages", required=True)):
        if not isinstance(item, dict) or item.get("role") not in _ROLES:
            fields.fail(
                f"messages.{index}", "value_error", "Input should be a message with a known role", item
            )
            continue
        content = item.get("content")
        if isinstance(content, list):
            content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
        texts.append(content if isinstance(content, str) else "")
    if not texts:
        fields.fail("messages", "too_short", "List should have at least 1 item", [])
    return texts


def _wanted(fields: Fields, *, always: bool) -> Wanted:
    stream_options, usage = fields.child("stream_options"), fields.child("usage")
    include_cost = bool(usage and usage.flag("include"))
    include_usage = bool(stream_options and stream_options.flag("include_usage"))
    tops = fields.whole("top_logprobs") or 0
    if not 0 <= tops <= 20:
        fields.fail("top_logprobs", "less_than_equal", "Input should be between 0 and 20", tops)
    return Wanted(
        usage=include_cost or include_usage or always, cost=include_cost or always,
        logprobs=fields.flag("logprobs"), top_logprobs=tops,
    )  # fmt: skip


def _chat(call: Call, *, always_usage: bool) -> Answer:
    fields = read_body(call.body)
    name = fields.text("model", required=True) or ""
    texts = _texts(fields)
    wanted = _wanted(fields, always=always_usage)
    max_tokens = fields.whole("max_tokens", above=0)
    temperature = fields.number("temperature")
    if temperature is not None and not 0 <= temperature <= 2:
        fields.fail("temperature", "less_than_equal", "Input should be between 0 and 2", temperature)
    streamed = fields.flag("stream")
    fields.check()
    found = find_model(name)
    if found is None:
        raise Refused(404, f"The model '{name}' does not exist or you do not have access to it")
    team_id = call.headers.get(TEAM_HEADER) or None
    call.world.require_funds(team_id, call.t_s)
    if "simulate-refused" in (texts[-1] if texts else ""):
        return error_answer(_CHAT, 429, "Rate limit exceeded, try again later")
    world = call.world
    reply = world.plan_reply(found, texts, max_tokens)

    def charge(completion_tokens: int) -> None:
        with world.lock:
            world.charge_chat(team_id, found, reply.cost_usd(completion_tokens), world.now_s())

    created = world.clock.unix(call.t_s)
    if streamed:
        speed = world.clock.speed
        return Answer(
            raw=ChatStream(world.talker, reply, created=created, speed=speed, wanted=wanted, charge=charge)
        )
    if reply.breaks_at is not None:
        charge(reply.breaks_at)
        return openai_error(502, "The upstream provider closed the connection", "server_error", "502")
    charge(len(reply.pieces))
    return Answer(whole_answer(world.talker, reply, created, wanted))


def chat(call: Call) -> Answer:
    """Answer POST /chat/completions; the cost is told to those who ask for it."""
    return _chat(call, always_usage=False)


def chat_with_cost(call: Call) -> Answer:
    """Answer POST /chat/completions as the oldest description has it: usage and cost in every answer."""
    return _chat(call, always_usage=True)


ENDPOINTS = (
    Endpoint("GET", f"{API}/models", models, open=True),
    Endpoint("GET", f"{API}/models/{{model_id:path}}", model, open=True),
    Endpoint("POST", _CHAT, chat),
)
