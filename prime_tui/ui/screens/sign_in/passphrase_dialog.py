"""The passphrase of the encrypted file: typed once to unlock it, twice for a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.widget import Widget

from prime_tui.domain.secret import Secret
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.sign_in.asking_dialog import AskingDialog, field
from prime_tui.ui.widgets.secret_input import SecretInput

GOOD_PASSPHRASE = 12


class UnlockDialog(AskingDialog[bool]):
    """Unlocks the file; True when it is open, None when the person left.

    Args:
        unlock: Tries a passphrase; raises StoreTrouble, in words, when it is wrong.
    """

    def __init__(self, unlock: Callable[[Secret], Awaitable[None]], body: Sequence[Styled] = ()) -> None:
        super().__init__(
            "Unlock the encrypted file", [*body, "Its passphrase opens it for this session.", ""]
        )
        self._unlock = unlock

    def fields(self) -> list[Widget]:
        """One."""
        return [field("passphrase", SecretInput(id="first", is_key=False))]

    def submit(self) -> None:
        """Try it; deriving a key from it takes a moment."""
        self.wait_for(self._try(self.query_one(SecretInput).take()), "Unlocking…", "#first")

    async def _try(self, passphrase: Secret) -> bool:
        await self._unlock(passphrase)
        return True


class NewPassphraseDialog(AskingDialog[Secret]):
    """Asks for the passphrase of a new file, twice; a short one is taken when it is insisted on."""

    def __init__(self) -> None:
        body = [
            "The key is encrypted with a passphrase, which is asked for at each start.",
            "Nobody can recover it. Without it, sign in anew.",
            "",
        ]
        super().__init__("A new encrypted file", body)
        self._short: Secret | None = None

    def fields(self) -> list[Widget]:
        """The same twice."""
        return [
            field("passphrase", SecretInput(id="first", is_key=False)),
            field("again", SecretInput(id="second", is_key=False)),
        ]

    def submit(self) -> None:
        """Compare the two."""
        first, second = self.query_one("#first", SecretInput), self.query_one("#second", SecretInput)
        if first.value and not second.value:
            second.focus()
            return
        one, other = first.take(), second.take()
        if not one or one != other:
            self.complain("The two differ. Type them again." if one else "Type a passphrase.", "#first")
        elif len(one.reveal()) < GOOD_PASSPHRASE and one != self._short:
            self._short = one
            self.say(
                Span(f"That is short: {GOOD_PASSPHRASE} or more are better. Again the same takes it.", "warn")
            )
            first.focus()
        else:
            self.dismiss(one)
