"""The two lines on top and the keys at the bottom: what fits, what gives way first, what is never cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.remote import Freshness, SourceAge
from prime_tui.domain.spend import Burn, Runway
from prime_tui.ui.render.footer import KeyHint, footer
from prime_tui.ui.render.strip import StripFacts, first_line, second_line
from prime_tui.ui.render.styled import Styled, plain, spans_of, width_of

NOW = datetime(2026, 11, 20, 8, 41, 7, tzinfo=UTC)
CALM = StripFacts(
    active_tab=0,
    now=NOW,
    wallet="acme",
    sources=(
        SourceAge("wallet", Freshness.FRESH, 12.0),
        SourceAge("runs", Freshness.FRESH, 4.0),
        SourceAge("pods", Freshness.FRESH, 9.0),
    ),
    budget=BudgetUse(212, 1000),
    balance_usd=Decimal("412.08"),
    burn=Burn(Decimal("11.00"), Decimal("0.42")),
    measured_usd_per_h=Decimal("11.40"),
    runway=Runway(Decimal("34.2"), ends_at=NOW + timedelta(hours=34)),
    spend_by_hour=tuple(Decimal(number) for number in range(24)),
    spent_24h_usd=Decimal("251.10"),
)


def text(parts: tuple[Styled, Styled], width: int) -> str:
    """The line as a person sees it, with what does not fit marked."""
    left, right = plain(parts[0]), plain(parts[1])
    gap = width - width_of(parts[0]) - width_of(parts[1])
    return f"{left}{' ' * gap}{right}" if gap >= 0 else f"!! {left} {right}"


def roles(styled: Styled, piece: str) -> set[str]:
    """The roles in which a piece of text is written."""
    return {span.role for span in spans_of(styled) if piece in span.text}


def test_eighty_columns() -> None:
    one, two = text(first_line(CALM, 80), 80), text(second_line(CALM, 80), 80)
    assert one == " 1 Wallet 2 Runs 3 Pods 4 Chat  acme  w12s r4s p9s  API 212/1000  ▲0  08:41:07Z "
    assert two == " $412.08   burn $11.42/h   runway ≥34h12 → Sat 18:41           ▂▃▃▄▅▆▇█ $251.10 "


def test_a_long_name_is_whole_where_there_is_room_for_it() -> None:
    facts = replace(CALM, profile="lab", wallet="Ada Example · personal")
    assert "lab Ada Example · personal" in text(first_line(facts, 160), 160)
    assert "lab Ada Example · personal" not in text(first_line(facts, 120), 120)


def test_wide() -> None:
    one, two = text(first_line(CALM, 150), 150), text(second_line(CALM, 150), 150)
    assert "acme  ●wallet 12s ●runs 4s ●pods 9s  API 212/1000  ▲0  08:41:07Z" in one
    assert "burn $11.42/h (billed $11.40/h)   runway ≥34h12 → Sat 18:41" in two
    assert two.endswith("▇▇▇██ 24h $251.10 ")


def test_the_tab_that_is_open_stands_out() -> None:
    left, _ = first_line(replace(CALM, active_tab=2), 100)
    assert roles(left, "Pods") == {"title"}
    assert roles(left, "Wallet") == {"dim"}


@pytest.mark.parametrize("width", [60, 72, 80, 96, 100, 120, 160, 300])
def test_the_numbers_are_whole_at_every_width(width: int) -> None:
    loud = replace(
        CALM,
        wallet="A very long name of a team 名前の長いチーム",
        is_demo=True,
        is_read_only=True,
        alerts=tuple(Alert(f"a{number}", Urgency.CRITICAL, "x") for number in range(12)),
        budget=BudgetUse(1000, 1000),
        balance_usd=Decimal("-12345.67"),
        burn=Burn(Decimal("1234.56"), unknown=("x",)),
        spent_24h_usd=Decimal("29629.44"),
    )
    for facts in (CALM, loud):
        one, both = first_line(facts, width), second_line(facts, width)
        assert width_of(both[0]) + width_of(both[1]) <= width, text(both, width)
        assert width_of(one[0]) + width_of(one[1]) <= width, text(one, width)
        two = text(both, width)
        assert f"${abs(facts.balance_usd or 0):,.2f}" in two
        assert "runway" in two
        assert f"${facts.spent_24h_usd:,.2f}" in two or (width < 80 and facts is loud)
        assert "08:41:07Z" in text(first_line(facts, width), width)


@pytest.mark.parametrize("width", [60, 66, 72, 79])
def test_a_narrow_terminal_still_names_whose_wallet_it_is(width: int) -> None:
    plain_one = text(first_line(CALM, width), width)
    assert plain_one.startswith(" 1 Wallet 2 3 4 ")
    assert " acme " in plain_one
    facts = replace(CALM, active_tab=1, profile="staging", chip="chip-red", wallet="Research Guild")
    one = text(first_line(facts, width), width)
    assert one.startswith(" 1 2 Runs 3 4 ")
    assert "■ staging" in one
    assert "w12s r4s p9s" in one
    assert one.endswith(" 08:41:07Z ")
    crowded = replace(
        facts,
        is_read_only=True,
        alerts=tuple(Alert(f"a{number}", Urgency.CRITICAL, "x") for number in range(12)),
        sources=tuple(
            SourceAge(name, Freshness.STALE, 7e4, retry_in_s=9) for name in ("wallet", "runs", "pods")
        ),
    )
    assert "■ stag" in text(first_line(crowded, width), width)
    assert " RO " in text(first_line(crowded, width), width)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(60, 200),
    st.text(st.characters(exclude_categories=["C"]), max_size=60),
    st.decimals(-99999, 999999, places=2),
    st.integers(0, 30),
)
def test_nothing_is_drawn_outside_the_line(width: int, wallet: str, balance: Decimal, alerts: int) -> None:
    facts = replace(
        CALM,
        wallet=wallet,
        balance_usd=balance,
        alerts=(Alert("a", Urgency.NOTE, "x"),) * alerts,
        is_read_only=True,
    )
    for parts in (first_line(facts, width), second_line(facts, width)):
        assert width_of(parts[0]) + width_of(parts[1]) <= width


def test_what_is_unknown_is_a_dash_and_never_a_zero() -> None:
    blank = StripFacts(active_tab=0, now=NOW)
    one, two = text(first_line(blank, 100), 100), text(second_line(blank, 100), 100)
    assert two.split() == ["—", "burn", "—", "runway", "—", "24h", "—"]
    assert "0/0" not in one


def test_no_burn_is_said_in_words() -> None:
    assert "runway no burn" in plain(second_line(replace(CALM, runway=Runway(reason="no burn")), 100)[0])


def test_bounds_and_estimates_are_marked() -> None:
    partial = replace(CALM, burn=Burn(Decimal(3), unknown=("disks",)), is_spending_partial=True)
    line = text(second_line(partial, 130), 130)
    assert "≥$3.00/h" in line
    assert "runway ≤34h12" in line
    guessed = text(second_line(replace(CALM, burn=Burn(Decimal(3), has_estimates=True)), 130), 130)
    assert "burn ~$3.00/h" in guessed
    assert "runway ~34h12" in guessed
    unread = replace(CALM, burn=Burn(unknown=("runs",)))
    assert "burn —" in text(second_line(unread, 130), 130)
    assert "≥$251.10" in line
    assert "runway ≥34h12" in text(second_line(CALM, 130), 130)


def test_stale_looks_stale_and_says_since_when() -> None:
    stale = replace(
        CALM,
        is_balance_old=True,
        sources=(
            SourceAge("wallet", Freshness.STALE, 725.0, retry_in_s=40.0),
            SourceAge("runs", Freshness.LOADING),
            SourceAge("pods", Freshness.FAILED, retry_in_s=9.0),
        ),
    )
    line = text(first_line(stale, 150), 150)
    assert "✕wallet stale 12m · retry 40s" in line
    assert "◌runs …" in line
    assert "✕pods never · retry 9s" in line
    assert "✕w12m" in text(first_line(stale, 80), 80)
    assert roles(second_line(stale, 100)[0], "$412.08") == {"stale"}


def test_an_old_burn_looks_old_and_so_does_the_runway_that_follows_from_it() -> None:
    for facts, burn, runway, lasts in (
        (CALM, "text", "text", "≥34h12"),
        (replace(CALM, is_balance_old=True), "text", "stale", "~34h12"),
        (replace(CALM, is_burn_old=True), "stale", "stale", "~34h12"),
        (replace(CALM, is_burn_old=True, runway=Runway(Decimal(3))), "stale", "bad", "~3h00"),
    ):
        line = second_line(facts, 100)[0]
        assert roles(line, "/h") == {burn}
        assert roles(line, lasts) == {runway}


def test_what_costs_or_is_empty_is_loud() -> None:
    empty = replace(CALM, balance_usd=Decimal("-1.20"), runway=Runway(Decimal(0), ends_at=NOW))
    left, _ = second_line(empty, 100)
    assert roles(left, "-$1.20") == {"bad"}
    assert roles(left, "≥0s") == {"bad"}
    assert roles(second_line(CALM, 100)[0], "≥34h12") == {"text"}


def test_a_far_end_is_a_date_and_a_very_far_one_is_left_out() -> None:
    def end(hours: int) -> str:
        far = replace(CALM, runway=Runway(Decimal(hours), ends_at=NOW + timedelta(hours=hours)))
        return plain(second_line(far, 130)[0])

    assert "→ 30 Nov" in end(240)
    assert "→" not in end(24 * 400)


def test_demo_and_read_only_are_badges() -> None:
    line = text(first_line(replace(CALM, is_demo=True, is_read_only=True), 150), 150)
    assert "acme DEMO RO" in line


def test_a_short_budget_warns() -> None:
    assert roles(first_line(replace(CALM, budget=BudgetUse(900, 1000)), 150)[1], "900/1000") == {"warn"}
    assert roles(first_line(CALM, 150)[1], "212/1000") == {"dim"}


def test_the_footer_keeps_help_and_quit_and_drops_the_least_wanted() -> None:
    hints = [KeyHint(key, f"does {key}") for key in "abcdefgh"]
    always = (KeyHint("?", "help"), KeyHint("q", "quit"))
    wide = plain(footer(hints, 200, always))
    assert wide == " " + "  ".join(f"{key} does {key}" for key in "abcdefgh") + "  ? help  q quit"
    narrow = footer(hints, 40, always)
    assert plain(narrow) == " a does a  b does b  ? help  q quit"
    assert width_of(narrow) <= 40


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc 鍵", min_size=1, max_size=12), max_size=12), st.integers(30, 200))
def test_a_footer_never_passes_the_edge(verbs: list[str], width: int) -> None:
    hints = [KeyHint("x", verb) for verb in verbs]
    shown = footer(hints, width, (KeyHint("?", "help"), KeyHint("q", "quit")))
    assert width_of(shown) <= width
    assert plain(shown).endswith("? help  q quit")


STANDING = replace(CALM, is_ticking=False)


def test_without_a_clock_it_says_as_of_when_and_how_old_at_most() -> None:
    sources = (
        SourceAge("wallet", Freshness.FRESH, 12.0, late_after_s=150.0),
        SourceAge("runs", Freshness.FRESH, 4.0, late_after_s=30.0),
        SourceAge("pods", Freshness.STALE, 1800.0, retry_in_s=23.0, late_after_s=75.0),
    )
    one = text(first_line(replace(STANDING, sources=sources), 150), 150)
    assert "●wallet ≤3m ●runs ≤30s ✕pods stale since 08:11Z · retry 08:41:30Z" in one
    assert "API <80%" in one
    assert one.endswith(" as of 08:41:07Z ")
    assert text(first_line(replace(STANDING, sources=sources), 80), 80).endswith(" @08:41:07Z ")


@given(
    st.sampled_from(Freshness),
    st.none() | st.floats(0, 1e6),
    st.none() | st.floats(0, 1e4),
    st.none() | st.floats(20, 1e5),
    st.floats(0, 1e5),
    st.sampled_from([60, 80, 120, 200]),
)
def test_without_a_clock_nothing_counts_up_and_only_what_is_fresh_looks_fresh(
    freshness: Freshness,
    age_s: float | None,
    retry_in_s: float | None,
    late_after_s: float | None,
    later_s: float,
    width: int,
) -> None:
    source = SourceAge("pods", freshness, age_s, retry_in_s, late_after_s)
    facts = replace(STANDING, sources=(source,))
    line = text(first_line(facts, width), width)
    if freshness is not Freshness.FRESH:
        assert "●" not in line
        assert "≤" not in line
    elif late_after_s is not None:
        # It is shown until it is late: what it says must be true all that time.
        older = replace(source, age_s=(age_s or 0.0) + later_s)
        assert text(first_line(replace(facts, sources=(older,)), width), width) == line
        bound = line.split("≤")[1].split()[0]
        assert _least_s(bound) >= min(late_after_s, 48 * 3600)


def _least_s(shown: str) -> float:
    """The seconds that a duration as it is shown stands for, at least."""
    hours, _, minutes = shown.partition("h")
    if minutes:
        return int(hours) * 3600 + int(minutes) * 60
    return float(shown[:-1]) * {"s": 1, "m": 60}[shown[-1]]
