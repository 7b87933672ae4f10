"""What a screen may use of the app: screens know this, not the app."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

from prime_tui.domain.clock import Clock
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.persistence.paths import Paths
from prime_tui.store.store import Store
from prime_tui.ui.heartbeat import Heartbeat
from prime_tui.ui.strip_facts import StripModel

if TYPE_CHECKING:
    from textual.widget import Widget

    from prime_tui.accounts.desk import AccountDesk
    from prime_tui.sync.engine import Engine


class Shell(Protocol):
    """The app as its screens see it."""

    store: Store
    clock: Clock
    paths: Paths
    strip: StripModel
    desk: AccountDesk | None
    """Where one signs in; None where there is one key, given from outside."""

    engine: Engine | None
    """The readers and actions; None for the first moments."""

    heartbeat: Heartbeat
    holding: dict[str, str]
    """What quitting now would lose for good, in words, by who put it there."""

    @property
    def base_screen(self) -> object:
        """The screen of the present mode, whether or not a dialog covers it."""
        ...

    def paint_at_once(self, widget: Widget) -> bool:
        """Send what a widget shows now to the terminal; False where it has to ask for a refresh."""
        ...

    async def use_profile(self, profile: Profile, account_id: UserId | None = None) -> None:
        """Watch another wallet, or the same one with another key: nothing of the old one stays in view."""
        ...

    def tell(self, text: str, *, title: str = "", severity: str = "information") -> None:
        """Show a toast; the text is literal."""
        ...

    def copy(self, text: str, what: str) -> None:
        """Send text to the terminal's clipboard."""
        ...

    def act(self, work: Awaitable[object], name: str) -> None:
        """Run an action to its end, whatever screen is shown meanwhile."""
        ...
