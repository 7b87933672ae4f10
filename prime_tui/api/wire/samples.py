"""Rollouts of a run: chat messages, often JSON inside a string, flattened to readable text."""

from __future__ import annotations

from typing import Any

from prime_tui.api.body import parse_json
from prime_tui.api.wire.base import Wire, known_as
from prime_tui.api.wire.scalars import Count, Name, Real, name
from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.runs import Sample
from prime_tui.domain.text import BODY_LIMIT, clean

_MAX_MESSAGES = 200


class SampleWire(Wire):
    """One rollout; every column may be missing."""

    step: Count = None
    problem_id: Name = known_as("problem_id", "problemId")
    sample_id: Name = known_as("sample_id", "sampleId", "id")
    prompt: Any = None
    completion: Any = None
    trajectory: Any = None
    reward: Real = None
    advantage: Real = None
    env_name: Name = known_as("env_name", "envName")
    input_tokens: Count = known_as("num_input_tokens", "numInputTokens")
    output_tokens: Count = known_as("num_output_tokens", "numOutputTokens")

    def to_domain(self) -> Sample:
        """Return the sample; without a completion the trajectory tells the whole story."""
        completion = conversation_text(self.completion) or conversation_text(self.trajectory)
        return Sample(
            step=self.step,
            problem_id=self.problem_id or "",
            sample_id=self.sample_id or "",
            prompt=conversation_text(self.prompt),
            completion=completion,
            reward=self.reward,
            advantage=self.advantage,
            env_name=self.env_name,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
        )


def read_sample(value: object) -> Sample:
    """Return a sample."""
    return SampleWire.model_validate(value).to_domain()


def conversation_text(value: object) -> str:
    """Return a prompt or completion as cleaned text: messages as `role: content`, plain text as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = parse_json(value)
        except ResponseShapeError:
            return clean(value)  # a text that only looks like JSON
    if isinstance(value, str):
        return clean(value)
    parts: list[str] = []
    size = 0
    for message in (value if isinstance(value, list) else [value])[:_MAX_MESSAGES]:
        part = _message_text(message)
        size += len(part)
        parts.append(part)
        if size > BODY_LIMIT:
            break
    return clean("\n".join(part for part in parts if part))


def _message_text(message: object) -> str:
    if isinstance(message, str):
        return message
    if not isinstance(message, dict):
        return ""
    inner = message.get("messages", message.get("prompt"))
    if isinstance(inner, list) and "content" not in message:  # a step of a trajectory
        return "\n".join(text for text in map(_turn_text, inner[:_MAX_MESSAGES]) if text)
    return _turn_text(message)


def _turn_text(turn: object) -> str:
    if not isinstance(turn, dict):
        return turn if isinstance(turn, str) else ""
    said = content_text(turn.get("content"))
    calls = turn.get("tool_calls")
    for call in calls[:20] if isinstance(calls, list) else []:
        function = call.get("function", call) if isinstance(call, dict) else {}
        if isinstance(function, dict):
            said += (
                f" [calls {name(function.get('name')) or 'a tool'}({name(function.get('arguments')) or ''})]"
            )
    role = name(turn.get("role"))
    return f"{role}: {said.strip()}" if role and said.strip() else said


def content_text(content: object) -> str:
    """Return the text of a message's content: a string, or a list of parts that have one."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    found: list[str] = []
    for part in content:
        text = part.get("text", part.get("content")) if isinstance(part, dict) else part
        if isinstance(text, str):
            found.append(text)
    return "".join(found)
