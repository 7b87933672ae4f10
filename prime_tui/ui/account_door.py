"""Who asks for a key or a profile: one question at a time, and never two accounts in one view."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, cast

from textual.app import App

from prime_tui.domain.errors import AnotherAccount
from prime_tui.domain.ids import UserId

if TYPE_CHECKING:
    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.ui.shell import Shell

GROUP = "account"
"""The workers that ask."""
SIGNING_IN, SWITCHING, BEGINNING = "Signing in", "Changing the profile", "Changing the account"


class AccountDoor:
    """Behind the keys `K` and `p`.

    Args:
        app: Where the questions appear; screens know it as their `Shell`.
        desk: None where there is one key, given from outside.
    """

    def __init__(self, app: App[None], desk: AccountDesk | None) -> None:
        self._app = app
        self._desk = desk

    def sign_in(self) -> None:
        """Enter a key, or see why there is none."""
        if self._desk is None or not self._may_ask():
            return
        if self._desk.is_demo:
            self._say("A demo needs no key.")
            return
        from prime_tui.ui.screens.sign_in.flow import SignIn

        self._ask(SignIn(self._app, self._desk).run(), SIGNING_IN)

    def switch_profile(self) -> None:
        """Choose another profile or team."""
        if self._desk is None or not self._may_ask():
            return
        from prime_tui.ui.screens.profiles.switch import ProfileSwitch

        self._ask(ProfileSwitch(self._app, self._desk).run(), SWITCHING)

    def _ask(self, questions: Coroutine[None, None, None], name: str) -> None:
        self._app.run_worker(questions, group=GROUP, name=name)

    def _may_ask(self) -> bool:
        """Whether nobody is being asked; between two questions nothing is open, so that is said."""
        if len(self._app.screen_stack) > 1:
            return False  # the question, or another dialog, is what the person looks at
        under_way = [one.name for one in self._app.workers if one.group == GROUP and not one.is_finished]
        if under_way:
            self._say(f"{under_way[0]} is under way: what follows comes by itself in a moment.")
        return not under_way

    def _say(self, text: str) -> None:
        self._app.notify(text, markup=False)

    def begin_anew(self, found: AnotherAccount) -> bool:
        """Drop everything that is shown and watch the account that the key belongs to; False: cannot."""
        if self._desk is None:
            return False
        self._app.workers.cancel_group(self._app, GROUP)  # a question about the account of before
        self._app.run_worker(self._beginning_anew(found, self._desk), group=GROUP, name=BEGINNING)
        return True

    async def _beginning_anew(self, found: AnotherAccount, desk: AccountDesk) -> None:
        shell = cast("Shell", self._app)
        await shell.use_profile(desk.profile, UserId(found.account_id))
        shell.tell(str(found), title="Another account", severity="warning")
