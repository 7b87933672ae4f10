from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.offers import Offer, PodOrder, SizeRange
from prime_tui.domain.spend import Purse, Runway
from prime_tui.ui.render.fields import fitting
from prime_tui.ui.render.offers import OFFER_COLUMNS, disk_note, headline, offer_row
from prime_tui.ui.render.order import confirm_lines, offer_lines, price_lines, purse_lines
from prime_tui.ui.render.styled import Styled, plain
from tests.pod_samples import NOW, OFFER

PURSE = Purse(
    "Research",
    Decimal("412.08"),
    Runway(Decimal(34), ends_at=NOW + timedelta(hours=34)),
    Runway(Decimal(14), ends_at=NOW + timedelta(hours=14)),
)


def cells(offer: Offer) -> dict[str, str]:
    row = offer_row(offer, OFFER_COLUMNS)
    return {column.key: plain(cell) for column, cell in zip(OFFER_COLUMNS, row.cells, strict=True)}


def text(lines: list[Styled] | tuple[Styled, ...]) -> str:
    return "\n".join(plain(line) for line in lines)


def pairs(found: tuple[tuple[str, Styled], ...]) -> dict[str, str]:
    return {label: plain(value) for label, value in found}


def test_a_row_tells_machine_prices_stock_and_place() -> None:
    row = cells(OFFER)
    assert row["gpu"] == "H100 80GB"
    assert (row["count"], row["per_gpu"], row["price"]) == ("8", "2.000", "16.00")
    assert (row["stock"], row["provider"], row["where"], row["place"]) == (
        "● high",
        "datacrunch",
        "FI eu north",
        "FIN-01",
    )
    assert row["security"] == "secure"


def test_another_currency_is_named_and_a_moving_price_marked() -> None:
    assert cells(replace(OFFER, currency="EUR"))["price"] == "EUR 16.00"
    assert cells(replace(OFFER, price_is_variable=True))["price"] == "~16.00"


def test_what_is_not_known_is_a_dash() -> None:
    bare = Offer(cloud_id="x", gpu_type="H100_80GB", gpu_count=None)
    row = cells(bare)
    assert {row[key] for key in ("count", "per_gpu", "price", "provider", "where", "socket", "memory")} == {
        "—"
    }


def test_a_machine_without_gpu_has_no_price_per_gpu() -> None:
    row = cells(replace(OFFER, gpu_type="CPU_NODE", gpu_count=1))
    assert (row["count"], row["per_gpu"], row["price"]) == ("—", "—", "16.00")
    assert headline(replace(OFFER, gpu_type="CPU_NODE", gpu_count=1)).startswith("CPU NODE")


def test_what_costs_most_to_miss_comes_first_in_the_note() -> None:
    offer = replace(OFFER, prepaid_h=Decimal(24), is_spot=True, is_cluster=True)
    assert cells(offer)["note"] == "prepaid 24h · spot · cluster"


@pytest.mark.parametrize("stock", ["Available", "low", "MEDIUM", "High", "Unavailable", "Plenty", ""])
def test_every_stock_word_has_a_glyph_and_is_shown(stock: str) -> None:
    shown = cells(replace(OFFER, stock=stock))["stock"]
    assert shown[0] in "●◐○?"


def test_at_80_columns_price_stock_provider_and_place_are_there() -> None:
    keys = [column.key for column in fitting(OFFER_COLUMNS, 80)]
    assert keys == ["gpu", "count", "per_gpu", "price", "stock", "provider", "where"]


def test_the_note_of_the_disk() -> None:
    assert disk_note(OFFER.disk) == "100–3000, usual 120, $0.010/100 GB·h"
    assert disk_note(SizeRange(default=512)) == "512 GB, fixed"
    assert disk_note(SizeRange()) == "the provider decides"


def test_prepaid_hours_are_told_with_their_price() -> None:
    said = text(offer_lines(replace(OFFER, prepaid_h=Decimal(24))))
    assert "24 h are charged at once ($384.00), even if you end it earlier." in said


def test_what_it_burns_is_summed_with_its_parts() -> None:
    said = pairs(price_lines(OFFER, OFFER.estimate_usd_per_h(1000), disk_gb=1000))
    assert said["burns"].startswith("$16.10/h   $386.40 per day")
    assert "$16.00/h + disk $0.1000/h" in said["burns"]


def test_another_currency_is_not_called_dollars() -> None:
    euro = replace(OFFER, currency="EUR")
    said = pairs(price_lines(euro, euro.estimate_usd_per_h(), disk_gb=None))
    assert said["burns"].startswith("EUR 16.01/h   — per day")


def test_the_purse_before_and_after() -> None:
    said = pairs(purse_lines(PURSE))
    assert said["paid by"] == "Research   balance $412.08"
    assert said["runway"] == "≥34h00 now → ≥14h00 with it (until Fri 20 Nov 22:41Z)"


def test_a_runway_that_is_not_known_is_a_dash() -> None:
    unknown = Runway(reason="unknown")
    said = pairs(purse_lines(Purse("you", None, Runway(reason="no burn"), unknown)))
    assert said["runway"] == "no burn now → — with it"
    assert said["paid by"] == "you   balance —"


def test_the_page_before_an_order_says_it_all() -> None:
    order = PodOrder(OFFER, "h100x8-1", Decimal("19.22"), disk_gb=120, image="ubuntu_22_cuda_12")
    said = text(confirm_lines(order, PURSE))
    for part in (
        *(
            "8×H100 80GB SXM5",
            "datacrunch",
            "FIN-01, eu_north, FI",
            "h100x8-1",
            "ubuntu_22_cuda_12",
            "120 GB disk",
        ),
        *("$16.01/h", "per day", "$19.22/h", "Research", "$412.08", "≥34h00 now", "sent once"),
    ):
        assert part in said


def test_a_balance_that_is_not_fresh_tells_its_age_to_whoever_orders() -> None:
    assert "old" not in pairs(purse_lines(PURSE))["paid by"]
    said = pairs(purse_lines(replace(PURSE, stale_s=14 * 60.0)))["paid by"]
    assert "balance $412.08  ▲ 14m old" in said
