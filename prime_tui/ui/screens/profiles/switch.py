"""Changing the wallet that is watched and charged, without leaving the program."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.app import App

from prime_tui.domain.errors import PrimeError
from prime_tui.ui.render.profiles import Seat, seats
from prime_tui.ui.screens.profiles.dialog import ProfilesDialog

if TYPE_CHECKING:
    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.ui.shell import Shell


class ProfileSwitch:
    """Asks which wallet, and goes there; run it in a worker of the app."""

    def __init__(self, app: App[None], desk: AccountDesk) -> None:
        self._app = app
        self._shell = cast("Shell", app)
        self._desk = desk

    async def run(self) -> None:
        """Ask, and change; what is under way for this wallet is finished first."""
        chosen = await self._app.push_screen_wait(await self._dialog())
        if chosen is None or chosen.is_used:
            return
        if self._shell.holding:
            self._shell.tell(
                " ".join([*self._shell.holding.values(), "Change the wallet after that."]),
                title="Still under way",
                severity="warning",
            )
            return
        await self._shell.use_profile(chosen.profile)
        self._shell.tell(
            f"Watching {_words(chosen)}. Everything is read from and charged to that wallet now."
        )

    async def _dialog(self) -> ProfilesDialog:
        problems: list[str] = []
        try:
            profiles = await asyncio.to_thread(self._desk.profiles)
        except PrimeError as error:
            profiles = (self._desk.profile,)
            problems.append(str(error))
        teams = self._shell.store.teams
        if teams.value is None and teams.remote.error is not None:
            problems.append(f"The teams cannot be read: {teams.remote.error.message}")
        found = seats(profiles, () if teams.value is None else teams.value.items)
        return ProfilesDialog(found, problems)


def _words(seat: Seat) -> str:
    return f"{seat.profile.name} · {seat.wallet}"
