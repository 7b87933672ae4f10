"""The fields that say where a key goes and whose wallet is meant."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.ui.render.styled import Styled
from prime_tui.ui.screens.sign_in.asking_dialog import AskingDialog, field, text_input

Result = TypeVar("Result")
WANTED = "The inference URL is wanted too: the same key is sent there."


class Addresses(NamedTuple):
    """What stands in the fields, without outer blanks."""

    base_url: str
    inference_url: str
    team: str


class AddressesDialog(AskingDialog[Result]):
    """Base: an inference address belongs to its base address, and goes when that is changed."""

    def __init__(self, title: str, body: list[Styled], known: Addresses) -> None:
        super().__init__(title, body)
        self._known = known
        self._base_url = known.base_url

    def address_fields(self) -> list[Widget]:
        """The three fields."""
        known = self._known
        return [
            field("base URL", text_input(known.base_url, id="base")),
            field("inference URL", text_input(known.inference_url, id="inference")),
            field("team", text_input(known.team, id="team", placeholder="your own wallet")),
        ]

    def addresses(self) -> Addresses:
        """What stands there now."""
        names = ("base", "inference", "team")
        return Addresses(*(self.query_one(f"#{name}", Input).value.strip() for name in names))

    def base_changed(self) -> None:
        """Another base address is being typed."""

    @on(Input.Changed, "#base")
    def _other_address(self, event: Input.Changed) -> None:
        if event.value.strip() == self._base_url:
            return
        self._base_url = event.value.strip()
        inference = self.query_one("#inference", Input)
        if self._base_url == self._known.base_url and not inference.value:
            inference.value = self._known.inference_url
        elif inference.value == self._known.inference_url:
            inference.value = ""
            inference.placeholder = "that address's inference API, with its whole path"
        self.base_changed()
