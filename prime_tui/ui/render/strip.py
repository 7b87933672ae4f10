"""The two lines on top of every screen: whose wallet, how much, how fast, until when, how old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.remote import Freshness, SourceAge
from prime_tui.domain.spend import Burn, Runway
from prime_tui.domain.units import UNKNOWN, clock_time, span, usd, usd_per_h
from prime_tui.ui.render.glyphs import spark
from prime_tui.ui.render.styled import Role, Span, Styled, clip, join, width_of

TABS = ("Wallet", "Runs", "Pods", "Chat")
SPARK_BUCKETS = 24
WIDE, MIDDLE = 120, 96


@dataclass(frozen=True, slots=True)
class StripFacts:
    """Everything that the strip shows.

    Attributes:
        wallet: Whose wallet, as a person calls it.
        balance_usd: None is unknown.
        is_balance_old: True when the balance must not look fresh.
        spend_by_hour: The last 24 hours, oldest first; None where nothing is known.
        measured_usd_per_h: What billing was seen to charge; None until it was watched long enough.
    """

    active_tab: int
    now: datetime
    wallet: str = ""
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
    room = width - width_of(left) - 4
    for level in range(4):
        parts = [part for part in _right_parts(facts, level) if width_of(part)]
        right = join([*parts, clock], "  " if level < 2 else " ")
        if width_of(right) <= room:
            break
    return join([" ", left]), join([right, " "])


def _right_parts(facts: StripFacts, level: int) -> list[Styled]:
    """The right part, shorter with each level."""
    names = {0: None, 1: None, 2: 1, 3: 1}[level]
    limit = {0: 24, 1: 16, 2: 12, 3: 8}[level]
    parts: list[Styled] = []
    label = clip(facts.wallet, limit)
    badges = (" DEMO" if facts.is_demo and level < 3 else "") + (" RO" if facts.is_read_only else "")
    parts.append((Span(label, "title"), Span(badges, "warn")))
    parts.append(join([_source(source, names) for source in facts.sources], " "))
    role: Role = "warn" if facts.budget.is_short and facts.budget.allowed else "dim"
    calls = f"{facts.budget.used}/{facts.budget.allowed}"
    parts.append(Span(f"API {calls}" if level < 2 else calls if level < 3 else str(facts.budget.used), role))
    parts.append(_alert_count(facts.alerts))
    return parts


def _source(source: SourceAge, letters: int | None) -> Styled:
    name = source.name if letters is None else source.name[:letters]
    if source.freshness is Freshness.FRESH:
        return (Span("●" if letters is None else "", "good"), Span(f"{name} {span(source.age_s)}", "dim"))
    if source.freshness is Freshness.LOADING:
        return Span(f"◌{name} …", "dim")
    age = "never" if source.age_s is None else f"stale {span(source.age_s)}"
    if letters is not None:
        return Span(f"▲{name} {span(source.age_s)}", "bad")
    retry = "" if source.retry_in_s is None else f" · retry {span(source.retry_in_s)}"
    return Span(f"▲{name} {age}{retry}", "bad")


def _alert_count(alerts: Sequence[Alert]) -> Styled:
    if not alerts:
        return Span("▲0", "dim")
    worst = max(alert.urgency for alert in alerts)
    return Span(f"▲{len(alerts)}", "bad" if worst >= Urgency.CRITICAL else "warn")


def second_line(facts: StripFacts, width: int) -> tuple[Styled, Styled]:
    """Return the left and right parts: balance, burn and runway; the last day's spending."""
    balance_role: Role = "stale" if facts.is_balance_old else "title"
    if facts.balance_usd is not None and facts.balance_usd <= 0:
        balance_role = "bad"
    parts: list[Styled] = [
        Span(usd(facts.balance_usd), balance_role),
        _burn(facts, long=width >= WIDE),
        _runway(facts.runway, facts.burn, long=width >= MIDDLE, now=facts.now),
    ]
    total = usd(facts.spent_24h_usd)
    spark_width = 24 if width >= WIDE else 12 if width >= MIDDLE else 8
    drawn = spark(facts.spend_by_hour, spark_width) if facts.spend_by_hour else ""
    label = "24h " if width >= MIDDLE or facts.spent_24h_usd is None else ""
    right = (Span(drawn, "accent"), Span(f" {label}"), Span(total, "text"), Span(" "))
    return join([" ", join(parts, "   ")]), right


def _burn(facts: StripFacts, *, long: bool) -> Styled:
    if facts.burn is None:
        return (Span("burn ", "dim"), Span(UNKNOWN))
    rate = usd_per_h(facts.burn.total_usd_per_h, mark=facts.burn.mark)
    parts = [Span("burn ", "dim"), Span(rate, "text")]
    if facts.measured_usd_per_h is not None and long:
        parts.append(Span(f" (billed {usd_per_h(facts.measured_usd_per_h)})", "dim"))
    return tuple(parts)


def _runway(runway: Runway, burn: Burn | None, *, long: bool, now: datetime) -> Styled:
    if runway.hours is None:
        return (Span("runway ", "dim"), Span("no burn" if runway.reason == "no burn" else UNKNOWN))
    # A burn with unknown parts makes the runway an upper bound; unseen grants make it a lower one.
    mark = "~" if burn is not None and burn.unknown else "≥"
    role: Role = "bad" if runway.hours < 12 else "text"
    parts = [Span("runway ", "dim"), Span(mark + span(float(runway.hours) * 3600), role)]
    if runway.ends_at is not None and runway.ends_at - now < timedelta(days=300):
        pattern = "%a %H:%M" if runway.ends_at - now < timedelta(days=6) else "%d %b"
        end = runway.ends_at.astimezone(UTC).strftime(pattern)
        parts.append(Span(f" → {end}" if long or len(end) < 10 else "", "dim"))
    return tuple(parts)
