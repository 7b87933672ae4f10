from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.ids import BillingId, RunId, TeamId, WalletId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import Run, RunPricing, RunSource, RunState, RunUsage, TokenUse
from prime_tui.domain.views import LaunchRecord, RunView
from prime_tui.domain.wallet import BillingRow, Wallet
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runs import RunSort, filtered_runs, run_view, sorted_runs
from prime_tui.store.store import Store

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PRICES = RunPricing(Decimal("2.5"), Decimal("0.5"), Decimal("1.5"))


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.fixture
async def store() -> Store:
    """A store on a running loop, as it publishes on one."""
    return Store()


def bill(store: Store, run_id: str, usd: str, at: datetime, kind: str = "training") -> None:
    row = BillingRow(
        id=BillingId(f"b-{run_id}"),
        resource_type=kind,
        resource_id=run_id,
        amount=Decimal(usd),
        currency="USD",
        created_at=at - timedelta(hours=1),
        last_billed_at=at,
    )
    known = store.billing.rows
    store.wallet_loaded(
        Wallet(WalletId("w"), Decimal(100), "USD", rows=(row, *known), total_rows=len(known) + 1), NOW
    )


def only(store: Store, run_id: str) -> RunView:
    view = run_view(store, RunId(run_id), NOW)
    assert view is not None
    return view


# -- the four sources -------------------------------------------------------------------


async def test_a_run_is_found_by_each_of_the_four_sources(store: Store) -> None:
    store.runs.loaded(Listing((Run(RunId("listed"), status_word="RUNNING", state=RunState.RUNNING),)), NOW)
    store.set_launches((LaunchRecord(RunId("launched"), "mine", None, ago(minutes=1)),))
    store.type_run(RunId("typed"))
    bill(store, "billed", "3.20", ago(minutes=2))
    bill(store, "pod_1", "9.99", ago(minutes=2), kind="compute")
    found = {view.id: view.sources for view in run_views(store, NOW)}
    assert found == {
        "listed": {RunSource.LIST},
        "launched": {RunSource.LAUNCHED},
        "typed": {RunSource.TYPED},
        "billed": {RunSource.BILLING},
    }


async def test_one_run_of_several_sources_is_one_row(store: Store) -> None:
    store.runs.loaded(Listing((Run(RunId("r"), name="from the list"),)), NOW)
    store.set_launches((LaunchRecord(RunId("r"), "as launched", None, ago(minutes=1)),))
    store.type_run(RunId("r"))
    bill(store, "r", "3.20", ago(minutes=2))
    (view,) = run_views(store, NOW)
    assert view.sources == {RunSource.LIST, RunSource.LAUNCHED, RunSource.TYPED, RunSource.BILLING}
    assert view.name == "from the list"


async def test_a_launch_for_another_wallet_is_not_shown(store: Store) -> None:
    store.set_launches((LaunchRecord(RunId("r"), "theirs", TeamId("team_9"), ago(minutes=1)),))
    assert run_views(store, NOW) == ()


async def test_the_word_of_the_list_counts_before_usage_and_usage_before_billing(store: Store) -> None:
    bill(store, "r", "1.00", ago(minutes=2))
    assert (only(store, "r").status_word, only(store, "r").state_is_guess) == ("active", True)
    store.usage_loaded(RunUsage(RunId("r"), "gsm8k", "Qwen/Q", "FAILED"), NOW)
    view = only(store, "r")
    assert (view.state, view.state_is_guess, view.name, view.base_model) == (
        RunState.FAILED,
        False,
        "gsm8k",
        "Qwen/Q",
    )
    store.runs.loaded(Listing((Run(RunId("r"), status_word="RUNNING", state=RunState.RUNNING),)), NOW)
    assert only(store, "r").state is RunState.RUNNING


async def test_a_run_that_only_billing_knows_is_a_guess(store: Store) -> None:
    bill(store, "old", "1.00", ago(hours=2))
    assert (only(store, "old").status_word, only(store, "old").state) == ("inactive", RunState.UNKNOWN)
    assert only(store, "old").is_unknown


async def test_a_launch_that_nobody_else_knows_yet_says_so(store: Store) -> None:
    store.set_launches((LaunchRecord(RunId("r"), "mine", None, ago(seconds=3)),))
    view = only(store, "r")
    assert (view.status_word, view.state_is_guess, view.is_unknown) == ("launched", True, False)


async def test_live_runs_come_first_and_then_the_newest(store: Store) -> None:
    def run(name: str, state: RunState, hours_ago: float) -> Run:
        return Run(RunId(name), state=state, status_word=state.value, created_at=ago(hours=hours_ago))

    runs = (
        run("done-new", RunState.COMPLETED, 1),
        run("live-old", RunState.RUNNING, 90),
        run("failed-old", RunState.FAILED, 50),
        run("live-new", RunState.QUEUED, 2),
    )
    store.runs.loaded(Listing(runs), NOW)
    assert [view.id for view in run_views(store, NOW)] == ["live-new", "live-old", "done-new", "failed-old"]


# -- money ------------------------------------------------------------------------------


async def test_the_zeros_of_a_run_paid_by_the_gpu_hour_are_unknown(store: Store) -> None:
    store.runs.loaded(Listing((Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING"),)), NOW)
    store.usage_loaded(RunUsage(RunId("r"), total_tokens=0, total_cost_usd=Decimal(0)), NOW)
    view = only(store, "r")
    assert view.tokens is None
    assert view.cost == Cost()
    assert view.usd_per_h is None, "unknown, not free"


async def test_a_run_by_tokens_that_has_used_none_yet_costs_nothing_indeed(store: Store) -> None:
    store.usage_loaded(RunUsage(RunId("r"), total_tokens=0, total_cost_usd=Decimal(0), pricing=PRICES), NOW)
    store.type_run(RunId("r"))
    assert only(store, "r").tokens == 0
    assert only(store, "r").cost.usd == 0


async def test_a_run_paid_by_the_gpu_hour_has_the_price_of_its_bill(store: Store) -> None:
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=2))
    store.runs.loaded(Listing((run,)), NOW)
    store.usage_loaded(RunUsage(RunId("r"), total_tokens=0, total_cost_usd=Decimal(0)), NOW)
    bill(store, "r", "38.40", NOW)
    view = only(store, "r")
    assert view.usd_per_h == Decimal("19.2")
    assert (view.cost.usd, view.cost.origin) == (Decimal("38.40"), CostOrigin.BILLED)


async def test_a_total_that_was_followed_for_a_moment_only_does_not_make_the_rate(store: Store) -> None:
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=1))
    store.runs.loaded(Listing((run,)), NOW)
    for minute, usd in enumerate(("20.00", "20.00", "20.70", "21.00", "21.30", "21.60", "22.00", "22.30")):
        at = NOW + timedelta(minutes=minute)
        store.usage_loaded(
            RunUsage(RunId("r"), total_tokens=9, total_cost_usd=Decimal(usd), pricing=PRICES), at
        )
        rate = run_views(store, at)[0].usd_per_h
        assert rate is not None
        assert 15 <= rate <= 25, (minute, rate)


async def test_a_total_that_was_read_long_ago_is_divided_by_the_time_until_then(store: Store) -> None:
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=5))
    store.runs.loaded(Listing((run,)), NOW)
    usage = RunUsage(RunId("r"), total_tokens=9, total_cost_usd=Decimal(10), pricing=PRICES)
    store.usage_loaded(usage, ago(hours=4))
    view = only(store, "r")
    assert (view.usd_per_h, view.cost.as_of) == (Decimal(10), ago(hours=4))


async def test_a_rate_that_was_watched_stays_while_nothing_is_read(store: Store) -> None:
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=10))
    store.runs.loaded(Listing((run,)), NOW)
    for minute in range(21):
        total = Decimal(20) + minute * Decimal("0.5")
        usage = RunUsage(RunId("r"), total_tokens=9, total_cost_usd=total, pricing=PRICES)
        store.usage_loaded(usage, ago(minutes=20 - minute))
    for waited in (0, 14, 15, 60):
        view = run_view(store, RunId("r"), NOW + timedelta(minutes=waited))
        assert view is not None
        assert view.usd_per_h == 30


async def test_the_total_of_an_older_row_is_as_old_as_its_row(store: Store) -> None:
    usage = RunUsage(RunId("r"), total_tokens=9, total_cost_usd=Decimal(10), pricing=PRICES)
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=1), usage=usage)
    store.runs.loaded(Listing((run,)), NOW)
    for waited in (0, 4):
        view = run_view(store, RunId("r"), NOW + timedelta(hours=waited))
        assert view is not None
        assert view.usd_per_h == 10


async def test_a_total_that_is_read_again_is_newer_though_it_is_the_same(store: Store) -> None:
    run = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", started_at=ago(hours=1))
    store.runs.loaded(Listing((run,)), NOW)
    usage = RunUsage(RunId("r"), total_tokens=9, total_cost_usd=Decimal(10), pricing=PRICES)
    for seconds in (0, 2):
        at = NOW + timedelta(seconds=seconds)
        store.usage_loaded(usage, at)
        assert run_views(store, at)[0].cost.as_of == at


async def test_a_known_price_gives_rate_and_estimate(store: Store) -> None:
    run = Run(
        RunId("r"),
        state=RunState.RUNNING,
        status_word="RUNNING",
        started_at=ago(hours=1.5),
        gpu_count=8,
        price_usd_per_gpu_h=Decimal("2.40"),
    )
    store.runs.loaded(Listing((run,)), NOW)
    view = only(store, "r")
    assert view.usd_per_h == Decimal("19.20")
    assert (view.cost.usd, view.cost.mark) == (Decimal("28.80"), "~")


async def test_of_bill_and_usage_the_larger_counts(store: Store) -> None:
    bill(store, "r", "5.00", NOW)
    store.usage_loaded(RunUsage(RunId("r"), total_tokens=9, total_cost_usd=Decimal(7), pricing=PRICES), NOW)
    assert (only(store, "r").cost.usd, only(store, "r").cost.origin) == (Decimal(7), CostOrigin.USAGE)


async def test_an_older_row_brings_its_own_usage(store: Store) -> None:
    usage = RunUsage(
        RunId("r"),
        training=TokenUse(5_000_000),
        inference=TokenUse(input_tokens=1_000_000, output_tokens=3_000_000),
        total_cost_usd=Decimal("17.5"),
    )
    row = Run(
        RunId("r"), status_word="succeeded", state=RunState.COMPLETED, usage=usage, metrics={"step": 200}
    )
    store.runs.loaded(Listing((row,)), NOW)
    view = only(store, "r")
    assert (view.tokens, view.cost.usd, view.done_steps) == (9_000_000, Decimal("17.5"), 200)


async def test_tokens_a_second_are_taken_a_minute_apart(store: Store) -> None:
    store.type_run(RunId("r"))
    for seconds, tokens in ((120, 1_000), (90, 1_000), (60, 7_000), (10, 7_000), (0, 19_000)):
        usage = RunUsage(RunId("r"), total_tokens=tokens, total_cost_usd=Decimal(1), pricing=PRICES)
        store.usage_loaded(usage, ago(seconds=seconds))
    assert only(store, "r").tokens_per_s == (100.0, 200.0)


# -- filter and sort ----------------------------------------------------------------------


def view(run_id: str, **fields: object) -> RunView:
    given: dict[str, object] = {
        "name": None,
        "state": RunState.RUNNING,
        "status_word": "RUNNING",
        "state_is_guess": False,
        "is_unknown": False,
        "base_model": None,
        "environments": (),
        "max_steps": None,
        "done_steps": None,
        "tokens": None,
        "tokens_per_s": (),
        "cost": Cost(),
        "usd_per_h": None,
        "created_at": None,
        "started_at": None,
        "completed_at": None,
        "last_step_at": None,
        "last_activity_at": None,
        "team_id": None,
        "sources": frozenset({RunSource.LIST}),
    }
    return RunView(id=RunId(run_id), **{**given, **fields})  # type: ignore[arg-type]


RUNS = (
    view("a", name="gsm8k-9b", base_model="Qwen/Qwen3.5-9B", environments=("primeintellect/gsm8k@1",)),
    view("b", name="wordle", base_model="meta/llama", state=RunState.FAILED, status_word="FAILED"),
    view("c", state=RunState.UNKNOWN, status_word="active", sources=frozenset({RunSource.BILLING})),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "abc"),
        ("gsm8k", "a"),
        ("QWEN run", "a"),
        ("status:live", "a"),
        ("status:failed", "b"),
        ("model:llama", "b"),
        ("env:gsm", "a"),
        ("source:billing", "c"),
        ("!wordle", "ac"),
        ("!status:live", "bc"),
        ("nothing-like-it", ""),
    ],
)
def test_the_filter_finds_every_word(text: str, expected: str) -> None:
    assert "".join(one.id for one in filtered_runs(RUNS, text)) == expected


COSTS = st.one_of(st.none(), st.decimals(0, 1000, places=2))


@given(st.lists(COSTS, max_size=12), st.booleans())
def test_sorting_keeps_every_run_and_puts_the_unknown_last(
    costs: list[Decimal | None], reverse: bool
) -> None:
    views = tuple(view(str(index), cost=Cost(cost)) for index, cost in enumerate(costs))
    found = sorted_runs(views, RunSort.COST, reverse=reverse)
    assert sorted(one.id for one in found) == sorted(one.id for one in views)
    known = [one.cost.usd for one in found if one.cost.usd is not None]
    assert known == sorted(known, reverse=not reverse), "money: the dearest first"
    assert all(one.cost.usd is None for one in found[len(known) :])


def test_each_column_sorts_and_without_one_the_order_stays() -> None:
    for by in RunSort:
        assert len(sorted_runs(RUNS, by, reverse=False)) == len(RUNS)
    assert [one.id for one in sorted_runs(RUNS, RunSort.NAME, reverse=False)] == ["c", "a", "b"]
    assert sorted_runs(RUNS, None, reverse=False) == RUNS
    assert sorted_runs(RUNS, None, reverse=True) == RUNS[::-1]


async def test_without_versions_the_run_that_was_read_later_counts(store: Store) -> None:
    live = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING", config=(("lr", "1"),))
    over = Run(RunId("r"), state=RunState.STOPPED, status_word="STOPPED")
    store.run_details[RunId("r")].loaded(live, NOW)
    store.runs.loaded(Listing((over,)), NOW + timedelta(seconds=30))
    view = only(store, "r")
    assert view.state is RunState.STOPPED
    assert view.run is not None
    assert view.run.config == (("lr", "1"),), "what only the run on its own tells stays"
    store.run_details[RunId("r")].loaded(live, NOW + timedelta(seconds=60))
    assert only(store, "r").state is RunState.RUNNING


async def test_a_run_that_went_on_is_no_longer_over_though_its_list_reads_as_before(store: Store) -> None:
    live = Run(RunId("r"), state=RunState.RUNNING, status_word="RUNNING")
    over = Run(RunId("r"), state=RunState.STOPPED, status_word="STOPPED", completed_at=NOW)
    store.runs.loaded(Listing((live,)), NOW)
    store.run_details[RunId("r")].loaded(over, NOW + timedelta(seconds=30))
    (view,) = run_views(store, NOW + timedelta(seconds=30))
    assert view.state is RunState.STOPPED
    store.runs.loaded(Listing((live,)), NOW + timedelta(seconds=60))
    (view,) = run_views(store, NOW + timedelta(seconds=61))
    assert view.state is RunState.RUNNING, "and costs"


async def test_a_run_is_as_old_as_its_creation_before_and_after_its_start(store: Store) -> None:
    queued = Run(RunId("r"), state=RunState.QUEUED, status_word="QUEUED", created_at=ago(minutes=40))
    store.runs.loaded(Listing((queued,)), NOW)
    before = only(store, "r").age_from
    store.runs.loaded(Listing((replace(queued, state=RunState.RUNNING, started_at=ago(minutes=3)),)), NOW)
    assert only(store, "r").age_from == before == ago(minutes=40)
