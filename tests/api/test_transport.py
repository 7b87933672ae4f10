"""What leaves the program, what is repeated, and what a missing answer means."""

from __future__ import annotations

import asyncio
import socket

import pytest

from prime_tui.api.budget import user_call
from prime_tui.api.limits import Limits
from prime_tui.domain.chat import ChatMessage, ChatRequest, Role
from prime_tui.domain.errors import (
    BudgetExhausted,
    InvalidRequest,
    NetworkError,
    NotAuthenticated,
    OutcomeUnknown,
    PrimeError,
    ReadOnlyRefused,
    RedirectRefused,
    RequestTimedOut,
    ServerFault,
)
from prime_tui.domain.ids import ModelId, PodId, RunId
from prime_tui.domain.runs import RunOrder
from prime_tui.domain.secret import Secret
from tests.api.clients import KEY, SHORT, HandClock, client_of
from tests.api.scripted import Reply, Scripted, in_turn, scripted

NO_PODS = Reply({"data": [], "total_count": 0})
POD = PodId("p1")
RUN = RunId("r1")
QUESTION = ChatRequest(ModelId("m"), (ChatMessage(Role.USER, "2+2?"),))


async def test_a_request_names_us_and_carries_the_key() -> None:
    async with scripted(NO_PODS) as server, client_of(server.url) as client:
        await client.pods.list()
    [asked] = server.asked
    assert (asked.method, asked.target) == ("GET", "/api/v1/pods/?offset=0&limit=100")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["user-agent"].startswith("prime-tui/")
    assert asked.headers["accept"] == "application/json"


async def test_a_new_key_counts_at_once() -> None:
    keys = [Secret("old-key"), Secret("new-key")]
    async with scripted(NO_PODS) as server, client_of(server.url, api_key=lambda: keys[0]) as client:
        await client.pods.list()
        del keys[0]
        await client.pods.list()
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer old-key", "Bearer new-key"]


async def test_without_a_key_only_the_models_are_asked_for() -> None:
    reply = Reply({"data": []})
    async with scripted(reply) as server, client_of(server.url, api_key=lambda: None) as client:
        await client.inference.models()
        with pytest.raises(NotAuthenticated, match="No API key"):
            await client.pods.list()
    [asked] = server.asked
    assert asked.path == "/api/v1/models"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("bad", ["line\nend-secret", "blank in-secret", "kéy-secret", "x" * 513])
async def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(bad: str) -> None:
    async with scripted(NO_PODS) as server, client_of(server.url, api_key=lambda: Secret(bad)) as client:
        with pytest.raises(NotAuthenticated) as caught:
            await client.pods.list()
    assert server.asked == []
    assert "secret" not in str(caught.value)
    assert bad not in str(caught.value)


async def test_cookies_are_not_kept() -> None:
    reply = Reply({"data": []}, headers={"set-cookie": "session=1; Path=/"})
    async with scripted(reply) as server, client_of(server.url) as client:
        await client.pods.list()
        await client.pods.list()
    assert all("cookie" not in asked.headers for asked in server.asked)


async def test_a_proxy_of_the_environment_never_sees_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(NO_PODS) as proxy, scripted(NO_PODS) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of(server.url) as client:
            await client.pods.list()
    assert len(server.asked) == 1
    assert proxy.asked == []


async def test_a_redirect_within_the_origin_keeps_method_and_body() -> None:
    replies = in_turn(
        Reply(status=307, headers={"location": "/api/v1/other"}), Reply({"runId": "r", "jobId": "j"})
    )
    async with scripted(replies) as server, client_of(server.url) as client:
        await client.runs.create(RunOrder(config={"max_steps": 3}))
    first, second = server.asked
    assert (second.method, second.path, second.body) == ("POST", "/api/v1/other", first.body)
    assert second.headers["authorization"] == f"Bearer {KEY}"


async def test_a_redirect_to_another_address_is_not_followed() -> None:
    async with scripted(NO_PODS) as other:
        for location in (
            f"{other.url}/api/v1/pods/",
            other.url.replace("http:", ""),
            "http://[::1",
            "https://h.example/",
        ):
            reply = Reply(status=307, headers={"location": location})
            async with scripted(reply) as server, client_of(server.url) as client:
                with pytest.raises(RedirectRefused):
                    await client.pods.list()
                assert len(server.asked) == 1
    assert other.asked == []


async def test_a_request_without_a_key_is_not_sent_elsewhere_either() -> None:
    async with scripted(NO_PODS) as other:
        reply = Reply(status=307, headers={"location": f"{other.url}/api/v1/models"})
        async with scripted(reply) as server, client_of(server.url, api_key=lambda: None) as client:
            with pytest.raises(RedirectRefused):
                await client.inference.models()
    assert other.asked == []


async def test_a_circle_of_redirects_ends() -> None:
    reply = Reply(status=308, headers={"location": "/api/v1/pods/"})
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(RedirectRefused, match="circle"):
            await client.pods.list()
    assert len(server.asked) == SHORT.max_redirects + 1


@pytest.mark.parametrize("status", [301, 302, 303, 304])
async def test_other_redirects_are_errors(status: int) -> None:
    reply = Reply(status=status, headers={"location": "/api/v1/pods/"})
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(RedirectRefused):
            await client.pods.list()
    assert len(server.asked) == 1


async def test_a_reading_is_repeated_once_when_the_connection_was_cut() -> None:
    replies = in_turn(Reply({"data": []}, headers={"content-length": "500"}, cut=True), NO_PODS)
    async with scripted(replies) as server, client_of(server.url) as client:
        assert (await client.pods.list()).items == ()
    assert len(server.asked) == 2


async def test_a_reading_is_given_up_after_the_second_cut() -> None:
    reply = Reply({"data": []}, headers={"content-length": "500"}, cut=True)
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(NetworkError) as caught:
            await client.pods.list()
    assert len(server.asked) == 2
    assert caught.value.retryable


async def test_a_deletion_is_repeated_once_and_may_find_nothing_left() -> None:
    replies = in_turn(
        Reply({}, headers={"content-length": "500"}, cut=True), Reply({"detail": "Pod not found"}, 404)
    )
    async with scripted(replies) as server, client_of(server.url) as client:
        deletion = await client.pods.delete(POD)
    assert deletion.already_gone
    assert [asked.method for asked in server.asked] == ["DELETE", "DELETE"]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_refusal_is_never_repeated_here(status: int) -> None:
    async with scripted(Reply({"detail": "no"}, status)) as server, client_of(server.url) as client:
        with pytest.raises(PrimeError) as caught:
            await client.pods.list()
    assert len(server.asked) == 1
    assert caught.value.retryable


async def _launch(server: Scripted) -> None:
    async with client_of(server.url, limits=Limits(launch_total_s=0.3)) as client:
        await client.runs.create(RunOrder(config={}, name="n"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(hang=True, headers={"content-length": "500"}),
        Reply({"runId": "r"}, headers={"content-length": "500"}, cut=True),
        Reply({"detail": "upstream"}, 502),
        Reply({"detail": "busy"}, 503),
        Reply(b"<html>ok</html>", 201),
        Reply(b"", 201),
        Reply({"surprise": True}, 201),
        Reply(b"{" * 20000, 201),
    ],
)
async def test_a_launch_without_a_usable_answer_may_have_happened(reply: Reply) -> None:
    async with scripted(reply) as server:
        with pytest.raises(OutcomeUnknown) as caught:
            await _launch(server)
    assert len(server.asked) == 1
    assert caught.value.request == "POST /training/runs"
    assert "list" in caught.value.hint


async def test_a_write_that_was_never_sent_is_a_plain_network_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with client_of(url) as client:
        with pytest.raises(NetworkError, match="could not be reached"):
            await client.runs.create(RunOrder(config={}))
        with pytest.raises(NetworkError):
            await client.pods.list()


async def test_a_stop_whose_answer_is_lost_may_have_happened_and_is_sent_once() -> None:
    reply = Reply({}, headers={"content-length": "500"}, cut=True)
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(OutcomeUnknown, match="did not come whole"):
            await client.runs.stop(RUN)
    assert len(server.asked) == 1


async def test_a_change_that_was_accepted_with_a_strange_body_has_happened() -> None:
    async with scripted(Reply(b"<p>fine</p>")) as server, client_of(server.url) as client:
        assert await client.runs.stop(RUN) is None
        assert not (await client.pods.delete(POD)).already_gone
        assert await client.runs.delete(RUN) is False


async def test_a_server_error_on_a_change_is_the_servers_fault() -> None:
    async with scripted(Reply({"detail": "x"}, 500)) as server, client_of(server.url) as client:
        with pytest.raises(ServerFault):
            await client.pods.delete(POD)


async def test_silence_ends_in_time() -> None:
    async with (
        scripted(Reply(hang=True, headers={"content-length": "9"})) as server,
        client_of(server.url) as client,
    ):
        with pytest.raises(RequestTimedOut):
            await client.pods.list()
    assert len(server.asked) == 1


async def test_a_body_that_drips_ends_in_time() -> None:
    """Each byte comes within the read limit; only the whole takes too long."""
    drip = Reply(pieces=[b" "] * 1000, wait_s=0.05)
    async with scripted(drip) as server, client_of(server.url) as client:
        with pytest.raises(RequestTimedOut):
            await client.pods.list()


async def test_an_error_whose_text_drips_is_still_that_error() -> None:
    drip = Reply(status=500, pieces=[b" "] * 1000, wait_s=0.05)
    async with scripted(drip) as server, client_of(server.url) as client:
        with pytest.raises(ServerFault):
            await client.pods.list()


async def test_a_cancelled_call_closes_its_connection() -> None:
    async with (
        scripted(Reply(hang=True, headers={"content-length": "9"})) as server,
        client_of(server.url) as client,
    ):
        task = asyncio.create_task(client.pods.list())
        await server.wait_until(lambda: len(server.asked) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.wait_until(lambda: server.open_connections == 0)


async def test_read_only_sends_no_write_at_all() -> None:
    async with scripted(NO_PODS) as server, client_of(server.url, read_only=True) as client:
        writes = (
            client.pods.delete(POD),
            client.runs.create(RunOrder(config={})),
            client.runs.stop(RUN),
            client.runs.restart(RUN),
            client.runs.pause(RUN),
            client.runs.resume(RUN),
            client.runs.delete(RUN),
            client.ssh_keys.create("n", "ssh-ed25519 AAAA"),
            client.ssh_keys.make_primary("k"),
            client.ssh_keys.delete("k"),
            client.templates.check_image("i"),
            client.inference.complete(QUESTION),
            anext(client.inference.stream(QUESTION)),
        )
        for write in writes:
            with pytest.raises(ReadOnlyRefused):
                await write
        await client.pods.list()
    assert [asked.method for asked in server.asked] == ["GET"]


async def test_every_request_is_counted_also_redirects_and_repetitions() -> None:
    replies = in_turn(
        Reply(status=307, headers={"location": "/api/v1/pods/"}),
        Reply({}, headers={"content-length": "500"}, cut=True),
        NO_PODS,
    )
    async with scripted(replies) as server, client_of(server.url) as client:
        await client.pods.list()
        assert client.budget.use.used == len(server.asked) == 3


async def test_a_spent_budget_stops_background_reading_but_not_the_person() -> None:
    async with scripted(NO_PODS) as server, client_of(server.url, allowed=10, clock=HandClock()) as client:
        for _ in range(9):
            await client.pods.list()
        with pytest.raises(BudgetExhausted):
            await client.pods.list()
        assert len(server.asked) == 9
        with user_call():
            await client.pods.list()
            await client.offers.list()
        await client.pods.delete(POD)
    assert [asked.method for asked in server.asked[-4:]] == ["GET", "GET", "GET", "DELETE"]


@pytest.mark.parametrize(
    ("pod_id", "target"),
    [
        ("a/b", "/api/v1/pods/a%2Fb"),
        ("a b?x=1#y", "/api/v1/pods/a%20b%3Fx%3D1%23y"),
        ("../billing", "/api/v1/pods/..%2Fbilling"),
        ("%2e%2e", "/api/v1/pods/%252e%252e"),
        ("pod-日", "/api/v1/pods/pod-%E6%97%A5"),
    ],
)
async def test_an_id_cannot_leave_its_place_in_the_path(pod_id: str, target: str) -> None:
    async with scripted(Reply({"id": "p"})) as server, client_of(server.url) as client:
        await client.pods.get(PodId(pod_id))
    assert server.asked[0].target == target


@pytest.mark.parametrize("pod_id", ["", ".", "..", "..."])
async def test_an_id_that_would_name_another_endpoint_is_not_sent(pod_id: str) -> None:
    async with scripted(NO_PODS) as server, client_of(server.url) as client:
        with pytest.raises(InvalidRequest):
            await client.pods.delete(PodId(pod_id))
        with pytest.raises(InvalidRequest):
            await client.inference.model(ModelId(f"vendor/{pod_id}"))
    assert server.asked == []


async def test_a_model_id_keeps_its_slash() -> None:
    async with scripted(Reply({"id": "v/m"})) as server, client_of(server.url) as client:
        await client.inference.model(ModelId("vendor/model 1:free"))
    assert server.asked[0].target == "/api/v1/models/vendor/model%201%3Afree"


async def test_a_closed_client_says_so() -> None:
    async with scripted(NO_PODS) as server:
        async with client_of(server.url) as client:
            pass
        await client.aclose()
        with pytest.raises(NetworkError, match="closed"):
            await client.pods.list()
    assert server.asked == []


async def test_a_change_may_take_longer_than_a_reading() -> None:
    limits = Limits(total_s=0.2, change_total_s=20.0)
    slow = Reply(pieces=[b'{"data"', b": []}"], wait_s=0.4)
    async with scripted(slow) as server, client_of(server.url, limits=limits) as client:
        with pytest.raises(NetworkError):
            await client.pods.list()
        await client.pods.delete(POD)
