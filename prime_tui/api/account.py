"""Who the key belongs to."""

from __future__ import annotations

from prime_tui.api.call import Call
from prime_tui.api.paging import PAGE_ROWS, read_pages
from prime_tui.api.transport import Transport
from prime_tui.api.wire.account import read_account, read_member, read_team
from prime_tui.api.wire.base import Page, page_of, read_object
from prime_tui.domain.account import Account, Team, TeamMember
from prime_tui.domain.errors import NotAuthenticated
from prime_tui.domain.ids import TeamId
from prime_tui.domain.remote import Listing


class AccountApi:
    """`/user` and `/teams`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def whoami(self) -> Account:
        """Return the account of the key (`GET /user/whoami`).

        Raises:
            NotAuthenticated: The key is refused, or the answer names nobody.
        """
        answer = await self._transport.exchange(Call(method="GET", path="/user/whoami"))
        value = answer.value
        if isinstance(value, dict) and "data" in value and not value["data"]:
            raise NotAuthenticated(
                "The service does not know this key.",
                hint="Check it on the dashboard, then sign in again.",
                endpoint=answer.call.endpoint,
            )
        return answer.read(lambda found: read_object(found, read_account))

    async def teams(self) -> Listing[Team]:
        """Return the teams of the account (`GET /user/teams`)."""
        return await read_pages(
            lambda _, seen: self._page("/user/teams", {}, seen),
            read_team,
            lambda team: team.id,
            max_pages=self._transport.limits.max_pages,
        )

    async def members(self, team_id: TeamId) -> Listing[TeamMember]:
        """Return the people of a team (`GET /teams/{team_id}/members`)."""
        return await read_pages(
            lambda _, seen: self._page("/teams/{team_id}/members", {"team_id": team_id}, seen),
            read_member,
            lambda member: member.user_id,
            max_pages=self._transport.limits.max_pages,
        )

    async def _page(self, path: str, ids: dict[str, str], offset: int) -> Page:
        call = Call(method="GET", path=path, ids=ids, params={"offset": offset, "limit": PAGE_ROWS})
        return (await self._transport.exchange(call)).read(page_of)
