"""The wallet's rows and sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.ids import BillingId
from prime_tui.domain.remote import UnreadableRow
from prime_tui.domain.spend import Burn
from prime_tui.domain.spending import BurnGap, SpendRange, SpendTotals, TypeTotal
from prime_tui.domain.views import Burning
from prime_tui.domain.wallet import BillingRow
from prime_tui.ui.render.styled import plain, spans_of, width_of
from prime_tui.ui.render.wallet import (
    BILLING_COLUMNS,
    BURNING_COLUMNS,
    billing_cells,
    billing_details,
    burn_note,
    burning_cells,
    burning_details,
    burning_key,
    coverage_notes,
    rows_note,
    short_id,
    sums_note,
    type_line,
    type_table,
    unreadable_note,
)

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
TOTALS = SpendTotals(
    by_type=(
        TypeTotal("compute", Decimal("80.10"), Decimal("200.5"), Decimal("1904.33")),
        TypeTotal("disks", Decimal("0.96"), Decimal("2"), Decimal("40")),
    ),
    today_usd=Decimal("81.06"),
    day_usd=Decimal("202.50"),
    month_usd=Decimal("1900"),
    covers_month=False,
    complete_since=NOW - timedelta(days=3),
    has_guesses=True,
)


def burning(**changes: object) -> Burning:
    base: dict[str, object] = {
        "kind": "pod", "id": "p1", "name": "dev-h100", "what": "1×H100 80GB", "state": "active",
        "is_live": True, "usd_per_h": Decimal("2.4"), "cost": Cost(Decimal("14.88"), CostOrigin.BILLED),
        "since": NOW - timedelta(hours=6, minutes=12),
    }  # fmt: skip
    return Burning(**(base | changes))  # type: ignore[arg-type]


def test_a_line_of_what_burns() -> None:
    row = burning_cells(burning(), NOW, is_old=False)
    assert burning_key(burning()) == "pod:p1"
    assert [plain(cell) for cell in row] == [
        "dev-h100", "1×H100 80GB", "● active", "2.40", "14.88", "6h12", "",
    ]  # fmt: skip
    assert len(row) == len(BURNING_COLUMNS)


@pytest.mark.parametrize(
    ("state", "is_live", "glyph"),
    [
        ("active", True, "●"),
        ("step 12", True, "●"),
        ("provisioning", False, "◐"),
        ("detached", False, "○"),
        ("error", False, "✕"),
        ("(active)", False, "?"),
        ("unknown", False, "?"),
    ],
)
def test_a_state_is_told_by_a_sign_and_a_word(state: str, is_live: bool, glyph: str) -> None:
    row = burning_cells(burning(state=state, is_live=is_live), NOW, is_old=False)
    assert plain(row[2]) == f"{glyph} {state}"


def test_unknown_is_a_dash_and_an_estimate_is_marked() -> None:
    unknown = burning_cells(burning(usd_per_h=None, cost=Cost(), since=None), NOW, is_old=False)
    assert [plain(cell) for cell in unknown[3:6]] == ["—", "—", "—"]
    guess = burning_cells(burning(cost=Cost(Decimal("1.5"), CostOrigin.ESTIMATE)), NOW, is_old=False)
    assert plain(guess[4]) == "~1.50"


def test_old_things_look_old_in_every_cell() -> None:
    row = burning_cells(burning(note="▲ 22m quiet"), NOW, is_old=True)
    assert {span.role for cell in row for span in spans_of(cell) if span.text.strip()} == {"stale"}


def test_two_burns_and_their_gap() -> None:
    listed = Burn(pods_usd_per_h=Decimal("11.40"), unknown=("x",))
    assert plain(burn_note(BurnGap(listed), 80)) == "listed ≥$11.40/h"
    both = BurnGap(listed, Decimal("11.42"))
    assert plain(burn_note(both, 80)) == "listed ≥$11.40/h · billed $11.42/h · gap +$0.02/h"
    assert plain(burn_note(BurnGap(listed, Decimal(10)), 80)).endswith("gap -$1.40/h")
    assert plain(burn_note(both, 60)) == "listed ≥$11.40/h · billed $11.42/h"
    assert plain(burn_note(BurnGap(), 80)) == "burn unknown"


def test_sums_shrink_with_the_room_and_keep_their_marks() -> None:
    assert plain(sums_note(TOTALS, 60)) == "today $81.06 · 24 h $202.50 · month ≥$1,900.00"
    assert plain(sums_note(TOTALS, 36)) == "today $81.06 · month ≥$1,900.00"
    assert plain(sums_note(TOTALS, 20)) == "today $81.06"
    assert plain(type_line(TOTALS, 60)) == " 24 h  compute 200.50 · disks 2.00"
    assert plain(type_line(TOTALS, 26)) == " 24 h  compute 200.50"


@pytest.mark.parametrize("width", [50, 62, 100])
def test_the_table_of_types_adds_up_and_fits(width: int) -> None:
    lines = type_table(TOTALS, width)
    assert all(width_of(line) <= width for line in lines)
    assert plain(lines[-1]).split() == ["all", "81.06", "202.50", "1,944.33"]


def test_what_is_missing_from_the_picture_is_said() -> None:
    notes = [
        plain(note)
        for note in coverage_notes(
            TOTALS.complete_since, NOW - SpendRange.WEEK.span, NOW, has_guesses=True, long=True
        )
    ]
    assert notes == [
        "rows read back to 17 Nov 08:30; older spending is not shown",
        "what rows cost before prime-tui watched is spread evenly over their life",
    ]
    day = coverage_notes(TOTALS.complete_since, NOW - SpendRange.DAY.span, NOW, has_guesses=False, long=True)
    assert not list(day)
    assert not list(coverage_notes(None, NOW - SpendRange.MONTH.span, NOW, has_guesses=False, long=True))


def test_a_billing_row() -> None:
    row = BillingRow(
        BillingId("b1"),
        Decimal("16.72"),
        "USD",
        "compute",
        "pod_0123456789abcdef01234567",
        last_billed_at=NOW,
    )
    cells = [plain(cell) for cell in billing_cells(row, "sweep-a", Decimal("1.3265"), NOW, is_old=False)]
    assert cells == ["08:30", "compute", "sweep-a", "+1.3265", "16.72"]
    assert len(cells) == len(BILLING_COLUMNS)
    nameless = [plain(cell) for cell in billing_cells(row, "", None, NOW, is_old=False)]
    assert nameless == ["08:30", "compute", "…cdef01234567", "", "16.72"]
    foreign = BillingRow(BillingId("b2"), None, "EUR", "images", None)
    assert [plain(cell) for cell in billing_cells(foreign, "", None, NOW, is_old=False)] == [
        "—", "images", "—", "", "— EUR",
    ]  # fmt: skip
    refund = billing_cells(row, "x", Decimal("-0.5"), NOW, is_old=False)
    assert plain(refund[3]) == "-0.5000"


def test_details_name_where_a_cost_comes_from() -> None:
    details = "\n".join(plain(line) for line in burning_details(burning(), NOW))
    assert "$14.88 (billed)" in details
    row = BillingRow(BillingId("b1"), Decimal("16.72"), "USD", "compute", "pod_1", created_at=NOW)
    assert "pod_1" in "\n".join(plain(line) for line in billing_details(row, "x", None, NOW))


def test_how_many_rows_there_are() -> None:
    assert plain(rows_note(5, 100, 121, "", is_filtered=False)) == "100 of 121 rows"
    assert plain(rows_note(100, 121, 121, "", is_filtered=False)) == "all 121 rows"
    assert plain(rows_note(5, 100, 121, "", is_filtered=True)) == "5 of 100 read · 121 in all"
    assert plain(rows_note(5, 100, None, "", is_filtered=False)) == "100 of — rows"
    assert plain(rows_note(5, 100, 121, "reading older rows…", is_filtered=True)) == "reading older rows…"


def test_short_ids_keep_their_end() -> None:
    assert short_id("dsk_31") == "dsk_31"
    assert short_id("1f0c6a7e-2b57-4c1d-9f9f-0d8a0c1b2e3f") == "…0d8a0c1b2e3f"


def test_lost_rows_are_counted() -> None:
    assert unreadable_note(()) == ""
    lost = (UnreadableRow(3, "amount_usd: not a number"), UnreadableRow(4, "id: missing"))
    assert plain(unreadable_note(lost)) == " · 2 rows unreadable: amount_usd: not a number"
