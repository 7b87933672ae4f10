"""The wallet as rows, sums and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.remote import UnreadableRow
from prime_tui.domain.spending import BalanceRise, BurnGap, SpendTotals, TypeTotal, Uncharged
from prime_tui.domain.units import UNKNOWN, age, amount, count, moment, usd, usd_per_h
from prime_tui.domain.views import Burning
from prime_tui.domain.wallet import BillingRow
from prime_tui.ui.render.rows import Column
from prime_tui.ui.render.runs import rate_text
from prime_tui.ui.render.styled import Role, Span, Styled, fit, join, width_of

CENT = Decimal("0.01")
RATE_CELLS = 6
BURNING_COLUMNS = (
    Column("name", "WHAT", 14, grow=True, priority=10, sort=False),
    Column("kind", "KIND", 11, grow=True, priority=5, sort=False),
    Column("state", "STATE", 11, priority=7, sort=False),
    Column("rate", "$/H", RATE_CELLS, "right", priority=9, sort=False),
    Column("cost", "SO FAR $", 8, "right", priority=8, sort=False),
    Column("age", "AGE", 5, "right", priority=6, sort=False),
    Column("note", "NOTE", 11, priority=4, sort=False),
)
WIDE_BURNING_COLUMNS = tuple(
    replace(
        column,
        width={"kind": 16, "state": 15, "cost": 9, "note": 12}.get(column.key, column.width),
        grow=column.key == "name",
    )
    for column in BURNING_COLUMNS
)
BILLING_COLUMNS = (
    Column("time", "BILLED", 12, priority=8),
    Column("type", "TYPE", 10, priority=7),
    Column("what", "WHAT", 20, grow=True, priority=9),
    Column("grown", "LAST $", 9, "right", priority=6),
    Column("total", "TOTAL $", 12, "right", priority=10),
)
BILLING_SORTS = tuple(column.key for column in BILLING_COLUMNS)
UP_FIRST = frozenset({"type", "what"})
_STOPPED = frozenset({"stopped", "detached", "paused"})
_FAILED = frozenset({"error", "install failed"})
DOT = Span(" · ", "dim")
SHOWN_ID, ID_TAIL = 20, 12


def short_id(resource_id: str | None) -> str:
    """Return an id that is short enough, else its end, which is where ids differ."""
    if resource_id is None:
        return UNKNOWN
    return resource_id if len(resource_id) <= SHOWN_ID else f"…{resource_id[-ID_TAIL:]}"


# -- what burns now ----------------------------------------------------------------------


def burning_key(one: Burning) -> str:
    """Return what a line of "burning now" is known by."""
    return f"{one.kind}:{one.id}"


def burning_cells(one: Burning, now: datetime, *, is_old: bool) -> tuple[Styled, ...]:
    """Return a line of "burning now"; an old one looks old in every cell."""
    role: Role = "stale" if is_old else "text"
    note: Role = "stale" if is_old else "warn" if one.note.startswith("▲") else "dim"
    return (
        Span(one.name, role),
        Span(one.what.rsplit("/", 1)[-1], "stale" if is_old else "dim"),
        _state(one, role),
        Span(rate_text(one.usd_per_h, is_estimate=one.is_rate_estimate, cells=RATE_CELLS), role),
        Span(amount(one.cost.usd, mark=one.cost.mark), role),
        Span(age(one.since, now), role),
        Span(one.note, note),
    )


def _state(one: Burning, role: Role) -> Styled:
    glyph, colour = _glyph(one)
    return (Span(glyph, role if role == "stale" else colour), Span(f" {one.state}", role))


def _glyph(one: Burning) -> tuple[str, Role]:
    if one.is_live:
        return "●", "good"
    if one.state in _FAILED:
        return "✕", "bad"
    if one.state in _STOPPED:
        return "○", "dim"
    if one.state == "unknown" or one.state.startswith("("):
        return "?", "warn"
    return "◐", "accent"


def burning_details(one: Burning, now: datetime) -> list[Styled]:
    """Return everything that is known of a thing that burns."""
    as_of = "" if one.cost.as_of is None else f", as of {moment(one.cost.as_of, now)}Z"
    return _pairs(
        ("what", one.name),
        (one.kind, one.what),
        ("state", one.state),
        ("price", usd_per_h(one.usd_per_h, mark="~" if one.is_rate_estimate else "")),
        ("so far", f"{usd(one.cost.usd, mark=one.cost.mark)} ({one.cost.origin.value}{as_of})"),
        ("since", _when(one.since, now)),
        ("note", one.note or UNKNOWN),
        ("id", one.id),
    )


def burn_note(burn: BurnGap, width: int) -> Styled:
    """Return listed against billed burn, and the gap where both are known and there is room."""
    if burn.listed is None:
        return Span("burn unknown", "dim")
    rate = usd_per_h(burn.listed.total_usd_per_h, mark=burn.listed.mark)
    parts: list[Styled] = [(Span("listed ", "dim"), Span(rate, "title"))]
    if burn.billed_usd_per_h is not None:
        parts.append((Span("billed ", "dim"), Span(usd_per_h(burn.billed_usd_per_h))))
    if burn.gap_usd_per_h is not None and width >= 70:
        parts.append(_gap(burn.gap_usd_per_h))
    return join(parts, DOT)


def _gap(gap_usd_per_h: Decimal) -> Styled:
    sign = "+" if gap_usd_per_h >= 0 else "-"
    return (Span("gap ", "dim"), Span(f"{sign}{usd_per_h(abs(gap_usd_per_h))}"))


# -- sums and sentences --------------------------------------------------------------------


def sums_note(sums: SpendTotals | None, width: int) -> Styled:
    """Return today, the last 24 hours and the month, as many as fit."""
    if sums is None:
        return ""
    parts: list[Styled] = [
        (Span("today ", "dim"), Span(usd(sums.today_usd, mark=sums.day_mark))),
        (Span("24 h ", "dim"), Span(usd(sums.day_usd, mark=sums.day_mark))),
        (Span("month ", "dim"), Span(usd(sums.month_usd, mark=sums.month_mark))),
    ]
    while len(parts) > 1 and width_of(join(parts, DOT)) > width:
        parts.pop(1 if len(parts) == 3 else -1)
    return join(parts, DOT)


def type_line(sums: SpendTotals, width: int) -> Styled:
    """Return the last 24 hours by type in one line, the largest first, as many as fit."""
    found: Styled = (Span(" 24 h  ", "dim"),)
    for number, line in enumerate(one for one in sums.by_type if one.day_usd >= CENT):
        more = (Span(f"{line.resource_type} ", "dim"), Span(amount(line.day_usd, mark=sums.day_mark)))
        longer = join((found, DOT if number else "", more))
        if width_of(longer) > width:
            break
        found = longer
    return found


def type_table(sums: SpendTotals, width: int) -> tuple[Styled, ...]:
    """Return the sums by type as a small table with its header and its total."""
    cells = min(14, max(9, (width - 14) // 3))
    name_cells = min(24, width - 3 * cells - 2)
    total = TypeTotal("all", sums.today_usd, sums.day_usd, sums.every_usd)
    table = [_table_line(("TYPE", "TODAY $", "24 H $", "ALL READ $"), name_cells, cells, "dim")]
    for one in (*sums.by_type, total):
        texts = (
            one.resource_type,
            amount(one.today_usd, mark=sums.day_mark),
            amount(one.day_usd, mark=sums.day_mark),
            amount(one.every_usd),
        )
        table.append(_table_line(texts, name_cells, cells, "title" if one is total else "text"))
    return tuple(table)


def _table_line(texts: Sequence[str], name_cells: int, cells: int, role: Role) -> Styled:
    first, *others = texts
    numbers = [fit(Span(text, role), cells, "right") for text in others]
    return join((Span(" "), fit(Span(first, role), name_cells), *numbers))


def coverage_notes(
    complete_since: datetime | None, range_start: datetime, now: datetime, *, has_guesses: bool, long: bool
) -> Iterator[Styled]:
    """Yield what is missing from the picture, and what in it is a guess."""
    if complete_since is not None and complete_since > range_start:
        back = moment(complete_since, now)
        what = "older spending is not shown" if long else "not older"
        yield Span(f"rows read back to {back}; {what}", "warn")
    if has_guesses:
        if long:
            yield Span("what rows cost before prime-tui watched is spread evenly over their life", "dim")
        else:
            yield Span("costs from before we watched are spread evenly", "dim")


def rise_note(rise: BalanceRise, now: datetime) -> Styled:
    """Return that money came in."""
    return Span(f"balance rose by {usd(rise.usd)} at {moment(rise.at, now)}: a top-up or a refund", "accent")


def uncharged_note(found: Uncharged, now: datetime) -> Styled:
    """Return that something else than the balance pays."""
    rows, balance = usd(found.grown_usd), usd(found.fell_usd)
    at = moment(found.since, now)
    return Span(f"since {at} rows grew {rows}, the balance fell {balance}: a grant may pay", "warn")


def unlisted_note(unlisted_usd_per_h: Mapping[str, Decimal]) -> Styled:
    """Return what is billed and in no price list of ours."""
    parts = [f"{name} {usd_per_h(rate)}" for name, rate in unlisted_usd_per_h.items()]
    return Span(f"in the gap: {', '.join(parts)}", "dim")


# -- billing rows ------------------------------------------------------------------------


def billing_cells(
    row: BillingRow, name: str, grown: Decimal | None, now: datetime, *, is_old: bool
) -> tuple[Styled, ...]:
    """Return the cells of a billing row, one for each of `BILLING_COLUMNS`."""
    role: Role = "stale" if is_old else "text"
    dim: Role = "stale" if is_old else "dim"
    what = Span(name, role) if name else Span(short_id(row.resource_id), dim)
    unit = "" if row.currency == "USD" else f" {row.currency}"
    sign = "" if grown is None or grown < 0 else "+"
    return (
        Span(moment(row.shown_at, now), dim),
        Span(row.resource_type, role),
        what,
        Span("" if grown is None else sign + amount(grown, places=4), role),
        Span(amount(row.amount) + unit, role),
    )


def billing_details(row: BillingRow, name: str, grown: Decimal | None, now: datetime) -> list[Styled]:
    """Return everything that is known of a billing row."""
    return _pairs(
        ("what", name or UNKNOWN),
        ("type", row.resource_type),
        ("resource", row.resource_id or UNKNOWN),
        ("billing row", row.id),
        ("total", f"{amount(row.amount, places=6)} {row.currency}"),
        ("grew last by", UNKNOWN if grown is None else amount(grown, places=6)),
        ("created", _when(row.created_at, now)),
        ("last billed", _when(row.last_billed_at, now)),
        ("last changed", _when(row.updated_at, now)),
    )


def _pairs(*pairs: tuple[str, str]) -> list[Styled]:
    return [(Span(f"{label:<13}", "dim"), Span(text)) for label, text in pairs]


def _when(at: datetime | None, now: datetime) -> str:
    return UNKNOWN if at is None else f"{moment(at, now)}Z, {age(at, now)} ago"


def rows_note(shown: int, read: int, total: int | None, doing: str, *, is_filtered: bool) -> Styled:
    """Return how many rows there are, and whether older ones are being read."""
    if doing:
        return Span(doing, "accent")
    if is_filtered:
        more = "" if total is None or read >= total else f" · {count(total)} in all"
        return Span(f"{count(shown)} of {count(read)} read{more}", "dim")
    if total is None or read < total:
        return Span(f"{count(read)} of {count(total)} rows", "dim")
    return Span(f"all {count(read)} rows", "dim")


def unreadable_note(unreadable: Sequence[UnreadableRow]) -> Styled:
    """Return how many rows could not be used, and why the first one could not."""
    if not unreadable:
        return ""
    rows = "1 row" if len(unreadable) == 1 else f"{count(len(unreadable))} rows"
    return (Span(" · ", "dim"), Span(f"{rows} unreadable: {unreadable[0].reason}", "warn"))
