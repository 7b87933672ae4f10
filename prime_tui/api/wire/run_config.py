"""A run's configuration as readable lines, without what is secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from prime_tui.domain.redaction import Redactor
from prime_tui.domain.text import clean_line, clean_name

_MAX_LINES = 400
_MAX_DEPTH = 8
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET_WORDS = frozenset(
    {"secret", "secrets", "password", "passwd", "credential", "credentials", "authorization"}
)
_SECRET_ENDS = (
    ("token",),
    ("api", "key"),
    ("apikey",),
    ("private", "key"),
    ("access", "key"),
    ("token", "value"),
)
_ENVIRONMENT_ENDS = (("env", "vars"), ("environment", "variables"))
_without_secrets = Redactor()


def config_lines(parts: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """Return (dotted path, value) pairs of nested objects and lists, in their order."""
    found: list[tuple[str, str]] = []
    for path, value in _flat("", parts, 0):
        if len(found) == _MAX_LINES:
            found.append(("…", "more was left out"))
            break
        found.append((clean_name(path), value))
    return tuple(found)


def _flat(path: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _MAX_DEPTH:
        yield path, "…"
    elif isinstance(value, dict):
        if value.keys() == {"key", "value"}:  # an environment variable: its value is nobody's business
            return
        for name, inner in value.items():
            if not _is_secret(name):
                yield from _flat(f"{path}.{name}" if path else name, inner, depth + 1)
    elif isinstance(value, list):
        if all(not isinstance(inner, dict | list) for inner in value):
            yield path, clean_line(", ".join(map(_shown, value[:100])))
        else:
            for index, inner in enumerate(value[:100]):
                yield from _flat(f"{path}[{index}]", inner, depth + 1)
    elif value is not None:
        yield path, clean_line(_shown(value))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _without_secrets(value)
    return str(value) if isinstance(value, int | float | Decimal) else ""


def _is_secret(name: str) -> bool:
    words = tuple(word.lower() for word in _WORDS.findall(name))
    if _SECRET_WORDS & set(words):
        return True
    return any(words[-len(end) :] == end for end in (*_SECRET_ENDS, *_ENVIRONMENT_ENDS))
