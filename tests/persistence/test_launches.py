from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.errors import StorageError
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.views import LaunchRecord
from prime_tui.persistence.launches import MOST_RECORDS, LaunchFile

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RECORD = LaunchRecord(RunId("rft_1"), "gsm8k", TeamId("team_1"), AT, Decimal("2.40"), 8, "H100_80GB", True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "launches.json"


def test_what_was_launched_is_found_again(path: Path) -> None:
    LaunchFile(path).add(RECORD)
    bare = LaunchRecord(RunId("rft_2"), None, None, AT)
    LaunchFile(path).add(bare)
    assert LaunchFile(path).read() == (RECORD, bare)


def test_the_file_is_for_us_alone_and_holds_no_token(path: Path) -> None:
    LaunchFile(path).add(RECORD)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "token" not in path.read_text()
    files = sorted(one.name for one in path.parent.iterdir())
    assert files == ["launches.json", "launches.json.lock"], "nothing half-written stays"
    assert (path.parent / "launches.json.lock").stat().st_mode & 0o777 == 0o600


def test_without_a_file_nothing_was_launched(path: Path) -> None:
    assert LaunchFile(path).read() == ()


def test_the_same_run_is_kept_once_and_the_oldest_go(path: Path) -> None:
    file = LaunchFile(path)
    file.add(RECORD)
    file.add(RECORD)
    assert file.read() == (RECORD,)
    rows = [{"run_id": f"r{number}", "launched_at": AT.isoformat()} for number in range(MOST_RECORDS)]
    path.write_text(json.dumps({"launches": rows}))
    file.add(RECORD)
    kept = file.read()
    assert len(kept) == MOST_RECORDS
    assert kept[0].run_id == "r1"
    assert kept[-1] == RECORD


def test_a_file_that_is_no_json_is_said_and_not_overwritten(path: Path) -> None:
    LaunchFile(path).add(RECORD)
    path.write_text("{ broken")
    with pytest.raises(StorageError, match="not JSON"):
        LaunchFile(path).read()
    LaunchFile(path).add(RECORD)
    assert path.read_text() == "{ broken"


def test_a_file_open_to_others_is_refused_with_the_cure(path: Path) -> None:
    LaunchFile(path).add(RECORD)
    path.chmod(0o644)
    with pytest.raises(StorageError, match="chmod 600"):
        LaunchFile(path).read()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["run_id", "name", "team_id", "launched_at", "price_usd_per_gpu_h", "gpu_count", "gpu_type"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON | st.just(AT.isoformat()))) | JSON)
def test_any_content_is_read_without_a_crash(tmp_path_factory: pytest.TempPathFactory, rows: object) -> None:
    folder = tmp_path_factory.mktemp("state")
    folder.chmod(0o700)
    path = folder / "launches.json"
    path.touch(0o600)
    path.write_text(json.dumps({"launches": rows}))
    for record in LaunchFile(path).read():
        assert record.launched_at.tzinfo is not None
        assert record.run_id
        assert record.price_usd_per_gpu_h is None or record.price_usd_per_gpu_h >= 0
