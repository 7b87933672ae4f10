"""The two lines on top of every screen: whose wallet, how much, how fast, until when, how old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from math import ceil
from typing import NamedTuple

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.domain.budget import SHORT_FROM, BudgetUse
from prime_tui.domain.remote import Freshness, SourceAge
from prime_tui.domain.spend import SHORT_RUNWAY_H, Burn, Runway, runway_mark
from prime_tui.domain.units import UNKNOWN, clock_time, moment, percent, span, usd, usd_per_h
from prime_tui.ui.render.glyphs import spark
from prime_tui.ui.render.styled import ChipRole, Role, Span, Styled, clip, join, width_of

TABS = ("Wallet", "Runs", "Pods", "Chat")
SPARK_BUCKETS = 24
LEAST_WIDTH, LEAST_HEIGHT = 60, 15
"""Of the terminal, for any screen."""
WIDE, MIDDLE, NARROW = 120, 96, 80
CHIP = "■"
ONE_NAME_CELLS = 9
"""Below it there is room for the profile's name or the wallet's, not for both."""


@dataclass(frozen=True, slots=True)
class StripFacts:
    """Everything that the strip shows.

    Attributes:
        wallet: Whose wallet, as a person calls it.
        profile: Its name; empty where there is only the one without a name.
        chip: The colour of the profile.
        balance_usd: None is unknown.
        is_balance_old: True when the balance must not look fresh.
        is_burn_old: True when the burn must not, since one of the lists that it is the sum of is old.
        spend_by_hour: The last 24 hours, oldest first; None where nothing is known.
        measured_usd_per_h: What billing was seen to charge; None until it was watched long enough.
        is_ticking: False when this goes on being shown until something changes: then no age counts up.
        is_spending_partial: True when not everything of those hours was read: the sum is a lower bound.
    """

    active_tab: int
    now: datetime
    is_ticking: bool = True
    wallet: str = ""
    profile: str = ""
    chip: ChipRole | None = None
    is_demo: bool = False
    is_read_only: bool = False
    sources: tuple[SourceAge, ...] = ()
    budget: BudgetUse = field(default_factory=lambda: BudgetUse(0, 0))
    alerts: tuple[Alert, ...] = ()
    balance_usd: Decimal | None = None
    is_balance_old: bool = False
    is_burn_old: bool = False
    burn: Burn | None = None
    measured_usd_per_h: Decimal | None = None
    runway: Runway = field(default_factory=lambda: Runway(reason="unknown"))
    spend_by_hour: tuple[Decimal | None, ...] = ()
    spent_24h_usd: Decimal | None = None
    is_spending_partial: bool = False

    def __hash__(self) -> int:
        """Cheap: lines are looked up by these facts every second, and what differs is mostly here."""
        return hash((self.active_tab, self.now, self.balance_usd))


class Fit(NamedTuple):
    """One way to write the right part of the first line; the first one that fits is taken."""

    wallet_cells: int
    has_names: bool
    is_tight: bool
    gap: str
    has_calls: bool = True


FITS = (
    Fit(48, True, False, "  "),
    Fit(24, True, False, "  "),
    Fit(16, True, False, "  "),
    Fit(14, False, False, "  "),
    Fit(12, False, True, " "),
    Fit(9, False, True, " "),
    Fit(16, False, True, " ", has_calls=False),
    Fit(9, False, True, " ", has_calls=False),
    Fit(6, False, True, " ", has_calls=False),
)


def first_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts: tabs and wallet; ages, calls, alerts and the clock."""
    clock = clock_part(facts.now, width, is_ticking=facts.is_ticking)
    left, right = first_parts(facts, width - len(clock.text), width)
    return left, join([right, clock])


def clock_part(now: datetime, width: int, *, is_ticking: bool = True) -> Span:
    """Return what is at the right end of the first line, with a blank after it."""
    clock = f"{clock_time(now)} "
    if not is_ticking:
        clock = f"{'as of ' if width >= MIDDLE else '@'}{clock}"
    return Span(clock, "dim")


def first_parts(facts: StripFacts, room: int, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts of the first line before the clock, for `room` of `width` cells."""
    draw = _ticking_source if facts.is_ticking else partial(_standing_source, now=facts.now)
    ages = tuple(tuple(draw(source, has_names) for source in facts.sources) for has_names in (False, True))
    return _before_clock(_without_seconds(facts), ages, room, width)


def _without_seconds(facts: StripFacts) -> StripFacts:
    """The part that does not change from second to second, so that its lines are kept."""
    return replace(facts, now=facts.now.replace(second=0, microsecond=0), sources=())


@lru_cache(maxsize=8)
def _before_clock(
    facts: StripFacts, ages: tuple[tuple[Styled, ...], ...], room: int, width: int
) -> tuple[Styled, Styled]:
    left = _tabs(facts.active_tab, width)
    room -= width_of(left) + 2
    for fit in FITS:
        right = join(
            [part for part in _right_parts(facts, ages[fit.has_names], fit) if width_of(part)], fit.gap
        )
        right = join([right, fit.gap]) if width_of(right) else right
        if width_of(right) <= room:
            break
    return join([" ", left]), right


def _tabs(active_tab: int, width: int) -> Styled:
    """Return the tabs; in a narrow terminal only the open one has a name, so that the wallet keeps its."""
    tabs: list[Styled] = []
    for index, name in enumerate(TABS):
        if index == active_tab:
            tabs.append((Span(f"{index + 1} ", "accent"), Span(name, "title")))
        else:
            tabs.append(Span(f"{index + 1} {name}" if width >= NARROW else f"{index + 1}", "dim"))
    return join(tabs, "  " if width >= MIDDLE else " ")


def _right_parts(facts: StripFacts, sources: Sequence[Styled], fit: Fit) -> list[Styled]:
    who = _who(facts, fit)
    if facts.is_read_only:
        who.append(Span(" RO", "warn"))
    calls = _calls(facts, fit) if fit.has_calls else ""
    return [tuple(who), join(sources, " "), calls, _alert_count(facts.alerts)]


def _who(facts: StripFacts, fit: Fit) -> list[Span]:
    """Return the chip, the profile and the wallet; what does not fit goes from the end."""
    chip = [] if facts.chip is None else [Span(f"{CHIP} ", facts.chip)]
    if facts.is_demo and fit.is_tight:
        return [*chip, Span("DEMO", "warn")]
    names = [part for part in (facts.profile, facts.wallet) if part]
    label = clip(" ".join(names[:1] if fit.wallet_cells < ONE_NAME_CELLS else names), fit.wallet_cells)
    return [*chip, Span(label, "title"), *([Span(" DEMO", "warn")] if facts.is_demo else [])]


def _calls(facts: StripFacts, fit: Fit) -> Styled:
    budget = facts.budget
    if not budget.allowed:
        return ""  # nothing is connected yet
    if not facts.is_ticking and not budget.is_short:
        return Span(f"API <{percent(SHORT_FROM)}", "dim")
    calls = str(budget.used) if fit.is_tight else f"{budget.used}/{budget.allowed}"
    return Span(f"API {calls}", "warn" if budget.is_short else "dim")


def _ticking_source(source: SourceAge, has_names: bool) -> Styled:
    """How old a source is."""
    name = f"{source.name} " if has_names else source.name[0]
    age = span(source.age_s)
    if source.is_switched_off:
        return Span(f"✕{name}{'not permitted' if has_names else age}", "bad")
    match source.freshness:
        case Freshness.FRESH:
            return (Span("●" if has_names else "", "good"), Span(f"{name}{age}", "dim"))
        case Freshness.LOADING:
            return Span(f"◌{name}…", "dim")
        case Freshness.STALE if source.retry_in_s is None:
            return Span(f"○{name}{age}", "warn")
    if not has_names:
        return Span(f"✕{name}{age}", "bad")
    old = "never" if source.age_s is None else f"stale {age}"
    retry = "" if source.retry_in_s is None else f" · retry {span(source.retry_in_s)}"
    return Span(f"✕{name}{old}{retry}", "bad")


def _standing_source(source: SourceAge, has_names: bool, *, now: datetime) -> Styled:
    """Since when a source is old, or how old at most one is that is fresh: both stay true for a while."""
    name = f"{source.name} " if has_names else source.name[0]
    read_at = None if source.age_s is None else now - timedelta(seconds=source.age_s)
    since = f"{moment(read_at, now)}Z"
    if source.is_switched_off:
        old = "not permitted" if has_names else "" if read_at is None else since
        return Span(f"✕{name}{old}", "bad")
    match source.freshness:
        case Freshness.FRESH:
            bound = since if source.late_after_s is None else f"≤{_rounded_up(source.late_after_s)}"
            return (Span("●" if has_names else "", "good"), Span(f"{name}{bound}", "dim"))
        case Freshness.LOADING:
            return Span(f"◌{name}…", "dim")
        case Freshness.STALE if source.retry_in_s is None:
            return Span(f"○{name}{since}", "warn")
    if not has_names:
        return Span(f"✕{name}{'' if read_at is None else since}", "bad")
    old = "never" if read_at is None else f"stale since {since}"
    if source.retry_in_s is None:
        return Span(f"✕{name}{old}", "bad")
    retry_at = clock_time(now + timedelta(seconds=source.retry_in_s))
    return Span(f"✕{name}{old} · retry {retry_at}", "bad")


def _rounded_up(seconds: float) -> str:
    """A duration that is not shorter than the true one."""
    return span(ceil(seconds) if seconds <= 59 else ceil(seconds / 60) * 60)


def _alert_count(alerts: Sequence[Alert]) -> Styled:
    if not alerts:
        return Span("▲0", "dim")
    worst = max(alert.urgency for alert in alerts)
    return Span(f"▲{len(alerts)}", "bad" if worst >= Urgency.CRITICAL else "warn")


def second_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts: balance, burn and runway; the last day's spending.

    What is dear to lose goes last: the sparkline shrinks and vanishes before a number does.
    """
    return _second_line(_without_seconds(facts), width)


@lru_cache(maxsize=8)
def _second_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    balance_role: Role = "stale" if facts.is_balance_old else "title"
    if facts.balance_usd is not None and facts.balance_usd <= 0:
        balance_role = "bad"
    for level in range(5):
        parts: list[Styled] = [
            Span(usd(facts.balance_usd), balance_role),
            _burn(facts, long=width >= WIDE and level == 0),
            _runway(facts, with_end=level < 3),
        ]
        left, right = join([" ", join(parts, "   " if level < 2 else "  ")]), _last_day(facts, width, level)
        if width_of(left) + 1 + width_of(right) <= width:
            break
    return left, right


def _last_day(facts: StripFacts, width: int, level: int) -> Styled:
    if level == 4:
        return ""
    spark_width = (24 if width >= WIDE else 12 if width >= MIDDLE else 8) if level < 2 else 0
    drawn = spark(facts.spend_by_hour, spark_width) if facts.spend_by_hour else ""
    label = "24h " if width >= MIDDLE or not drawn else ""
    total = usd(facts.spent_24h_usd, mark="≥" if facts.is_spending_partial else "")
    parts = (Span(drawn, "accent"), Span(" " if drawn else ""), Span(label), Span(total), Span(" "))
    return join(parts)


def _burn(facts: StripFacts, *, long: bool) -> Styled:
    if facts.burn is None or (facts.burn.unknown and not facts.burn.total_usd_per_h):
        return (Span("burn ", "dim"), Span(UNKNOWN))  # at least nothing is no news
    rate = usd_per_h(facts.burn.total_usd_per_h, mark=facts.burn.mark)
    parts = [Span("burn ", "dim"), Span(rate, "stale" if facts.is_burn_old else "text")]
    if facts.measured_usd_per_h is not None and long:
        parts.append(Span(f" (billed {usd_per_h(facts.measured_usd_per_h)})", "dim"))
    return tuple(parts)


def _runway(facts: StripFacts, *, with_end: bool) -> Styled:
    runway, now = facts.runway, facts.now
    if runway.hours is None:
        return (Span("runway ", "dim"), Span("no burn" if runway.reason == "no burn" else UNKNOWN))
    is_old = facts.is_balance_old or facts.is_burn_old
    mark = runway_mark(facts.burn, is_old=is_old)
    role: Role = "stale" if is_old else "text"
    if runway.hours < SHORT_RUNWAY_H:
        role = "bad"
    parts = [Span("runway ", "dim"), Span(mark + span(float(runway.hours) * 3600), role)]
    if with_end and runway.ends_at is not None and runway.ends_at - now < timedelta(days=300):
        pattern = "%a %H:%M" if runway.ends_at - now < timedelta(days=6) else "%d %b"
        end = runway.ends_at.astimezone(UTC).strftime(pattern)
        parts.append(Span(f" → {end}", "dim"))
    return tuple(parts)
