"""The figures, as a table that a person reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing.

    Attributes:
        value: In `unit`.
        floor: The same of the minimal program, None where that has no such thing.
        budget: What it should be at most, in words; a benchmark never fails for it.
    """

    what: str
    value: float
    unit: str
    budget: str = ""
    floor: float | None = None


TITLES = ("what", "prime-tui", "minimal", "ratio", "at most")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures in columns."""
    rows = [TITLES, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in (0, 4) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def _cells(figure: Figure) -> tuple[str, ...]:
    floor, ratio = "", ""
    if figure.floor is not None:
        floor, ratio = _number(figure.floor, figure.unit), f"{figure.value / figure.floor:.2f} ×"
    return figure.what, _number(figure.value, figure.unit), floor, ratio, figure.budget


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()
