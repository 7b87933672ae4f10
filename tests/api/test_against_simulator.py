"""The client against the simulator: another implementation of the same service, in both of its dialects."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from prime_tui.api.client import PrimeClient
from prime_tui.domain.chat import ChatDelta, ChatEnd, ChatMessage, ChatRequest, Role
from prime_tui.domain.errors import (
    NetworkError,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    PrimeError,
    RateLimited,
    RedirectRefused,
    RequestTimedOut,
    ResponseShapeError,
    StreamBroken,
)
from prime_tui.domain.ids import ModelId, TeamId
from prime_tui.domain.offers import Offer, OfferQuery, PodOrder
from prime_tui.domain.pods import PodState
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import LogQuery, RunOrder, RunState
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimOptions, SimServer
from tests.api.clients import client_of


@pytest.fixture(scope="module")
def shared() -> Iterator[SimServer]:
    with SimServer(SimOptions(speed=0, scenario="busy", require_key="sim-key")) as sim:
        yield sim


@pytest.fixture
def sim(shared: SimServer) -> Iterator[SimServer]:
    yield shared
    shared.clear_faults()
    shared.set_key("sim-key")


def sim_key() -> Secret:
    return Secret("sim-key")


async def first_model(client: PrimeClient) -> ModelId:
    return (await client.inference.models()).items[0].id


def question(model: ModelId, text: str = "Say hello.") -> ChatRequest:
    return ChatRequest(model, (ChatMessage(Role.USER, text),), max_tokens=40)


async def rows_of(client: PrimeClient) -> list[object]:
    pods, runs, wallet = await client.pods.list(), await client.runs.list(), await client.billing.wallet()
    return [*pods.items, *runs.items, *wallet.rows]


async def test_a_row_that_did_not_change_is_the_same_when_its_list_is_read_again(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        first, again = await rows_of(client), await rows_of(client)
    assert {type(one).__name__ for one in first} == {"Pod", "Run", "BillingRow"}
    assert all(one is other for one, other in zip(first, again, strict=True))


async def test_every_list_is_read_without_losing_a_row(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        listings: list[Listing[Any]] = [
            await client.account.teams(),
            await client.pods.list(),
            await client.pods.history(),
            await client.offers.list(),
            await client.offers.disks(),
            await client.disks.list(),
            await client.ssh_keys.list(),
            await client.runs.list(),
            await client.inference.models(),
            await client.templates.registry_credentials(),
        ]
        wallet = await client.billing.wallet()
    for listing in listings:
        assert listing.items
        assert listing.unreadable == ()
    assert wallet.rows
    assert wallet.unreadable == ()
    assert wallet.balance is not None
    assert all(row.amount is not None and row.shown_at is not None for row in wallet.rows)


async def test_everything_about_the_runs_is_understood(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        runs = (await client.runs.list()).items
        assert all(run.state is not RunState.UNKNOWN and run.created_at is not None for run in runs)
        running = next(run for run in runs if run.state is RunState.RUNNING)
        assert (await client.runs.get(running.id)).id == running.id
        assert (await client.billing.run_usage(running.id)).total_cost_usd is not None
        assert (await client.runs.metrics(running.id, limit=10))[-1].values
        progress = await client.runs.progress(running.id)
        assert progress.latest_step is not None
        assert (await client.runs.logs(running.id, LogQuery(tail_lines=20))).lines
        assert await client.runs.distributions(running.id)
        assert await client.runs.env_servers(running.id)
        samples = await client.runs.samples(running.id, progress.steps_with_samples[0], limit=3)
        assert all(sample.completion and sample.reward is not None for sample in samples.items)
        assert (await client.runs.choices()).gpu_types


async def test_the_life_of_a_pod(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        offer = await _cheapest(client)
        price = offer.estimate_usd_per_h() or Decimal(1)
        ordered = await client.pods.create(PodOrder(offer, "life-of-a-pod", price * 2, image=offer.images[0]))
        assert ordered.state in (PodState.PROVISIONING, PodState.PENDING)
        [status] = await client.pods.status([ordered.id])
        assert ordered.with_status(status).state in (PodState.PROVISIONING, PodState.PENDING)
        sim.advance(1800)
        pod = await client.pods.get(ordered.id)
        assert pod.state not in (PodState.PROVISIONING, PodState.UNKNOWN)
        assert not (await client.pods.delete(pod.id)).already_gone
        sim.advance(600)
        assert pod.id not in {one.id for one in (await client.pods.list()).items}
        assert pod.id in {one.id for one in (await client.pods.history()).items}
        assert (await client.pods.delete(pod.id)).already_gone


async def _cheapest(client: PrimeClient) -> Offer:
    offers = (await client.offers.list(OfferQuery(gpu_count=1))).items
    usable = [
        offer for offer in offers if offer.is_in_stock and offer.price_usd_per_h and not offer.is_cluster
    ]
    return min(usable, key=lambda offer: offer.price_usd_per_h or Decimal(0))


async def test_the_life_of_a_run(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        launched = await client.runs.create(
            RunOrder({"max_steps": 20, "model": {"name": "Qwen/Qwen3.5-4B"}}, name="n")
        )
        assert launched.token is not None
        assert launched.run_id in {run.id for run in (await client.runs.list()).items}
        await client.runs.stop(launched.run_id)
        sim.advance(600)
        assert (await client.runs.get(launched.run_id)).state is RunState.STOPPED
        assert await client.runs.delete(launched.run_id) is False


async def test_a_chat_costs_money_of_the_right_wallet(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        team = TeamId((await client.account.teams()).items[0].id)
        model = await first_model(client)
        _, end = await client.inference.complete(question(model))
        assert end.usage is not None
        assert end.usage.cost_usd
    async with client_of(sim.url, api_key=sim_key, team_id=team) as client:
        events = [event async for event in client.inference.stream(question(model))]
    assert isinstance(events[-1], ChatEnd)
    chats = [asked for asked in sim.request_log() if str(asked["path"]).endswith("/chat/completions")]
    assert [asked["team_id"] for asked in chats[-2:]] == [None, team]


async def test_a_rotated_key_is_refused_and_the_new_one_counts(sim: SimServer) -> None:
    key = Secret("sim-key")
    async with client_of(sim.url, api_key=lambda: key) as client:
        await client.account.whoami()
        sim.set_key("another-key")
        with pytest.raises(NotAuthenticated):
            await client.account.whoami()
        key = Secret("another-key")
        await client.account.whoami()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset", NetworkError),
        ("malformed", ResponseShapeError),
        ("truncated", ResponseShapeError),
        ("drip", RequestTimedOut),
        ("huge", ResponseShapeError),
        ("gzip-bomb", ResponseShapeError),
        ("nested", ResponseShapeError),
        ("not-utf8", ResponseShapeError),
        ("redirect", RedirectRefused),
        ("html", PrimeError),
    ],
)
async def test_a_fault_is_one_typed_error_and_then_all_is_well(
    sim: SimServer, kind: str, error: type[PrimeError]
) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        sim.fault(kind, "/api/v1/pods/")
        with pytest.raises(error):
            await client.pods.list()
        sim.clear_faults()
        assert (await client.pods.list()).items


@pytest.mark.parametrize("kind", ["bom", "nan"])
async def test_odd_values_never_cost_the_list(sim: SimServer, kind: str) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        before = await client.pods.list()
        sim.fault(kind, "/api/v1/pods/")
        after = await client.pods.list()
    assert [pod.id for pod in after.items] == [pod.id for pod in before.items]
    assert after.unreadable == ()


async def test_a_list_of_rows_of_which_none_can_be_read_is_not_an_empty_list(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        sim.fault("types", "/api/v1/pods/")
        with pytest.raises(ResponseShapeError, match="id: it is not an id"):
            await client.pods.list()


async def test_a_rate_limit_says_how_long(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        sim.fault("status", "/api/v1/pods/", status=429, retry_after="42")
        with pytest.raises(RateLimited) as caught:
            await client.pods.list()
    assert caught.value.retry_after_s == 42.0


async def test_an_order_whose_answer_is_lost_did_happen_once(sim: SimServer) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        offer = await _cheapest(client)
        sim.fault("lost-answer", "/api/v1/pods/", method="POST")
        with pytest.raises(OutcomeUnknown):
            await client.pods.create(
                PodOrder(offer, "lost-answer", (offer.estimate_usd_per_h() or Decimal(1)) * 2)
            )
        names = [pod.name for pod in (await client.pods.list()).items]
    assert names.count("lost-answer") == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("sse-break", StreamBroken),
        ("sse-error", PrimeError),
        ("sse-stall", StreamBroken),
        ("sse-no-done", None),
    ],
)
async def test_streams_that_break(sim: SimServer, kind: str, error: type[PrimeError] | None) -> None:
    async with client_of(sim.url, api_key=sim_key) as client:
        model = await first_model(client)
        sim.fault(kind, "*/chat/completions")
        events = [event async for event in client.inference.stream(question(model, "Tell me a long story."))]
    end = events[-1]
    assert isinstance(end, ChatEnd)
    assert any(isinstance(event, ChatDelta) for event in events)
    assert (end.error is None) if error is None else isinstance(end.error, error)


async def test_a_backend_that_speaks_the_older_dialect() -> None:
    with SimServer(SimOptions(speed=0, shapes="seed")) as sim:
        async with client_of(sim.url) as client:
            pods = await client.pods.list()
            assert pods.items
            assert pods.unreadable == ()
            assert all(
                pod.state is not PodState.UNKNOWN and pod.price_usd_per_h is not None for pod in pods.items
            )
            assert any(pod.ssh for pod in pods.items)
            offers = await client.offers.list(OfferQuery(gpu_type="H100_80GB", gpu_count=1))
            assert offers.items
            assert all(offer.price_usd_per_h is not None and offer.gpu_count == 1 for offer in offers.items)
            wallet = await client.billing.wallet()
            training = next(row for row in wallet.rows if row.resource_type == "training")
            assert training.resource_id is not None
            with pytest.raises(NotFound):
                await client.runs.list()
            with pytest.raises(NotFound):
                await client.account.whoami()
            launched = await client.runs.create(RunOrder({"max_steps": 5}))
            assert (await client.billing.run_usage(launched.run_id)).run_id == launched.run_id
            assert await client.runs.delete(launched.run_id) is False
            model = await first_model(client)
            _, end = await client.inference.complete(question(model))
            assert end.usage is not None
            assert end.usage.cost_usd is not None
            deletion = await client.pods.delete(pods.items[-1].id)
            assert deletion.message
