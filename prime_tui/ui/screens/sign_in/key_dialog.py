"""Pasting a key: where it goes is in view, and whose it is is asked before it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.account import Account
from prime_tui.domain.credentials import key_from_text
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.sign_in.asking_dialog import AskingDialog, field, text_input
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


class KeyDialog(AskingDialog[Offer]):
    """Key, addresses and team.

    Args:
        profile: What the fields begin with.
        describe: Makes a profile of base URL, inference URL and team.
        check: Asks the service whose key it is.
    """

    def __init__(self, profile: Profile, describe: Describe, check: Check) -> None:
        super().__init__(f"Sign in · {profile.name}", _body(profile))
        self._profile = profile
        self._describe = describe
        self._check = check
        self._base_url = profile.base_url

    def fields(self) -> list[Widget]:
        """The key first: the rest is there already."""
        profile = self._profile
        return [
            field(
                "API key", SecretInput(id="key", is_key=True, placeholder="paste it here; it is not shown")
            ),
            field("base URL", text_input(profile.base_url, id="base")),
            field("inference URL", text_input(profile.inference_url, id="inference")),
            field("team", text_input(profile.team_id or "", id="team", placeholder="your own wallet")),
        ]

    @on(Input.Changed, "#base")
    def _other_address(self, event: Input.Changed) -> None:
        """A key belongs to the address that it was pasted for, and so does the inference address."""
        if event.value.strip() == self._base_url:
            return
        self._base_url = event.value.strip()
        key, inference = self.query_one(SecretInput), self.query_one("#inference", Input)
        if key.value:
            key.clear()
            self.say(Span("Another address: paste the key that belongs to it.", "warn"))
        if inference.value == self._profile.inference_url:
            inference.value = ""
            inference.placeholder = "that address's inference API, with its whole path"

    def submit(self) -> None:
        """Check what was typed, then ask the service."""
        base, inference, team = (
            self.query_one(f"#{name}", Input).value.strip() for name in ("base", "inference", "team")
        )
        secret = self.query_one(SecretInput)
        if not secret.value:
            self.complain("Paste the API key first.", "#key")
            return
        if not inference:
            self.complain("The inference URL is wanted too: the same key is sent there.", "#inference")
            return
        try:
            key = key_from_text(secret.take().reveal())
            profile = self._describe(base, inference, team)
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
