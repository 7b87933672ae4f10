"""Training runs: the list, one run, and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from prime_tui.api.call import Answer, Call, Effect
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.together import both
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import Page, page_of, read_listing, read_object
from prime_tui.api.wire.choices import read_gpu_types, read_token_price, read_training_models
from prime_tui.api.wire.logs import is_waiting, read_logs
from prime_tui.api.wire.run_details import (
    read_bins,
    read_checkpoints,
    read_env_servers,
    read_metrics,
    read_progress,
)
from prime_tui.api.wire.runs import read_launched, read_pause_word, read_run
from prime_tui.api.wire.samples import read_sample
from prime_tui.api.wire.unchanged import UnchangedRows
from prime_tui.domain.errors import (
    MethodNotAllowed,
    NotFound,
    NotPermitted,
    ResponseShapeError,
)
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import (
    Checkpoint,
    EnvServer,
    HistogramBin,
    LaunchedRun,
    LogQuery,
    MetricPoint,
    Run,
    RunLogs,
    RunOrder,
    RunProgress,
    Sample,
    TrainingChoices,
)
from prime_tui.domain.token_prices import TokenPrice

T = TypeVar("T")

_ONE_RUN = "/rft/runs/{run_id}"
_TRY_THE_OTHER = (NotFound, MethodNotAllowed, NotPermitted)


class RunsApi:
    """`/rft/runs` and `/training/runs`.

    An older backend has no `/rft`: its answers are then NotFound or MethodNotAllowed, and what to do about it
    is decided by the caller. Only the deletion chooses its endpoint by itself.
    """

    def __init__(self, transport: Transport, team_id: TeamId | None) -> None:
        self._transport = transport
        self._team_id = team_id
        self._rft_has_answered = False
        self._read_row = UnchangedRows(read_run)

    async def list(self, *, mine: bool = False, max_pages: int | None = None) -> Listing[Run]:
        """Return the runs in the service's order (`GET /rft/runs`).

        An answer without a total comes from a backend that does not page: it is the whole list.

        Args:
            mine: Leave out the runs of team-mates.
            max_pages: Read no more pages of 100 than this; `total` still tells how many runs there are.
        """

        async def page(number: int, _: int) -> Page:
            params = {
                "page": number + 1,
                "limit": PAGE_ROWS,
                "mine": True if mine else None,
                "team_id": self._team_id,
            }
            answer = await self._rft("/rft/runs", params=params, max_bytes=self._transport.limits.list_bytes)
            return answer.read(lambda value: page_of(value, "runs"))

        self._read_row.begin()
        return await read_pages(
            page,
            self._read_row,
            lambda run: run.id,
            max_pages=max_pages or self._transport.limits.max_pages,
            whole_without_total=True,
        )

    async def get(self, run_id: RunId) -> Run:
        """Return one run (`GET /rft/runs/{run_id}`).

        Raises:
            NotFound: There is none, which a backend may also say with an empty answer.
        """
        answer = await self._rft(_ONE_RUN, run_id)
        if isinstance(answer.value, dict) and not answer.value.get("run", answer.value):
            raise NotFound("The service knows no such run.", status=404, endpoint=answer.call.endpoint)
        return answer.read(lambda value: read_object(value, read_run, "run"))

    async def create(self, order: RunOrder) -> LaunchedRun:
        """Launch a dedicated run (`POST /training/runs`); it is sent once and may take two minutes.

        Raises:
            OutcomeUnknown: It may have been launched: look for it before trying again.
        """
        secrets = {"wandbApiKey": order.wandb_api_key, "hfToken": order.hf_token}
        body = {
            "config": dict(order.config),
            "name": order.name,
            "teamId": order.team_id or self._team_id,
            "imageTag": order.image_tag,
            "gpuType": order.gpu_type,
            **{field: secret.reveal() for field, secret in secrets.items() if secret},
        }
        call = Call(
            method="POST",
            path="/training/runs",
            body={field: value for field, value in body.items() if value is not None},
            effect=Effect.CREATE,
            read_s=self._transport.limits.launch_total_s,
            total_s=self._transport.limits.launch_total_s,
            secrets=tuple(secret for secret in secrets.values() if secret),
        )
        answer = await self._transport.exchange(call)
        return answer.read(lambda value: read_object(value, read_launched))

    async def stop(self, run_id: RunId) -> Run | None:
        """Ask a run to stop; it may still be running in the answer, which may be empty."""
        return await self._ask(run_id, "stop")

    async def restart(self, run_id: RunId) -> Run | None:
        """Ask a running run to start again from its latest checkpoint."""
        return await self._ask(run_id, "restart")

    async def _ask(self, run_id: RunId, what: str) -> Run | None:
        call = Call(method="PUT", path=f"{_ONE_RUN}/{what}", ids={"run_id": run_id}, effect=Effect.CHANGE)
        answer = await self._transport.exchange(call)
        try:
            return answer.read(lambda value: read_object(value, read_run, "run"))
        except ResponseShapeError:
            return None  # it was accepted all the same

    async def pause(self, run_id: RunId) -> str:
        """Ask a run with a volume to pause; return the service's word for its state, maybe empty.

        Raises:
            NotFound, MethodNotAllowed: This backend cannot pause.
            Conflict, InvalidRequest: This run cannot be paused now.
        """
        call = Call(
            method="POST",
            path="/training/runs/{run_id}/pause",
            ids={"run_id": run_id},
            effect=Effect.CHANGE,
        )
        return (await self._transport.exchange(call)).read(read_pause_word)

    async def resume(self, run_id: RunId) -> LaunchedRun:
        """Continue a paused run as a new one with a new id; it is sent once."""
        call = Call(
            method="POST",
            path="/training/runs/{run_id}/resume",
            ids={"run_id": run_id},
            body={},
            effect=Effect.CREATE,
            read_s=self._transport.limits.launch_total_s,
            total_s=self._transport.limits.launch_total_s,
        )
        answer = await self._transport.exchange(call)
        return answer.read(lambda value: read_object(value, read_launched))

    async def delete(self, run_id: RunId) -> bool:
        """Delete a run; return True when the service no longer knew it.

        It goes through `/rft` if that has answered in this session, else through `/training`, and once
        through the other when the first cannot.
        """
        paths = [_ONE_RUN, "/training/runs/{run_id}"]
        first, other = paths if self._rft_has_answered else reversed(paths)
        try:
            await self._delete(first, run_id)
        except _TRY_THE_OTHER as refusal:
            try:
                await self._delete(other, run_id)
            except _TRY_THE_OTHER:
                if isinstance(refusal, NotFound):
                    return True
                raise refusal from None
        return False

    async def _delete(self, path: str, run_id: RunId) -> None:
        await self._transport.exchange(
            Call(method="DELETE", path=path, ids={"run_id": run_id}, effect=Effect.CHANGE)
        )

    async def logs(self, run_id: RunId, query: LogQuery) -> RunLogs:
        """Return the tail of a log; a run that has none yet is waiting, not missing."""
        params = {
            "tail_lines": query.tail_lines,
            "component": query.component,
            "level": query.level,
            "search": query.search,
            "env_name": query.env_name,
            "pod_index": query.pod_index,
        }
        try:
            answer = await self._rft(f"{_ONE_RUN}/logs", run_id, params=params)
        except NotFound as error:
            if is_waiting(error.message):
                return RunLogs(waiting=error.message)
            raise
        return answer.read(lambda value: read_object(value, read_logs))

    async def metrics(
        self,
        run_id: RunId,
        *,
        min_step: int | None = None,
        max_step: int | None = None,
        limit: int | None = None,
    ) -> tuple[MetricPoint, ...]:
        """Return the metrics, one point a step; both bounds are inclusive."""
        params = {"min_step": min_step, "max_step": max_step, "limit": limit}
        answer = await self._rft(
            f"{_ONE_RUN}/metrics", run_id, params=params, max_bytes=self._transport.limits.list_bytes
        )
        return answer.read(read_metrics)

    async def progress(self, run_id: RunId) -> RunProgress:
        """Return how far a run is."""
        answer = await self._rft(f"{_ONE_RUN}/progress", run_id)
        return answer.read(lambda value: read_object(value, read_progress))

    async def checkpoints(self, run_id: RunId) -> tuple[Checkpoint, ...]:
        """Return the checkpoints of a run."""
        return (await self._rft(f"{_ONE_RUN}/checkpoints", run_id)).read(read_checkpoints)

    async def samples(self, run_id: RunId, step: int, page: int = 1, limit: int = 100) -> Listing[Sample]:
        """Return one page of the rollouts of a step; only some steps have any (`RunProgress`)."""
        params = {"step": step, "page": page, "limit": limit}
        answer = await self._rft(
            f"{_ONE_RUN}/samples", run_id, params=params, max_bytes=self._transport.limits.list_bytes
        )
        return answer.read(lambda value: read_listing(value, read_sample, id, "samples"))

    async def distributions(
        self, run_id: RunId, kind: str = "rewards", step: int | None = None
    ) -> tuple[HistogramBin, ...]:
        """Return the bins of a distribution, of the latest step unless one is given."""
        answer = await self._rft(f"{_ONE_RUN}/distributions", run_id, params={"type": kind, "step": step})
        return answer.read(read_bins)

    async def env_servers(self, run_id: RunId) -> tuple[EnvServer, ...]:
        """Return the processes that serve environments to a run."""
        return (await self._rft(f"{_ONE_RUN}/env-servers", run_id)).read(read_env_servers)

    async def choices(self) -> TrainingChoices:
        """Return what can be launched; a backend without these endpoints offers nothing."""
        gpu_types, models = await both(
            self._optional("/training/available-gpu-types", read_gpu_types),
            self._optional(
                "/training/available-fft-models", lambda value: read_object(value, read_training_models)
            ),
        )
        models = models or TrainingChoices()
        return TrainingChoices(gpu_types or (), models.models, models.rates, models.beta_access)

    async def token_prices(self) -> tuple[TokenPrice, ...]:
        """Return what training by tokens costs (`GET /rft/models`); nothing where it is gone."""
        found = await self._optional(
            "/rft/models",
            lambda value: read_listing(value, read_token_price, lambda price: price.model, "models"),
        )
        return () if found is None else found.items

    async def _optional(self, path: str, read: Callable[[object], T]) -> T | None:
        call = Call(method="GET", path=path, params={"team_id": self._team_id})
        try:
            return (await self._transport.exchange(call)).read(read)
        except (NotFound, MethodNotAllowed):
            return None

    async def _rft(
        self,
        path: str,
        run_id: RunId | None = None,
        *,
        params: Mapping[str, object] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        ids = {} if run_id is None else {"run_id": run_id}
        call = Call(method="GET", path=path, ids=ids, params=params or {}, max_bytes=max_bytes)
        answer = await self._transport.exchange(call)
        self._rft_has_answered = True
        return answer
