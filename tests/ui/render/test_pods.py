from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.ids import PodId, TeamId
from prime_tui.domain.pods import AttachedDisk, PastPod, PodState, PortMapping
from prime_tui.domain.text import clean_name
from prime_tui.domain.views import Ending, EndingPhase, PodView
from prime_tui.ui.render.ending import confirm_word, end_one_lines, end_several_lines
from prime_tui.ui.render.fields import fitting
from prime_tui.ui.render.pod_detail import detail_lines, past_lines
from prime_tui.ui.render.pods import PAST_COLUMNS, POD_COLUMNS, past_row, pod_columns, pod_row
from prime_tui.ui.render.rows import place_columns
from prime_tui.ui.render.styled import Styled, plain, spans_of, width_of
from prime_tui.ui.render.table_line import EDGE_CELLS, cell_spans
from tests.pod_samples import DISK, NOW, POD, view


def cells(one: PodView, wide: bool = False) -> dict[str, str]:
    columns = pod_columns(200 if wide else 80)
    row = pod_row(one, columns, NOW)
    return {column.key: plain(cell) for column, cell in zip(columns, row.cells, strict=True)}


def text(lines: Sequence[Styled]) -> str:
    return "\n".join(plain(line) for line in lines)


def test_a_row_tells_name_state_machine_money_and_owner() -> None:
    assert cells(view()) == {
        "name": "dev-h100",
        "state": "● active",
        "gpu": "1×H100 80GB",
        "price": "2.40",
        "cost": "14.88",
        "age": "6h12",
        "provider": "datacrunch",
        "owner": "you",
    }


def test_what_is_not_known_is_a_dash_and_never_zero() -> None:
    bare = replace(POD, price_usd_per_h=None, created_at=None, gpu_name=None, provider=None, name="")
    row = cells(view(bare, usd=None))
    assert (row["price"], row["cost"], row["age"], row["gpu"], row["provider"]) == ("—", "—", "—", "—", "—")
    assert row["name"] == f"({POD.id})"


def test_an_estimate_is_marked() -> None:
    one = replace(view(), cost=Cost(Decimal("16.72"), CostOrigin.ESTIMATE))
    assert cells(one)["cost"] == "~16.72"


def test_an_installation_shows_how_far_it_is_with_a_bar_where_there_is_room() -> None:
    one = view(replace(POD, state=PodState.INSTALLING, install_progress_percent=42))
    assert cells(one)["state"] == "◐ installing 42%"
    assert cells(one, wide=True)["state"] == "◐ installing ███▍░░░░ 42%"
    done = view(replace(POD, state=PodState.INSTALLING, install_progress_percent=100))
    assert cells(done)["state"] == "◐ finishing"
    unknown = view(replace(POD, state=PodState.INSTALLING))
    assert cells(unknown)["state"] == "◐ installing"


def test_a_new_word_of_the_service_is_shown_as_it_is() -> None:
    one = view(replace(POD, state=PodState.UNKNOWN, status_word="HIBERNATING"))
    assert cells(one)["state"] == "? hibernating"


@pytest.mark.parametrize(
    ("phase", "word"),
    [
        (EndingPhase.ASKED, "◐ ending…"),
        (EndingPhase.CONFIRMING, "◐ ending…"),
        (EndingPhase.GONE, "○ gone"),
        (EndingPhase.NOT_CONFIRMED, "▲ not confirmed"),
        (EndingPhase.FAILED, "▲ not ended"),
    ],
)
def test_the_row_tells_how_far_an_ending_is(phase: EndingPhase, word: str) -> None:
    assert cells(view(ending=Ending(phase, NOW)))["state"] == word


@pytest.mark.parametrize("state", list(PodState))
def test_every_state_fits_its_column_with_a_glyph_and_a_word(state: PodState) -> None:
    pod = replace(POD, state=state, status_word="", install_progress_percent=100)
    for wide, width in ((False, 16), (True, 25)):
        shown = cells(view(pod), wide)["state"]
        assert shown[0] in "●◐○✕?"
        assert len(shown.split()) >= 2
        assert len(shown) <= width


@pytest.mark.parametrize("width", [60, 78, 80, 100, 120, 160, 300])
def test_no_column_is_squeezed(width: int) -> None:
    for columns in (pod_columns(width), pod_columns(width, everyone=True), PAST_COLUMNS):
        kept = fitting(columns, width)
        placed = place_columns(kept, width - 2 * EDGE_CELLS)
        assert len(placed) == len(kept)
        assert all(place.width >= place.column.width for place in placed)
        assert kept[0] == columns[0] or kept[1].key == "name"


def test_at_80_columns_all_that_is_money_is_there() -> None:
    assert [column.key for column in fitting(POD_COLUMNS, 80)] == [
        "name",
        "state",
        "gpu",
        "price",
        "cost",
        "age",
    ]


@given(st.text(max_size=300).map(clean_name), st.integers(60, 200))
def test_a_line_is_as_wide_as_the_table_whatever_the_name(name: str, width: int) -> None:
    columns = fitting(POD_COLUMNS, width)
    row = pod_row(view(replace(POD, name=name)), columns, NOW)
    inner = width - 2 * EDGE_CELLS
    assert width_of(tuple(cell_spans(row.cells, place_columns(columns, inner), inner))) == inner


def test_the_page_tells_everything() -> None:
    pod = replace(
        POD,
        team_id=TeamId("team_9"),
        ports=(PortMapping("8888", "40001", "TCP", "JUPYTER_NOTEBOOK"),),
        disks=(AttachedDisk(DISK.id, "MOUNTED", "/workspace", 500),),
        is_spot=True,
    )
    page = text(detail_lines(view(pod), (DISK,), 70, NOW))
    for part in (
        *(
            "● active",
            "ssh root@203.0.113.7",
            "8888 → 40001 TCP",
            "jupyter notebook",
            "$2.40/h now",
            "$14.88 billed",
        ),
        *(
            "1m ago",
            "1×H100 80GB SXM5",
            "26 vCPUs",
            "180 GB RAM",
            "500 GB disk",
            "datacrunch",
            POD.id,
            "team_9",
        ),
        *("ckpt-disk", "mounted at /workspace", "$0.04/h", "spot", "cuda_12_6_pytorch_2_7"),
    ):
        assert part in page


def test_the_page_names_the_price_that_applies() -> None:
    stopped = replace(POD, state=PodState.STOPPED)
    assert "stopped, at the full price" in text(detail_lines(view(stopped), (), 90, NOW))
    cheap = replace(stopped, stopped_price_usd_per_h=Decimal("0.01"))
    assert "$0.01/h now, stopped" in text(detail_lines(view(cheap), (), 90, NOW))
    free = replace(POD, state=PodState.PROVISIONING, provisioning_price_usd_per_h=Decimal(0))
    assert "$0.00/h now, while it is provisioned" in text(detail_lines(view(free), (), 90, NOW))


def test_the_page_tells_what_is_wrong() -> None:
    failed = replace(POD, state=PodState.INSTALL_FAILED, install_failure="driver mismatch", ssh=(None,))
    page = text(detail_lines(view(failed), (), 70, NOW))
    assert "✕ driver mismatch" in page
    assert "not ready" in page
    error = replace(POD, state=PodState.ERROR)
    assert "assume that it is billed" in text(detail_lines(view(error), (), 70, NOW))


def test_every_node_of_a_cluster_has_its_line() -> None:
    cluster = replace(POD, ssh=(*POD.ssh, None), ips=("203.0.113.7", "203.0.113.8"))
    page = text(detail_lines(view(cluster), (), 70, NOW))
    assert "ssh 1" in page
    assert "ssh 2     not ready" in page
    assert "203.0.113.8" in page


@pytest.mark.parametrize("width", [28, 40, 66, 100])
def test_no_line_of_the_page_is_wider_than_its_room(width: int) -> None:
    ending = Ending(EndingPhase.NOT_CONFIRMED, NOW, "still ACTIVE; it may still cost money")
    for line in detail_lines(view(ending=ending), (DISK,), width, NOW):
        assert width_of(line) <= width


def test_the_receipt_of_a_pod_that_is_gone() -> None:
    gone = Ending(EndingPhase.GONE, NOW, "confirmed", Decimal("14.88"), Decimal("14.61"), Decimal("2.40"))
    page = text(detail_lines(view(ending=gone, is_listed=False), (), 90, NOW))
    assert "Gone, confirmed by reading. Billed $14.61. Listed at most $14.88. Saves $2.40/h." in page
    assert "ssh root@" not in page
    assert "nothing any more" in page


def test_before_an_end_everything_that_matters_is_said() -> None:
    said = text(end_one_lines(view(), (DISK,), NOW))
    for part in ("dev-h100", "1b2e3f"[-6:], "1×H100 80GB", "datacrunch", "you", "6h12", "$14.88", "$2.40/h"):
        assert part in said
    assert "own disk (500 GB) is destroyed" in said
    assert "ckpt-disk stays and goes on costing $0.04/h" in said


def test_a_pod_of_another_wallet_or_person_is_named_as_such() -> None:
    said = text(end_one_lines(view(is_in_wallet=False, is_mine=False, owner="Research"), (), NOW))
    assert "Another wallet" in said
    assert "team-mate" in said


def test_several_pods_are_listed_with_what_they_save_together() -> None:
    unpriced = view(replace(POD, id=PodId("x"), name="other", price_usd_per_h=None))
    said = text(end_several_lines([view(), unpriced], NOW))
    assert "dev-h100" in said
    assert "other" in said
    assert "saves ≥$2.40/h" in said


@pytest.mark.parametrize(
    ("name", "names", "word"),
    [
        ("dev-h100", ["dev-h100"], "dev-h100"),
        ("dev-h100", ["dev-h100", "dev-h100"], "1b2e3f"),
        ("dеv-h100", ["dеv-h100"], "1b2e3f"),  # a Cyrillic letter
        ("评测", ["评测"], "1b2e3f"),
        ("two words", ["two words"], "1b2e3f"),
        ("", [""], "1b2e3f"),
    ],
)
def test_what_is_typed_can_be_typed_and_means_one_pod(name: str, names: list[str], word: str) -> None:
    assert confirm_word([view(replace(POD, name=name))], names) == word


def test_an_ended_pod_as_row_and_page() -> None:
    past = PastPod(
        PodId("0b7d"), "a100-8", "Instance", "nebius", "ada", "A100_80GB", 8, "SXM4", Decimal("9.60"),
        Decimal("62.40"), NOW - timedelta(days=9, hours=7), NOW - timedelta(days=9),
    )  # fmt: skip
    row = [plain(cell) for cell in past_row(past, PAST_COLUMNS, NOW).cells]
    assert row == [
        "11 Nov 08:41",
        "a100-8",
        "8×A100 80GB",
        "62.40",
        "7h00",
        "9.60",
        "nebius",
        "instance",
        "ada",
    ]
    page = text(past_lines(past, 60, NOW))
    assert "$62.40" in page
    assert "0b7d" in page
    bare = PastPod(PodId("1"), "", "Instance")
    assert [plain(cell) for cell in past_row(bare, PAST_COLUMNS, NOW).cells][3] == "—"


def test_rows_of_other_wallets_look_quieter() -> None:
    row = pod_row(view(is_in_wallet=False), POD_COLUMNS, NOW)
    assert spans_of(row.cells[0])[0].role == "dim"
