"""A value that must not be seen: API keys, run tokens, passwords."""

from __future__ import annotations


class Secret:
    """Holds a string that `repr`, `str`, formatting and pickling never give away.

    Python cannot wipe memory; this only keeps the value out of logs, tracebacks, screens and dumps.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value; call it where it is used, never where it is shown."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(••••)"

    def __str__(self) -> str:
        return "••••"

    def __format__(self, spec: str) -> str:
        return format("••••", spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("a Secret is not pickled")
