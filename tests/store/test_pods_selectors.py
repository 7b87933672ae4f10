from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from prime_tui.domain.account import Account, Team, WalletContext
from prime_tui.domain.cost import CostOrigin
from prime_tui.domain.ids import DiskId, PodId, TeamId, UserId
from prime_tui.domain.pods import AttachedDisk, PastPod, Pod, PodState
from prime_tui.domain.remote import Listing
from prime_tui.domain.views import Ending, EndingPhase
from prime_tui.store.selectors.pods import (
    RECEIPT_STAYS,
    RowQuery,
    disks_of,
    owner_label,
    past_pods,
    pod_totals,
    pod_views,
    select_pods,
)
from prime_tui.store.store import Session, Store
from tests.pod_samples import DISK, NOW, POD

TEAM = TeamId("team_research")
MINE = POD
THEIRS = replace(
    POD, id=PodId("b"), name="team-a100", team_id=TEAM, user_id=UserId("usr_lin"), gpu_name="A100_80GB"
)
DEAR = replace(
    POD, id=PodId("c"), name="big", price_usd_per_h=Decimal(20), created_at=NOW - timedelta(hours=1)
)
UNPRICED = replace(POD, id=PodId("d"), name="unpriced", price_usd_per_h=None, created_at=None)


async def store_with(*pods: Pod, team: TeamId | None = None) -> Store:
    store = Store()
    store.session = Session(wallet=WalletContext(team))
    store.account.loaded(Account(UserId("usr_me"), "Ada", "ada@example.com"), NOW)
    store.teams.loaded(Listing((Team(TEAM, "Research"),)), NOW)
    store.pods.loaded(Listing(pods, len(pods)), NOW)
    return store


def names(store: Store, query: RowQuery = RowQuery(), at: datetime = NOW) -> list[str]:  # noqa: B008 - frozen
    return [view.pod.name for view in select_pods(pod_views(store, at, everyone=query.everyone), query)]


async def test_only_pods_of_the_wallet_in_view_are_listed_unless_all_are_wanted() -> None:
    assert names(await store_with(MINE, THEIRS)) == ["dev-h100"]
    assert names(await store_with(MINE, THEIRS, team=TEAM)) == ["team-a100"]
    assert set(names(await store_with(MINE, THEIRS), RowQuery(everyone=True))) == {"dev-h100", "team-a100"}


async def test_the_largest_age_comes_first_and_unknown_ages_last_in_both_directions() -> None:
    store = await store_with(UNPRICED, MINE, DEAR)
    assert names(store, RowQuery(sort="age")) == ["dev-h100", "big", "unpriced"]
    assert names(store, RowQuery(sort="age", descending=False)) == ["big", "dev-h100", "unpriced"]
    assert names(store, RowQuery(sort="price")) == ["big", "dev-h100", "unpriced"]


async def test_words_filter_by_name_gpu_state_and_owner() -> None:
    store = await store_with(MINE, THEIRS)
    assert names(store, RowQuery("a100 research", everyone=True)) == ["team-a100"]
    assert names(store, RowQuery("active !a100", everyone=True)) == ["dev-h100"]
    assert names(store, RowQuery("nothing", everyone=True)) == []


async def test_totals_count_the_wallet_and_name_what_they_leave_out() -> None:
    totals = pod_totals(await store_with(MINE, THEIRS, UNPRICED))
    assert (totals.total, totals.active, totals.elsewhere) == (2, 2, 1)
    assert totals.usd_per_h == Decimal("2.40")
    assert totals.unknown_rates == 1
    assert pod_totals(await store_with(MINE, THEIRS), everyone=True).elsewhere == 0


async def test_owners_are_called_by_name() -> None:
    store = await store_with()
    assert owner_label(store, MINE) == "you"
    assert owner_label(store, THEIRS) == "Research"
    assert owner_label(store, replace(MINE, user_id=UserId("usr_22d0b7e4aa"))) == "user …b7e4aa"
    assert owner_label(store, replace(MINE, team_id=TeamId("team_unknown"))) == "team …nknown"


async def test_an_ended_pod_stays_a_while_with_its_receipt_and_burns_nothing() -> None:
    store = await store_with()
    store.pod_ending(MINE, Ending(EndingPhase.GONE, NOW, "confirmed", Decimal("14.88"), Decimal("14.61")))
    (view,) = pod_views(store, NOW)
    assert not view.is_listed
    assert view.pod.state is PodState.TERMINATED
    assert view.pod.burn_usd_per_h == 0
    assert (view.cost.usd, view.cost.origin) == (Decimal("14.61"), CostOrigin.HISTORY)
    assert pod_totals(store).total == 0
    assert pod_views(store, NOW + RECEIPT_STAYS + timedelta(seconds=1)) == ()


async def test_without_a_bill_the_receipt_is_an_estimate() -> None:
    store = await store_with()
    store.pod_ending(MINE, Ending(EndingPhase.GONE, NOW, "confirmed", Decimal("14.88")))
    (view,) = pod_views(store, NOW)
    assert (view.cost.usd, view.cost.mark) == (Decimal("14.88"), "~")


async def test_a_pod_that_vanishes_while_its_end_is_confirmed_does_not_flicker() -> None:
    store = await store_with(MINE)
    store.pod_ending(MINE, Ending(EndingPhase.CONFIRMING, NOW, "still DELETING"))
    assert len(pod_views(store, NOW)) == 1
    store.pods.loaded(Listing((), 0), NOW)
    assert [view.is_listed for view in pod_views(store, NOW)] == [False]


async def test_an_end_that_was_not_confirmed_is_settled_when_the_list_no_longer_has_the_pod() -> None:
    store = await store_with(MINE)
    store.pod_ending(MINE, Ending(EndingPhase.NOT_CONFIRMED, NOW, "still ACTIVE"))
    (view,) = pod_views(store, NOW)
    assert view.ending is not None
    assert view.ending.phase is EndingPhase.NOT_CONFIRMED
    store.pods.loaded(Listing((), 0), NOW)
    assert pod_views(store, NOW) == ()


async def test_disks_are_found_from_either_side() -> None:
    store = await store_with()
    store.disks.loaded(Listing((DISK, replace(DISK, id=DiskId("other"), pod_ids=()))), NOW)
    assert disks_of(store, POD) == (DISK,)
    other = replace(POD, id=PodId("z"), disks=(AttachedDisk(DISK.id, "MOUNTED"),))
    assert disks_of(store, other) == (DISK,)
    assert disks_of(store, replace(other, disks=())) == ()


async def test_ended_pods_are_filtered_and_sorted() -> None:
    store = await store_with()
    old = PastPod(
        PodId("1"), "old", "Instance", total_billed_usd=Decimal(5), terminated_at=NOW - timedelta(days=2)
    )
    new = PastPod(PodId("2"), "new", "Instance", total_billed_usd=Decimal(1), terminated_at=NOW)
    team = PastPod(PodId("3"), "team", "Cluster", team_id=TEAM, terminated_at=NOW)
    store.history.loaded(Listing((old, new, team), 3), NOW)
    assert [pod.name for pod in past_pods(store, RowQuery(sort="ended"))] == ["new", "old"]
    assert [pod.name for pod in past_pods(store, RowQuery(sort="billed"))] == ["old", "new"]
    assert [pod.name for pod in past_pods(store, RowQuery("cluster", everyone=True))] == ["team"]
