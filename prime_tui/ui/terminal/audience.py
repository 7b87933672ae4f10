"""Whether anybody looks at the terminal."""

from __future__ import annotations

from collections.abc import Callable


class Audience:
    """Nobody looks while the terminal lost the focus, or while nobody is attached to the tmux session.

    Args:
        changed: Told whether everybody went away now, or somebody came back.
    """

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self._has_focus = self._is_attached = True
        self.is_away = False

    def focus(self, has_focus: bool) -> None:
        """The terminal got or lost the focus."""
        self._has_focus = has_focus
        self._tell()

    def attach(self, is_attached: bool) -> None:
        """What tmux says."""
        self._is_attached = is_attached
        self._tell()

    def act(self) -> None:
        """Somebody pressed a key, whatever the terminal says."""
        self._has_focus = self._is_attached = True
        self._tell()

    def _tell(self) -> None:
        is_away = not (self._has_focus and self._is_attached)
        if is_away != self.is_away:
            self.is_away = is_away
            self._changed(is_away)
