"""One call as a value: what is sent, what it may do, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar
from urllib.parse import quote, urlencode

from prime_tui.domain.errors import InvalidRequest, OutcomeUnknown, ResponseShapeError
from prime_tui.domain.secret import Secret

T = TypeVar("T")


class Effect(Enum):
    """What a call does to the world; it decides what a lost answer means."""

    READ = "read"
    CHANGE = "change"
    """Idempotent or harmless to see again: a rename, a stop, a deletion."""
    CREATE = "create"
    """Costs money each time: never repeated."""
    CHAT = "chat"
    """Costs money each time, but leaves nothing behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request for one endpoint.

    Attributes:
        path: Template below the base, such as `/pods/{pod_id}`.
        ids: What stands for the words in braces; percent-encoded, `/` is kept in `model_id` only.
        params: Query; None is left out, a sequence repeats its key.
        secrets: Values in the body that an error text of the service must not show.
    """

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    effect: Effect = Effect.READ
    headers: Mapping[str, str] = field(default_factory=dict)
    needs_key: bool = True
    max_bytes: int | None = None
    read_s: float | None = None
    total_s: float | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def endpoint(self) -> str:
        """Method and path template, for messages."""
        return f"{self.method} {self.path}"

    def target(self) -> str:
        """Return the encoded path with its query.

        Raises:
            InvalidRequest: An id is empty or made of dots, which would name another endpoint.
        """
        path = self.path
        for name, value in self.ids.items():
            keeps_slash = name == "model_id"
            parts = value.split("/") if keeps_slash else [value]
            if any(not part or set(part) == {"."} for part in parts):
                raise InvalidRequest("This is not an id that can be asked for.", endpoint=self.endpoint)
            path = path.replace(f"{{{name}}}", quote(value, safe="/" if keeps_slash else ""))
        pairs = [pair for name, value in self.params.items() for pair in _pairs(name, value)]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, list | tuple):
        return [(name, str(one)) for one in value]
    return [(name, str(value))]


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the parsed JSON body, None when there was none. It may hold a secret, so it has no repr."""

    value: object = field(repr=False)
    call: Call

    def read(self, reader: Callable[[object], T]) -> T:
        """Return what `reader` makes of the body.

        Raises:
            ResponseShapeError: It cannot be used; endpoint filled in.
            OutcomeUnknown: The same for a call that created something: it happened, but what is not known.
        """
        try:
            return reader(self.value)
        except ResponseShapeError as error:
            if self.call.effect in (Effect.CREATE, Effect.CHAT):
                raise outcome_unknown(self.call, error.message) from error
            error.endpoint = self.call.endpoint
            raise


def outcome_unknown(call: Call, why: str) -> OutcomeUnknown:
    """Return the error for a write that was sent and whose answer cannot be used."""
    if call.effect is Effect.CHAT:
        hint = "Tokens made until then may have been charged. Nothing is repeated by itself."
    elif call.effect is Effect.CREATE:
        hint = "It may have been created: look at the list before you try again."
    else:
        hint = "It may have happened: the next reading shows it."
    return OutcomeUnknown(
        f"The answer to {call.endpoint} did not come whole. {why}", hint=hint, request=call.endpoint
    )
