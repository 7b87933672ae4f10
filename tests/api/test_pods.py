"""Pods, disks, keys and images over HTTP: what is asked and what becomes of the answer."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from prime_tui.domain.disks import DiskOffer
from prime_tui.domain.errors import BudgetExhausted, InvalidRequest, NotFound, OutcomeUnknown
from prime_tui.domain.ids import DiskId, PodId, TeamId
from prime_tui.domain.offers import Offer, PodOrder
from prime_tui.domain.pods import PodState, SshEndpoint
from tests.api.clients import client_of
from tests.api.scripted import Asked, Reply, scripted

POD = PodId("p1")
OFFER = Offer(
    cloud_id="gpu_1x_h100",
    gpu_type="H100_80GB",
    gpu_count=1,
    provider="datacrunch",
    socket="SXM5",
    data_center="FIN-01",
    price_usd_per_h=Decimal("2.43"),
    images=("cuda_12_6_pytorch_2_7",),
)


def order(**more: object) -> PodOrder:
    return PodOrder(OFFER, "h100-1", Decimal("2.92"), **more)  # type: ignore[arg-type]


async def test_an_order_is_what_the_service_accepts() -> None:
    wanted = order(disk_gb=500, image="cuda_12_6_pytorch_2_7", ssh_key_id="key_1")
    reply = Reply({"id": "p1", "status": "PROVISIONING"})
    async with scripted(reply) as server, client_of(server.url, team_id=TeamId("team_9c1")) as client:
        pod = await client.pods.create(wanted)
    [asked] = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/pods/")
    assert asked.json == {
        "pod": {
            "name": "h100-1",
            "cloudId": "gpu_1x_h100",
            "gpuType": "H100_80GB",
            "socket": "SXM5",
            "gpuCount": 1,
            "diskSize": 500,
            "maxPrice": 2.92,
            "image": "cuda_12_6_pytorch_2_7",
            "dataCenterId": "FIN-01",
            "sshKeyId": "key_1",
        },
        "provider": {"type": "datacrunch"},
        "team": {"teamId": "team_9c1"},
    }
    assert (pod.id, pod.state) == ("p1", PodState.PROVISIONING)


async def test_an_order_sends_no_null_and_no_team_unless_there_is_one() -> None:
    async with scripted(Reply({"id": "p1"})) as server, client_of(server.url) as client:
        await client.pods.create(order())
        await client.pods.create(order(team_id=TeamId("team_2")))
    personal, of_team = (asked.json for asked in server.asked)
    assert isinstance(personal, dict)
    assert isinstance(of_team, dict)
    assert None not in personal["pod"].values()
    assert "team" not in personal
    assert of_team["team"] == {"teamId": "team_2"}


async def test_a_bad_order_is_refused_before_it_is_sent() -> None:
    nameless = Offer(cloud_id="c", gpu_type="g", gpu_count=1, socket="PCIe")
    async with scripted(Reply({"id": "p1"})) as server, client_of(server.url) as client:
        with pytest.raises(InvalidRequest):
            await client.pods.create(PodOrder(OFFER, "bad name", Decimal(3)))
        with pytest.raises(InvalidRequest, match="provider"):
            await client.pods.create(PodOrder(nameless, "good-name", Decimal(3)))
    assert server.asked == []


async def test_the_eleventh_order_within_an_hour_is_held_back() -> None:
    async with scripted(Reply({"id": "p1"})) as server, client_of(server.url) as client:
        for _ in range(10):
            await client.pods.create(order())
        with pytest.raises(BudgetExhausted):
            await client.pods.create(order())
        assert len(server.asked) == 10
        await client.pods.create(order(), override=True)
    assert len(server.asked) == 11


async def test_an_order_whose_answer_names_no_pod_may_have_happened() -> None:
    for reply in (Reply({"message": "created"}), Reply({}, 503), Reply(b"", 200)):
        async with scripted(reply) as server, client_of(server.url) as client:
            with pytest.raises(OutcomeUnknown):
                await client.pods.create(order())
        assert len(server.asked) == 1


async def test_the_status_is_asked_for_fifty_at_a_time() -> None:
    def handler(asked: Asked) -> Reply:
        ids = [pair.partition("=")[2] for pair in asked.query.split("&")]
        return Reply(
            {"data": [{"podId": pod_id, "status": "ACTIVE"} for pod_id in reversed(ids)], "status": None}
        )

    ids = [PodId(f"p{number}") for number in range(120)]
    async with scripted(handler) as server, client_of(server.url) as client:
        found = await client.pods.status(ids)
        assert await client.pods.status([]) == ()
    assert {status.pod_id for status in found} == set(ids)
    assert [asked.query.count("pod_ids=") for asked in server.asked] == [50, 50, 20]


async def test_the_status_of_pods_that_are_gone_is_nothing() -> None:
    async with scripted(Reply({"data": None, "status": None})) as server, client_of(server.url) as client:
        assert await client.pods.status([POD]) == ()


@pytest.mark.parametrize(
    ("reply", "message", "cost", "gone"),
    [
        (Reply({"status": "TERMINATED"}), "TERMINATED", None, False),
        (
            Reply({"message": "Pod terminated successfully", "finalCost": 2.5}),
            "Pod terminated",
            Decimal("2.5"),
            False,
        ),
        (Reply(b"", 204), "", None, False),
        (Reply(["x"]), "", None, False),
        (Reply({"detail": "Pod not found"}, 404), "Pod not found", None, True),
    ],
)
async def test_a_deletion(reply: Reply, message: str, cost: Decimal | None, gone: bool) -> None:
    async with scripted(reply) as server, client_of(server.url) as client:
        deletion = await client.pods.delete(POD)
    assert deletion.message.startswith(message)
    assert (deletion.final_cost_usd, deletion.already_gone) == (cost, gone)


@pytest.mark.parametrize(
    "body",
    [
        "one\ntwo\n",
        ["one", "two"],
        [{"message": "one"}, {"log": "two"}],
        {"logs": "one\ntwo"},
        {"data": ["one\n", "two\n"]},
        {"lines": [{"line": "one"}, {"line": "two"}, 7]},
    ],
)
async def test_a_log_in_any_form(body: object) -> None:
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        assert await client.pods.log(POD, tail=20) == ("one", "two")
    assert server.asked[0].query == "tail=20"


async def test_a_provider_without_a_log() -> None:
    async with scripted(Reply({"detail": "no logs"}, 404)) as server, client_of(server.url) as client:
        with pytest.raises(NotFound):
            await client.pods.log(POD)


async def test_the_past_is_read_page_by_page() -> None:
    row = {"id": "x", "name": "a100-8", "type": "Instance", "totalBilledPrice": 62.4, "priceHr": 9.6}
    async with (
        scripted(Reply({"total_count": 9000, "data": [row]})) as server,
        client_of(server.url) as client,
    ):
        page = await client.pods.history(offset=200, limit=50, sort_by="createdAt", descending=False)
    assert server.asked[0].query == "offset=200&limit=50&sort_by=createdAt&sort_order=asc"
    assert page.total == 9000
    assert page.items[0].total_billed_usd == Decimal("62.4")


async def test_one_pod_in_an_envelope_or_bare() -> None:
    row = {"id": "p1", "sshConnection": "root@203.0.113.7 -p 2222", "status": "ACTIVE"}
    for body in (row, {"data": row}, {"pod": row}):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            pod = await client.pods.get(POD)
        assert pod.ssh == (SshEndpoint("root", "203.0.113.7", 2222),)


async def test_disks() -> None:
    place = DiskOffer("datacrunch", "FIN-01", "FI", "eu_north", None, Decimal("0.0001"), 1, 100, "Available")
    row = {"id": "d1", "name": "data", "status": "ACTIVE", "size": 500, "priceHr": 0.05, "pods": ["p1"]}
    async with scripted(Reply(row)) as server, client_of(server.url, team_id=TeamId("t")) as client:
        disk = await client.disks.create(place, name="data", size_gb=500)
        await client.disks.rename(DiskId("d1"), "other")
        assert await client.disks.delete(DiskId("d1")) is False
        assert (await client.disks.get(DiskId("d1"))).pod_ids == ("p1",)
    assert disk.price_usd_per_h == Decimal("0.05")
    created, renamed, deleted, _ = server.asked
    assert created.json == {
        "disk": {"name": "data", "size": 500, "country": "FI", "dataCenterId": "FIN-01"},
        "provider": {"type": "datacrunch"},
        "team": {"teamId": "t"},
    }
    assert (renamed.method, renamed.json) == ("PATCH", {"name": "other"})
    assert (deleted.method, deleted.path) == ("DELETE", "/api/v1/disks/d1")


async def test_what_is_gone_already_is_no_error() -> None:
    async with scripted(Reply({"detail": "x"}, 404)) as server, client_of(server.url) as client:
        assert await client.disks.delete(DiskId("d1")) is True
        assert await client.ssh_keys.delete("k1") is True


async def test_ssh_keys() -> None:
    row = {"id": "k1", "name": "laptop", "publicKey": "ssh-ed25519 AAAA me", "isPrimary": True}
    async with scripted(Reply(row)) as server, client_of(server.url) as client:
        key = await client.ssh_keys.create("laptop", "ssh-ed25519 AAAA me\n")
        await client.ssh_keys.make_primary("k1")
        with pytest.raises(InvalidRequest, match="private key"):
            await client.ssh_keys.create("x", "-----BEGIN OPENSSH PRIVATE KEY-----")
    assert key.is_primary
    assert key.is_user_key
    assert [asked.json for asked in server.asked] == [
        {"name": "laptop", "publicKey": "ssh-ed25519 AAAA me"},
        {"isPrimary": True},
    ]


async def test_registries_and_images() -> None:
    row = {"id": "rc_1", "name": "team registry", "server": "registry.example.com"}
    async with scripted(Reply({"credentials": [row]})) as server, client_of(server.url) as client:
        [login] = (await client.templates.registry_credentials()).items
    assert login.server == "registry.example.com"
    for body, accessible in (
        ({"accessible": False, "details": "no such tag"}, False),
        ({"anything": 1}, None),
    ):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            check = await client.templates.check_image("a/b:1", credentials_id="rc_1")
        assert check.is_accessible is accessible
        assert server.asked[0].json == {"image": "a/b:1", "registry_credentials_id": "rc_1"}


async def test_a_deletion_that_was_cut_off_and_then_refused_may_have_happened() -> None:
    asked: list[bytes] = []

    async def take_and_vanish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        listening.close()
        writer.close()

    listening = await asyncio.start_server(take_and_vanish, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with client_of(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(OutcomeUnknown):
            await client.pods.delete(POD)
    assert len(asked) == 1
