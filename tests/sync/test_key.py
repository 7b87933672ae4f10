"""What a refused key does: `whoami` decides, once, whether it is the key or one scope."""

from __future__ import annotations

import asyncio

from prime_tui.domain.account import Account
from prime_tui.domain.errors import NotAuthenticated
from prime_tui.domain.ids import UserId
from prime_tui.domain.remote import Freshness
from prime_tui.store.slice import Topic
from prime_tui.store.store import KeyState, Severity, Store
from prime_tui.sync.key_gate import KeyGate
from tests.sync.fake_clock import FakeClock
from tests.sync.watch import WALLET_SCREEN, Watch, watching

WHOAMI = "GET /api/v1/user/whoami"


async def no_more_requests(watch: Watch, hours: float = 2) -> None:
    """Live on, and see that the service is left alone."""
    await watch.settled()
    before = watch.total()
    await watch.clock.run_for(hours * 3600)
    await watch.settled()
    assert watch.total() == before


async def test_a_refused_key_pauses_all_reading_and_is_told_once() -> None:
    async with watching(require_key="another-key") as watch:
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.session.key is KeyState.REFUSED)
        await no_more_requests(watch)
        assert [notice.severity for notice in watch.said("refuses the API key")] == [Severity.ERROR]
        assert watch.store.session.key_error is not None
        assert "good-key" not in str(watch.store.session.key_error)


async def test_a_new_key_lets_reading_go_on() -> None:
    async with watching(require_key="another-key") as watch:
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.session.key is KeyState.REFUSED)
        watch.key[0] = "another-key"
        watch.engine.key_changed()
        await watch.until(lambda: watch.store.session.key is KeyState.ACCEPTED)
        await watch.until(lambda: watch.store.wallet.value and watch.store.pods.value)
        assert watch.store.session.key_error is None


async def test_a_key_that_expires_leaves_the_last_values_and_they_look_old() -> None:
    async with watching(require_key="good-key") as watch:
        await watch.start()
        balance = watch.store.wallet.value
        watch.sim.set_key("new-key")
        watch.clock.jump(70)
        await watch.until(lambda: watch.store.session.key is KeyState.REFUSED)
        await no_more_requests(watch)
        assert watch.store.wallet.value is balance
        assert watch.store.wallet.remote.freshness(watch.clock.now()) is Freshness.STALE
        assert watch.store.disks.remote.freshness(watch.clock.now()) is Freshness.STALE, (
            "not read, so it is late"
        )


async def test_the_person_can_try_the_same_key_again_and_all_topics_go_on() -> None:
    async with watching(require_key="good-key") as watch:
        await watch.start()
        watch.sim.set_key("maintenance")
        watch.clock.jump(70)
        await watch.until(lambda: watch.store.session.key is KeyState.REFUSED)
        await watch.clock.run_for(1200)
        watch.sim.set_key("good-key")
        watch.engine.refresh()
        await watch.until(lambda: watch.store.session.key is KeyState.ACCEPTED)
        fresh = (watch.store.wallet, watch.store.pods, watch.store.disks, watch.store.runs)
        await watch.until(
            lambda: all(one.remote.freshness(watch.clock.now()) is Freshness.FRESH for one in fresh)
        )


async def test_those_who_are_refused_together_ask_once() -> None:
    asked = 0

    async def whoami() -> Account:
        nonlocal asked
        asked += 1
        return Account(UserId("u"), "Ada", "ada@example.org")

    gate = KeyGate(Store(), FakeClock(), whoami)
    assert all(await asyncio.gather(*(gate.refused(NotAuthenticated("no")) for _ in range(3))))
    assert asked == 1, "one question for all that were refused at the same time"


async def test_teams_that_cannot_be_read_do_not_cost_the_account() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/user/teams", status=403)
        await watch.start()
        await watch.live(60)
        assert watch.store.account.remote.freshness(watch.clock.now()) is Freshness.FRESH
        assert watch.store.teams.remote.error is not None
        assert watch.store.session.key is KeyState.ACCEPTED


async def test_a_backend_without_whoami_is_believed() -> None:
    async with watching() as watch:
        watch.sim.fault("status", "*/user/whoami", status=404)
        watch.sim.fault("status", "*/billing/wallet", status=401)
        watch.engine.show(WALLET_SCREEN)
        await watch.until(lambda: watch.store.session.key is KeyState.REFUSED)


async def test_an_unreachable_whoami_decides_nothing() -> None:
    async with watching() as watch:
        await watch.start()
        watch.sim.fault("status", "*/user/whoami", status=503)
        watch.sim.fault("status", "*/disks*", status=401)
        await watch.live(700)
        assert watch.store.session.key is KeyState.ACCEPTED
        assert watch.store.wallet.remote.freshness(watch.clock.now()) is Freshness.FRESH
        assert watch.count(WHOAMI) > 2, "it is asked again with the next refusal"
        watch.sim.clear_faults()
        watch.sim.fault("status", "*/disks*", status=401)
        watch.engine.read_topic(Topic.DISKS)
        await watch.until(lambda: watch.store.disks.remote.is_switched_off, "now it is known")
