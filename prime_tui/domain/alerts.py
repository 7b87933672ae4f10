"""What needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Urgency(IntEnum):
    """How soon."""

    NOTE = 1
    WARNING = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs a person.

    Attributes:
        key: Stays the same while the thing lasts.
        text: What it is and what it costs.
        hint: The key or command that helps.
        about: The name of the pod or run, as long as somebody made it; "" for the account as a whole.
    """

    key: str
    urgency: Urgency
    text: str
    hint: str = ""
    about: str = ""
