"""Every reader of the wire by a short name, as the tests of shapes call it."""

from __future__ import annotations

from collections.abc import Callable

from prime_tui.api.wire.account import read_account, read_member, read_team
from prime_tui.api.wire.billing import read_billing_row, read_run_usage, read_wallet
from prime_tui.api.wire.chat import read_model, read_piece
from prime_tui.api.wire.choices import read_gpu_types, read_token_price, read_training_models
from prime_tui.api.wire.disks import read_credential, read_disk, read_image_check, read_ssh_key
from prime_tui.api.wire.logs import read_logs
from prime_tui.api.wire.offers import read_cluster_offer, read_disk_offer, read_offer, read_summary
from prime_tui.api.wire.pods import read_deletion, read_log_lines, read_past_pod, read_pod, read_pod_status
from prime_tui.api.wire.run_details import (
    read_bins,
    read_checkpoints,
    read_env_servers,
    read_metrics,
    read_progress,
)
from prime_tui.api.wire.runs import read_launched, read_pause_word, read_run
from prime_tui.api.wire.samples import read_sample
from prime_tui.domain.ids import RunId

Reader = Callable[[object], object]

ROWS: dict[str, Reader] = {
    "team": read_team,
    "member": read_member,
    "billing row": read_billing_row,
    "pod": read_pod,
    "pod status": read_pod_status,
    "past pod": read_past_pod,
    "offer": read_offer,
    "cluster offer": read_cluster_offer,
    "disk offer": read_disk_offer,
    "disk": read_disk,
    "ssh key": read_ssh_key,
    "credential": read_credential,
    "run": read_run,
    "sample": read_sample,
    "token price": read_token_price,
    "model": read_model,
}

OBJECTS: dict[str, Reader] = {
    "account": read_account,
    "wallet": read_wallet,
    "usage": lambda value: read_run_usage(value, RunId("r1")),
    "launched": read_launched,
    "metrics": read_metrics,
    "progress": read_progress,
    "checkpoints": read_checkpoints,
    "bins": read_bins,
    "env servers": read_env_servers,
    "training models": read_training_models,
    "gpu types": read_gpu_types,
    "summary": read_summary,
    "logs": read_logs,
    "log lines": read_log_lines,
    "deletion": read_deletion,
    "image check": read_image_check,
    "pause": read_pause_word,
    "chat": read_piece,
}

READERS = ROWS | OBJECTS
