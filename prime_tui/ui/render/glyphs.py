"""Numbers as characters: sparklines and bars. What is not known is drawn as not known, never as zero."""

from collections.abc import Sequence
from decimal import Decimal

LARGEST = 1e150  # differences and sums of drawn numbers stay finite
Number = float | int | Decimal

LEVELS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"
BAR_FULL, BAR_EMPTY = "█", "░"
EIGHTHS = " ▏▎▍▌▋▊▉"


def buckets(values: Sequence[Number | None], width: int) -> list[float | None]:
    """`values` in `width` buckets, each the largest it holds; None where nothing is known.

    Fewer values than buckets stay as they are: a line is not made longer than what is known.
    """
    known = [finite(value) for value in values]
    count = len(known)
    if count <= width:
        return known
    return [_largest(known[i * count // width : (i + 1) * count // width]) for i in range(width)]


def spark(values: Sequence[Number | None], width: int) -> str:
    """A sparkline of exactly `width` cells, the newest value at the right, a dot where nothing is known.

    The lowest level is the smallest value, or zero when that is near; equal values are drawn low.
    """
    if width <= 0:
        return ""
    points = buckets(values, width)
    known = [point for point in points if point is not None]
    if not known:
        return (UNKNOWN * len(points)).rjust(width)
    low, high = min(known), max(known)
    if 0 <= low < high / 2:
        low = 0.0
    reach = high - low or 1.0
    top = len(LEVELS) - 1
    # Divided first: the reciprocal of the least numbers there are is not finite.
    drawn = (UNKNOWN if point is None else LEVELS[round((point - low) / reach * top)] for point in points)
    return "".join(drawn).rjust(width)


def bar(fraction: Number | None, width: int) -> str:
    """A bar of exactly `width` cells: full blocks, an eighth block where the fraction ends, then shade."""
    known = finite(fraction)
    if width <= 0:
        return ""
    if known is None:
        return UNKNOWN * width
    eighths = round(min(1.0, max(0.0, known)) * width * 8)
    if known > 0 and eighths == 0:
        eighths = 1
    full, part = divmod(eighths, 8)
    drawn = BAR_FULL * full + (EIGHTHS[part] if part else "")
    return drawn + BAR_EMPTY * (width - len(drawn))


def finite(value: Number | None) -> float | None:
    """`value` as a float, or None when it is not a number that can be drawn."""
    if value is None or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    number = float(value)
    return number if abs(number) <= LARGEST else None


def _largest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
