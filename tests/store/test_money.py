"""Burn, runway, costs and alerts over a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from prime_tui.domain.account import Account, WalletContext
from prime_tui.domain.alerts import Urgency
from prime_tui.domain.cost import CostOrigin
from prime_tui.domain.errors import NotAuthenticated, NotPermitted, ServerFault
from prime_tui.domain.ids import RunId, TeamId, UserId
from prime_tui.domain.pods import PodState
from prime_tui.domain.remote import Freshness, Listing
from prime_tui.domain.runs import RunProgress, RunState
from prime_tui.domain.views import Ending, EndingPhase
from prime_tui.store.selectors.alerts import alerts
from prime_tui.store.selectors.freshness import source_ages
from prime_tui.store.selectors.money import (
    balance_usd,
    burning_now,
    listed_burn,
    measured_burn,
    pod_cost,
)
from prime_tui.store.selectors.ownership import in_wallet, is_mine
from prime_tui.store.selectors.run_list import run_views
from prime_tui.store.selectors.runway import purse, wallet_runway
from prime_tui.store.store import KeyState, Store
from tests.store.making import HOUR, MINUTE, NOW, disk, pod, row, run, wallet


def full_store() -> Store:
    """A store with one of everything."""
    store = Store()
    store.pods.loaded(Listing((pod(),)), NOW)
    store.disks.loaded(Listing((disk(),)), NOW)
    store.runs.loaded(Listing((run(gpus=8, price="2"),)), NOW)
    store.wallet_loaded(wallet(balance="184.40"), NOW)
    return store


async def test_the_burn_is_the_sum_of_pods_disks_and_runs() -> None:
    burn = listed_burn(full_store(), NOW)
    assert burn is not None
    assert (burn.pods_usd_per_h, burn.disks_usd_per_h, burn.runs_usd_per_h) == (
        Decimal("2.40"),
        Decimal("0.04"),
        Decimal(16),
    )
    assert burn.mark == ""


async def test_what_was_not_read_or_has_no_price_makes_the_burn_a_lower_bound() -> None:
    store = Store()
    assert listed_burn(store, NOW) is None, "nothing is known, and that is not zero"
    store.pods.loaded(Listing((pod(), pod("pod-2", price=None))), NOW)
    burn = listed_burn(store, NOW)
    assert burn is not None
    assert burn.mark == "≥"
    assert set(burn.unknown) == {"pod-2", "disks", "runs"}


async def test_a_run_that_only_billing_knows_may_burn_at_an_unknown_rate() -> None:
    store = full_store()
    billed = row("b", "3", kind="training", resource="rft_x", billed=NOW - MINUTE)
    store.wallet_loaded(wallet(billed), NOW)
    burn = listed_burn(store, NOW)
    assert burn is not None
    assert burn.mark == "≥"
    (line,) = [one for one in burning_now(store, NOW) if one.id == "rft_x"]
    assert line.state == "(active)"
    assert line.usd_per_h is None
    assert "rft_x" not in {one.id for one in burning_now(store, NOW + HOUR)}, "it is not billed any more"


async def test_a_run_that_we_ended_does_not_burn() -> None:
    store = full_store()
    store.run_ending(RunId("run-1"), Ending(EndingPhase.GONE, NOW))
    assert "run-1" not in {one.id for one in burning_now(store, NOW)}


async def test_only_the_wallet_in_view_counts() -> None:
    store = full_store()
    store.pods.loaded(Listing((pod(), pod("theirs", team="team-1", price="50"))), NOW)
    personal = listed_burn(store, NOW)
    store.change_session(wallet=WalletContext(TeamId("team-1")))
    team = listed_burn(store, NOW)
    assert personal is not None
    assert team is not None
    assert (personal.pods_usd_per_h, team.pods_usd_per_h) == (Decimal("2.40"), Decimal(50))


async def test_somebody_elses_personal_pod_is_not_ours() -> None:
    store = Store()
    store.account.loaded(Account(UserId("me"), "Me", "me@example.org"), NOW)
    assert in_wallet(store, pod(user="me"))
    assert in_wallet(store, pod(user=None)), "the service does not say whose it is"
    assert not in_wallet(store, pod(user="other"))
    assert not is_mine(store, pod(user="other"))


async def test_the_dearest_burns_first_and_what_ended_does_not_burn() -> None:
    store = full_store()
    store.pods.loaded(Listing((pod("cheap", price="1"), pod("off", state=PodState.TERMINATED))), NOW)
    assert [one.id for one in burning_now(store, NOW)] == ["run-1", "cheap", "disk-1"]


async def test_the_runway_is_the_balance_over_the_burn() -> None:
    store = full_store()
    left = wallet_runway(store, NOW)
    assert left.hours == Decimal(10)
    assert left.ends_at == NOW + timedelta(hours=10)


async def test_while_the_balance_cannot_be_read_its_end_stays_where_it_is() -> None:
    store = full_store()
    wallet_runway(store, NOW)
    store.wallet.failed(ServerFault("It is down."))
    for waited, left in ((1, 9), (4, 6), (9, 1)):
        found = wallet_runway(store, NOW + waited * HOUR)
        assert found.hours == left
        assert found.ends_at == NOW + 10 * HOUR
    found = wallet_runway(store, NOW + 20 * HOUR)
    assert found.hours == 0
    assert found.ends_at is None
    (said,) = (one.text for one in alerts(store, NOW + 20 * HOUR) if one.key == "runway")
    assert "since the balance was read" in said


async def test_each_burn_counts_for_as_long_as_it_was_the_burn() -> None:
    store = full_store()
    store.wallet_loaded(wallet(balance="100"), NOW)
    wallet_runway(store, NOW)  # 18.44 USD an hour
    store.wallet.failed(ServerFault("It is down."))
    store.runs.loaded(Listing(()), NOW + HOUR)  # 2.44 from here on
    wallet_runway(store, NOW + HOUR)
    found = wallet_runway(store, NOW + 2 * HOUR).hours
    assert found is not None
    assert round(found, 9) == round((Decimal(100) - Decimal("18.44") - Decimal("2.44")) / Decimal("2.44"), 9)
    store.wallet_loaded(wallet(balance="61"), NOW + 3 * HOUR)
    assert wallet_runway(store, NOW + 3 * HOUR).hours == 25, "what was read counts, and nothing else"


async def test_of_a_balance_of_an_earlier_session_only_what_burned_in_this_one_is_gone() -> None:
    store = full_store()
    store.restore_wallet(wallet(balance="184.40"), NOW - 20 * HOUR)
    store.wallet.failed(ServerFault("It is down."))
    left = [wallet_runway(store, NOW + waited * HOUR).hours for waited in range(3)]
    assert left == [10, 9, 8]


async def test_the_purse_says_how_long_the_balance_lasts_with_the_order() -> None:
    store = Store()
    assert purse(store, Decimal(10), "you", NOW).after.hours is None
    store.wallet_loaded(wallet(balance="100"), NOW)
    store.pods.loaded(Listing((pod(price="10"),), 1), NOW)
    store.disks.loaded(Listing(), NOW)
    store.runs.loaded(Listing(), NOW)
    money = purse(store, Decimal(10), "you", NOW)
    assert (money.before.hours, money.after.hours) == (Decimal(10), Decimal(5))
    assert money.after.ends_at == NOW + timedelta(hours=5)
    assert money.mark == "≥"
    store.pods.failed(ServerFault("It is down."))
    assert purse(store, Decimal(10), "you", NOW).mark == "~", "a burn that may be another by now is no bound"
    assert purse(store, None, "you", NOW).after.hours is None


async def test_the_purse_knows_how_old_its_balance_is_and_reckons_with_none_that_may_not_be_read() -> None:
    store = Store()
    store.wallet_loaded(wallet(balance="100"), NOW)
    assert purse(store, None, "you", NOW).stale_s is None
    store.wallet.failed(ServerFault("It is down."))
    later = purse(store, None, "you", NOW + timedelta(minutes=14))
    assert (later.balance_usd, later.stale_s, later.mark) == (Decimal(100), 14 * 60, "~")
    store.wallet.failed(NotPermitted("needs scope billing"))
    assert purse(store, None, "you", NOW).balance_usd is None


async def test_a_balance_in_another_currency_has_no_runway() -> None:
    store = full_store()
    store.wallet_loaded(wallet(balance="100", currency="EUR"), NOW)
    assert balance_usd(store) is None
    assert wallet_runway(store, NOW).reason == "unknown"
    assert [alert for alert in alerts(store, NOW) if alert.key in ("balance", "runway")] == []


async def test_a_pod_costs_what_was_billed_else_an_upper_bound() -> None:
    store = full_store()
    cost = pod_cost(store, pod(), NOW)
    assert (cost.usd, cost.origin, cost.mark) == (Decimal("2.40"), CostOrigin.ESTIMATE, "~")
    store.wallet_loaded(wallet(row("a", "2.31", resource="pod-1")), NOW)
    cost = pod_cost(store, pod(), NOW)
    assert (cost.usd, cost.origin, cost.mark) == (Decimal("2.31"), CostOrigin.BILLED, "")


async def test_a_stopped_pod_was_billed_in_full_before() -> None:
    store = Store()
    stopped = pod(state=PodState.STOPPED, price="2", stopped="0.10", created=NOW - 10 * HOUR)
    assert pod_cost(store, stopped, NOW).usd == 20
    ended = replace(
        pod(state=PodState.TERMINATED, created=NOW - 2 * HOUR, price="3"), terminated_at=NOW - HOUR
    )
    assert pod_cost(store, ended, NOW).usd == 3
    starting = pod(state=PodState.PENDING, price="2", provisioning="0")
    assert pod_cost(store, starting, NOW).usd == 0
    assert pod_cost(store, pod(price=None), NOW).usd is None
    assert pod_cost(store, pod(price=None, reported="7"), NOW).origin is CostOrigin.REPORTED


async def test_the_measured_burn_is_what_was_seen_and_stands_still_while_reading_fails() -> None:
    store = Store()
    store.wallet_loaded(wallet(row("a", "100", billed=NOW)), NOW)
    assert measured_burn(store, NOW + 5 * MINUTE) is None
    for minute in range(1, 31):
        at = NOW + minute * MINUTE
        store.wallet_loaded(wallet(row("a", str(100 + minute), billed=at)), at)
    rate = measured_burn(store, NOW + 30 * MINUTE)
    assert rate == 60, "a dollar a minute, whatever the row cost before"
    assert measured_burn(store, NOW + 8 * HOUR) == rate, "not reading is not burning less"


async def test_an_empty_wallet_a_short_runway_and_a_dead_key_need_a_person() -> None:
    store = full_store()
    assert [alert.key for alert in alerts(store, NOW)] == ["runway"]
    store.wallet_loaded(wallet(balance="-3"), NOW)
    assert "-$3.00" in alerts(store, NOW)[0].text
    store.wallet_loaded(wallet(balance="9000"), NOW)
    assert alerts(store, NOW) == ()
    store.change_session(key=KeyState.REFUSED, key_error=NotAuthenticated("The key is wrong."))
    assert [alert.key for alert in alerts(store, NOW)] == ["key"]


async def test_an_end_that_was_not_confirmed_is_the_most_urgent_whoever_pays() -> None:
    store = full_store()
    store.wallet_loaded(wallet(balance="9000"), NOW)
    theirs = pod("theirs", team="team-1")
    failed = pod("sick", state=PodState.ERROR)
    store.pods.loaded(Listing((failed, theirs, pod("theirs-sick", team="t", state=PodState.ERROR))), NOW)
    store.pod_ending(theirs, Ending(EndingPhase.NOT_CONFIRMED, NOW))
    store.run_ending(RunId("run-1"), Ending(EndingPhase.NOT_CONFIRMED, NOW))
    found = alerts(store, NOW)
    assert {alert.key for alert in found[:2]} == {"end:theirs", "end:run-1"}
    assert [alert.urgency for alert in found] == [Urgency.CRITICAL, Urgency.CRITICAL, Urgency.WARNING]
    assert found[0].about == "theirs"
    assert "$2.40/h" in found[0].text


async def test_a_quiet_run_is_told_but_our_own_silence_is_not_its() -> None:
    store = full_store()
    store.wallet_loaded(wallet(balance="9000"), NOW)
    progress = store.progress[RunId("run-1")]
    progress.loaded(RunProgress(latest_step=5, updated_at=NOW - 5 * MINUTE), NOW)
    assert alerts(store, NOW + 2 * HOUR) == (), "nobody has read since"
    progress.loaded(RunProgress(latest_step=5, updated_at=NOW - 5 * MINUTE), NOW + HOUR)
    (alert,) = alerts(store, NOW + HOUR)
    assert "no step for 1h05" in alert.text
    store.runs.loaded(Listing((run(state=RunState.COMPLETED),)), NOW + HOUR)
    assert alerts(store, NOW + HOUR) == ()


async def test_a_run_without_a_first_step_is_quiet_from_its_start() -> None:
    store = full_store()
    store.wallet_loaded(wallet(balance="9000"), NOW)
    started = replace(run(), started_at=NOW - 19 * MINUTE)
    store.runs.loaded(Listing((started,)), NOW)
    progress = store.progress[RunId("run-1")]
    assert alerts(store, NOW + HOUR) == (), "a service that tells of no steps accuses nobody"
    progress.loaded(RunProgress(), NOW)
    assert alerts(store, NOW) == (), "the first step takes longer"
    progress.loaded(RunProgress(), NOW + 5 * MINUTE)
    (alert,) = alerts(store, NOW + HOUR)
    assert "no step for 24m" in alert.text
    assert run_views(store, NOW + HOUR)[0].last_step_at is None


async def test_the_ages_of_the_sources() -> None:
    store = Store()
    assert {age.freshness for age in source_ages(store, NOW)} == {Freshness.LOADING}
    store.wallet_loaded(wallet(), NOW)
    store.pods.failed(NotAuthenticated("no"), NOW + MINUTE)
    by_name = {age.name: age for age in source_ages(store, NOW + 10 * timedelta(seconds=1))}
    assert by_name["wallet"].age_s == 10
    assert by_name["pods"].freshness is Freshness.FAILED
    assert by_name["pods"].retry_in_s == 50
