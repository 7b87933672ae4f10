"""Pods as table rows and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prime_tui.domain.pods import PastPod, Pod, PodState
from prime_tui.domain.remote import Listing
from prime_tui.domain.units import UNKNOWN, age, amount, count, gpu, moment, span, usd, usd_per_h
from prime_tui.domain.views import Ending, EndingPhase, PodTotals, PodView
from prime_tui.ui.render.glyphs import bar
from prime_tui.ui.render.rows import Column, Row
from prime_tui.ui.render.styled import Role, Span, Styled, join, width_of

BAR_CELLS = 8
WIDE_STATE_CELLS = 25

POD_COLUMNS = (
    Column("name", "NAME", 14, grow=True, priority=10),
    Column("state", "STATE", 16, priority=9),
    Column("gpu", "GPU", 14, priority=8),
    Column("price", "$/H", 6, "right", priority=7),
    Column("cost", "SO FAR", 9, "right", priority=6),
    Column("age", "AGE", 5, "right", priority=5),
    Column("provider", "PROVIDER", 13, priority=3),
    Column("owner", "PAID BY", 12, priority=2),
)
WIDE_LIST_CELLS = 104
WIDE_STATE = Column("state", "STATE", WIDE_STATE_CELLS, priority=9)
WANTED_OWNER = Column("owner", "PAID BY", 9, priority=6)
"""Among the pods of several wallets, who pays matters more than the age."""
PAST_COLUMNS = (
    Column("ended", "ENDED", 12, priority=9),
    Column("name", "NAME", 14, grow=True, priority=10),
    Column("gpu", "GPU", 15, priority=8),
    Column("billed", "BILLED $", 9, "right", priority=7),
    Column("ran", "RAN", 5, "right", priority=6),
    Column("price", "$/H", 6, "right", priority=5),
    Column("provider", "PROVIDER", 13, priority=4),
    Column("kind", "KIND", 9, priority=3),
    Column("by", "BY", 12, priority=1, sort=False),
)

_GLYPHS: dict[PodState, tuple[str, Role]] = {
    PodState.PROVISIONING: ("◐", "accent"),
    PodState.PENDING: ("◐", "accent"),
    PodState.INSTALLING: ("◐", "accent"),
    PodState.INSTALL_FAILED: ("✕", "bad"),
    PodState.ACTIVE: ("●", "good"),
    PodState.STOPPED: ("○", "dim"),
    PodState.ERROR: ("✕", "bad"),
    PodState.DELETING: ("◐", "warn"),
    PodState.TERMINATED: ("○", "dim"),
    PodState.UNKNOWN: ("?", "warn"),
}
_ENDINGS: dict[EndingPhase, tuple[str, str, Role]] = {
    EndingPhase.ASKED: ("◐", "ending…", "warn"),
    EndingPhase.CONFIRMING: ("◐", "ending…", "warn"),
    EndingPhase.GONE: ("○", "gone", "dim"),
    EndingPhase.NOT_CONFIRMED: ("▲", "not confirmed", "bad"),
    EndingPhase.FAILED: ("▲", "not ended", "bad"),
}


def pod_columns(width_cells: int, *, everyone: bool = False) -> tuple[Column, ...]:
    """Return the columns of a list of `width_cells`, for `fitting` to choose from."""
    others: dict[str, Column] = {}
    if width_cells >= WIDE_LIST_CELLS:
        others["state"] = WIDE_STATE
    if everyone:
        others["owner"] = WANTED_OWNER
    return tuple(others.get(column.key, column) for column in POD_COLUMNS)


def pod_row(view: PodView, columns: Sequence[Column], now: datetime) -> Row:
    """Return a pod as a row of `columns`; rows of other wallets are dim."""
    pod = view.pod
    role: Role = "text" if view.is_in_wallet and view.is_listed else "dim"
    rate = pod.burn_usd_per_h if view.is_listed else None
    state_cells = next((column.width for column in columns if column.key == "state"), 0)
    cells: dict[str, Styled] = {
        "name": Span(pod.name or f"({pod.id})", role),
        "state": state_cell(view, state_cells),
        "gpu": Span(gpu(pod.gpu_name, pod.gpu_count), role),
        "price": Span(amount(rate), role),
        "cost": Span(amount(view.cost.usd, mark=view.cost.mark), role),
        "age": Span(age(pod.created_at, now), role if view.is_listed else "dim"),
        "provider": Span(pod.provider or UNKNOWN, "dim"),
        "owner": Span(view.owner, "dim" if view.owner == "you" else role),
    }
    return Row(view.id, tuple(cells[column.key] for column in columns))


def state_cell(view: PodView, width_cells: int) -> Styled:
    """Return glyph and word; an installation with its percent, and a bar where there is room."""
    ending, pod = view.ending, view.pod
    if ending is not None and (ending.phase is not EndingPhase.FAILED or view.is_listed):
        glyph, word, role = _ENDINGS[ending.phase]
        return Span(f"{glyph} {word}", role)
    glyph, role = _GLYPHS[pod.state]
    percent = pod.install_progress_percent
    if pod.state is PodState.INSTALLING and percent is not None and percent >= 100:
        return (Span(f"{glyph} ", role), Span("finishing"))
    if pod.state is PodState.INSTALLING and percent is not None:
        drawn = f"{bar(percent / 100, BAR_CELLS)} " if width_cells >= WIDE_STATE_CELLS else ""
        return (Span(f"{glyph} ", role), Span(f"installing {drawn}{percent}%"))
    return (Span(f"{glyph} ", role), Span(state_word(pod), "bad" if role == "bad" else "text"))


def state_word(pod: Pod) -> str:
    """Return the state; an unknown one in the service's own word."""
    if pod.state is PodState.UNKNOWN and pod.status_word:
        return pod.status_word.lower()
    return pod.state.value


def past_row(pod: PastPod, columns: Sequence[Column], now: datetime) -> Row:
    """Return an ended pod as a row of `columns`."""
    ran = pod.lifetime
    cells: dict[str, Styled] = {
        "ended": Span(moment(pod.terminated_at, now), "dim"),
        "name": Span(pod.name or f"({pod.id})"),
        "gpu": gpu(pod.gpu_name, pod.gpu_count),
        "billed": amount(pod.total_billed_usd),
        "ran": span(None if ran is None else ran.total_seconds()),
        "price": Span(amount(pod.price_usd_per_h), "dim"),
        "provider": Span(pod.provider or UNKNOWN, "dim"),
        "kind": Span(pod.kind.lower(), "dim"),
        "by": Span(pod.provisioned_by or UNKNOWN, "dim"),
    }
    return Row(pod.id, tuple(cells[column.key] for column in columns))


def ending_lines(ending: Ending) -> list[Styled]:
    """Return how far an ending is, in a sentence or two."""
    phase = ending.phase
    if phase is EndingPhase.GONE:
        parts = ["Gone, confirmed by reading." if ending.message == "confirmed" else "Gone."]
        parts += [f"Billed {usd(ending.billed_usd)}."] if ending.billed_usd is not None else []
        parts += [f"Listed at most {usd(ending.listed_usd)}."] if ending.listed_usd is not None else []
        if ending.saves_usd_per_h is not None:
            parts.append(f"Saves {usd_per_h(ending.saves_usd_per_h)}.")
        return [Span("○ " + " ".join(parts))]
    if phase is EndingPhase.NOT_CONFIRMED:
        return [Span(f"▲ END NOT CONFIRMED: {ending.message}.", "bad"), Span("x asks again.", "dim")]
    if phase is EndingPhase.FAILED:
        return [Span(f"▲ Not ended: {ending.message}", "bad")]
    return [Span(f"◐ Ending: {ending.message}.", "warn")]


def unreadable_note(listing: Listing[Pod] | Listing[PastPod]) -> Styled:
    """Return how many rows were lost and why the first was, or nothing."""
    if not listing.unreadable:
        return ""
    lost = len(listing.unreadable)
    rows = "row" if lost == 1 else "rows"
    return Span(f"{lost} {rows} unreadable: {listing.unreadable[0].reason}", "warn")


def noted(parts: Sequence[Styled]) -> Styled:
    """Join what stands in a rule; empty parts leave no separator."""
    return join([part for part in parts if width_of(part)], Span(" · ", "dim"))


def shown_note(shown: int, total: int, *, is_filtered: bool) -> str:
    """Return how many rows of a list are shown; with a filter, that these are those that match."""
    return f"{count(shown)} of {count(total)}{' match' if is_filtered else ''}"


def totals_note(
    totals: PodTotals, shown: int, total: int, room_cells: int, *, is_filtered: bool = False
) -> Styled:
    """Return how many pods there are and what they burn, less of it where room is short."""
    rate = Span(usd_per_h(totals.usd_per_h, mark="≥" if totals.unknown_rates else ""), "title")
    rows, active = Span(shown_note(shown, total, is_filtered=is_filtered)), Span(f"{totals.active} active")
    elsewhere = Span(f"+{totals.elsewhere} in other wallets" if totals.elsewhere else "", "dim")
    for parts in ((rows, active, rate, elsewhere), (rows, active, rate), (rows, rate)):
        if width_of(noted(parts)) <= room_cells:
            return noted(parts)
    return rate
