"""Asking once before a key goes to an inference API that is not at the address it was given for."""

from __future__ import annotations

from prime_tui.domain.errors import StorageError
from prime_tui.domain.profiles import Profile
from prime_tui.store.selectors.chat import awaits_consent
from prime_tui.store.slice import Topic
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.widgets.dialog import ConfirmDialog


class ConsentQuestion:
    """Asks by itself the first time that the chat of a profile is in view, and later when it is wanted."""

    def __init__(self, screen: PrimeScreen) -> None:
        self._screen = screen
        self._asked: set[tuple[str, str]] = set()

    def ask_once(self) -> None:
        """Ask, unless it was asked in this session, or there is a more urgent question first."""
        desk = self._screen.monitor.desk
        if desk is None or self._screen.engine is None or not self._screen.is_current:
            return
        profile = desk.profile
        is_asked = (profile.name, profile.inference_origin) in self._asked
        if not is_asked and awaits_consent(self._screen.store):
            self.ask()

    def ask(self) -> None:
        """Ask; the default sends nothing."""
        desk = self._screen.monitor.desk
        if desk is None:
            return
        profile = desk.profile
        self._asked.add((profile.name, profile.inference_origin))

        def answered(agrees: bool | None) -> None:
            if agrees:
                self._agree(profile)

        dialog = ConfirmDialog(
            "Send the key to another address?", _body(profile), yes="send it there", no="keep it here"
        )
        self._screen.app.push_screen(dialog, answered)

    def _agree(self, profile: Profile) -> None:
        desk, engine = self._screen.monitor.desk, self._screen.engine
        if desk is None or desk.profile.name != profile.name:
            return
        try:
            desk.consent.give(profile)
        except StorageError as error:
            self._screen.monitor.tell(f"It holds for this session only. {error}", severity="warning")
        self._screen.store.change_session(unagreed_origin="")
        if engine is not None:
            engine.read_topic(Topic.MODELS)


def _body(profile: Profile) -> list[Styled]:
    return [
        (Span("The key of profile "), Span(profile.name, "title"), Span(" was given for")),
        Span(f"  {profile.origin}", "title"),
        "The chat would send it to",
        Span(f"  {profile.inference_origin}", "warn"),
        "Whoever runs that can use the key, and spend from the wallet.",
        Span("Asked once for this profile and these addresses.", "dim"),
    ]
