"""Pods: rented machines."""

from __future__ import annotations

from collections.abc import Sequence

from prime_tui.api.budget import CallBudget
from prime_tui.api.call import Call, Effect
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import Page, page_of, read_listing, read_object, read_rows
from prime_tui.api.wire.pods import read_deletion, read_log_lines, read_past_pod, read_pod, read_pod_status
from prime_tui.api.wire.unchanged import UnchangedRows
from prime_tui.domain.errors import InvalidRequest, NotFound
from prime_tui.domain.ids import PodId, TeamId
from prime_tui.domain.offers import PodOrder
from prime_tui.domain.pods import PastPod, Pod, PodDeletion, PodStatus
from prime_tui.domain.remote import Listing

IDS_PER_CALL = 50


class PodsApi:
    """`/pods/`. The lists have no team parameter: who owns a row is told by its `team_id`."""

    def __init__(self, transport: Transport, budget: CallBudget, team_id: TeamId | None) -> None:
        self._transport = transport
        self._budget = budget
        self._team_id = team_id
        self._read_row = UnchangedRows(read_pod)

    async def list(self) -> Listing[Pod]:
        """Return all pods that are not terminated (`GET /pods/`, all pages)."""
        self._read_row.begin()
        return await read_pages(
            self._page, self._read_row, lambda pod: pod.id, max_pages=self._transport.limits.max_pages
        )

    async def _page(self, _: int, offset: int) -> Page:
        params = {"offset": offset, "limit": PAGE_ROWS}
        call = Call(method="GET", path="/pods/", params=params, max_bytes=self._transport.limits.list_bytes)
        return (await self._transport.exchange(call)).read(lambda value: page_of(value, "pods"))

    async def get(self, pod_id: PodId) -> Pod:
        """Return one pod (`GET /pods/{pod_id}`)."""
        answer = await self._transport.exchange(
            Call(method="GET", path="/pods/{pod_id}", ids={"pod_id": pod_id})
        )
        return answer.read(lambda value: read_object(value, read_pod, "pod"))

    async def status(self, ids: Sequence[PodId]) -> tuple[PodStatus, ...]:
        """Return the status of the pods that the service knows (`GET /pods/status`); none asked, none called.

        Match by id: unknown pods are left out of the answer.
        """
        found: list[PodStatus] = []
        for first in range(0, len(ids), IDS_PER_CALL):
            params = {"pod_ids": list(ids[first : first + IDS_PER_CALL])}
            answer = await self._transport.exchange(Call(method="GET", path="/pods/status", params=params))
            if isinstance(answer.value, dict) and answer.value.get("data", ()) is None:
                continue
            rows = answer.read(page_of).rows
            found += read_rows(rows, read_pod_status, lambda status: status.pod_id)[0]
        return tuple(found)

    async def create(self, order: PodOrder, *, override: bool = False) -> Pod:
        """Order a machine (`POST /pods/`). It is sent once and never repeated.

        Args:
            order: What to create; its `team_id`, else the client's, pays.
            override: Order although ten were ordered from here within the hour.

        Raises:
            InvalidRequest, BudgetExhausted, ReadOnlyRefused: Nothing was sent.
            OutcomeUnknown: It may exist: look for its name in the list.
        """
        order.check()
        if order.offer.provider is None:
            raise InvalidRequest("This offer does not name its provider, so it cannot be ordered.")
        call = Call(method="POST", path="/pods/", body=self._order_body(order), effect=Effect.CREATE)
        self._transport.check_allowed(call)
        self._budget.take_creation(override=override)
        answer = await self._transport.exchange(call)
        return answer.read(lambda value: read_object(value, read_pod, "pod"))

    def _order_body(self, order: PodOrder) -> dict[str, object]:
        offer = order.offer
        pod = {
            "name": order.name,
            "cloudId": offer.cloud_id,
            "gpuType": offer.gpu_type,
            "socket": offer.socket,
            "gpuCount": offer.gpu_count,
            "diskSize": order.disk_gb,
            "maxPrice": order.max_price_usd_per_h,
            "image": order.image,
            "dataCenterId": offer.data_center,
            "country": offer.country,
            "security": offer.security,
            "sshKeyId": order.ssh_key_id,
        }
        body: dict[str, object] = {
            "pod": {key: value for key, value in pod.items() if value is not None},
            "provider": {"type": offer.provider},
        }
        team_id = order.team_id or self._team_id
        return body if team_id is None else {**body, "team": {"teamId": team_id}}

    async def delete(self, pod_id: PodId) -> PodDeletion:
        """Delete a pod and its own disk (`DELETE /pods/{pod_id}`); deleting it again is harmless."""
        call = Call(method="DELETE", path="/pods/{pod_id}", ids={"pod_id": pod_id}, effect=Effect.CHANGE)
        try:
            return (await self._transport.exchange(call)).read(read_deletion)
        except NotFound as error:
            return PodDeletion(already_gone=True, message=error.message)

    async def log(self, pod_id: PodId, *, tail: int = 100) -> tuple[str, ...]:
        """Return the last lines of a pod's log (`GET /pods/{pod_id}/log`).

        Raises:
            NotFound, InvalidRequest: This provider keeps no log.
        """
        call = Call(method="GET", path="/pods/{pod_id}/log", ids={"pod_id": pod_id}, params={"tail": tail})
        return (await self._transport.exchange(call)).read(read_log_lines)

    async def history(
        self,
        *,
        offset: int = 0,
        limit: int = 100,
        sort_by: str = "terminatedAt",
        descending: bool = True,
    ) -> Listing[PastPod]:
        """Return one page of the past pods (`GET /pods/history`).

        Args:
            offset: Rows to skip.
            limit: Rows wanted.
            sort_by: `terminatedAt` or `createdAt`.
            descending: Newest first.
        """
        params = {
            "offset": offset,
            "limit": limit,
            "sort_by": sort_by,
            "sort_order": "desc" if descending else "asc",
        }
        answer = await self._transport.exchange(Call(method="GET", path="/pods/history", params=params))
        return answer.read(lambda value: read_listing(value, read_past_pod, lambda pod: pod.id, "pods"))
