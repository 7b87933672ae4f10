"""Who the key belongs to, and the wallet."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from prime_tui.domain.account import Scope
from prime_tui.domain.errors import NotAuthenticated, ResponseShapeError
from prime_tui.domain.ids import TeamId
from tests.api.clients import client_of
from tests.api.scripted import Reply, scripted

ADA = {"id": "usr_7f3a", "name": "Ada", "email": "ada@example.com", "role": "USER"}


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        (
            {"instances": {"read": True, "write": True}, "inference": None},
            (Scope("instances", True, True), Scope("inference", False, False)),
        ),
        ({}, None),
        (None, None),
        ("all", None),
    ],
)
async def test_what_a_key_may_do(scope: object, scopes: object) -> None:
    reply = Reply({"data": {**ADA, "scope": scope}, "status": None})
    async with scripted(reply) as server, client_of(server.url) as client:
        account = await client.account.whoami()
    assert (account.id, account.scopes) == ("usr_7f3a", scopes)


async def test_an_answer_about_nobody_is_a_refused_key() -> None:
    bodies: list[object] = [{"data": None, "status": None}, {"data": {}}]
    for body in bodies:
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            with pytest.raises(NotAuthenticated):
                await client.account.whoami()


async def test_an_answer_about_something_else_is_not_an_account() -> None:
    bodies: list[object] = [{"data": {"hello": 1}}, {"hello": 1}, [ADA], "Ada"]
    for body in bodies:
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            with pytest.raises(ResponseShapeError):
                await client.account.whoami()


async def test_teams_and_their_people() -> None:
    team = {"teamId": "team_9c1", "name": "Research", "role": "admin", "createdAt": "2025-06-01T12:00:00Z"}
    async with scripted(Reply({"data": [team, {"name": "?"}]})) as server, client_of(server.url) as client:
        teams = await client.account.teams()
    assert teams.items[0].created_at == datetime(2025, 6, 1, 12, tzinfo=UTC)
    assert len(teams.unreadable) == 1
    member = {"userId": "u1", "userName": None, "userEmail": "x@example.com", "role": "MEMBER"}
    async with scripted(Reply({"data": [member]})) as server, client_of(server.url) as client:
        members = await client.account.members(TeamId("team/9"))
    assert (members.items[0].name, members.items[0].email) == (None, "x@example.com")
    assert server.asked[0].path == "/api/v1/teams/team%2F9/members"


async def test_the_wallet_is_that_of_the_team() -> None:
    row = {
        "id": "b1",
        "amount_usd": 17.5,
        "currency": "USD",
        "resource_type": "training",
        "last_billed_at": None,
    }
    body = {"wallet_id": "w", "team_id": "t", "balance_usd": -3, "currency": "USD", "total_billings": 61}
    reply = Reply(
        {**body, "recent_billings": [row, row, {"amount_usd": 1}, {**row, "id": "b2", "amount_usd": None}]}
    )
    async with scripted(reply) as server, client_of(server.url, team_id=TeamId("t")) as client:
        wallet = await client.billing.wallet(limit=50, offset=100)
    assert server.asked[0].query == "limit=50&offset=100&teamId=t"
    assert (wallet.balance, wallet.total_rows) == (Decimal(-3), 61)
    assert [(row.id, row.amount) for row in wallet.rows] == [("b1", Decimal("17.5")), ("b2", None)]
    assert [lost.position for lost in wallet.unreadable] == [2]


async def test_an_answer_without_a_balance_is_no_wallet() -> None:
    bodies: list[object] = [{"wallet_id": "w"}, {}, [], {"data": None}]
    for body in bodies:
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            with pytest.raises(ResponseShapeError):
                await client.billing.wallet()
