"""Field types that take what really comes: other types, numeric strings, null, nonsense.

A field that cannot be used is unknown (None) and never costs the row; only an id must be there. Texts are
cleaned as they enter, so nothing past a wire model holds what a terminal would act upon.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator

from prime_tui.domain.text import NAME_LIMIT, clean, clean_line, clean_name

_MAX_DIGITS = 28
_MAX_EXPONENT = 18
_MAX_COUNT = 10**18
_MILLISECONDS_FROM = 100_000_000_000
_MAX_NAMES = 1_000


def identifier(value: object) -> str:
    """Return an id.

    Raises:
        ValueError: It is missing, of another type, empty, too long, or holds what no id has. Guessing here
            would mix up two things that cost money.
    """
    if not isinstance(value, str):
        raise ValueError("it is not an id")
    if not value.strip() or len(value) > NAME_LIMIT or clean_name(value) != value:
        raise ValueError("it is not a usable id")
    return value


def optional_identifier(value: object) -> str | None:
    """Return an id, or None for everything else."""
    try:
        return identifier(value)
    except ValueError:
        return None


def text(value: object) -> str | None:
    """Return a text or a plain number as text; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value
    number = decimal(value)
    return None if number is None else format(number, "f")


def name(value: object) -> str | None:
    """Return a one-line label, None when there is nothing to show."""
    found = text(value)
    return None if found is None else clean_name(found) or None


def line(value: object) -> str | None:
    """Return one longer line, None when there is nothing to show."""
    found = text(value)
    return None if found is None else clean_line(found).strip() or None


def body(value: object) -> str | None:
    """Return a text of several lines, None when there is nothing to show."""
    found = text(value)
    return None if found is None else clean(found).strip() or None


def decimal(value: object) -> Decimal | None:
    """Return an exact, finite number of a sane size; numeric strings count."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if (isinstance(value, str) and len(value) > 64) or (isinstance(value, int) and abs(value) >= _MAX_COUNT):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > _MAX_EXPONENT or number.adjusted() < -2 * _MAX_EXPONENT:
        return Decimal(0) if number.is_finite() and not number else None
    return number if len(number.as_tuple().digits) <= _MAX_DIGITS else +number


def readable_decimal(value: object) -> Decimal | None:
    """Return a number as `decimal` does; null is unknown, but what is no number makes the answer unusable."""
    number = decimal(value)
    if number is None and value is not None:
        raise ValueError("not an amount of money")
    return number


def count(value: object) -> int | None:
    """Return a whole number; a fraction is cut off."""
    number = decimal(value)
    return None if number is None else int(number)


def real(value: object) -> float | None:
    """Return a finite number for measuring (never for money)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def flag(value: object) -> bool | None:
    """Return yes or no; `"true"` and 0/1 count."""
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def moment(value: object) -> datetime | None:
    """Return an aware UTC time from ISO 8601 (naive means UTC) or a number of seconds or milliseconds."""
    if isinstance(value, str):
        stripped = value.strip()
        if not stripped.isdigit():
            return _iso(stripped)
    number = decimal(value)
    if number is None:
        return None
    seconds = float(number / 1000 if abs(number) > _MILLISECONDS_FROM else number)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def names(value: object) -> tuple[str, ...]:
    """Return the labels of a list; a single text is a list of one, everything else is none."""
    rows = value if isinstance(value, list) else [value]
    return tuple(found for found in map(name, rows[:_MAX_NAMES]) if found)


def identifiers(value: object) -> tuple[str, ...]:
    """Return the usable ids of a list."""
    rows = value if isinstance(value, list) else []
    return tuple(found for found in map(optional_identifier, rows) if found)


def mapping(value: object) -> Mapping[str, object]:
    """Return an object, empty for everything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[object]:
    """Return a list, empty for everything else."""
    return value if isinstance(value, list) else []


Id = Annotated[str, BeforeValidator(identifier)]
OptionalId = Annotated[str | None, BeforeValidator(optional_identifier)]
Name = Annotated[str | None, BeforeValidator(name)]
Line = Annotated[str | None, BeforeValidator(line)]
Body = Annotated[str | None, BeforeValidator(body)]
Money = Annotated[Decimal | None, BeforeValidator(decimal)]
ReadableMoney = Annotated[Decimal | None, BeforeValidator(readable_decimal)]
Count = Annotated[int | None, BeforeValidator(count)]
Real = Annotated[float | None, BeforeValidator(real)]
Flag = Annotated[bool | None, BeforeValidator(flag)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Names = Annotated[tuple[str, ...], BeforeValidator(names)]
Ids = Annotated[tuple[str, ...], BeforeValidator(identifiers)]
Mapped = Annotated[dict[str, Any], BeforeValidator(mapping)]
Rows = Annotated[list[Any], BeforeValidator(rows)]
