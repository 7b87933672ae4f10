"""The views of the screen, and which keys mean something in which."""

from __future__ import annotations

from enum import StrEnum

from prime_tui.ui.render.footer import KeyHint


class View(StrEnum):
    """What fills the middle; the values are the ids of the panes."""

    LIVE = "live"
    PAST = "past"
    LOG = "log"
    OFFERS = "offers"
    ORDER = "order"


LISTS = frozenset({View.LIVE, View.PAST, View.OFFERS})
# Where each action means something; actions that are not named are everywhere.
VIEWS_OF: dict[str, frozenset[View]] = {
    "end": frozenset({View.LIVE}),
    "open_shell": frozenset({View.LIVE, View.LOG}),
    "open_log": frozenset({View.LIVE}),
    "open_page": frozenset({View.LIVE, View.PAST}),
    "copy_part": frozenset({View.LIVE, View.PAST}),
    "show_everyone": frozenset({View.LIVE, View.PAST}),
    "order": frozenset({View.LIVE, View.OFFERS}),
    "show_offers": LISTS,
    "show_past": LISTS,
    "open_filter": LISTS,
    "sort_next": LISTS,
    "reverse_sort": LISTS,
    "turn_stock": frozenset({View.OFFERS}),
    "turn_nodes": frozenset({View.OFFERS}),
    "turn_count": frozenset({View.OFFERS}),
}

# The pods' own keys depend on the pod, the others only on the view.
HINTS_OF: dict[View, tuple[KeyHint, ...]] = {
    View.PAST: (
        KeyHint("esc", "back"),
        KeyHint("enter", "details"),
        KeyHint("/", "filter"),
        KeyHint("S", "sort"),
        KeyHint("y", "copy"),
        KeyHint("w", "wallets"),
    ),
    View.LOG: (KeyHint("esc", "back"), KeyHint("G", "follow"), KeyHint("s", "ssh"), KeyHint("r", "read now")),
    View.OFFERS: (
        KeyHint("esc", "back"),
        KeyHint("/", "filter"),
        KeyHint("S", "sort"),
        KeyHint("[ ]", "GPUs"),
        KeyHint("i", "stock"),
        KeyHint("m", "clusters"),
    ),
    View.ORDER: (KeyHint("enter", "check"), KeyHint("↑↓", "field"), KeyHint("esc", "back")),
}
