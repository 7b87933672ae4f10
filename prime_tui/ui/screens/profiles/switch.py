"""Changing the wallet that is watched and charged, and the profiles, without leaving the program."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.app import App

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.ui.render.profiles import Seat, seats
from prime_tui.ui.screens.profiles.dialog import ProfilesDialog, Verb, Wish
from prime_tui.ui.screens.profiles.editing import ProfileEditing

if TYPE_CHECKING:
    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.ui.shell import Shell


class ProfileSwitch:
    """Asks which wallet, and goes there; run it in a worker of the app."""

    def __init__(self, app: App[None], desk: AccountDesk) -> None:
        self._app = app
        self._shell = cast("Shell", app)
        self._desk = desk
        self._editing = ProfileEditing(app, desk)

    async def run(self) -> None:
        """Ask until the person leaves or another wallet is watched."""
        is_over = False
        while not is_over:
            wish = await self._app.push_screen_wait(await self._dialog())
            if wish is None:
                return
            try:
                is_over = await self._do(wish)
            except PrimeError as error:
                self._shell.tell(str(error), title="Not done", severity="error")

    async def _do(self, wish: Wish) -> bool:
        """Do one thing; False goes back to the list."""
        profile = wish.seat.profile
        if wish.verb is Verb.WATCH:
            if not wish.seat.is_used and await self._go_to(profile):
                self._shell.tell(
                    f"Watching {_words(wish.seat)}. Everything is read from and charged to that wallet now."
                )
            return True
        if self._desk.is_demo:
            self._shell.tell("A demo has this one profile.")
        elif wish.verb is Verb.ADD:
            added = await self._editing.add()
            return added is not None and await self._go_to(added)
        elif wish.verb is Verb.REMOVE:
            self._desk.book.refuse_used(profile)
            await self._editing.remove(profile)
        else:
            changed = await self._editing.change(profile)
            if changed is not None and profile.name == self._desk.profile.name:
                return await self._go_to(changed)
        return False

    async def _go_to(self, profile: Profile) -> bool:
        """Watch it, unless something is under way for this wallet: that is finished first."""
        if self._shell.holding:
            self._shell.tell(
                " ".join([*self._shell.holding.values(), "Change the wallet after that."]),
                title="Still under way",
                severity="warning",
            )
            return False
        await self._shell.use_profile(profile)
        return True

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
