"""Reading request bodies with the errors that the framework of the real service gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field


class InvalidBody(Exception):
    """The body does not validate; `details` are the errors in the wording of FastAPI."""

    def __init__(self, details: list[dict[str, object]]) -> None:
        super().__init__("; ".join(f"{_dotted(error['loc'])}: {error['msg']}" for error in details))
        self.details = details


def _dotted(loc: object) -> str:
    return ".".join(map(str, loc[1:])) if isinstance(loc, list) else str(loc)


@dataclass
class Fields:
    """An object of the body. Errors are collected; `check` raises them all together."""

    values: dict[str, object]
    loc: tuple[str, ...]
    errors: list[dict[str, object]]
    seen: set[str] = field(default_factory=set)

    def text(
        self, name: str, *, required: bool = False, nullable: bool = True, longest: int | None = None
    ) -> str | None:
        """Return a string field."""
        value = self._get(name, required=required, nullable=nullable)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fail(name, "string_type", "Input should be a valid string", value)
            return None
        if longest is not None and len(value) > longest:
            self.fail(name, "string_too_long", f"String should have at most {longest} characters", value)
        return value

    def whole(self, name: str, *, required: bool = False, above: int | None = None) -> int | None:
        """Return an integer field."""
        value = self._get(name, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(name, "int_type", "Input should be a valid integer", value)
            return None
        if above is not None and value <= above:
            self.fail(name, "greater_than", f"Input should be greater than {above}", value)
        return value

    def number(self, name: str, *, above: float | None = None) -> float | None:
        """Return a numeric field."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(name, "float_type", "Input should be a valid number", value)
            return None
        if above is not None and value <= above:
            self.fail(name, "greater_than", f"Input should be greater than {above:g}", value)
        return float(value)

    def flag(self, name: str) -> bool:
        """Return a boolean field; absent = false."""
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            self.fail(name, "bool_type", "Input should be a valid boolean", value)
        return value is True

    def choice(
        self, name: str, options: Sequence[str], *, required: bool = False, default: str | None = None
    ) -> str | None:
        """Return a field that is one of some words."""
        value = self.text(name, required=required)
        if value is not None and value not in options:
            allowed = ", ".join(f"'{option}'" for option in options)
            self.fail(name, "enum", f"Input should be {allowed}", value)
        return default if value is None else value

    def child(self, name: str, *, required: bool = False) -> Fields | None:
        """Return an object field."""
        value = self._get(name, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fail(name, "model_attributes_type", "Input should be a valid dictionary", value)
            return None
        return Fields(value, (*self.loc, name), self.errors)

    def items(self, name: str, *, required: bool = False) -> list[object]:
        """Return a list field; absent = empty."""
        value = self._get(name, required=required)
        if value is not None and not isinstance(value, list):
            self.fail(name, "list_type", "Input should be a valid list", value)
        return value if isinstance(value, list) else []

    def fail(self, name: str, kind: str, message: str, value: object) -> None:
        """Note an error of a field."""
        self.errors.append({"type": kind, "loc": [*self.loc, name], "msg": message, "input": value})

    def refuse_others(self) -> None:
        """Note an error for every key that was not asked for."""
        for name in self.values.keys() - self.seen:
            self.fail(name, "extra_forbidden", "Extra inputs are not permitted", self.values[name])

    def check(self) -> None:
        """Raise what was collected, here and in the children.

        Raises:
            InvalidBody: there is at least one error.
        """
        if self.errors:
            raise InvalidBody(sorted(self.errors, key=lambda error: str(error["loc"])))

    def _get(self, name: str, *, required: bool = False, nullable: bool = True) -> object:
        self.seen.add(name)
        if name not in self.values:
            if required:
                self.fail(name, "missing", "Field required", self.values)
            return None
        value = self.values[name]
        if value is None and (required or not nullable):
            self.fail(
                name, "string_type" if not nullable else "none_forbidden", "Input should not be null", None
            )
        return value


def read_body(raw: bytes, *, may_be_empty: bool = False) -> Fields:
    """Return the object in a body.

    Raises:
        InvalidBody: it is no JSON, or no object.
    """
    if may_be_empty and not raw.strip():
        return Fields({}, ("body",), [])
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        problem = {"type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error", "input": {}}
        raise InvalidBody([dict(problem)]) from None
    if not isinstance(value, dict):
        raise InvalidBody(
            [
                {
                    "type": "model_attributes_type",
                    "loc": ["body"],
                    "msg": "Input should be a valid dictionary",
                    "input": value,
                }
            ]
        )
    return Fields(value, ("body",), [])
