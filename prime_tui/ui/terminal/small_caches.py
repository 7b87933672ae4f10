"""The toolkit's caches, as small as one screen needs them.

Each is bounded, but so widely that all of them together take weeks and megabytes to fill: every size that the
terminal ever had, every text that was ever on a line leaves something there.
"""

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.css.scalar import Scalar
from textual.geometry import Region
from textual.strip import Strip

PLACES = 512
"""What is worked out of a region: a layout asks for the same few hundred again and again."""
STYLES = 1024
BOUNDS: dict[type, dict[str, int]] = {
    Region: dict.fromkeys(("__contains__", "grow", "intersection", "shrink", "union"), PLACES),
    Scalar: {"resolve": PLACES},
    Segment: {"_split_cells": PLACES},
    Strip: {"render_ansi": STYLES},
}


@lru_cache(maxsize=1)
def bound_caches() -> None:
    """Make the caches of this process small."""
    for owner, names in BOUNDS.items():
        for name, most in names.items():
            found = vars(owner).get(name)
            uncached = getattr(getattr(found, "__func__", found), "__wrapped__", None)
            if uncached is not None:  # rich comes in more than one version
                small: Any = lru_cache(most)(uncached)
                setattr(owner, name, classmethod(small) if isinstance(found, classmethod) else small)
    # Removed widgets would live on in this one, which is keyed by them (Textualize/textual#6665).
    inner_outer: Any = lru_cache(STYLES)(vars(StylesCache)["get_inner_outer"].__wrapped__)
    setattr(StylesCache, "get_inner_outer", classmethod(inner_outer))  # noqa: B010
