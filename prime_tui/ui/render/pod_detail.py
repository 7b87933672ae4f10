"""Everything that is known of one pod, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.cost import Cost, CostOrigin
from prime_tui.domain.disks import Disk
from prime_tui.domain.pods import AttachedDisk, PastPod, Pod, PodState
from prime_tui.domain.ssh_command import ssh_line
from prime_tui.domain.units import UNKNOWN, age, gpu, moment, span, usd, usd_per_h
from prime_tui.domain.views import PodView
from prime_tui.ui.render.fields import fields, paragraph
from prime_tui.ui.render.pods import ending_lines, state_cell
from prime_tui.ui.render.styled import Span, Styled, spans_of

ALL_CELLS = 1_000


def detail_lines(view: PodView, disks: Sequence[Disk], width_cells: int, now: datetime) -> tuple[Styled, ...]:
    """Return the page about a pod, wrapped to `width_cells`.

    Args:
        view: The pod.
        disks: Disks at the pod as the list of disks knows them: with names and prices.
        width_cells: Room.
        now: For ages.
    """
    pod = view.pod
    lines: list[Styled] = []
    if view.ending is not None:
        for line in ending_lines(view.ending):
            lines += paragraph(line, width_cells)
        lines.append("")
    lines += paragraph((*spans_of(state_cell(view, ALL_CELLS)), Span(_since(pod, now), "dim")), width_cells)
    lines += _problems(pod, width_cells)
    access = _access(pod) if view.is_listed else []
    for group in (access, _money(view, now), _machine(pod), _disks(pod, disks), _papers(view, now)):
        drawn = fields(group, width_cells)
        if drawn:
            lines += ["", *drawn]
    return tuple(lines)


def past_lines(pod: PastPod, width_cells: int, now: datetime) -> tuple[Styled, ...]:
    """Return the page about an ended pod."""
    ran = pod.lifetime
    pairs: Iterable[tuple[str, Styled | None]] = (
        ("billed", Span(usd(pod.total_billed_usd), "title")),
        ("price", f"{usd_per_h(pod.price_usd_per_h)} on average"),
        ("ran", span(None if ran is None else ran.total_seconds())),
        ("from", moment(pod.created_at, now)),
        ("to", moment(pod.terminated_at, now)),
        ("machine", " ".join(part for part in (gpu(pod.gpu_name, pod.gpu_count), pod.socket) if part)),
        ("provider", pod.provider),
        ("kind", pod.kind),
        ("by", pod.provisioned_by),
        ("team", pod.team_id),
        ("id", pod.id),
    )
    return tuple(fields(pairs, width_cells))


def cost_sentence(cost: Cost, pod: Pod, now: datetime) -> Styled:
    """Return what a pod has cost, with where the figure comes from and how old it is."""
    if cost.usd is None:
        return Span(f"{UNKNOWN} no billing row yet, and no price", "dim")
    amount = Span(usd(cost.usd, mark=cost.mark), "title")
    if cost.origin is CostOrigin.ESTIMATE:
        rate = usd_per_h(pod.burn_usd_per_h)
        return (amount, Span(f" at most: {rate} since it was made; nothing is billed yet", "dim"))
    as_of = f", as of {moment(cost.as_of, now)} ({age(cost.as_of, now)} ago)" if cost.as_of else ""
    return (amount, Span(f" {cost.origin.value}{as_of}", "dim"))


def _since(pod: Pod, now: datetime) -> str:
    if pod.created_at is None:
        return ""
    return f"  made {age(pod.created_at, now)} ago, {moment(pod.created_at, now)}Z"


def _problems(pod: Pod, width_cells: int) -> list[Styled]:
    lines: list[Styled] = []
    if pod.install_failure:
        lines += paragraph(Span(f"✕ {pod.install_failure}", "bad"), width_cells)
    if pod.ssh_problem:
        lines += paragraph(Span(f"▲ {pod.ssh_problem}", "warn"), width_cells)
    if pod.state is PodState.ERROR:
        lines += paragraph(
            Span("▲ In error: assume that it is billed until it is ended.", "bad"), width_cells
        )
    return lines


def _access(pod: Pod) -> list[tuple[str, Styled | None]]:
    several = len(pod.ssh) > 1
    pairs: list[tuple[str, Styled | None]] = []
    for node, endpoint in enumerate(pod.ssh, 1):
        line: Styled = Span("not ready", "dim") if endpoint is None else Span(ssh_line(endpoint), "accent")
        pairs.append((f"ssh {node}" if several else "ssh", line))
    if pod.ips and not all(pod.ssh):
        pairs.append(("ip", ", ".join(pod.ips)))
    for number, port in enumerate(pod.ports):
        used = f"  {port.used_by.replace('_', ' ').lower()}" if port.used_by else ""
        note = f" ({port.description})" if port.description and port.description.lower() not in used else ""
        mapping: Styled = (
            Span(f"{port.internal} → {port.external} {port.protocol}"),
            Span(f"{used}{note}", "dim"),
        )
        pairs.append(("" if number else "ports", mapping))
    return pairs


def _money(view: PodView, now: datetime) -> list[tuple[str, Styled | None]]:
    pod = view.pod
    if view.is_listed:
        rate: Styled = (
            Span(usd_per_h(pod.burn_usd_per_h), "title"),
            Span(f" now, {_which_price(pod)}", "dim"),
        )
    else:
        rate = Span("nothing any more", "dim")
    return [
        ("price", rate),
        ("", Span(_other_prices(pod), "dim")),
        ("so far", cost_sentence(view.cost, pod, now)),
        ("paid by", (Span(view.owner), Span("" if view.is_mine else "  made by a team-mate", "dim"))),
    ]


def _which_price(pod: Pod) -> str:
    """Name the price that applies, and say so where it is the full one against expectation."""
    if pod.state is PodState.STOPPED:
        return "stopped" if pod.stopped_price_usd_per_h is not None else "stopped, at the full price"
    if pod.state in (PodState.PROVISIONING, PodState.PENDING):
        known = pod.provisioning_price_usd_per_h is not None
        return "while it is provisioned" if known else "provisioning, at the full price"
    if pod.state is PodState.UNKNOWN:
        return "the last one known"
    return "for the whole machine"


def _other_prices(pod: Pod) -> str:
    def price(own: Decimal | None) -> str:
        return usd_per_h(own) if own is not None else "the full price"

    stopped, starting = pod.stopped_price_usd_per_h, pod.provisioning_price_usd_per_h
    return f"running {usd_per_h(pod.price_usd_per_h)} · stopped {price(stopped)} · starting {price(starting)}"


def _machine(pod: Pod) -> list[tuple[str, Styled | None]]:
    sizes = [
        f"{pod.vcpus} vCPUs" if pod.vcpus is not None else "",
        f"{pod.memory_gb} GB RAM" if pod.memory_gb is not None else "",
        f"{pod.disk_gb} GB disk" if pod.disk_gb is not None else "",
    ]
    kind = [
        "spot: it can be taken away" if pod.is_spot else "",
        "restarts by itself" if pod.auto_restart else "",
        f"cluster {pod.cluster_id}" if pod.cluster_id else "",
    ]
    template = f" (template {pod.custom_template_id})" if pod.custom_template_id else ""
    return [
        ("machine", " ".join(part for part in (gpu(pod.gpu_name, pod.gpu_count), pod.socket) if part)),
        ("", Span(" · ".join(size for size in sizes if size), "dim")),
        ("provider", pod.provider),
        ("image", f"{pod.image}{template}" if pod.image else None),
        ("kind", Span(" · ".join(one for one in kind if one), "warn" if pod.is_spot else "text")),
    ]


def _disks(pod: Pod, disks: Sequence[Disk]) -> list[tuple[str, Styled | None]]:
    attached = {disk.id: disk for disk in pod.disks}
    named = {str(disk.id): disk for disk in disks}
    pairs: list[tuple[str, Styled | None]] = []
    for disk_id in {**attached, **named}:
        words = disk_words(attached.get(disk_id), named.get(disk_id), disk_id)
        pairs.append(("disks" if not pairs else "", words))
    return pairs


def disk_words(attached: AttachedDisk | None, known: Disk | None, disk_id: str) -> Styled:
    """Return a disk in words: name, size, where it is mounted, and what it costs on its own."""
    name = known.name if known is not None and known.name else disk_id
    size = (known.size_gb if known else None) or (attached.size_gb if attached else None)
    parts = [f"{size} GB" if size is not None else ""]
    if attached is not None:
        parts.append(
            f"{attached.status.lower()} at {attached.mount_path}"
            if attached.mount_path
            else attached.status.lower()
        )
    if known is not None:
        parts.append(usd_per_h(known.price_usd_per_h))
    parts.append("shared" if attached is not None and attached.is_shared else "")
    return (Span(name), Span("  " + " · ".join(part for part in parts if part), "dim"))


def _papers(view: PodView, now: datetime) -> list[tuple[str, Styled | None]]:
    pod = view.pod
    runtime = f"{pod.reported_runtime} (reported by the server)" if pod.reported_runtime else None
    word = pod.status_word if pod.status_word.lower() != pod.state.value else None
    return [
        ("id", pod.id),
        ("team", pod.team_id),
        ("wallet", pod.wallet_id),
        ("changed", None if pod.updated_at is None else f"{age(pod.updated_at, now)} ago"),
        ("runtime", runtime),
        ("word", None if word is None else f"{word} (the service's own)"),
    ]
