"""What was told in passing, as lines of a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from prime_tui.domain.units import moment
from prime_tui.ui.render.styled import Role, Span, Styled

ROLES: Final[Mapping[str, Role]] = {"warning": "warn", "error": "bad"}


class Told(NamedTuple):
    """One message; `severity` is the toolkit's word for it."""

    at: datetime
    title: str
    text: str
    severity: str


def told_lines(told: Iterable[Told], now: datetime) -> list[Styled]:
    """Return the messages, each with its time, or that there was none."""
    lines: list[Styled] = [
        (
            Span(f"{moment(one.at, now)}Z ", "dim"),
            Span(f"{one.title} " if one.title else "", ROLES.get(one.severity, "title")),
            Span(" ".join(one.text.split())),
        )
        for one in told
    ]
    return lines or [Span("Nothing was told yet.", "dim")]
