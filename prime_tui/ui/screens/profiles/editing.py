"""Adding, changing and removing profiles: each step says what it does and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import App
from textual.screen import Screen

from prime_tui.accounts.profile_book import ProfileDraft
from prime_tui.domain.credentials import StoreName
from prime_tui.domain.profiles import Profile
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.profiles.form import ProfileForm
from prime_tui.ui.screens.sign_in.passphrase_dialog import UnlockDialog
from prime_tui.ui.screens.sign_in.wording import STORE_TITLES
from prime_tui.ui.widgets.dialog import ConfirmDialog

if TYPE_CHECKING:
    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.ui.shell import Shell

Answer = TypeVar("Answer")
REVOKING = "The key itself goes on working until it is revoked on https://app.primeintellect.ai."


class ProfileEditing:
    """One change of the configured profiles after the other; run it in a worker of the app.

    Each raises PrimeError, in words, when it cannot be done.
    """

    def __init__(self, app: App[None], desk: AccountDesk) -> None:
        self._app = app
        self._shell = cast("Shell", app)
        self._desk = desk

    async def add(self) -> Profile | None:
        """Ask for a new profile and write it; None when the person left."""
        return await self._ask(ProfileForm(ProfileDraft(), self._desk.book.add))

    async def change(self, profile: Profile) -> Profile | None:
        """Ask for other values and write them; None when the person left."""
        book = self._desk.book
        before = book.written(profile.name)
        changed = await self._ask(ProfileForm(before, lambda after: book.change(before, after)))
        if changed is not None and changed.origin != profile.origin:
            self._shell.tell(
                f"{changed.name} needs a key for {changed.origin}. The one for {profile.origin} stays where"
                " it is, and is not sent to the new address.",
                title="Another address, another key",
                severity="warning",
            )
        return changed

    async def remove(self, profile: Profile) -> bool:
        """Ask, ask apart about the stored key, and take the profile out; False when it stays."""
        book = self._desk.book
        sharing = book.sharing_key(profile)
        body = self._what_goes(profile, sharing)
        if not await self._ask(ConfirmDialog(f"Remove profile {profile.name}", body, yes="remove")):
            return False
        removed = ""
        if not sharing and _store_of(profile) is not None and await self._ask(_key_question(profile)):
            if not await self._is_unlocked(profile):
                return False
            stores = await book.remove_key(profile)
            removed = f" and its key ({', '.join(STORE_TITLES[one] for one in stores) or 'none was there'})"
        book.remove(profile)
        self._shell.tell(f"Removed the profile {profile.name}{removed}. {REVOKING}")
        return True

    async def _is_unlocked(self, profile: Profile) -> bool:
        store = _store_of(profile)
        if store is None or not await self._desk.keys.wants_passphrase(store):
            return True
        why = [f"The key for {profile.origin} is in it."]
        is_open = await self._ask(UnlockDialog(self._desk.keys.unlock, why))
        return is_open is True

    def _what_goes(self, profile: Profile, sharing: tuple[str, ...]) -> list[Styled]:
        lines: list[Styled] = [
            (
                Span("Goes: "),
                Span(f"[profiles.{profile.name}]", "title"),
                Span(f" of {self._desk.book.path}"),
            ),
            Span(f"{profile.base_url} · {profile.team_id or 'personal wallet'}", "dim"),
            "Pods and runs of that wallet go on, and cost.",
        ]
        if sharing:
            lines.append(f"Its key stays: {', '.join(sharing)} uses it too.")
        elif _store_of(profile) is not None:
            lines.append("Its stored key is asked about next.")
        elif profile.store is StoreName.COMMAND:
            lines.append("The command that prints its key is left alone.")
        return [*lines, REVOKING]

    async def _ask(self, dialog: Screen[Answer]) -> Answer:
        return await self._app.push_screen_wait(dialog)


def _store_of(profile: Profile) -> StoreName | None:
    """Where a key of the profile is kept by us."""
    return None if profile.store is StoreName.COMMAND else profile.store


def _key_question(profile: Profile) -> ConfirmDialog:
    store = _store_of(profile)
    where = "" if store is None else STORE_TITLES[store]
    body: list[Styled] = [
        (Span("The key of "), Span(profile.account, "title"), Span(f" for {profile.origin}")),
        f"is kept in: {where}.",
        REVOKING,
    ]
    return ConfirmDialog("Remove its stored key too", body, yes="remove it", no="leave it")
