"""One run as pages of lines: overview, checkpoints, configuration, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.cost import CostOrigin, hours
from prime_tui.domain.metrics import MetricSeries
from prime_tui.domain.remote import Freshness, Remote
from prime_tui.domain.runs import LIVE, Checkpoint, Run, RunState, RunUsage
from prime_tui.domain.units import UNKNOWN, age, amount, count, gpu, moment, number, percent, size, span, usd
from prime_tui.domain.units import tokens as tokens_text
from prime_tui.domain.views import EndingPhase, RunView
from prime_tui.ui.render.fields import field, fields, paragraph
from prime_tui.ui.render.glyphs import bar, spark
from prime_tui.ui.render.metric_plot import metric_plot
from prime_tui.ui.render.runs import cost_text, glyph, quiet_text, state_cell, step_fraction
from prime_tui.ui.render.styled import Role, Span, Styled, fit, join
from prime_tui.ui.render.wrapping import wrapped

MOST_BAR_CELLS = 40
ERROR_LINES_SHOWN = 4
LEAST_PLOT_LINES, MOST_PLOT_LINES = 7, 16
COURSE_CELLS = 24


def overview(
    view: RunView,
    width: int,
    now: datetime,
    *,
    wallet: str = "",
    reward: MetricSeries | None = None,
    height: int = 0,
) -> tuple[Styled, ...]:
    """Return the first page: state, money, pace, where it runs, how we know.

    Args:
        view: The run.
        width: Cells of a line.
        now: For ages.
        wallet: Who pays, in words.
        reward: What is learned, where it is known.
        height: Lines there are; with enough to spare the reward is plotted at the end.
    """
    blocks = (
        [*_state(view, width, now), *_wrong(view, width)],
        [*_usage(view.usage, width), *_money(view, width, now)],
        _pace(view, width, now, reward),
        _facts(view, width, now, wallet),
    )
    lines = [line for block in blocks if block for line in ("", *block)][1:]
    spare = height - len(lines) - 1
    if reward is not None and spare >= LEAST_PLOT_LINES:
        lines += ["", *metric_plot(reward, width, min(spare, MOST_PLOT_LINES))]
    return tuple(lines)


# -- state ------------------------------------------------------------------------


def _state(view: RunView, width: int, now: datetime) -> Iterator[Styled]:
    word, since = ("created", view.age_from) if view.state in LIVE else ("ended", view.completed_at)
    when = f"  {word} {age(since, now)} ago" if since else ""
    yield join([" ", glyph(view, now), " ", state_cell(view, now), Span(when, "dim")])
    quiet = quiet_text(view, now)
    if quiet:
        yield Span(f" ▲ {quiet}", "bad")
    if view.ending is not None and view.ending.message and view.ending.phase is not EndingPhase.GONE:
        is_bad = view.ending.phase in (EndingPhase.FAILED, EndingPhase.NOT_CONFIRMED)
        yield from paragraph(Span(view.ending.message, "bad" if is_bad else "accent"), width)
    fraction = step_fraction(view)
    if fraction is not None:
        cells = min(MOST_BAR_CELLS, max(8, width - 24))
        steps = f" {percent(fraction):>4}  {view.done_steps} of {view.max_steps}"
        yield (Span(" "), Span(bar(fraction, cells), "accent"), Span(steps))
    doubt = ""
    if view.state_is_guess:
        doubt = "Only billing knows this run; its state is a guess from when it was last billed."
        if view.status_word == "launched":
            doubt = "It was launched here; the service has told nothing of it since."
    elif view.is_unknown:
        doubt = "Nothing but its id is known: the service has no such run, or it is another wallet's."
    if doubt:
        yield from paragraph(Span(doubt, "dim"), width)


def _wrong(view: RunView, width: int) -> Iterator[Styled]:
    lines = list(failure_lines(view, width))
    yield from lines[:ERROR_LINES_SHOWN]
    if len(lines) > ERROR_LINES_SHOWN:
        yield Span(" … all of it under error", "dim")


def failure_lines(view: RunView, width: int) -> Iterator[Styled]:
    """Return why a run failed, as far as the service says."""
    run = view.run
    if run is None:
        return
    if run.failure is not None:
        sure = "" if run.failure.confidence is None else f" ({percent(run.failure.confidence)} sure)"
        yield from paragraph((Span(run.failure.root_cause, "bad"), Span(sure, "dim")), width)
        for line in run.failure.evidence:
            yield from wrapped(line, width, first=Span(" · ", "dim"), rest="   ")
    if run.error_message:
        is_explained = run.failure is not None
        if is_explained:
            yield Span(" reported as", "dim")
        yield from paragraph(Span(run.error_message, "text" if is_explained else "bad"), width)


# -- money ------------------------------------------------------------------------


def _usage(usage: RunUsage | None, width: int) -> Iterator[Styled]:
    if usage is None:
        return
    if usage.is_by_gpu_hour:
        yield Span(" paid by the GPU-hour; tokens are not counted", "dim")
        return
    wide = width >= 44
    label = 14 if wide else 9
    yield _usage_row(("", "TOKENS", "$/M", "COST $"), label, "dim")
    price = usage.pricing
    rows = (
        ("training", usage.training.tokens, price.training_usd_per_mtok, usage.training.cost_usd),
        ("inference in", usage.inference.input_tokens, price.input_usd_per_mtok, usage.input_cost_usd),
        ("inference out", usage.inference.output_tokens, price.output_usd_per_mtok, usage.output_cost_usd),
    )
    for name, used, usd_per_mtok, cost in rows:
        texts = (name if wide else name.replace("inference ", "inf. "), _tokens(used))
        yield _usage_row((*texts, amount(usd_per_mtok), amount(cost)), label)
    total = (("total"), _tokens(usage.total_tokens), "", amount(usage.total_cost_usd))
    yield _usage_row(total, label, "title")
    for sentence in usage.discrepancies():
        yield from wrapped(Span(sentence, "warn"), width, first=Span(" ▲ ", "warn"), rest="   ")


def _usage_row(cells: Sequence[str], label_cells: int, role: Role = "text") -> Styled:
    name, used, price, cost = cells
    parts = (fit(Span(name, role if role == "title" else "dim"), label_cells),)
    return join([" ", *parts, Span(f"{used:>9}{price:>9}{cost:>11}", role)])


def _tokens(used: int | None) -> str:
    """More exact than in the table: `5.00M`."""
    if used is None or used < 1_000_000:
        return tokens_text(used)
    return f"{used / 1e6:,.2f}M"


_ORIGINS = {
    CostOrigin.BILLED: "billed",
    CostOrigin.USAGE: "by usage",
    CostOrigin.ESTIMATE: "price × time since the start, at most",
}


def _money(view: RunView, width: int, now: datetime) -> Iterator[Styled]:
    cost = view.cost
    origin = _ORIGINS.get(cost.origin, "")
    if cost.origin is CostOrigin.BILLED and cost.as_of is not None:
        origin += f" up to {moment(cost.as_of, now)}"
    spent = f"${cost_text(cost)}" if cost.usd is not None else UNKNOWN
    yield from field("so far", (Span(spent), Span(f"  {origin}" if origin else "", "dim")), width)
    if view.state in LIVE:
        yield from field("now", _rate(view), width)


def _rate(view: RunView) -> Styled:
    if view.usd_per_h is None:
        return (Span(f"{UNKNOWN}/h"), Span("  not watched long enough yet", "dim"))
    run = view.run
    price, gpus = (run.price_usd_per_gpu_h, run.gpu_count) if run is not None else (None, None)
    how = f"  {gpus} × {usd(price)}" if price is not None and gpus else ""
    if not how and view.usd_per_h:
        how = "  by what it has cost" if view.is_rate_estimate else ""
    mark = "~" if view.is_rate_estimate else ""
    return (Span(f"{usd(view.usd_per_h, mark=mark)}/h"), Span(how, "dim"))


# -- pace -------------------------------------------------------------------------


def _pace(view: RunView, width: int, now: datetime, reward: MetricSeries | None) -> list[Styled]:
    pairs: list[tuple[str, Styled | None]] = []
    course = min(COURSE_CELLS, max(8, width - 24))
    if reward is not None and reward.last is not None:
        drawn = Span(spark(reward.values, course).lstrip(), "accent")
        pairs.append(("reward", (Span(f"{number(reward.last)} "), drawn)))
    if view.tokens_per_s and view.state is RunState.RUNNING:
        drawn = Span(spark(view.tokens_per_s, course).lstrip(), "accent")
        pairs.append(("tokens/s", (Span(f"{tokens_text(view.tokens_per_s[-1])} "), drawn)))
    if view.last_step_at is not None:
        pairs.append(("last step", f"{age(view.last_step_at, now)} ago"))
    per_step = _seconds_per_step(view, now)
    if per_step is not None and view.done_steps:
        step_usd = None if view.cost.usd is None else view.cost.usd / view.done_steps
        money = "" if step_usd is None else f"  {amount(step_usd, places=4, mark='~$')}"
        pairs.append(("a step", f"~{span(per_step)}{money}"))
        if view.state is RunState.RUNNING and view.max_steps and view.max_steps > view.done_steps:
            left = view.max_steps - view.done_steps
            to_pay = "" if step_usd is None else f" and {amount(step_usd * left, mark='~$')}"
            pairs.append(("to go", f"{left} steps, ~{span(per_step * left)}{to_pay}"))
    return fields(pairs, width)


def _seconds_per_step(view: RunView, now: datetime) -> float | None:
    """Mean over the whole run so far; starting up is in it, so early on it is too long."""
    end = view.completed_at or view.last_step_at or now
    if view.started_at is None or not view.done_steps or end <= view.started_at:
        return None
    return float(hours(view.started_at, end) * Decimal(3600)) / view.done_steps


# -- facts ------------------------------------------------------------------------


def _facts(view: RunView, width: int, now: datetime, wallet: str) -> list[Styled]:
    run = view.run or Run(view.id)
    hardware = gpu(run.gpu_type, run.gpu_count) if run.gpu_type else f"{run.gpu_count} GPUs"
    pairs: list[tuple[str, Styled | None]] = [
        ("model", view.base_model),
        ("env", "\n".join(view.environments) or None),
        ("GPUs", hardware if run.gpu_count else None),
        ("batch", _batch(run)),
        ("queue", _queue(run) if view.state in (RunState.QUEUED, RunState.PENDING) else None),
        ("notice", Span(run.notice, "warn") if run.notice else None),
        ("created", _when(view.created_at, now)),
        ("started", _when(view.started_at, now)),
        ("ended", _when(view.completed_at, now)),
        ("billed", _when(view.last_activity_at, now) if view.state_is_guess else None),
        ("status", view.status_word if view.status_word.lower() != view.state.value else None),
        ("kind", run.kind),
        ("volume", run.volume_name),
        ("W&B", run.wandb),
        ("commit", run.source_commit),
        ("wallet", wallet or None),
        ("known by", ", ".join(sorted(source.value for source in view.sources))),
        ("id", view.id),
    ]
    return fields(pairs, width)


def _batch(run: Run) -> str | None:
    parts = (
        ("", run.batch_size),
        (" × ", run.rollouts_per_example),
        (", length ", run.seq_len),
        (", lr ", None if run.learning_rate is None else number(run.learning_rate)),
        (", ", run.loss),
    )
    return "".join(f"{before}{value}" for before, value in parts if value is not None).lstrip(", ×") or None


def _queue(run: Run) -> str | None:
    ahead = None if run.runs_ahead is None else f"{run.runs_ahead} ahead"
    return ", ".join(part for part in (ahead, run.queue_reason) if part) or None


def _when(at: datetime | None, now: datetime) -> str | None:
    return None if at is None else f"{moment(at, now)}Z, {age(at, now)} ago"


# -- other pages ------------------------------------------------------------------


def checkpoint_lines(
    checkpoints: Remote[tuple[Checkpoint, ...]], view: RunView, width: int, now: datetime
) -> tuple[Styled, ...]:
    """Return the checkpoints, newest first; an older backend names them only."""
    found = checkpoints.value or ()
    names = view.run.checkpoints if view.run is not None else ()
    if not found and not names:
        if checkpoints.freshness(now) is Freshness.LOADING and view.state in LIVE:
            return ("", Span(" Reading checkpoints…", "dim"))
        return ("", Span(" No checkpoints that the service tells of.", "dim"))
    lines: list[Styled] = []
    if found:
        lines.append(Span(f" {'STEP':>6}  {'STATUS':<10} {'SIZE':>8}  AGE    ID", "dim"))
    for one in sorted(found, key=lambda one: one.step or 0, reverse=True):
        step = UNKNOWN if one.step is None else count(one.step)
        role: Role = {"READY": "text", "FAILED": "bad"}.get(one.status.upper(), "dim")  # type: ignore[assignment]
        start = f" {step:>6}  {one.status.lower() or UNKNOWN:<10} {size(one.size_bytes):>8}  "
        lines.append((Span(start, role), Span(f"{age(one.created_at, now):<5}  "), Span(one.id, "dim")))
        if one.storage_url:
            lines += wrapped(Span(one.storage_url, "dim"), width, first=" " * 9, rest=" " * 9)
    lines += [Span(f" {name}") for name in names]
    return tuple(lines)


def config_lines(config: Iterable[tuple[str, str]], width: int) -> tuple[Styled, ...]:
    """Return the configuration, one dotted path a line; values under it where both do not fit."""
    pairs = list(config)
    if not pairs:
        return ("", Span(" The service tells no configuration of this run.", "dim"))
    label = min(max(len(path) for path, _ in pairs), max(12, width // 2))
    lines: list[Styled] = []
    indent = " " * (label + 3)
    for path, value in pairs:
        if len(path) <= label:
            lines += wrapped(value, width, first=Span(f" {path:<{label}}  ", "dim"), rest=indent)
        else:
            lines += wrapped(Span(path, "dim"), width, first=" ", rest=" ")
            lines += wrapped(value, width, first=indent, rest=indent)
    return tuple(lines)
