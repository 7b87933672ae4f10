"""What must be settled before the first `import textual`: it reads the environment while it is imported.

Nothing here imports Textual.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import IO

# Few frames and no animation: over a slow link each of them is paid for.
DEFAULTS = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
# A log or a developer's console of the toolkit would hold what is on the screen and what is typed.
FORBIDDEN = (
    "TEXTUAL",
    "TEXTUAL_DEBUG",
    "TEXTUAL_DEVTOOLS_HOST",
    "TEXTUAL_DEVTOOLS_PORT",
    "TEXTUAL_DRIVER",
    "TEXTUAL_LOG",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
    "TEXTUAL_SCREENSHOT_FILENAME",
    "TEXTUAL_SCREENSHOT_LOCATION",
    "TEXTUAL_SHOW_RETURN",
)
# Terminals that fill what they erase of a line with the background that is set and can erase a number of
# cells (`ech` of their terminfo, and `bce`, which says more: xterm-kitty lacks it because of how it scrolls).
# Reading terminfo itself would cost a library; multiplexers name themselves.
BACKGROUND_ERASERS = (
    "xterm",
    "rxvt",
    "linux",
    "konsole",
    "vte",
    "alacritty",
    "foot",
    "st-",
    "wezterm",
    "iterm2",
)
SCREEN = "STY"  # GNU Screen erases to black, whatever TERM was set to within it
COLOURLESS_THEME = "ansi-dark"


def prepare(environ: MutableMapping[str, str] | None = None, *, is_dev: bool = False) -> None:
    """Set the quiet defaults, remove what would leak, and make sure that the terminal is written in UTF-8.

    What the user has set stays. With NO_COLOR the toolkit has to start in a palette theme, or it sends greys.

    Args:
        environ: The process's own, if none is given.
        is_dev: Leave the toolkit's log and console alone: a developer wants them.
    """
    environ = os.environ if environ is None else environ
    for name in () if is_dev else FORBIDDEN:
        environ.pop(name, None)
    for name, value in DEFAULTS.items():
        environ.setdefault(name, value)
    if "NO_COLOR" in environ:
        environ["TEXTUAL_THEME"] = COLOURLESS_THEME
    write_utf8(sys.__stderr__)


def write_utf8(stream: IO[str] | None) -> None:
    """Switch a text stream to UTF-8: another encoding would turn each line of a frame into noise."""
    encoding = getattr(stream, "encoding", None) or ""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and encoding.lower().replace("-", "") != "utf8":
        reconfigure(encoding="utf-8", errors="replace")


def erases_to_background(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the terminal says it is one that fills what it erases with the background that is set."""
    environ = os.environ if environ is None else environ
    return environ.get("TERM", "").startswith(BACKGROUND_ERASERS) and SCREEN not in environ


def unfit_reason(environ: MutableMapping[str, str] | None = None) -> str | None:
    """Why a full-screen program cannot run here, as a sentence, or None when it can."""
    environ = os.environ if environ is None else environ
    if not os.isatty(0):
        return "The input is not a terminal."
    if not os.isatty(1):
        return "The output is not a terminal."
    if not os.isatty(2):
        return "The error stream is not a terminal; the screen is drawn there."
    if environ.get("TERM") == "dumb":
        return "TERM is dumb: this terminal cannot move its cursor."
    return None
