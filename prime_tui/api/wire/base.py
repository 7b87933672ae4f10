"""What all wire models share, and how lists and single objects are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from prime_tui.domain.errors import ResponseShapeError
from prime_tui.domain.remote import Listing, UnreadableRow
from prime_tui.domain.text import clean_name

T = TypeVar("T")

_LIST_NAMES = (
    "data",
    "items",
    "runs",
    "samples",
    "pods",
    "disks",
    "models",
    "credentials",
    "teams",
    "members",
)
_TOTAL_NAMES = ("total_count", "totalCount", "total")
_MAX_UNREADABLE = 50


class Wire(BaseModel):
    """A JSON object; unknown names are ignored, and null counts as absent so that an alias can step in."""

    # Built when first used: most models are parts of others, which build them in, or are not needed at first.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _only_objects_without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("it is not an object")
        return {name: field for name, field in value.items() if field is not None}


def known_as(*names: str) -> Any:  # noqa: ANN401 - a field's default, whatever the field's type is
    """Return a field that may come under several names, the official one first; None when absent."""
    return Field(default=None, validation_alias=AliasChoices(*names))


def object_or_none(value: object) -> object:
    """Return an object, None for everything else."""
    return value if isinstance(value, dict) else None


IfObject = BeforeValidator(object_or_none)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one answer before they are read.

    Attributes:
        total: What the service says there is over all pages; None when it does not say.
        is_bare: A list without an envelope: there are no further pages.
    """

    rows: list[object]
    total: int | None
    is_bare: bool = False


def page_of(value: object, *names: str) -> Page:
    """Return the rows of any list envelope.

    Args:
        value: The parsed answer.
        names: Where this endpoint keeps its rows, before the usual places.

    Raises:
        ResponseShapeError: There is no list in it.
    """
    if isinstance(value, list):
        return Page(value, None, is_bare=True)
    if isinstance(value, dict):
        total = next((_total(value[name]) for name in _TOTAL_NAMES if name in value), None)
        for name in (*names, *_LIST_NAMES):
            rows = value.get(name)
            if isinstance(rows, list):
                return Page(rows, total if total is None or total >= len(rows) else None)
            if name == "data" and isinstance(rows, dict):
                return page_of(rows, *names)
    raise ResponseShapeError("The answer holds no list.")


def _total(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def read_rows(
    rows: Sequence[object], read: Callable[[object], T], key: Callable[[T], object], *, start: int = 0
) -> tuple[tuple[T, ...], tuple[UnreadableRow, ...]]:
    """Return the readable rows without repeated keys, and the others with field and problem."""
    found: dict[object, T] = {}
    lost: list[UnreadableRow] = []
    for position, row in enumerate(rows, start):
        try:
            item = read(row)
        except (ValueError, ArithmeticError, RecursionError) as error:
            if len(lost) < _MAX_UNREADABLE:
                lost.append(UnreadableRow(position, problem_of(error)))
        else:
            found.setdefault(key(item), item)
    return tuple(found.values()), tuple(lost)


def read_listing(
    value: object, read: Callable[[object], T], key: Callable[[T], object], *names: str
) -> Listing[T]:
    """Return a list that comes in one answer."""
    page = page_of(value, *names)
    items, lost = read_rows(page.rows, read, key)
    return readable(Listing(items, page.total, lost))


def readable(listing: Listing[T]) -> Listing[T]:
    """Return the listing.

    Raises:
        ResponseShapeError: It has rows and none of them can be read: taken for an empty list, it would make
            all that is known disappear.
    """
    if listing.unreadable and not listing.items:
        raise ResponseShapeError(f"No row of the list can be read ({listing.unreadable[0].reason}).")
    return listing


def read_object(value: object, read: Callable[[object], T], *envelopes: str) -> T:
    """Return a single object, taken out of its envelope if it has one.

    Raises:
        ResponseShapeError: It cannot be used; the message names field and problem, never a value.
    """
    try:
        return read(opened(value, *envelopes))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ResponseShapeError(f"The answer cannot be used: {problem_of(error)}.") from None


def opened(value: object, *envelopes: str) -> object:
    """Return what lies in the first of the envelopes, or the value itself."""
    if isinstance(value, dict):
        for name in (*envelopes, "data"):
            if isinstance(value.get(name), dict):
                return value[name]
    return value


def problem_of(error: Exception) -> str:
    """Return field and problem of a validation error, without any of the row's text."""
    if not isinstance(error, ValidationError):
        return "a value is out of range"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    problem = problem[:1].lower() + problem[1:]
    return clean_name(f"{field}: {problem}" if field else problem)
