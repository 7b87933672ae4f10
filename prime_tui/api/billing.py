"""The wallet and what a run has cost."""

from __future__ import annotations

from prime_tui.api.call import Call
from prime_tui.api.transport import Transport
from prime_tui.api.wire.base import read_object
from prime_tui.api.wire.billing import read_billing_row, read_run_usage, read_wallet
from prime_tui.api.wire.unchanged import UnchangedRows
from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.runs import RunUsage
from prime_tui.domain.wallet import Wallet


class BillingApi:
    """`/billing`."""

    def __init__(self, transport: Transport, team_id: TeamId | None) -> None:
        self._transport = transport
        self._team_id = team_id
        self._read_row = UnchangedRows(read_billing_row)

    async def wallet(self, *, limit: int = 100, offset: int = 0) -> Wallet:
        """Return balance and one page of rows, newest billing first (`GET /billing/wallet`).

        Balance and rows of one answer are one consistent snapshot; a later page is a later snapshot.

        Args:
            limit: Rows wanted, 1 to 100; the service refuses more.
            offset: Rows to skip.
        """
        if offset == 0:
            self._read_row.begin()
        params = {"limit": limit, "offset": offset, "teamId": self._team_id}
        answer = await self._transport.exchange(Call(method="GET", path="/billing/wallet", params=params))
        return answer.read(lambda value: read_object(value, lambda found: read_wallet(found, self._read_row)))

    async def run_usage(self, run_id: RunId) -> RunUsage:
        """Return tokens and cost of a run (`GET /billing/runs/{run_id}/usage`).

        Raises:
            NotFound: The service does not know the run, or it is not yours.
        """
        call = Call(method="GET", path="/billing/runs/{run_id}/usage", ids={"run_id": run_id})
        answer = await self._transport.exchange(call)
        return answer.read(lambda value: read_object(value, lambda found: read_run_usage(found, run_id)))
