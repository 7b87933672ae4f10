"""An input for keys and passphrases: it shows dots, gives nothing back to the terminal, and forgets."""

from __future__ import annotations

import re

from textual import events
from textual.actions import SkipAction
from textual.message import Message
from textual.widgets import Input

from prime_tui.domain.secret import Secret

KEY_CHARACTERS = r"[!-~]*"
LONGEST_KEY, LONGEST_PASSPHRASE = 512, 1024


class SecretInput(Input):
    """Masked. Nothing can be copied or cut out of it, nothing is suggested, and `take` empties it.

    Args:
        is_key: Take only what an API key can consist of; else it is a passphrase.
    """

    ALLOW_SELECT = False

    class Refused(Message):
        """Something was typed or pasted that cannot be part of the secret; nothing of it was taken.

        Attributes:
            why: A sentence that repeats nothing of it.
        """

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, *, id: str, is_key: bool, placeholder: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(
            id=id,
            password=True,
            compact=True,
            select_on_focus=False,
            placeholder=placeholder,
            restrict=KEY_CHARACTERS if is_key else None,
            max_length=LONGEST_KEY if is_key else LONGEST_PASSPHRASE,
        )
        self.cursor_blink = False
        self._is_key = is_key
        self._is_submitted = False

    def resume(self) -> None:
        """Take keys again, after a submission was dealt with."""
        self._is_submitted = False

    async def on_key(self, event: events.Key) -> None:
        """Submit what is there when enter comes: what is typed until that is dealt with is no part of it."""
        if event.key != "enter" and not self._is_submitted:
            return
        event.stop()
        event.prevent_default()
        if not self._is_submitted:
            self._is_submitted = True
            await self.action_submit()

    def take(self) -> Secret:
        """Return what was typed and forget it."""
        secret = Secret(self.value)
        self.value = ""
        return secret

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste as a whole or not at all; a line end at its end is no part of it."""
        event.stop()
        event.prevent_default()
        text = event.text.strip() if self._is_key else event.text.strip("\r\n")
        why = self._why_not(text)
        if why:
            self.post_message(self.Refused(why))
            return
        start, end = sorted(self.selection)
        self.replace(text, start, end)

    def _why_not(self, text: str) -> str:
        if self._is_key and not re.fullmatch(KEY_CHARACTERS, text):
            return "What was pasted is no API key: it has blanks, line ends or letters outside ASCII."
        if not self._is_key and not text.isprintable():
            return "What was pasted is more than one line, or has characters that cannot be typed."
        if len(self.value) + len(text) > (self.max_length or 0):
            return "What was pasted is too long."
        return ""

    def restricted(self) -> None:
        """Say that a character was refused, without saying which."""
        self.post_message(self.Refused("An API key has no blanks and no letters outside ASCII."))

    def action_copy(self) -> None:
        """Give nothing away."""
        raise SkipAction

    def action_cut(self) -> None:
        """Give nothing away."""
        raise SkipAction

    def action_paste(self) -> None:
        """Take nothing from the program's own clipboard: the terminal pastes."""
        raise SkipAction
