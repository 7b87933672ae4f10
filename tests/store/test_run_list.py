"""Whatever becomes known, in whatever order: the list of runs says what looking at each one anew says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.account import WalletContext
from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.errors import NetworkError
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import LIVE, Run, RunProgress, RunState, RunUsage
from prime_tui.domain.views import Ending, EndingPhase, LaunchRecord, RunView
from prime_tui.domain.wallet import Wallet
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runs import run_view
from prime_tui.store.slice import Topic
from prime_tui.store.store import Store
from tests.store.making import HOUR, MINUTE, NOW, row, run, wallet

Change = Callable[[Store, datetime], None]
RUN_IDS = tuple(map(RunId, ("run-a", "run-b", "run-c")))
run_ids, few = st.sampled_from(RUN_IDS), st.integers(0, 9)
moments = few.map(lambda minutes: NOW - minutes * MINUTE)
teams = st.sampled_from((None, TeamId("team-1")))
runs = st.builds(
    lambda one, updated_at, completed_at: replace(
        one, updated_at=updated_at, completed_at=None if one.state in LIVE else completed_at
    ),
    st.builds(
        run, run_ids, state=st.sampled_from(RunState), gpus=st.just(2), price=st.sampled_from((None, "3"))
    ),
    st.none() | moments,
    st.none() | moments,
)
usages = st.builds(
    RunUsage,
    run_ids,
    status_word=st.sampled_from((None, "running", "completed")),
    total_tokens=st.none() | few,
    total_cost_usd=st.none() | few.map(Decimal),
)
launches = st.builds(
    LaunchRecord, run_ids, st.none(), teams, moments, st.just(Decimal(3)), st.just(8), is_found=st.booleans()
)
bills = st.builds(
    lambda run_id, amount, billed: row(
        f"bill-{run_id}", amount, billed=billed, kind="training", resource=run_id
    ),
    run_ids,
    st.none() | few.map(str),
    moments,
)
pages = st.builds(
    lambda rows, wallet_id: wallet(*rows, wallet_id=wallet_id),
    st.lists(bills, max_size=2, unique_by=lambda one: one.id),
    st.sampled_from(("wal_1", "wal_2")),
)


def listed(found: Iterable[Run]) -> Change:
    return lambda store, at: store.runs.loaded(Listing(tuple(found)), at)


def read_alone(one: Run) -> Change:
    return lambda store, at: store.run_details[one.id].loaded(one, at)


def let_go(run_id: RunId) -> Change:
    return lambda store, _: store.run_details.forget(run_id)


def failed(store: Store, _: datetime) -> None:
    store.runs.failed(NetworkError("The line is cut."))


def list_forgotten(store: Store, _: datetime) -> None:
    store.runs.clear()


def used(usage: RunUsage) -> Change:
    return lambda store, at: store.usage_loaded(usage, at)


def stepped(run_id: RunId, step: int) -> Change:
    return lambda store, at: store.progress[run_id].loaded(RunProgress(step, updated_at=NOW), at)


def launched(records: Iterable[LaunchRecord]) -> Change:
    return lambda store, _: store.set_launches(tuple(records))


def typed(run_id: RunId) -> Change:
    return lambda store, _: store.type_run(run_id)


def ending(run_id: RunId, phase: EndingPhase) -> Change:
    return lambda store, at: store.run_ending(run_id, Ending(phase, at))


def billed(page: Wallet) -> Change:
    return lambda store, at: store.wallet_loaded(page, at)


def switched(team_id: TeamId | None) -> Change:
    return lambda store, _: store.change_session(wallet=WalletContext(team_id))


changes = st.one_of(
    st.lists(runs, max_size=3, unique_by=lambda one: one.id).map(listed),
    runs.map(read_alone),
    run_ids.map(let_go),
    st.sampled_from((failed, list_forgotten)),
    usages.map(used),
    st.builds(stepped, run_ids, few),
    st.lists(launches, max_size=2).map(launched),
    run_ids.map(typed),
    st.builds(ending, run_ids, st.sampled_from(EndingPhase)),
    pages.map(billed),
    teams.map(switched),
)
stories = st.lists(st.tuples(changes, st.sampled_from((1, 3, 6, 700))), min_size=1, max_size=12)


def without_growth(view: RunView) -> RunView:
    """All that does not follow from what was read a moment ago and the time."""
    cost = Cost(None, CostOrigin.ESTIMATE) if view.cost.origin is CostOrigin.ESTIMATE else view.cost
    return replace(view, cost=cost, usd_per_h=None, is_rate_estimate=False)


def looked_at_anew(store: Store, now: datetime) -> dict[RunId, RunView]:
    found = {run_id: run_view(store, run_id, now) for run_id in RUN_IDS}
    return {run_id: view for run_id, view in found.items() if view is not None}


def may_stand_for(view: RunView) -> timedelta:
    """How long ago the view may have been true: what costs more with each second, not long."""
    return timedelta(seconds=5 if view.cost.origin is CostOrigin.ESTIMATE else 30)


@given(stories)
def test_the_list_says_what_looking_at_each_run_anew_says(story: Collection[tuple[Change, int]]) -> None:
    store, now = Store(), NOW
    lately: list[tuple[datetime, dict[RunId, RunView]]] = []
    for change, seconds in story:
        now += timedelta(seconds=seconds)
        change(store, now)
        anew, views = looked_at_anew(store, now), run_views(store, now)
        lately.append((now, anew))
        assert {view.id for view in views} == set(anew)
        live = [view.state in LIVE for view in views]
        assert live == sorted(live, reverse=True)
        for view in views:
            assert without_growth(view) == without_growth(anew[view.id])
            recent = [then.get(view.id) for at, then in lately if at == now or now - at < may_stand_for(view)]
            assert view in recent


def test_another_wallet_has_other_bills_of_the_same_run() -> None:
    store, run_id = Store(), RUN_IDS[0]
    for seconds, amount, wallet_id in ((0, "7", "wal_1"), (5, "2", "wal_2")):
        bill = row("bill", amount, billed=NOW - HOUR, kind="training", resource=run_id)
        store.wallet_loaded(wallet(bill, wallet_id=wallet_id), NOW + timedelta(seconds=seconds))
        (view,) = run_views(store, NOW + timedelta(seconds=seconds))
        assert view.cost.usd == Decimal(amount)


def test_a_bill_that_grows_after_the_end_of_its_run_is_seen() -> None:
    store, run_id = Store(), RUN_IDS[0]
    store.runs.loaded(Listing((run(run_id, state=RunState.COMPLETED),)), NOW)
    for usd in range(1, 4):
        at = NOW + usd * MINUTE
        billed(wallet(row("bill", str(usd), billed=at, kind="training", resource=run_id)))(store, at)
        (view,) = run_views(store, at)
        assert view.cost.usd == usd


def test_a_run_that_was_over_by_a_wrong_clock_burns_by_the_right_one() -> None:
    store = Store()
    store.wallet_loaded(wallet(row("b", "1", kind="training", resource="r", billed=NOW)), NOW)
    words = [run_views(store, NOW + later)[0].status_word for later in (HOUR, HOUR + 6 * MINUTE, MINUTE)]
    assert words == ["inactive", "inactive", "active"]


def test_moments_out_of_order_by_a_hair_cost_nothing() -> None:
    store = Store()
    store.runs.loaded(Listing((run("r"), run("over", state=RunState.COMPLETED))), NOW)
    views = run_views(store, NOW)
    store.mark(Topic.ACCOUNT)  # something else is news
    again = run_views(store, NOW - timedelta(milliseconds=1))
    assert again is not views
    assert all(one is other for one, other in zip(again, views, strict=True))
