"""What changes on a screen is seen through everything that lies over it.

The toolkit draws the top screen anew where one below it changed. A dialog between the two keeps what it drew
of the lower one: under two dialogs a clock stands still, and old numbers look fresh.
"""

# ruff: noqa: SLF001 - the private names are pinned in pins.py

from functools import lru_cache
from typing import Any

from textual.screen import Screen


@lru_cache(maxsize=1)
def see_through() -> None:
    """Let every screen of this process that changes tell all that lie over it."""
    toolkits = Screen._compositor_refresh

    def refresh(screen: Screen[Any]) -> None:
        dirty = screen._compositor._dirty_regions
        if dirty and screen is not screen.app.screen:  # the top one is nearly all that is ever painted
            background = screen.app._background_screens
            for over in background[background.index(screen) + 1 :] if screen in background else ():
                over._set_dirty(*dirty)
        toolkits(screen)

    setattr(Screen, "_compositor_refresh", refresh)  # noqa: B010
