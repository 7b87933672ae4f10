from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.errors import InvalidRequest
from prime_tui.domain.offers import SizeRange
from prime_tui.domain.order_draft import OrderDraft, choosable_images, free_name, suggested_ceiling
from tests.pod_samples import OFFER

DRAFT = OrderDraft(OFFER, name="h100x8-1", image="ubuntu_22_cuda_12", disk="120", ceiling="19.22")


def refusal(draft: OrderDraft) -> str:
    with pytest.raises(InvalidRequest) as caught:
        draft.order(None)
    return caught.value.message


def test_a_right_draft_becomes_an_order() -> None:
    order = DRAFT.order(None)
    assert (order.name, order.disk_gb, order.max_price_usd_per_h) == ("h100x8-1", 120, Decimal("19.22"))


def test_the_ceiling_is_the_quoted_price_with_disk_and_a_fifth_rounded_up() -> None:
    assert suggested_ceiling(OFFER, None) == Decimal("19.22")  # (16 + 120 × 0.0001) × 1.2 = 19.2144
    assert suggested_ceiling(OFFER, 3000) == Decimal("19.56")
    assert suggested_ceiling(replace(OFFER, price_usd_per_h=None), None) is None


@given(st.sets(st.from_regex(r"h100x8-[1-9]", fullmatch=True)))
def test_a_proposed_name_is_free_and_can_be_ordered(taken: set[str]) -> None:
    name = free_name(OFFER, taken)
    assert name not in taken
    replace(DRAFT, name=name).order(None)


@pytest.mark.parametrize("gpu_type", ["", "4090", "机器", "RTX_4090", "CPU_NODE", "H100_80GB"])
def test_any_gpu_type_gives_a_name_that_can_be_ordered(gpu_type: str) -> None:
    offer = replace(OFFER, gpu_type=gpu_type)
    replace(DRAFT, offer=offer, name=free_name(offer, ())).order(None)


def test_what_needs_a_template_is_not_offered() -> None:
    assert choosable_images(OFFER) == ("ubuntu_22_cuda_12",)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": "two words"}, "name"),
        ({"name": "1234"}, "name"),
        ({"name": ""}, "name"),
        ({"disk": "99"}, "disk"),
        ({"disk": "3001"}, "disk"),
        ({"disk": "12.5"}, "whole number"),
        ({"disk": "-120"}, "whole number"),
        ({"disk": "٣٠٠"}, "whole number"),
        ({"ceiling": ""}, "ceiling"),
        ({"ceiling": "NaN"}, "ceiling"),
        ({"ceiling": "Infinity"}, "ceiling"),
        ({"ceiling": "-3"}, "above zero"),
        ({"ceiling": "15.99"}, "below the quoted"),
        ({"offer": replace(OFFER, currency="EUR")}, "EUR"),
        ({"offer": replace(OFFER, gpu_count=None)}, "how many GPUs"),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, str], word: str) -> None:
    assert word in refusal(replace(DRAFT, **changes))  # type: ignore[arg-type]


def test_a_ceiling_may_be_written_as_a_price() -> None:
    assert replace(DRAFT, ceiling="$20/h").order(None).max_price_usd_per_h == 20


def test_a_disk_may_be_left_to_the_provider() -> None:
    offer = replace(OFFER, disk=SizeRange())
    assert replace(DRAFT, offer=offer, disk="").order(None).disk_gb is None


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=70))
def test_whatever_is_typed_is_an_order_or_a_sentence(disk: str, ceiling: str, name: str) -> None:
    try:
        order = replace(DRAFT, disk=disk, ceiling=ceiling, name=name).order(None)
    except InvalidRequest:
        return
    assert order.max_price_usd_per_h >= Decimal(16)
