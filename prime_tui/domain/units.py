"""One formatter a unit. Unknown is always `—`, never a zero."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

MTOK = Decimal(1_000_000)
UNKNOWN = "—"
SMALLEST_USD = Decimal("0.000001")


def usd(amount: Decimal | None, *, places: int = 2, mark: str = "") -> str:
    """Return money with its unit: `$412.08`, `-$1.20`, `~$3.10` with a mark."""
    if amount is None:
        return UNKNOWN
    sign = "-" if round(amount, places) < 0 else ""
    return f"{mark}{sign}${abs(amount):,.{places}f}"


def amount(value: Decimal | None, *, places: int = 2, mark: str = "") -> str:
    """Return money without its unit, for columns whose header names it: `1,234.50`."""
    if value is None:
        return UNKNOWN
    text = f"{value:,.{places}f}"
    return mark + (text[1:] if text.startswith("-") and not text.strip("-0.,") else text)


def small_usd(amount_usd: Decimal | None, *, mark: str = "") -> str:
    """Return money with as many places as a small amount needs: `$0.0004`, `$0.13`, `$12.40`.

    What is too small for six places is `<$0.000001`: it is not nothing.
    """
    if amount_usd is None:
        return UNKNOWN
    size = abs(amount_usd)
    if 0 < size < SMALLEST_USD:
        return f"{mark}<{usd(SMALLEST_USD, places=6)}"
    places = 2 if size >= Decimal("0.1") or size == 0 else 4 if size >= Decimal("0.0001") else 6
    return usd(amount_usd, places=places, mark=mark)


def usd_per_h(rate: Decimal | None, *, mark: str = "") -> str:
    """Return a rate: `$11.42/h`."""
    return UNKNOWN if rate is None else usd(rate, mark=mark) + "/h"


def count(number: int | None) -> str:
    """Return a whole number with separators: `12,345`."""
    return UNKNOWN if number is None else f"{number:,}"


def tokens(number: float | None) -> str:
    """Return a number of tokens in at most five characters: `950`, `12.4k`, `9.0M`, `1.2B`."""
    if number is None or not isfinite(number):
        return UNKNOWN
    if round(number) < 1000:
        return f"{number:.0f}"
    for divisor, unit in ((1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T")):
        scaled = number / divisor
        if round(scaled, 1) < 100:
            return f"{scaled:.1f}{unit}"
        if round(scaled) < 1000:
            return f"{scaled:.0f}{unit}"
    return ">999T"


def size(number_bytes: int | None) -> str:
    """Return a size: `734 MB`."""
    if number_bytes is None:
        return UNKNOWN
    value = float(number_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def span(seconds: float | None) -> str:
    """Return a duration in at most five characters: `4s`, `12m`, `3h07`, `9d`, `30y`."""
    if seconds is None or not isfinite(seconds):
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 48 * 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    days = whole // 86400
    return f"{days}d" if days < 10_000 else f"{min(days // 365, 9_999)}y"


def age(at: datetime | None, now: datetime) -> str:
    """Return how long ago `at` was, as `span` writes it."""
    return UNKNOWN if at is None else span((now - at).total_seconds())


def clock_time(at: datetime | None) -> str:
    """Return the UTC time of day: `08:41:07Z`."""
    return UNKNOWN if at is None else at.astimezone(UTC).strftime("%H:%M:%SZ")


def moment(at: datetime | None, now: datetime | None = None) -> str:
    """Return a UTC time as short as it stays clear: `08:41` today, `19 Nov 08:41`, or with the year."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(UTC)
    if now is not None and local.date() == now.astimezone(UTC).date():
        return local.strftime("%H:%M")
    if now is not None and abs((now - at).days) < 300:
        return local.strftime("%d %b %H:%M")
    return local.strftime("%Y-%m-%d %H:%M")


def percent(fraction: float | None) -> str:
    """Return a share of one: `56%`."""
    return UNKNOWN if fraction is None or not isfinite(fraction) else f"{fraction * 100:.0f}%"


def number(value: float | None) -> str:
    """Return a measured number with three significant digits: `0.62`, `18.2k`."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if abs(value) >= 999.5:  # below, three digits are enough to write it plainly
        return ("-" if value < 0 else "") + tokens(abs(value))
    return f"{value:.3g}"


def gpu(name: str | None, gpu_count: int | None) -> str:
    """Return what a machine has: `8×H200 141GB`."""
    if name is None:
        return UNKNOWN
    pretty = name.replace("_", " ")
    return pretty if not gpu_count else f"{gpu_count}×{pretty}"
