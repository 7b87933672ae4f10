"""What is written of a profile: name, addresses, team, colour, read-only. Nothing secret."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.accounts.profile_book import ProfileDraft
from prime_tui.config.schema import COLOURS
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.sign_in.addresses import WANTED, Addresses, AddressesDialog
from prime_tui.ui.screens.sign_in.asking_dialog import field, text_input
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.cycle import Cycle

BY_NAME = "by its name"
MAY_CHANGE, READ_ONLY = "no", "yes: refuse every change"


class ProfileForm(AddressesDialog[Profile]):
    """Asks, writes, and closes with the profile as it is written; None when the person left.

    Args:
        draft: What the fields begin with; without a name it is a new profile.
        write: Writes the draft down; raises PrimeError in words.
    """

    def __init__(self, draft: ProfileDraft, write: Callable[[ProfileDraft], Profile]) -> None:
        title = f"Profile {draft.name}" if draft.name else "New profile"
        super().__init__(title, _body(draft), Addresses(draft.base_url, draft.inference_url, draft.team))
        self._draft = draft
        self._write = write

    def fields(self) -> list[Widget]:
        """The name is given once."""
        name = text_input("", id="name", placeholder="letters, digits, _ and -")
        colours, flags = (BY_NAME, *COLOURS), (MAY_CHANGE, READ_ONLY)
        return [
            *([] if self._draft.name else [field("name", name)]),
            *self.address_fields(),
            field("colour", _cycle("colour", colours, self._draft.colour)),
            field("read-only", _cycle("read-only", flags, READ_ONLY if self._draft.is_read_only else "")),
        ]

    def choices(self) -> list[Choice]:
        """Leave or write."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "write it", id="yes")]

    def base_changed(self) -> None:
        """A stored key does not follow to another address."""
        if self._draft.name:
            self.say(Span("Another address needs a key of its own.", "warn"))

    @on(Cycle.Submitted)
    def _entered(self) -> None:
        self.submit()

    def submit(self) -> None:
        """Write what was said."""
        said = self.addresses()
        draft = ProfileDraft(
            self._draft.name or self.query_one("#name", Input).value.strip(),
            *said,
            colour=self.query_one("#colour", Cycle).value.replace(BY_NAME, ""),
            is_read_only=self.query_one("#read-only", Cycle).value == READ_ONLY,
        )
        if not said.inference_url:
            self.complain(WANTED, "#inference")
            return
        try:
            profile = self._write(draft)
        except PrimeError as error:
            self.complain(str(error), "#base" if self._draft.name else "#name")
        else:
            self.dismiss(profile)


def _cycle(name: str, values: tuple[str, ...], value: str) -> Cycle:
    cycle = Cycle("", id=name)
    cycle.values = values
    cycle.position = values.index(value) if value in values else 0
    return cycle


def _body(draft: ProfileDraft) -> list[Styled]:
    key = "its key stays as it is" if draft.name else "its key is asked for next"
    return [Span(f"Goes into config.toml; {key}.", "dim"), ""]
