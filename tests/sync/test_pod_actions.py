"""Creating and ending pods: one request, and belief only in what a reading shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from prime_tui.domain.errors import InvalidRequest, PaymentRequired, PrimeError, ReadOnlyRefused
from prime_tui.domain.offers import Offer, PodOrder
from prime_tui.domain.pods import Pod, PodState
from prime_tui.domain.views import Ending, EndingPhase
from prime_tui.store.store import Severity
from tests.sync.watch import Watch, watching

CREATE, DELETE = "POST /api/v1/pods/", "DELETE /api/v1/pods/{pod_id}"


@asynccontextmanager
async def acting(*, read_only: bool = False) -> AsyncIterator[Watch]:
    """A world whose pods were read once; nothing reads by itself."""
    async with watching(run_engine=False, read_only=read_only) as watch:
        watch.store.pods.loaded(await watch.client.pods.list(), watch.clock.now())
        yield watch


async def an_offer(watch: Watch) -> Offer:
    offers = await watch.client.offers.list()
    return next(
        offer
        for offer in offers.items
        if offer.is_in_stock and not offer.is_cluster and offer.socket and offer.provider == "hyperstack"
    )


async def order(watch: Watch, name: str = "new-pod") -> PodOrder:
    offer = await an_offer(watch)
    price = offer.estimate_usd_per_h()
    assert price is not None
    return PodOrder(offer, name, max_price_usd_per_h=price * 2)


def active_pod(watch: Watch) -> Pod:
    listing = watch.store.pods.value
    assert listing is not None
    return next(pod for pod in listing.items if pod.state is PodState.ACTIVE)


async def test_a_new_pod_is_in_the_list_at_once() -> None:
    async with acting() as watch:
        creation = await watch.finish(watch.engine.pods.create(await order(watch)))
        assert creation.pod is not None
        assert not creation.was_looked_for
        listing = watch.store.pods.value
        assert listing is not None
        assert [pod.id for pod in listing.items].count(creation.pod.id) == 1
        assert watch.count(CREATE) == 1


async def test_a_new_pod_that_a_reading_found_first_is_there_once() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("drip", "/api/v1/pods/", method="POST", latency_ms=1)  # made, and slow to say so
        creating = asyncio.create_task(watch.engine.pods.create(one))
        await watch.until(lambda: watch.count("GET /api/v1/pods/") == 2, "the look at the names")
        names: set[str] = set()
        while one.name not in names:
            found = await watch.client.pods.list()
            names = {pod.name for pod in found.items}
        watch.store.pods.loaded(found, watch.clock.now())
        assert not creating.done()
        pod = (await creating).pod
        assert pod is not None
        listing = watch.store.pods.value
        assert listing is not None
        assert [other.id for other in listing.items].count(pod.id) == 1


async def test_a_lost_answer_is_resolved_by_the_name_and_the_order_is_never_sent_again() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("lost-answer", "/api/v1/pods/", method="POST")
        creation = await watch.finish(watch.engine.pods.create(one))
        assert creation.was_looked_for
        assert creation.pod is not None
        assert creation.pod.name == "new-pod"
        assert watch.count(CREATE) == 1
        assert [notice.severity for notice in watch.notices] == [Severity.WARNING, Severity.WARNING]
        assert "not sent again" in watch.notices[0].text


async def test_an_order_that_the_service_swallowed_is_not_called_made() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("status", "/api/v1/pods/", method="POST", status=503)
        creation = await watch.finish(watch.engine.pods.create(one))
        assert creation.is_unknown
        assert creation.pod is None
        assert watch.count(CREATE) == 1
        assert watch.notices[-1].severity is Severity.ERROR
        assert "may still appear" in watch.notices[-1].text


async def test_a_list_that_fails_while_looking_is_asked_again() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("lost-answer", "/api/v1/pods/", method="POST")
        watch.sim.fault("status", "/api/v1/pods/", method="GET", status=500, count=1)
        with pytest.raises(PrimeError):  # before the order: the name cannot be checked, so nothing is sent
            await watch.finish(watch.engine.pods.create(one))
        assert watch.count(CREATE) == 0
        creation = await watch.finish(watch.engine.pods.create(one))
        assert creation.was_looked_for


async def test_a_name_that_exists_is_refused_before_anything_is_sent() -> None:
    async with acting() as watch:
        with pytest.raises(InvalidRequest, match="exists already"):
            await watch.finish(watch.engine.pods.create(await order(watch, active_pod(watch).name)))
        assert watch.count(CREATE) == 0


async def test_what_the_service_refuses_is_raised_with_its_reason() -> None:
    async with acting() as watch:
        one = await order(watch)
        watch.sim.fault("status", "/api/v1/pods/", method="POST", status=402)
        with pytest.raises(PaymentRequired):
            await watch.finish(watch.engine.pods.create(one))
        assert watch.count(CREATE) == 1


async def test_an_end_is_believed_when_the_pod_is_gone_and_the_receipt_has_the_bill() -> None:
    async with acting() as watch:
        pod = active_pod(watch)
        ending = await watch.finish(watch.engine.pods.end(pod))
        assert ending.phase is EndingPhase.GONE
        assert ending == watch.store.pod_endings[pod.id]
        assert ending.saves_usd_per_h == pod.price_usd_per_h
        assert ending.billed_usd is not None
        assert ending.billed_usd > 0
        assert watch.clock.elapsed_s >= 10, "it was DELETING first, and that was not believed"
        listing = watch.store.pods.value
        assert listing is not None
        assert pod.id not in {one.id for one in listing.items}
        assert f"billed ${ending.billed_usd:.2f}" in watch.notices[-1].text
        assert watch.count(DELETE) == 1


async def test_a_lost_answer_to_an_end_is_resolved_by_reading() -> None:
    async with acting() as watch:
        watch.sim.fault("lost-answer", "/api/v1/pods/*", method="DELETE")
        ending = await watch.finish(watch.engine.pods.end(active_pod(watch)))
        assert ending.phase is EndingPhase.GONE


async def test_an_end_that_does_not_happen_is_not_called_confirmed() -> None:
    async with acting() as watch:
        pod = active_pod(watch)
        watch.sim.fault("status", f"/api/v1/pods/{pod.id}", method="GET", status=500)
        ending = await watch.finish(watch.engine.pods.end(pod))
        assert ending.phase is EndingPhase.NOT_CONFIRMED
        assert 180 <= watch.clock.elapsed_s <= 200
        assert watch.notices[-1].severity is Severity.ERROR
        assert ".;" not in watch.notices[-1].text
        assert "; it may still cost money" in watch.notices[-1].text


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 403}, {"kind": "status", "status": 409}])
async def test_a_refused_end_says_so_at_once(fault: dict[str, object]) -> None:
    async with acting() as watch:
        watch.sim.fault(path="/api/v1/pods/*", method="DELETE", **fault)  # type: ignore[arg-type]
        ending = await watch.finish(watch.engine.pods.end(active_pod(watch)))
        assert ending.phase is EndingPhase.FAILED
        assert watch.clock.elapsed_s == 0


async def test_trouble_at_the_service_is_followed_by_one_look() -> None:
    async with acting() as watch:
        watch.sim.fault("status", "/api/v1/pods/*", method="DELETE", status=502)
        ending = await watch.finish(watch.engine.pods.end(active_pod(watch)))
        assert ending.phase is EndingPhase.FAILED
        assert "still runs" in ending.message
        assert watch.clock.elapsed_s < 10


async def test_a_pod_that_is_gone_already_is_gone() -> None:
    async with acting() as watch:
        pod = active_pod(watch)
        await watch.client.pods.delete(pod.id)
        watch.sim.advance(60)
        ending = await watch.finish(watch.engine.pods.end(pod))
        assert ending.phase is EndingPhase.GONE
        assert "already" in ending.message


async def _result_of(task: asyncio.Task[Ending]) -> Ending:
    return await task


async def test_asking_twice_sends_once() -> None:
    async with acting() as watch:
        pod = active_pod(watch)
        first = asyncio.create_task(watch.engine.pods.end(pod))
        await watch.until(lambda: pod.id in watch.store.pod_endings)
        again = await watch.engine.pods.end(pod)
        assert again.is_under_way
        assert (await watch.finish(_result_of(first))).phase is EndingPhase.GONE
        assert watch.count(DELETE) == 1


async def test_read_only_sends_nothing() -> None:
    async with acting(read_only=True) as watch:
        with pytest.raises(ReadOnlyRefused):
            await watch.finish(watch.engine.pods.create(await order(watch)))
        ending = await watch.finish(watch.engine.pods.end(active_pod(watch)))
        assert ending.phase is EndingPhase.FAILED
        assert (watch.count(CREATE), watch.count(DELETE)) == (0, 0)


async def test_the_receipt_names_bill_bound_and_saving() -> None:
    from prime_tui.sync.pod_actions import receipt

    async with acting() as watch:
        pod = active_pod(watch)
        ending = await watch.finish(watch.engine.pods.end(pod))
        text = receipt(pod, ending)
        assert text.startswith(pod.name)
        assert ending.listed_usd is not None
        assert ending.listed_usd >= (ending.billed_usd or 0) - Decimal("0.05"), "the listed price is a bound"
        assert f"saves ${pod.price_usd_per_h:.2f}/h" in text
