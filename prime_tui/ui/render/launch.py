"""A launch in words: what is sent, what it will cost, who pays, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from prime_tui.domain.runs import GpuRate, LaunchedRun, TrainingChoices
from prime_tui.domain.spend import Purse, Runway
from prime_tui.domain.text import clean_name
from prime_tui.domain.units import UNKNOWN, span, usd, usd_per_h
from prime_tui.ui.render.fields import balance_text, field
from prime_tui.ui.render.styled import Span, Styled

ANY_GPU = "any"
LABEL_CELLS = 11
DIALOG_CELLS, DIALOG_EDGES = 68, 6
HIDDEN_KEY = "••••••••••••••••"


def dialog_cells(screen_cells: int) -> int:
    """Return how wide a line of a dialog may be on a screen."""
    return min(DIALOG_CELLS, screen_cells) - DIALOG_EDGES


def gpu_choices(choices: TrainingChoices | None) -> tuple[tuple[str, str], ...]:
    """Return (GPU type, how it is shown) for the form; the first lets the service choose."""
    found: list[tuple[str, str]] = [("", ANY_GPU)]
    if choices is None:
        return tuple(found)
    rates = {rate.gpu_type: rate for rate in choices.rates}
    for gpu_type in dict.fromkeys((*(rate.gpu_type for rate in choices.rates), *choices.gpu_types)):
        rate = rates.get(gpu_type)
        found.append((gpu_type, gpu_type if rate is None else _rate_label(rate)))
    return tuple(found)


def _rate_label(rate: GpuRate) -> str:
    parts = [f"{rate.gpu_type.replace('_', ' ')}  {usd(rate.price_usd_per_gpu_h)}/GPU·h"]
    if rate.available_now is not None:
        parts.append("free now" if rate.available_now else "none free now")
    if rate.discount:
        parts.append(rate.discount)
    return " · ".join(parts)


def file_lines(
    file_name: str,
    model: str | None,
    environments: Sequence[str],
    max_steps: int | None,
    gpu_count: int | None,
    warnings: Sequence[str],
    width: int,
) -> list[Styled]:
    """Return what a configuration says."""
    lines: list[Styled] = []
    pairs = (
        ("file", clean_name(file_name)),
        ("model", model or Span("not named", "dim")),
        ("env", ", ".join(environments) or Span("not named", "dim")),
        ("steps", f"{max_steps:,}" if max_steps is not None else Span("without end", "warn")),
        ("GPUs", str(gpu_count) if gpu_count is not None else Span("not named; the service decides", "dim")),
    )
    for label, value in pairs:
        lines += field(label, value, width, LABEL_CELLS)
    lines += [Span(f" ▲ {text}", "warn") for text in warnings]
    return lines


def price_lines(rate: Decimal | None, gpu_count: int | None, purse: Purse, width: int) -> list[Styled]:
    """Return what is known of the price, and how long the money lasts then."""
    per_h = hourly_usd(rate, gpu_count)
    if per_h is not None:
        price: Styled = (Span(f"{usd_per_h(per_h)}", "title"), Span(f"  {gpu_count} × {usd(rate)}", "dim"))
    elif rate is not None:
        price = f"{usd(rate)} per GPU and hour; how many GPUs is known when it is dispatched"
    else:
        price = (Span("unknown until it is dispatched", "warn"), Span("; a GPU type would tell", "dim"))
    lasts = f"{_lasts(purse.before, purse.mark)} now"
    if purse.after.hours is not None:
        lasts += f", {_lasts(purse.after, purse.mark)} with it"
    pairs: list[tuple[str, Styled]] = [
        ("price", price),
        *([("a day", usd(per_h * 24))] if per_h is not None else []),
        ("paid by", purse.wallet),
        ("balance", balance_text(purse.balance_usd, purse.stale_s)),
        ("lasts", lasts),
    ]
    return [line for label, value in pairs for line in field(label, value, width, LABEL_CELLS)]


def hourly_usd(rate: Decimal | None, gpu_count: int | None) -> Decimal | None:
    """Return what a run costs per hour; None while price or size is unknown."""
    return None if rate is None or gpu_count is None else rate * gpu_count


def _lasts(left: Runway, mark: str) -> str:
    if left.hours is not None:
        return f"{mark}{span(float(left.hours) * 3600)}"
    return "without burn" if left.reason == "no burn" else UNKNOWN


def launched_lines(launched: LaunchedRun, name: str | None, width: int) -> list[Styled]:
    """Return what came of a launch; its key is never among it."""
    price = launched.price_usd_per_gpu_h
    pairs: list[tuple[str, Styled]] = [
        (
            "run",
            (Span(name or launched.run_id, "title"), Span(f"  {launched.run_id}" if name else "", "dim")),
        ),
        ("GPUs", (launched.gpu_type or UNKNOWN).replace("_", " ")),
        ("price", UNKNOWN if price is None else f"{usd(price)} per GPU and hour"),
    ]
    if launched.estimated_usd_per_h is not None:
        pairs.append(("about", f"{usd_per_h(launched.estimated_usd_per_h)} once its GPUs are ready"))
    return [line for label, value in pairs for line in field(label, value, width, LABEL_CELLS)]
