"""Runs as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.cost import Cost
from prime_tui.domain.runs import RunSource, RunState
from prime_tui.domain.units import UNKNOWN, age, amount, span, tokens
from prime_tui.domain.views import EndingPhase, RunView
from prime_tui.ui.render.glyphs import bar, spark
from prime_tui.ui.render.rows import Column
from prime_tui.ui.render.styled import Role, Span, Styled

GLYPHS: dict[RunState, Span] = {
    RunState.QUEUED: Span("◐", "accent"),
    RunState.PENDING: Span("◐", "accent"),
    RunState.RUNNING: Span("●", "good"),
    RunState.PAUSING: Span("◐", "accent"),
    RunState.STOPPING: Span("◐", "accent"),
    RunState.PAUSED: Span("○"),
    RunState.COMPLETED: Span("○", "dim"),
    RunState.FAILED: Span("✕", "bad"),
    RunState.STOPPED: Span("○", "dim"),
    RunState.UNKNOWN: Span("?", "dim"),
}
NEEDS_YOU = Span("▲", "bad")
STEP_CELLS, BAR_CELLS, SPARK_CELLS = 12, 4, 8

RATE_CELLS = 5
COLUMNS = (
    Column("name", "  NAME", 20, grow=True, priority=100),
    Column("model", "MODEL", 15, priority=40),
    Column("env", "ENVIRONMENT", 16, priority=20, sort=False),
    Column("state", "STATE", 10, priority=90),
    Column("step", "STEP", STEP_CELLS, priority=75),
    Column("tokens", "TOKENS", 6, "right", priority=50),
    Column("speed", "TOK/S", SPARK_CELLS + 6, "right", priority=30, sort=False),
    Column("rate", "$/H", RATE_CELLS, "right", priority=70),
    Column("cost", "SO FAR $", 8, "right", priority=80),
    Column("age", "AGE", 5, "right", priority=55),
)


def run_cells(
    view: RunView, now: datetime, columns: Sequence[Column] = COLUMNS, *, is_old: bool = False
) -> tuple[Styled, ...]:
    """Return the cells of a run.

    Args:
        view: The run.
        now: For ages.
        columns: Those of `COLUMNS` that are wanted.
        is_old: True when the list could not be read lately: nothing of it may look fresh.
    """
    is_over = view.state not in (RunState.RUNNING, RunState.QUEUED, RunState.PENDING)
    role: Role = "stale" if is_old else "dim" if is_over else "text"
    cells: dict[str, Styled] = {
        "name": name_cell(view, now, role),
        "model": Span(short_model(view.base_model), role),
        "env": Span(short_environment(view.environments), role),
        "state": state_cell(view, now, is_old=is_old),
        "step": step_cell(view, role),
        "tokens": Span(tokens(view.tokens), role),
        "speed": speed_cell(view, role),
        "rate": Span(rate_text(view.usd_per_h, is_estimate=view.is_rate_estimate), role),
        "cost": Span(cost_text(view.cost), "stale" if is_old else "text"),
        "age": Span(age(view.age_from, now), role),
    }
    return tuple(cells[column.key] for column in columns)


def glyph(view: RunView, now: datetime) -> Span:
    """Return the sign of a run's state, or the one that calls for a person."""
    if view.ending is not None:
        if view.ending.phase is EndingPhase.NOT_CONFIRMED:
            return NEEDS_YOU
        if view.ending.phase in (EndingPhase.ASKED, EndingPhase.CONFIRMING):
            return GLYPHS[RunState.STOPPING]
    return NEEDS_YOU if view.quiet_for(now) is not None else GLYPHS[view.state]


def name_cell(view: RunView, now: datetime, role: Role) -> Styled:
    """Return glyph and name; a run of which nothing but its id is known stands in brackets."""
    if view.is_unknown:
        return (glyph(view, now), Span(f" [{view.id}]", "dim"))
    return (glyph(view, now), Span(" "), Span(view.title, "text" if role == "dim" else role))


def state_cell(view: RunView, now: datetime, *, is_old: bool = False) -> Span:
    """Return the state as a word; a guess stands in brackets."""
    ending = view.ending
    if ending is not None:
        if ending.phase in (EndingPhase.ASKED, EndingPhase.CONFIRMING):
            return Span(f"ending {age(ending.asked_at, now)}", "accent")
        if ending.phase is EndingPhase.NOT_CONFIRMED:
            return Span("not ended?", "bad")
        if ending.phase is EndingPhase.GONE and RunSource.LIST not in view.sources:
            return Span("deleted", "dim")
    if view.state_is_guess:
        return Span(f"[{view.status_word}]", "dim")
    word = state_word(view)
    if is_old:
        return Span(word, "stale")
    role: Role = "bad" if view.state is RunState.FAILED else "text"
    if view.state in (RunState.COMPLETED, RunState.STOPPED, RunState.UNKNOWN):
        role = "dim"
    return Span(word, role)


def state_word(view: RunView) -> str:
    """Return our word for a known state, else the service's own."""
    if view.state is RunState.UNKNOWN:
        return view.status_word or UNKNOWN
    ahead = view.run.runs_ahead if view.run is not None else None
    if view.state is RunState.QUEUED and ahead is not None:
        return f"queued #{ahead + 1}"
    return view.state.value


def step_cell(view: RunView, role: Role) -> Styled:
    """Return a bar and the steps done of those wanted."""
    if view.done_steps is None and view.max_steps is None:
        return Span(UNKNOWN, "dim")
    done = UNKNOWN if view.done_steps is None else str(view.done_steps)
    if view.max_steps is None:
        return Span(f"{' ' * BAR_CELLS} {done}", role)
    fraction = step_fraction(view)
    drawn = bar(0.0 if fraction is None else fraction, BAR_CELLS)
    colour: Role = "accent" if view.state is RunState.RUNNING and role == "text" else role
    return (Span(drawn, colour), Span(f" {done}/{view.max_steps}", role))


def step_fraction(view: RunView) -> float | None:
    """Return the share of the steps that is done; None when that is unknown."""
    if view.done_steps is None or not view.max_steps:
        return None
    return min(1.0, view.done_steps / view.max_steps)


def speed_cell(view: RunView, role: Role) -> Styled:
    """Return recent tokens a second as a line and the newest as a number."""
    if view.state is not RunState.RUNNING or not view.tokens_per_s:
        return Span("")
    newest = view.tokens_per_s[-1]
    return (Span(spark(view.tokens_per_s, SPARK_CELLS), role), Span(f" {tokens(newest):>5}", role))


def cost_text(cost: Cost) -> str:
    """Return an amount without its unit; from 10,000 on without cents, so that it fits its column."""
    places = 0 if cost.usd is not None and abs(cost.usd) >= Decimal("9999.5") else 2
    return amount(cost.usd, mark=cost.mark, places=places)


def rate_text(usd_per_h: Decimal | None, *, is_estimate: bool = False, cells: int = RATE_CELLS) -> str:
    """Return USD per hour with as many places as `cells` allow; `~` marks an estimate."""
    places = 0 if usd_per_h is not None and usd_per_h >= Decimal("99.995") else 2
    text = amount(usd_per_h, places=places, mark="~" if is_estimate else "")
    while places and len(text) > cells:
        places -= 1
        text = amount(usd_per_h, places=places, mark="~" if is_estimate else "")
    return text


def short_model(name: str | None) -> str:
    """Return a model's name without its owner."""
    return UNKNOWN if name is None else name.rsplit("/", 1)[-1]


def short_environment(names: tuple[str, ...]) -> str:
    """Return the first environment without owner and version, and how many there are besides."""
    if not names:
        return UNKNOWN
    first = names[0].rsplit("/", 1)[-1].split("@", 1)[0]
    return first if len(names) == 1 else f"{first} +{len(names) - 1}"


def quiet_text(view: RunView, now: datetime) -> str:
    """Return how long a running run has been silent, and what that cost; empty when it is not."""
    quiet = view.quiet_for(now)
    if quiet is None:
        return ""
    seconds = quiet.total_seconds()
    text = f"no step for {span(seconds)}"
    if view.usd_per_h:
        text += f", {amount(view.usd_per_h * Decimal(int(seconds)) / 3600, mark='~$')} since"
    return text
