"""Pasting a key: where it goes is in view, and whose it is is asked before it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from textual.widget import Widget

from prime_tui.domain.account import Account
from prime_tui.domain.credentials import key_from_text
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.sign_in.addresses import WANTED, Addresses, AddressesDialog
from prime_tui.ui.screens.sign_in.asking_dialog import field
from prime_tui.ui.widgets.secret_input import SecretInput

Describe = Callable[[str, str, str], Profile]
Check = Callable[[Profile, Secret], Awaitable[Account | None]]


class Offer(NamedTuple):
    """A key that the service knows, and what it is for.

    Attributes:
        account: None when the service cannot say whose it is.
    """

    profile: Profile
    key: Secret
    account: Account | None


class KeyDialog(AddressesDialog[Offer]):
    """Key, addresses and team.

    Args:
        profile: What the fields begin with.
        describe: Makes a profile of base URL, inference URL and team.
        check: Asks the service whose key it is.
    """

    def __init__(self, profile: Profile, describe: Describe, check: Check) -> None:
        known = Addresses(profile.base_url, profile.inference_url, profile.team_id or "")
        super().__init__(f"Sign in · {profile.name}", _body(profile), known)
        self._describe = describe
        self._check = check

    def fields(self) -> list[Widget]:
        """The key first: the rest is there already."""
        entry = SecretInput(id="key", is_key=True, placeholder="paste it here; it is not shown")
        return [field("API key", entry), *self.address_fields()]

    def base_changed(self) -> None:
        """A key belongs to the address that it was pasted for."""
        key = self.query_one(SecretInput)
        if key.value:
            key.clear()
            self.say(Span("Another address: paste the key that belongs to it.", "warn"))

    def submit(self) -> None:
        """Check what was typed, then ask the service."""
        said = self.addresses()
        secret = self.query_one(SecretInput)
        if not secret.value:
            self.complain("Paste the API key first.", "#key")
            return
        if not said.inference_url:
            self.complain(WANTED, "#inference")
            return
        try:
            key = key_from_text(secret.take().reveal())
            profile = self._describe(*said)
        except PrimeError as error:
            self.complain(str(error), "#key")
            return
        self.wait_for(self._asked(profile, key), f"Asking {profile.origin} whose key it is…", "#key")

    async def _asked(self, profile: Profile, key: Secret) -> Offer:
        return Offer(profile, key, await self._check(profile, key))


def _body(profile: Profile) -> list[Styled]:
    lines: list[Styled] = [
        "The key goes to the two addresses below and nowhere else.",
        Span("Keys are made on https://app.primeintellect.ai under Settings, API Keys.", "dim"),
    ]
    if not profile.may_use_stored_key:
        source = profile.sources.get("base_url", "the environment")
        lines.append(
            Span(f"▲ An address comes from {source}: a key for it lasts for this session only.", "warn")
        )
    return [*lines, ""]
