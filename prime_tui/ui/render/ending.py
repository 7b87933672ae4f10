"""What is said before pods are ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from prime_tui.domain.disks import Disk
from prime_tui.domain.pods import AttachedDisk, PodState
from prime_tui.domain.units import age, gpu, usd, usd_per_h
from prime_tui.domain.views import PodView
from prime_tui.ui.render.styled import Span, Styled

TAIL = 6
_TYPEABLE = re.compile(r"[A-Za-z0-9._-]{1,40}\Z")


def confirm_word(views: Sequence[PodView], names_in_use: Sequence[str]) -> str:
    """Return what must be typed: the name where it is plain and the pod's alone, else the id's end.

    Names can look alike, be shared, or hold what no keyboard types; ids cannot.
    """
    if len(views) > 1:
        return f"end {len(views)}"
    pod = views[0].pod
    if _TYPEABLE.match(pod.name) and list(names_in_use).count(pod.name) <= 1:
        return pod.name
    return pod.id[-TAIL:]


def end_one_lines(view: PodView, disks: Sequence[Disk], now: datetime) -> list[Styled]:
    """Return what ending one pod means."""
    pod = view.pod
    name = (Span(pod.name or "(no name)", "title"), Span(f"  …{pod.id[-TAIL:]}", "dim"))
    what = [gpu(pod.gpu_name, pod.gpu_count), pod.provider or "", f"paid by {view.owner}"]
    if not view.is_mine:
        what.append("made by a team-mate")
    cost = f"{view.cost.origin.value} {usd(view.cost.usd, mark=view.cost.mark)}"
    lines: list[Styled] = [
        name,
        " · ".join(one for one in what if one),
        (
            Span(f"made {age(pod.created_at, now)} ago   so far {cost}   "),
            Span(f"saves {usd_per_h(pod.running_usd_per_h)}", "title"),
        ),
    ]
    if not view.is_in_wallet:
        lines.append(Span("▲ Another wallet than the one in view pays for it.", "warn"))
    if pod.state is PodState.DELETING:
        lines.append(Span("▲ It is being deleted already; this asks again.", "warn"))
    return [*lines, "", *disk_lines(view, disks)]


def end_several_lines(views: Sequence[PodView], now: datetime) -> list[Styled]:
    """Return what ending several pods means."""
    lines: list[Styled] = []
    for view in views:
        pod = view.pod
        lines.append(
            (
                Span(pod.name or "(no name)", "title"),
                Span(f"  …{pod.id[-TAIL:]}  ", "dim"),
                Span(f"{gpu(pod.gpu_name, pod.gpu_count)} · {age(pod.created_at, now)} · {view.owner} · "),
                Span(f"{usd(view.cost.usd, mark=view.cost.mark)} so far · {usd_per_h(pod.burn_usd_per_h)}"),
            )
        )
    rates = [view.pod.burn_usd_per_h for view in views]
    mark = "≥" if None in rates else ""
    saved = sum((rate for rate in rates if rate is not None), Decimal(0))
    return [
        *lines,
        "",
        Span(f"Together this saves {usd_per_h(saved, mark=mark)}.", "title"),
        "Their own disks are destroyed; attached disks stay and go on costing.",
    ]


def disk_lines(view: PodView, disks: Sequence[Disk]) -> list[Styled]:
    """Return what is destroyed and what stays."""
    own = f" ({view.pod.disk_gb} GB)" if view.pod.disk_gb is not None else ""
    lines: list[Styled] = [
        Span(f"Its own disk{own} is destroyed with everything on it. There is no way back.", "bad")
    ]
    known = {str(disk.id): disk for disk in disks}
    attached: dict[str, AttachedDisk] = {disk.id: disk for disk in view.pod.disks}
    for disk_id in {**attached, **known}:
        disk = known.get(disk_id)
        name = disk.name if disk is not None and disk.name else disk_id
        price = f" and goes on costing {usd_per_h(disk.price_usd_per_h)}" if disk is not None else ""
        lines.append(f"The disk {name} stays{price}.")
    return lines
