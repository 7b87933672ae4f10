"""Lists over pages, as careful and careless services count them."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from prime_tui.domain.errors import ResponseShapeError, ServerFault
from prime_tui.domain.ids import TeamId
from tests.api.clients import client_of
from tests.api.scripted import Asked, Handler, Reply, scripted


def rows(count: int, start: int = 0) -> list[dict[str, object]]:
    return [{"id": f"p{number}"} for number in range(start, start + count)]


def by_offset(total: int, *, told: int | None = None, cap: int = 100) -> Handler:
    """Serve `total` rows, saying that there are `told`, never more than `cap` a page."""

    def handler(asked: Asked) -> Reply:
        query = parse_qs(asked.query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        page = rows(min(cap, limit, max(0, total - offset)), offset)
        return Reply(
            {"data": page} if told is None else {"data": page, "total_count": told, "offset": offset}
        )

    return handler


@pytest.mark.parametrize(
    ("handler", "expected", "requests"),
    [
        (by_offset(0, told=0), 0, 1),
        (by_offset(7, told=7), 7, 1),
        (by_offset(100, told=100), 100, 1),
        (by_offset(250, told=250), 250, 3),
        (by_offset(250), 250, 3),
        (by_offset(200), 200, 3),
        (by_offset(120, told=120, cap=50), 120, 3),
        (by_offset(150, told=0), 150, 2),
        (by_offset(30, told=1000), 30, 2),
        (lambda _: Reply(rows(150)), 150, 1),
        (lambda _: Reply({"pods": rows(3)}), 3, 1),
        (lambda _: Reply({"items": rows(3), "totalCount": 3}), 3, 1),
        (lambda _: Reply({"data": {"items": rows(3)}}), 3, 1),
        (lambda _: Reply({"data": rows(100), "total_count": 300}), 100, 2),
        (lambda _: Reply({"data": rows(100)}), 100, 2),
    ],
)
async def test_all_rows_once_and_no_endless_asking(handler: Handler, expected: int, requests: int) -> None:
    async with scripted(handler) as server, client_of(server.url) as client:
        listing = await client.pods.list()
    assert [pod.id for pod in listing.items] == [f"p{number}" for number in range(expected)]
    assert len(server.asked) == requests


async def test_the_total_is_what_the_service_says() -> None:
    for handler, total in (
        (by_offset(250, told=250), 250),
        (by_offset(7), None),
        (by_offset(150, told=0), None),
    ):
        async with scripted(handler) as server, client_of(server.url) as client:
            assert (await client.pods.list()).total == total


async def test_a_page_that_fails_fails_the_list() -> None:
    """Half a list would look as if the other half were gone."""
    good = by_offset(250, told=250)

    def handler(asked: Asked) -> Reply:
        return Reply({}, 500) if "offset=100" in asked.query else good(asked)

    async with scripted(handler) as server, client_of(server.url) as client:
        with pytest.raises(ServerFault):
            await client.pods.list()


async def test_a_row_that_cannot_be_read_is_told_with_its_place_in_the_whole_list() -> None:
    def handler(asked: Asked) -> Reply:
        if "offset=0" in asked.query:
            return Reply({"data": rows(100), "total_count": 103})
        return Reply({"data": [{"id": "p100"}, {"name": "secret name"}, {"id": ["x"]}], "total_count": 103})

    async with scripted(handler) as server, client_of(server.url) as client:
        listing = await client.pods.list()
    assert len(listing.items) == 101
    assert [row.position for row in listing.unreadable] == [101, 102]
    assert [row.reason for row in listing.unreadable] == ["id: field required", "id: it is not an id"]


async def test_rows_of_which_none_can_be_read_are_not_an_empty_list() -> None:
    for body in ({"data": [{"name": "x"}, 7]}, {"credentials": [{"name": "x"}]}):
        async with scripted(Reply(body)) as server, client_of(server.url) as client:
            read = client.pods.list if "data" in body else client.templates.registry_credentials
            with pytest.raises(ResponseShapeError, match="id: field required"):
                await read()


async def test_a_service_that_counts_for_ever_is_left_after_fifty_pages() -> None:
    def handler(asked: Asked) -> Reply:
        offset = int(parse_qs(asked.query)["offset"][0])
        return Reply({"data": rows(100, offset), "total_count": 10**9})

    async with scripted(handler) as server, client_of(server.url) as client:
        listing = await client.pods.list()
    assert (len(listing.items), listing.total, len(server.asked)) == (5000, 10**9, 50)


def runs_by_page(total: int) -> Handler:
    def handler(asked: Asked) -> Reply:
        query = parse_qs(asked.query)
        page, limit = int(query["page"][0]), int(query["limit"][0])
        found = rows(min(limit, max(0, total - (page - 1) * limit)), (page - 1) * limit)
        return Reply({"runs": found, "total": total, "page": page, "limit": limit})

    return handler


async def test_runs_come_in_pages_or_all_at_once() -> None:
    async with scripted(runs_by_page(230)) as server, client_of(server.url, team_id=TeamId("t 1")) as client:
        listing = await client.runs.list(mine=True)
    assert (len(listing.items), listing.total) == (230, 230)
    assert [asked.query for asked in server.asked] == [
        f"page={page}&limit=100&mine=true&team_id=t+1" for page in (1, 2, 3)
    ]
    async with scripted(Reply({"runs": rows(100)})) as server, client_of(server.url) as client:
        assert len((await client.runs.list()).items) == 100
    assert [asked.query for asked in server.asked] == ["page=1&limit=100"]


async def test_no_more_pages_of_runs_than_wanted() -> None:
    async with scripted(runs_by_page(230)) as server, client_of(server.url) as client:
        listing = await client.runs.list(max_pages=1)
    assert (len(listing.items), listing.total, len(server.asked)) == (100, 230, 1)
