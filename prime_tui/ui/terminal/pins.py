"""Which Textual this package is made for, and the private names of it that it leans on.

With another version everything here switches itself off and the program runs as the toolkit paints.
"""

from functools import lru_cache
from operator import attrgetter
from pathlib import Path

import textual
from textual import _compositor, app, cache, screen, strip
from textual._styles_cache import StylesCache
from textual.drivers import _writer_thread, linux_driver

TESTED_VERSION = "8.2.8"

# Classes and the names that must be there; what only instances have is checked by using it in tests.
PRIVATE_NAMES: dict[type, tuple[str, ...]] = {
    app.App: (
        "_background_screens",
        "_close_messages_no_wait",
        "_display",
        "_fatal_error",
        "_handle_exception",
        "_print_error_renderables",
        "_refresh_notifications",
        "get_driver_class",
        "post_display_hook",
    ),
    screen.Screen: ("_compositor_refresh", "_on_timer_update", "_set_dirty", "_update_timer"),
    linux_driver.LinuxDriver: (
        "_sigcont_application",
        "_sigtstp_application",
        "close",
        "disable_input",
        "process_message",
        "run_input_thread",
        "start_application_mode",
        "stop_application_mode",
        "suspend_application_mode",
        "write",
    ),
    _writer_thread.WriterThread: ("run", "stop", "write"),
    StylesCache: ("get_inner_outer",),
    _compositor.Compositor: ("_regions_to_spans", "cuts", "render_partial_update", "visible_widgets"),
    _compositor.LayoutUpdate: ("render_segments",),
    _compositor.ChopsUpdate: ("render_segments",),
    strip.Strip: (
        "_cell_count",
        "_cell_length",
        "_link_ids",
        "_render_cache",
        "_segments",
        "render_ansi",
    ),
    cache.FIFOCache: ("_maxsize",),
}


@lru_cache(maxsize=1)
def installed_version() -> str:
    """The version of Textual that is installed.

    Looks for the directory that an installer writes first: reading metadata imports an email parser.
    """
    site = Path(textual.__file__).parents[1]
    if (site / f"textual-{TESTED_VERSION}.dist-info").is_dir():
        return TESTED_VERSION
    from importlib import metadata

    return metadata.version("textual")


def missing_names() -> list[str]:
    """Private names that are gone, as `Class.name`."""
    return [
        f"{owner.__name__}.{name}"
        for owner, names in PRIVATE_NAMES.items()
        for name in names
        if not _has(owner, name)
    ]


def unfit_reason() -> str | None:
    """Why the private names must be left alone, as a sentence, or None when this is the tested version."""
    version = installed_version()
    if version != TESTED_VERSION:
        return f"Textual {version} is installed, {TESTED_VERSION} is what this was tested with."
    gone = missing_names()
    return f"Textual has no {', '.join(gone)}." if gone else None


def _has(owner: type, name: str) -> bool:
    try:
        attrgetter(name)(owner)
    except AttributeError:
        return False
    return True
