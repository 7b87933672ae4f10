"""Wallet and usage of a run."""

from __future__ import annotations

from prime_tui.sim.billing import RowState
from prime_tui.sim.runs import Run
from prime_tui.sim.web import API, Answer, Call, Endpoint
from prime_tui.sim.world import Refused


def row_json(call: Call, row: RowState) -> dict[str, object]:
    """Return a billing row."""
    return {
        "id": row.id, "created_at": call.iso(row.created_s),
        "updated_at": call.iso(row.created_s if row.billed_s is None else row.billed_s),
        "last_billed_at": call.iso(row.billed_s), "amount_usd": float(row.amount_usd), "currency": "USD",
        "resource_type": row.resource_type, "resource_id": row.resource_id,
    }  # fmt: skip


def wallet(call: Call) -> Answer:
    """Answer GET /billing/wallet: balance and rows of one and the same moment."""
    limit, offset = call.whole("limit", 20, 1, 100), call.whole("offset", 0, 0)
    purse = call.world.wallet(call.text("teamId"))
    rows = [row_json(call, row) for row in purse.page(call.t_s, offset, limit)]
    return Answer(
        {
            "wallet_id": purse.id, "team_id": purse.team_id,
            "balance_usd": float(purse.balance_usd(call.t_s)), "currency": "USD",
            "total_billings": purse.total_rows(call.t_s), "recent_billings": rows,
        }
    )  # fmt: skip


def _prices_json(run: Run) -> dict[str, float | None]:
    prices = run.prices
    return {
        "training_per_mtok": float(prices.training) if prices else None,
        "inference_input_per_mtok": float(prices.inference_input) if prices else None,
        "inference_output_per_mtok": float(prices.inference_output) if prices else None,
    }


def usage_json(call: Call, run: Run) -> dict[str, object]:
    """Return the usage of a run; of two GPU-hour runs one tells its cost as the total, one 0."""
    used = run.usage(call.t_s)
    inference = used.input_tokens + used.output_tokens
    total = used.total_usd
    if run.prices is None and call.world.noise.unit("reports-gpu-cost", run.id) < 0.5:
        total = run.meter.amount_usd(call.t_s)
    billed_s = run.meter.billed_at_s(call.t_s)
    records = int((billed_s or call.t_s) - run.running_s) // 60 if call.t_s > run.running_s else 0
    return {
        "run_id": run.id, "run_name": run.name, "base_model": run.base_model, "status": run.status(call.t_s),
        "training": {
            "tokens": used.training_tokens, "input_tokens": 0, "output_tokens": 0,
            "cost_usd": float(used.training_usd),
        },
        "inference": {
            "tokens": inference, "input_tokens": used.input_tokens, "output_tokens": used.output_tokens,
            "cost_usd": float(used.inference_usd),
        },
        "total_tokens": used.training_tokens + inference, "total_cost_usd": float(total),
        "pricing": _prices_json(run),
        "record_count": max(0, records),
    }  # fmt: skip


def usage(call: Call) -> Answer:
    """Answer GET /billing/runs/{run_id}/usage; deleted runs keep their bill."""
    run = call.world.runs.get(call.path["run_id"])
    if run is None or run.created_s > call.t_s:
        raise Refused(404, "Run not found")
    return Answer(usage_json(call, run))


ENDPOINTS = (
    Endpoint("GET", f"{API}/billing/wallet", wallet),
    Endpoint("GET", f"{API}/billing/runs/{{run_id}}/usage", usage),
)
