"""Alerts as lines of a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from prime_tui.domain.alerts import Alert, Urgency
from prime_tui.ui.render.styled import Role, Span, Styled, clip

NAME_CELLS = 40


def alert_lines(alerts: Sequence[Alert]) -> list[Styled]:
    """Return what needs a person and the key that helps, or that nothing does."""
    if not alerts:
        return [Span("Nothing needs you now.", "dim")]
    lines: list[Styled] = []
    for alert in alerts:
        role: Role = "bad" if alert.urgency >= Urgency.CRITICAL else "warn"
        about = f"{clip(alert.about, NAME_CELLS)}: " if alert.about else ""
        lines.append((Span("▲ ", role), Span(f"{about}{alert.text}")))
        if alert.hint:
            lines.append(Span(f"  {alert.hint}", "dim"))
    return lines
