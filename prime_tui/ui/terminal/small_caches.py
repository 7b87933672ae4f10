"""The toolkit's caches, as small as one screen needs them.

Each is bounded, but so widely that all of them together take weeks and megabytes to fill: every size that the
terminal ever had, every text that was ever on a line leaves something there.
"""

from functools import lru_cache
from typing import Any

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
    Strip: {"render_ansi": STYLES},
}


@lru_cache(maxsize=1)
def bound_caches() -> None:
    """Make the caches of this process small."""
    for owner, names in BOUNDS.items():
        for name, most in names.items():
            cached = vars(owner)[name]
            if isinstance(cached, classmethod):
                setattr(owner, name, classmethod(_cached(cached.__func__, most)))
            else:
                setattr(owner, name, _cached(cached, most))
    # Removed widgets would live on in this one, which is keyed by them (Textualize/textual#6665).
    inner_outer = _cached(vars(StylesCache)["get_inner_outer"], STYLES)
    setattr(StylesCache, "get_inner_outer", classmethod(inner_outer))  # noqa: B010


def _cached(cached: Any, most: int) -> Any:  # noqa: ANN401 - what lru_cache made, whatever it stands for
    return lru_cache(most)(cached.__wrapped__)
