"""What decides whose money it is must be readable, or the answer is refused."""

from __future__ import annotations

import pytest

from prime_tui.domain.errors import ResponseShapeError
from tests.api.clients import client_of
from tests.api.scripted import Reply, scripted


@pytest.mark.parametrize("wrong", [11, True, ["usr_7f3a"], {"id": "usr_7f3a"}])
async def test_an_account_whose_id_is_of_another_type_is_refused(wrong: object) -> None:
    reply = Reply({"data": {"id": wrong, "name": "Ada", "email": "ada@example.com"}})
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(ResponseShapeError):
            await client.account.whoami()


@pytest.mark.parametrize("wrong", ["much", True, [184.37], {"usd": 1}])
async def test_a_balance_that_is_no_number_is_refused(wrong: object) -> None:
    reply = Reply(
        {
            "wallet_id": "w",
            "balance_usd": wrong,
            "currency": "USD",
            "total_billings": 0,
            "recent_billings": [],
        }
    )
    async with scripted(reply) as server, client_of(server.url) as client:
        with pytest.raises(ResponseShapeError):
            await client.billing.wallet()
