"""What the program tells in passing, kept to be read again."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.notifications import Notify

from prime_tui.domain.clock import Clock
from prime_tui.ui.render.told_lines import Told, told_lines
from prime_tui.ui.terminal.few_toasts import FewToasts
from prime_tui.ui.widgets.dialog import MessageDialog

TOASTS_CSS = "Toast { padding: 0 1; } ToastRack { overflow-y: hidden; }"
"""Room kept for a scrollbar would let a toast wrap into one more line than there is room for."""
TOAST_S = 8.0
MOST_KEPT = 200


class TellingApp(FewToasts[None]):
    """An app whose toasts are not lost when they are gone."""

    clock: Clock
    SUMMARY = "{count} more: ! (f5) lists all messages"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("exclamation_mark,f5", "list_messages", "All messages of this session", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._told: deque[Told] = deque(maxlen=MOST_KEPT)

    def on_notify(self, event: Notify) -> None:
        """Keep it; whether there is room to show it is another matter."""
        one = event.notification
        self._told.append(Told(self.clock.now(), one.title, one.message, one.severity))

    def tell(self, text: str, *, title: str = "", severity: str = "information") -> None:
        """Show a toast; the text is literal."""
        self.notify(text, title=title, severity=severity, timeout=TOAST_S, markup=False)  # type: ignore[arg-type]

    def action_list_messages(self) -> None:
        """List what was told, the newest first, the toasts among it."""
        self.clear_notifications()
        self.push_screen(MessageDialog("Messages", told_lines(reversed(self._told), self.clock.now())))
