"""The two lines on top of every screen: whose wallet, how much, how fast, until when, how old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.remote import Freshness, SourceAge
from prime_tui.domain.spend import SHORT_RUNWAY_H, Burn, Runway
from prime_tui.domain.units import UNKNOWN, clock_time, span, usd, usd_per_h
from prime_tui.ui.render.glyphs import spark
from prime_tui.ui.render.styled import ChipRole, Role, Span, Styled, clip, join, width_of

TABS = ("Wallet", "Runs", "Pods", "Chat")
SPARK_BUCKETS = 24
FRESH_STEP_S = 5
LEAST_WIDTH, LEAST_HEIGHT = 60, 15
"""Of the terminal, for any screen."""
WIDE, MIDDLE = 120, 96
CHIP = "■"
BARE_CELLS = 5
"""What is left of a profile's name where nothing else fits."""


@dataclass(frozen=True, slots=True)
class StripFacts:
    """Everything that the strip shows.

    Attributes:
        wallet: Whose wallet, as a person calls it.
        profile: Its name; empty where there is only the one without a name.
        chip: The colour of the profile.
        balance_usd: None is unknown.
        is_balance_old: True when the balance must not look fresh.
        spend_by_hour: The last 24 hours, oldest first; None where nothing is known.
        measured_usd_per_h: What billing was seen to charge; None until it was watched long enough.
        is_spending_partial: True when not all rows of those hours were read: the sum is a lower bound.
    """

    active_tab: int
    now: datetime
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
    burn: Burn | None = None
    measured_usd_per_h: Decimal | None = None
    runway: Runway = field(default_factory=lambda: Runway(reason="unknown"))
    spend_by_hour: Sequence[Decimal | None] = ()
    spent_24h_usd: Decimal | None = None
    is_spending_partial: bool = False


class Fit(NamedTuple):
    """One way to write the right part of the first line; the first one that fits is taken."""

    wallet_cells: int
    has_names: bool
    is_tight: bool
    gap: str
    is_bare: bool = False


FITS = (
    Fit(24, True, False, "  "),
    Fit(16, True, False, "  "),
    Fit(14, False, False, "  "),
    Fit(12, False, True, " "),
    Fit(9, False, True, " "),
    Fit(0, False, True, " ", is_bare=True),
)


def first_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts: tabs and wallet; ages, calls, alerts and the clock."""
    tabs: list[Styled] = []
    for index, name in enumerate(TABS):
        role: Role = "title" if index == facts.active_tab else "dim"
        tabs.append(
            (Span(f"{index + 1} ", "accent" if index == facts.active_tab else "dim"), Span(name, role))
        )
    left = join(tabs, "  " if width >= MIDDLE else " ")
    clock = Span(clock_time(facts.now), "dim")
    room = width - width_of(left) - 3
    for fit in FITS:
        parts = [part for part in _right_parts(facts, fit) if width_of(part)]
        right = join([*parts, clock], fit.gap)
        if width_of(right) <= room:
            break
    return join([" ", left]), join([right, " "])


def _right_parts(facts: StripFacts, fit: Fit) -> list[Styled]:
    who = _who(facts, fit)
    if facts.is_read_only:
        who.append(Span(" RO", "warn"))
    ages = join([_source(source, fit) for source in facts.sources], " ")
    if fit.is_bare:
        return [tuple(who), ages, _alert_count(facts.alerts)]
    return [tuple(who), ages, _calls(facts.budget, fit), _alert_count(facts.alerts)]


def _who(facts: StripFacts, fit: Fit) -> list[Span]:
    """Return the chip, the profile and the wallet; what does not fit goes from the end."""
    chip = [] if facts.chip is None else [Span(f"{CHIP} ", facts.chip)]
    if facts.is_demo and fit.is_tight:
        return [] if fit.is_bare else [*chip, Span("DEMO", "warn")]
    if fit.is_bare:
        return [*chip, Span(clip(facts.profile, BARE_CELLS), "title")] if facts.profile else chip
    label = clip(" ".join(part for part in (facts.profile, facts.wallet) if part), fit.wallet_cells)
    return [*chip, Span(label, "title"), *([Span(" DEMO", "warn")] if facts.is_demo else [])]


def _calls(budget: BudgetUse, fit: Fit) -> Styled:
    if not budget.allowed:
        return ""  # nothing is connected yet
    calls = str(budget.used) if fit.is_tight else f"{budget.used}/{budget.allowed}"
    return Span(f"API {calls}", "warn" if budget.is_short else "dim")


def _source(source: SourceAge, fit: Fit) -> Styled:
    name = f"{source.name} " if fit.has_names else source.name[0]
    age = span(source.age_s)
    match source.freshness:
        case Freshness.FRESH:
            return (Span("●" if fit.has_names else "", "good"), Span(f"{name}{_in_steps(source)}", "dim"))
        case Freshness.LOADING:
            return Span(f"◌{name}…", "dim")
        case Freshness.STALE if source.retry_in_s is None:
            return Span(f"○{name}{age}", "warn")
    if not fit.has_names:
        return Span(f"✕{name}{age}", "bad")
    old = "never" if source.age_s is None else f"stale {age}"
    retry = "" if source.retry_in_s is None else f" · retry {span(source.retry_in_s)}"
    return Span(f"✕{name}{old}{retry}", "bad")


def _in_steps(source: SourceAge) -> str:
    """The age of something fresh: three numbers that change every second would cost more than they tell."""
    age_s = source.age_s
    return span(age_s if age_s is None or age_s >= 60 else age_s // FRESH_STEP_S * FRESH_STEP_S)


def _alert_count(alerts: Sequence[Alert]) -> Styled:
    if not alerts:
        return Span("▲0", "dim")
    worst = max(alert.urgency for alert in alerts)
    return Span(f"▲{len(alerts)}", "bad" if worst >= Urgency.CRITICAL else "warn")


def second_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts: balance, burn and runway; the last day's spending.

    What is dear to lose goes last: the sparkline shrinks and vanishes before a number does.
    """
    balance_role: Role = "stale" if facts.is_balance_old else "title"
    if facts.balance_usd is not None and facts.balance_usd <= 0:
        balance_role = "bad"
    for level in range(5):
        parts: list[Styled] = [
            Span(usd(facts.balance_usd), balance_role),
            _burn(facts, long=width >= WIDE and level == 0),
            _runway(facts.runway, facts.burn, with_end=level < 3, now=facts.now),
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
    parts = [Span("burn ", "dim"), Span(rate, "text")]
    if facts.measured_usd_per_h is not None and long:
        parts.append(Span(f" (billed {usd_per_h(facts.measured_usd_per_h)})", "dim"))
    return tuple(parts)


def _runway(runway: Runway, burn: Burn | None, *, with_end: bool, now: datetime) -> Styled:
    if runway.hours is None:
        return (Span("runway ", "dim"), Span("no burn" if runway.reason == "no burn" else UNKNOWN))
    mark = "≥" if burn is None else burn.runway_mark
    role: Role = "bad" if runway.hours < SHORT_RUNWAY_H else "text"
    parts = [Span("runway ", "dim"), Span(mark + span(float(runway.hours) * 3600), role)]
    if with_end and runway.ends_at is not None and runway.ends_at - now < timedelta(days=300):
        pattern = "%a %H:%M" if runway.ends_at - now < timedelta(days=6) else "%d %b"
        end = runway.ends_at.astimezone(UTC).strftime(pattern)
        parts.append(Span(f" → {end}", "dim"))
    return tuple(parts)
