"""Domain values as JSON and back: frozen dataclasses, enums, money, times, tuples and the like.

The types are read from the annotations, so a value of an older version whose shape changed does not decode:
that is a `ValueError`, and the caller forgets it.
"""

# ruff: noqa: ANN401 - types are values here

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(value: object) -> object:
    """Return `value` as what `json.dumps` takes; a field at its default is left out."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(one)
            for field in dataclasses.fields(value)
            if (one := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple | list | frozenset):
        return [encode(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): encode(one) for key, one in value.items()}
    raise TypeError(f"{type(value).__name__} is not kept")


def decode(kind: type[T], value: object) -> T:
    """Return the value of type `kind` that `encode` made `value` from.

    Raises:
        ValueError: It is not one.
    """
    try:
        return _decode(kind, value)  # type: ignore[no-any-return]
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"not a {kind}: {error}") from error


def _decode(kind: Any, value: Any) -> Any:  # noqa: C901 - one case a kind
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _decode(next(one for one in get_args(kind) if one is not types.NoneType), value)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_decode(inner[0], one) for one in value)
        return tuple(_decode(one_kind, one) for one_kind, one in zip(inner, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _decode(get_args(kind)[1], one) for key, one in value.items()}
    target = origin or kind
    if dataclasses.is_dataclass(target):
        return _dataclass(target, kind, value)
    if hasattr(target, "__supertype__"):
        return _decode(target.__supertype__, value)
    if target is Decimal:
        return Decimal(value)
    if target is datetime:
        return datetime.fromisoformat(value)
    if isinstance(target, type) and issubclass(target, Enum):
        return target(value)
    if target is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(target, type) or type(value) is not target:
        raise TypeError(f"{type(value).__name__} where {target} belongs")
    return value


def _dataclass(target: Any, kind: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(target)
    parameters = getattr(target, "__parameters__", ())
    bound = dict(zip(parameters, get_args(kind), strict=False))
    fields = {name: _decode(_bind(hints[name], bound), one) for name, one in value.items()}
    return target(**fields)


def _bind(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """Put the type arguments of a generic dataclass into the annotation of one of its fields."""
    if hint in bound:
        return bound[hint]
    free = getattr(hint, "__parameters__", ())
    return hint[tuple(bound[one] for one in free)] if free else hint


@lru_cache(maxsize=256)
def _hints(target: Any) -> dict[str, Any]:
    return get_type_hints(target)
