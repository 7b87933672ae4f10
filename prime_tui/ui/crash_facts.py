"""What the app was at, for a report of a crash: names of ours and sizes, nothing that is shown."""

from __future__ import annotations

from collections.abc import Mapping

from prime_tui.ui.terminal.quiet_app import QuietApp


def crash_facts(app: QuietApp[None]) -> Mapping[str, str]:
    """Return screens, size and state of the painting."""
    focused = app.focused
    return {
        "screen": " > ".join([app.current_mode, *(type(one).__name__ for one in app.screen_stack)]),
        "focus": "nothing" if focused is None else type(focused).__name__,
        "size": f"{app.size.width}×{app.size.height}",
        "colours": f"{app.console.color_system or 'none'}, theme {app.theme}",
        "painting": app.frame_diff_off_reason or "differences",
    }
