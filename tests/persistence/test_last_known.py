"""What an earlier session knew comes back as it was, marked as old, and nothing else does."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.clock import SystemClock
from prime_tui.domain.errors import StorageError
from prime_tui.domain.ids import BillingId, PodId, RunId, WalletId
from prime_tui.domain.pods import Pod, PodState, SshEndpoint
from prime_tui.domain.remote import Freshness, Listing, UnreadableRow
from prime_tui.domain.runs import Run, RunState, RunUsage, TokenUse
from prime_tui.domain.wallet import BillingRow, Wallet
from prime_tui.persistence.codec import decode, encode
from prime_tui.persistence.last_known import Kept, LastKnown
from prime_tui.store.store import Store
from prime_tui.sync.recorder import Recorder

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
money = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**6), max_value=10**6)
names = st.text(max_size=20)

pods = st.builds(
    Pod,
    id=names.map(PodId),
    name=names,
    state=st.sampled_from(PodState),
    status_word=names,
    gpu_count=st.none() | st.integers(0, 16),
    price_usd_per_h=st.none() | money,
    created_at=st.none() | moments,
    ssh=st.lists(st.none() | st.builds(SshEndpoint, names, names, st.integers(1, 65535)), max_size=3).map(
        tuple
    ),
    is_spot=st.none() | st.booleans(),
)
usages = st.builds(
    RunUsage, run_id=names.map(RunId), training=st.builds(TokenUse, tokens=st.none() | st.integers(0))
)
runs = st.builds(
    Run,
    id=names.map(RunId),
    state=st.sampled_from(RunState),
    usage=st.none() | usages,
    config=st.lists(st.tuples(names, names), max_size=3).map(tuple),
    metrics=st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
)


@given(st.lists(pods, max_size=3).map(tuple), st.none() | st.integers(0))
def test_lists_of_pods_survive(items: tuple[Pod, ...], total: int | None) -> None:
    listing = Listing(items, total, (UnreadableRow(1, "no id"),))
    assert decode(Listing[Pod], encode(listing)) == listing


@given(runs)
def test_runs_survive(run: Run) -> None:
    assert decode(Run, encode(run)) == run


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_anything_else_is_a_value_error(value: object) -> None:
    try:
        decoded = decode(Listing[Pod], value)
    except ValueError:
        return
    assert decoded == Listing()


def wallet(balance: str) -> Wallet:
    row = BillingRow(BillingId("b1"), Decimal("3.5"), "USD", "compute", "p1", AT, AT, AT)
    return Wallet(WalletId("w"), Decimal(balance), "USD", None, 1, (row,))


def test_a_new_session_shows_the_old_values_as_old(tmp_path: Path) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    before = LastKnown(path, "mine")
    before.write({"wallet": Kept(wallet("12.34"), AT)})
    before.close()
    assert path.stat().st_mode & 0o777 == 0o600

    store = Store()
    recorder = Recorder(store, LastKnown(path, "mine"), SystemClock())
    recorder.restore()
    assert store.wallet.value == wallet("12.34")
    assert store.wallet.remote.freshness(AT + timedelta(seconds=1)) is Freshness.STALE
    assert [row.id for row in store.billing.rows] == ["b1"]

    store.wallet_loaded(wallet("12.34"), AT + timedelta(minutes=1))
    assert store.wallet.remote.freshness(AT + timedelta(minutes=1)) is Freshness.FRESH
    recorder.close()
    assert LastKnown(path, "mine").read()["wallet"].fetched_at == AT + timedelta(minutes=1)


def test_another_wallet_shows_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    LastKnown(path, "mine").write({"wallet": Kept(wallet("12.34"), AT)})
    assert LastKnown(path, "theirs").read() == {}


def test_a_value_that_no_longer_decodes_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    kept = LastKnown(path, "mine")
    kept.write({"wallet": Kept(wallet("1"), AT), "pods": Kept(Listing(), AT)})
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE last_known SET value = '{\"shape\": 1}' WHERE topic = 'wallet'")
    assert set(kept.read()) == {"pods"}


def test_a_file_that_is_no_database_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"not a database, but somebody's" * 100)
    path.chmod(0o600)
    LastKnown(path, "mine").write({"wallet": Kept(wallet("1"), AT)})
    assert path.with_suffix(".broken").read_bytes().startswith(b"not a database")


def test_a_file_that_can_be_neither_read_nor_moved_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    path.write_bytes(b"not a database, but somebody's" * 100)
    (path.parent / "prime-tui.db-shm").mkdir()
    with pytest.raises(StorageError, match="Cannot move"):
        LastKnown(path, "mine").read()
    assert path.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_file_open_to_others_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "state" / "prime-tui.db"
    LastKnown(path, "mine").write({})
    LastKnown(path, "mine").read()
    path.chmod(mode)
    with pytest.raises(StorageError, match="chmod 600"):
        LastKnown(path, "mine").read()


def test_a_link_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    (tmp_path / "elsewhere.db").touch(mode=0o600)
    (folder / "prime-tui.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StorageError):
        LastKnown(folder / "prime-tui.db", "mine").read()
