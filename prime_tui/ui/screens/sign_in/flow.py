"""Signing in from beginning to end, one question after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import App
from textual.screen import Screen

from prime_tui.domain.credentials import Reason, StoreChoice, StoreName
from prime_tui.domain.errors import PrimeError
from prime_tui.persistence.official import OfficialEnvironment
from prime_tui.store.store import KeyState
from prime_tui.ui.render.profiles import account_lines
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.sign_in.key_dialog import KeyDialog, Offer
from prime_tui.ui.screens.sign_in.passphrase_dialog import NewPassphraseDialog, UnlockDialog
from prime_tui.ui.screens.sign_in.wording import (
    STORE_TITLES,
    default_store,
    store_lines,
    store_options,
    ways,
    why_lines,
)
from prime_tui.ui.widgets.choose_dialog import ChooseDialog

if TYPE_CHECKING:
    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.domain.secret import Secret
    from prime_tui.ui.shell import Shell


Answer = TypeVar("Answer")


class WideChooseDialog(ChooseDialog):
    """With room for sentences."""

    DEFAULT_CSS = """
    WideChooseDialog > #box { width: 90; }
    """


class SignIn:
    """Asks until there is a key or the person leaves; run it in a worker of the app.

    Leaving anywhere changes nothing. A key is checked by the service before it is kept, and kept before it
    is used.
    """

    def __init__(self, app: App[None], desk: AccountDesk) -> None:
        self._app = app
        self._shell = cast("Shell", app)
        self._desk = desk

    async def run(self) -> None:
        """Ask what to do, and do it."""
        if await self._is_file_locked() and await self._unlock():
            return
        while True:
            way = await self._ask_way()
            if way is None or await self._go(way):
                return

    async def _go(self, way: str) -> bool:
        """Do one thing; False asks again."""
        verb, _, name = way.partition(":")
        try:
            match verb:
                case "unlock":
                    return await self._unlock()
                case "again":
                    return await self._ask_store_again()
                case "paste":
                    return await self._paste()
                case _:
                    return await self._official(name, keep=verb == "import")
        except PrimeError as error:
            self._shell.tell(str(error), title="Not signed in", severity="error")
            return False

    async def _ask_way(self) -> str | None:
        official = await asyncio.to_thread(self._desk.official)
        usable: Sequence[OfficialEnvironment] = [one for one in official.environments if one.key is not None]
        problems: list[Styled] = [Span(f"▲ {one}", "warn") for one in official.problems]
        options = ways(
            self._desk.key.found, has_locked_file=await self._is_file_locked(), official=usable[:6]
        )
        problems += [Span(f"▲ {one}", "warn") for one in self._desk.warnings]
        body = [*self._why(), *problems]
        return await self._ask(WideChooseDialog("Sign in", options, body=body, verb="do it"))

    def _why(self) -> list[Styled]:
        session, key = self._shell.store.session, self._desk.key
        refused = ""
        if session.key is KeyState.REFUSED:
            refused = session.key_error.message if session.key_error is not None else "no reason is given"
        return why_lines(key.profile, key.found, refused, key.why_not_again)

    # -- the store that the profile has --------------------------------------------

    async def _is_file_locked(self) -> bool:
        found = self._desk.key.found
        return found.key is None and found.store is StoreName.FILE and found.reason is Reason.LOCKED

    async def _unlock(self) -> bool:
        body = [f"The key for {self._desk.profile.origin} is in it."]
        if not await self._ask(UnlockDialog(self._desk.keys.unlock, body)):
            return False
        return await self._ask_store_again()

    async def _ask_store_again(self) -> bool:
        store = self._desk.key.found.store
        self._shell.tell(f"Asking: {STORE_TITLES[store]}…" if store is not None else "Looking for the key…")
        found = await self._desk.key.find(ask_again=True)
        if found.key is None:
            return False
        if self._shell.engine is not None:
            self._shell.engine.key_changed()
        return True

    # -- a key by hand -------------------------------------------------------------

    async def _paste(self) -> bool:
        # Asked while the person looks for the key: one that was pasted must not be lost to a silent store.
        probing = asyncio.create_task(self._desk.stores())
        try:
            offer = await self._ask(KeyDialog(self._desk.profile, self._desk.described, self._desk.check))
            return offer is not None and await self._keep(offer, await probing)
        finally:
            probing.cancel()

    async def _keep(self, offer: Offer, probed: Sequence[StoreChoice]) -> bool:
        """Ask where to, until it is kept somewhere; leaving keeps and uses nothing."""
        choices = self._desk.permitted(offer.profile, probed)
        trouble: list[Styled] = []
        while True:
            body = [*account_lines(offer.account), "", *trouble, *store_lines(choices)]
            dialog = WideChooseDialog(
                "Where shall the key be kept?",
                store_options(choices),
                body=body,
                verb="keep it there",
                chosen=default_store(offer.profile, choices),
            )
            chosen = await self._ask(dialog)
            if chosen is None:
                return False
            try:
                if await self._keep_in(offer, StoreName(chosen)):
                    return True
            except PrimeError as error:
                trouble = [Span(f"✕ {error}", "bad"), ""]

    async def _keep_in(self, offer: Offer, store: StoreName) -> bool:
        passphrase: Secret | None = None
        if store is StoreName.FILE:
            if not await self._desk.keys.has_file():
                passphrase = await self._ask(NewPassphraseDialog())
                if passphrase is None:
                    return False
            elif await self._desk.keys.wants_passphrase(store) and not await self._ask(
                UnlockDialog(self._desk.keys.unlock)
            ):
                return False
        profile = await self._desk.keep(offer.profile, store, offer.key, passphrase)
        who = "" if offer.account is None else f" as {offer.account.name or offer.account.email}"
        await self._use(Offer(profile, offer.key, offer.account))
        self._shell.tell(f"Signed in{who}. The key is kept: {STORE_TITLES[store]}.")
        return True

    # -- the official client's keys ------------------------------------------------

    async def _official(self, name: str, *, keep: bool) -> bool:
        environment = (await asyncio.to_thread(self._desk.official)).named(name)
        if environment is None or environment.key is None:
            return False
        profile, key = self._desk.official_profile(environment), environment.key
        self._shell.tell(f"Asking {profile.origin} whose key it is…")
        offer = Offer(profile, key, await self._desk.check(profile, key))
        if keep:
            return await self._keep(offer, await self._desk.stores())
        self._desk.use_official(profile, key)
        await self._use(offer)
        return True

    async def _use(self, offer: Offer) -> None:
        """Go on with the key: in place when it is the same account's, else with nothing of the old one."""
        shell, key = self._shell, self._desk.key
        known = shell.store.account.value
        is_same = known is not None and known.is_same(offer.account)
        if is_same and shell.engine is not None and offer.profile.is_same_place(key.profile):
            key.profile = offer.profile
            await key.find()
            shell.store.change_session(is_plain_text=key.is_plain_text)
            shell.engine.key_changed()
        else:
            await shell.use_profile(offer.profile, None if offer.account is None else offer.account.id)

    async def _ask(self, dialog: Screen[Answer]) -> Answer:
        return await self._app.push_screen_wait(dialog)
