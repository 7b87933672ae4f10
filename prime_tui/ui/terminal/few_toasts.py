"""A few toasts at once, however much is told: they must not cover what they are about."""

from typing import Final

from textual.notifications import Notification, Notify

from prime_tui.ui.terminal.pins import unfit_reason
from prime_tui.ui.terminal.quiet_app import QuietApp, ReturnType

MOST_SHOWN = 3
URGENCY: Final = ("information", "warning", "error")


class FewToasts(QuietApp[ReturnType]):
    """Shows the most urgent toasts, of equal ones the newest, and counts the others in one more."""

    SUMMARY = "{count} more"

    def __init__(self) -> None:
        super().__init__()
        self._summary: Notification | None = None
        self._summed = 0

    def on_notify(self, event: Notify) -> None:
        """Show it, unless all that is shown is more urgent."""
        if unfit_reason() is not None:
            return
        event.prevent_default()
        summary = next((one for one in self._notifications if one is self._summary), None)
        single = [*(one for one in self._notifications if one is not summary), event.notification]
        room = MOST_SHOWN if summary is None and len(single) <= MOST_SHOWN else MOST_SHOWN - 1
        shown = sorted(single, key=_urgency)[-room:]
        hidden = [one for one in single if one not in shown]
        if event.notification in shown:
            self._notifications.add(event.notification)
        if hidden:
            self._sum_up(hidden, summary)
        self._refresh_notifications()

    def _sum_up(self, hidden: list[Notification], before: Notification | None) -> None:
        self._summed = len(hidden) + (0 if before is None else self._summed)
        for one in hidden if before is None else (*hidden, before):
            del self._notifications[one]
        loudest = max(hidden if before is None else (*hidden, before), key=_urgency)
        self._summary = Notification(
            self.SUMMARY.format(count=self._summed), severity=loudest.severity, timeout=hidden[-1].timeout
        )
        self._notifications.add(self._summary)


def _urgency(notification: Notification) -> int:
    return URGENCY.index(notification.severity)
