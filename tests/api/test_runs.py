"""Training runs over HTTP: launching, steering, and everything read about one."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from prime_tui.api.limits import Limits
from prime_tui.domain.errors import (
    Conflict,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    NotPermitted,
    ResponseShapeError,
)
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.runs import LogQuery, RunOrder, RunState
from prime_tui.domain.secret import Secret
from tests.api.clients import client_of
from tests.api.scripted import Asked, Handler, Reply, scripted

RUN = RunId("rft_8a1c")


def by_path(**replies: Reply) -> Handler:
    """Serve `rft=` for paths below /rft, `training=` for those below /training."""
    return lambda asked: replies["rft" if asked.path.startswith("/api/v1/rft") else "training"]


async def test_a_launch_sends_what_was_set_and_hides_its_secrets() -> None:
    order = RunOrder(
        config={"max_steps": 200, "model": {"name": "m"}},
        name="n",
        hf_token=Secret("hf_tokenvalue1"),
        gpu_type="H200_141GB",
    )
    reply = Reply({"runId": "r1", "jobId": "j", "tokenValue": "pit_runtoken99", "pricePerGpuHour": 2.9}, 201)
    async with scripted(reply) as server, client_of(server.url, team_id=TeamId("t")) as client:
        launched = await client.runs.create(order)
    assert server.asked[0].json == {
        "config": {"max_steps": 200, "model": {"name": "m"}},
        "name": "n",
        "teamId": "t",
        "gpuType": "H200_141GB",
        "hfToken": "hf_tokenvalue1",
    }
    assert (launched.run_id, launched.price_usd_per_gpu_h) == ("r1", Decimal("2.9"))
    assert launched.token is not None
    assert launched.token.reveal() == "pit_runtoken99"
    assert "runtoken" not in repr(launched) + str(launched)


async def test_a_launch_needs_no_job_and_no_token() -> None:
    async with scripted(Reply({"runId": "r1"}, 201)) as server, client_of(server.url) as client:
        launched = await client.runs.create(RunOrder(config={}))
    assert (launched.job_id, launched.token) == (None, None)
    assert server.asked[0].json == {"config": {}}


async def test_a_refused_launch_does_not_show_what_was_sent() -> None:
    order = RunOrder(config={}, hf_token=Secret("my-hub-password"), wandb_api_key=Secret("wandb-password"))
    reply = Reply({"detail": "hfToken my-hub-password and wandb-password are bad"}, 422)
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(InvalidRequest) as caught:
            await client.runs.create(order)
    assert "password" not in str(caught.value)


async def test_a_run_in_its_envelope_or_bare_or_missing() -> None:
    row = {"id": RUN, "status": "RUNNING"}
    bodies: list[object] = [{"run": row}, row, {"data": row}]
    for body in bodies:
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            assert (await client.runs.get(RUN)).state is RunState.RUNNING
    nothing: list[object] = [{"run": None}, {}]
    for body in nothing:
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            with pytest.raises(NotFound):
                await client.runs.get(RUN)


async def test_stop_and_restart_may_answer_with_nothing() -> None:
    for body, state in (
        ({"run": {"id": RUN, "status": "STOPPING"}}, RunState.STOPPING),
        (b"", None),
        ([], None),
    ):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            for run in (await client.runs.stop(RUN), await client.runs.restart(RUN)):
                assert (run.state if run else None) is state
        assert [f"{asked.method} {asked.path}" for asked in server.asked] == [
            f"PUT /api/v1/rft/runs/{RUN}/stop",
            f"PUT /api/v1/rft/runs/{RUN}/restart",
        ]


async def test_pause_and_resume() -> None:
    async with scripted(Reply({"status": "PAUSING"})) as server, client_of(server.url) as client:
        assert await client.runs.pause(RUN) == "PAUSING"
    async with scripted(Reply({"runId": "r2"})) as server, client_of(server.url) as client:
        assert (await client.runs.resume(RUN)).run_id == "r2"
    assert server.asked[0].path == f"/api/v1/training/runs/{RUN}/resume"
    async with scripted(Reply({"detail": "no volume"}, 409)) as server, client_of(server.url) as client:
        with pytest.raises(Conflict, match="no volume"):
            await client.runs.pause(RUN)


OK = Reply({"runId": RUN, "deleted": True})
RFT_LIST = Reply({"runs": []})


@pytest.mark.parametrize(
    ("rft", "training", "gone", "asked_first"),
    [
        (Reply(b"", 204), OK, False, "training"),
        (Reply({}, 404), OK, False, "training"),
        (OK, Reply({"detail": "admin only"}, 403), False, "training"),
        (OK, Reply({}, 405), False, "training"),
        (OK, Reply({}, 404), False, "training"),
        (Reply({}, 404), Reply({}, 404), True, "training"),
    ],
)
async def test_a_deletion_finds_the_endpoint_that_can(
    rft: Reply, training: Reply, gone: bool, asked_first: str
) -> None:
    async with scripted(by_path(rft=rft, training=training)) as server, client_of(server.url) as client:
        assert await client.runs.delete(RUN) is gone
    assert asked_first in server.asked[0].path
    assert len(server.asked) <= 2


async def test_a_deletion_goes_through_rft_once_that_has_answered() -> None:
    def handler(asked: Asked) -> Reply:
        if asked.method == "GET":
            return RFT_LIST
        return Reply({}, 404) if "/rft/" in asked.path else Reply({"detail": "admin only"}, 403)

    async with scripted(handler) as server, client_of(server.url) as client:
        await client.runs.list()
        assert await client.runs.delete(RUN) is True
    assert [asked.path.split("/")[3] for asked in server.asked] == ["rft", "rft", "training"]


async def test_a_deletion_that_is_forbidden_everywhere_is_an_error() -> None:
    refusals = by_path(rft=Reply({}, 405), training=Reply({"detail": "admin only"}, 403))
    async with scripted(refusals) as server, client_of(server.url) as client:
        with pytest.raises(NotPermitted, match="admin only"):
            await client.runs.delete(RUN)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Run is queued",
        "run pending",
        "The run is still starting",
        "initializing",
        "not started",
        "Logs are not available yet",
        "logs not available",
    ],
)
async def test_a_run_without_a_log_yet_is_waiting(text: str) -> None:
    async with scripted(Reply({"detail": text}, 404)) as server, client_of(server.url) as client:
        logs = await client.runs.logs(RUN, LogQuery())
    assert logs.lines == ()
    assert logs.waiting.startswith(text)


async def test_an_unknown_run_has_no_log() -> None:
    async with scripted(Reply({"detail": "Run not found"}, 404)) as server, client_of(server.url) as client:
        with pytest.raises(NotFound):
            await client.runs.logs(RUN, LogQuery())


async def test_log_lines_are_asked_for_and_cleaned() -> None:
    text = "one\x1b[32m green\x1b[0m\nload 10%\rload 90%\r\n\x1b]0;title\x07three\r\nlast"
    query = LogQuery(
        tail_lines=50, component="env-server", level="ERROR", search="x y", env_name="a/b", pod_index=0
    )
    async with scripted(Reply({"logs": text})) as server, client_of(server.url) as client:
        logs = await client.runs.logs(RUN, query)
    assert logs.lines == ("one green", "load 90%", "\ufffdthree", "last")
    assert server.asked[0].query == (
        "tail_lines=50&component=env-server&level=ERROR&search=x+y&env_name=a%2Fb&pod_index=0"
    )


async def test_an_empty_log_is_empty_and_a_strange_one_is_an_error() -> None:
    for body in ({"logs": ""}, {"logs": None}):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            assert (await client.runs.logs(RUN, LogQuery())).lines == ()
    async with scripted(Reply({"logs": 7})) as server, client_of(server.url) as client:
        with pytest.raises(ResponseShapeError):
            await client.runs.logs(RUN, LogQuery())


async def test_what_is_asked_about_one_run() -> None:
    replies: dict[str, object] = {
        "metrics": {"metrics": []},
        "samples": {"samples": []},
        "distributions": {"bins": []},
        "progress": {},
        "checkpoints": {"checkpoints": []},
        "env-servers": {"env_servers": []},
    }

    def handler(asked: Asked) -> Reply:
        return Reply(replies[asked.path.split("/")[-1]])

    async with scripted(handler) as server, client_of(server.url) as client:
        await client.runs.metrics(RUN, min_step=41, limit=10)
        await client.runs.samples(RUN, 40, page=2, limit=5)
        await client.runs.distributions(RUN, "advantages", 40)
        await client.runs.progress(RUN)
        await client.runs.checkpoints(RUN)
        await client.runs.env_servers(RUN)
    assert [asked.target.removeprefix(f"/api/v1/rft/runs/{RUN}/") for asked in server.asked] == [
        "metrics?min_step=41&limit=10",
        "samples?step=40&page=2&limit=5",
        "distributions?type=advantages&step=40",
        "progress",
        "checkpoints",
        "env-servers",
    ]


async def test_choices_and_prices_of_a_backend_without_them_are_empty() -> None:
    async with scripted(Reply({"detail": "Not Found"}, 404)) as server, client_of(server.url) as client:
        choices = await client.runs.choices()
        assert (choices.gpu_types, choices.models, choices.rates, choices.beta_access) == ((), (), (), None)
        assert await client.runs.token_prices() == ()


async def test_a_failure_of_one_choice_fails_both() -> None:
    def handler(asked: Asked) -> Reply:
        return Reply({}, 405) if "gpu-types" in asked.path else Reply({"detail": "no"}, 403)

    async with scripted(handler) as server, client_of(server.url) as client:
        with pytest.raises(NotPermitted):
            await client.runs.choices()


async def test_the_failure_of_one_call_gives_up_the_other() -> None:
    def handler(asked: Asked) -> Reply:
        hanging = Reply(hang=True, headers={"content-length": "9"})
        return hanging if "gpu-types" in asked.path else Reply({"detail": "no"}, 403)

    async with (
        asyncio.timeout(30.0),
        scripted(handler) as server,
        client_of(server.url, limits=Limits(read_s=60.0, total_s=60.0)) as client,
    ):
        with pytest.raises(NotPermitted):
            await client.runs.choices()


async def test_a_backend_without_runs_says_so() -> None:
    for status, kind in ((404, NotFound), (405, MethodNotAllowed)):
        async with scripted(Reply({}, status)) as server, client_of(server.url) as client:
            with pytest.raises(kind):
                await client.runs.list()


async def test_usage_of_a_run() -> None:
    body = {
        "training": {"tokens": 5, "cost_usd": 12.5},
        "inference": {},
        "total_cost_usd": 17.5,
        "pricing": {},
    }
    async with scripted(Reply(body)) as server, client_of(server.url) as client:
        usage = await client.billing.run_usage(RUN)
    assert (usage.run_id, usage.total_cost_usd) == (RUN, Decimal("17.5"))
    assert usage.inference.cost_usd is None
    async with scripted(Reply({"anything": 1})) as server, client_of(server.url) as client:
        with pytest.raises(ResponseShapeError):
            await client.billing.run_usage(RUN)
