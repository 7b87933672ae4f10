"""Orders: what a caller can have made, with the refusals that go with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from prime_tui.sim.billing import rounded_usd
from prime_tui.sim.disks import Disk
from prime_tui.sim.offers import NEEDS_MAX_PRICE, Offer
from prime_tui.sim.pods import Pod, usual_life
from prime_tui.sim.runs import DEDICATED, PAUSED, RUNNING, Run
from prime_tui.sim.world import Refused, World

# USD per GPU and hour of dedicated runs.
GPU_HOUR_USD = {"H100_80GB": Decimal("2.40"), "H200_141GB": Decimal("2.90"), "B200_180GB": Decimal("4.40")}
TRAINABLE = ("Qwen/Qwen3.5-4B", "Qwen/Qwen3.5-9B", "Qwen/Qwen3.5-35B-A3B", "meta-llama/Llama-3.2-3B-Instruct")


@dataclass(frozen=True)
class PodOrder:
    """A validated order of a pod."""

    provider: str
    cloud_id: str
    gpu_type: str
    socket: str
    gpu_count: int
    name: str | None = None
    data_center: str | None = None
    disk_gb: int | None = None
    vcpus: int | None = None
    memory_gb: int | None = None
    max_usd_per_h: Decimal | None = None
    image: str = "ubuntu_22_cuda_12"
    custom_template_id: str | None = None
    auto_restart: bool = False
    prepaid_h: float | None = None
    disk_ids: list[str] = field(default_factory=list)
    team_id: str | None = None


def order_pod(world: World, order: PodOrder, t_s: float) -> Pod:
    """Make a pod.

    Raises:
        Refused: 400 by the provider, 402 without money, 403 for a foreign team, 404 for an unknown disk.
    """
    wallet = world.require_funds(order.team_id, t_s)
    if order.provider in NEEDS_MAX_PRICE and order.max_usd_per_h is None:
        raise Refused(400, "Missing field: max_price not specified")
    offer = world.market.find(order.provider, order.cloud_id, order.gpu_count, order.data_center)
    if offer is None or (offer.gpu_type, offer.socket) != (order.gpu_type, order.socket):
        raise Refused(400, "No offer matches the requested configuration")
    if world.market.stock(offer, t_s) == "Unavailable":
        raise Refused(400, f"{order.provider} has no capacity for {order.gpu_type} in {offer.data_center}")
    price = world.market.price_usd_per_h(offer, t_s)
    if order.max_usd_per_h is not None and price > order.max_usd_per_h:
        raise Refused(400, f"Price {price} exceeds max_price {order.max_usd_per_h}")
    _check_image(order, offer)
    for disk_id in order.disk_ids:
        disk = world.disk(disk_id, t_s)
        if (disk.provider, disk.data_center) != (offer.provider, offer.data_center):
            raise Refused(400, f"Disk {disk.name} is not in {offer.data_center}")
    pod_id = world.next_uuid()
    phases, installation = usual_life(world.noise, pod_id, t_s)
    pod = Pod(
        id=pod_id, name=order.name or f"{offer.gpu_type.split('_')[0].lower()}-{pod_id[:4]}",
        user_id=world.people.user_id, team_id=order.team_id, wallet_id=wallet.id, provider=offer.provider,
        gpu_type=offer.gpu_type, gpu_count=offer.gpu_count, socket=offer.socket, usd_per_h=price,
        created_s=t_s, phases=phases, installation=installation, image=order.image,
        custom_template_id=order.custom_template_id, data_center=offer.data_center, country=offer.country,
        nodes=max(1, offer.gpu_count // 8) if offer.multi_node else 1, disk_gb=order.disk_gb or 120,
        memory_gb=order.memory_gb or 125 * offer.gpu_count, vcpus=order.vcpus or 14 * offer.gpu_count,
        disk_ids=list(order.disk_ids), spot=offer.spot, auto_restart=order.auto_restart,
        prepaid_h=offer.prepaid_h, provisioned_by=world.people.name,
    )  # fmt: skip
    world.ordered_pods.append(pod_id)
    return world.add_pod(pod)


def _check_image(order: PodOrder, offer: Offer) -> None:
    if (order.image == "custom_template") != (order.custom_template_id is not None):
        raise Refused(400, "customTemplateId goes with the image custom_template")
    if order.image not in offer.images:
        raise Refused(400, f"Image {order.image} is not offered by {offer.provider}")


def order_disk(
    world: World, *, provider: str, data_center: str | None, size_gb: int, name: str | None,
    team_id: str | None, t_s: float,
) -> Disk:  # fmt: skip
    """Make a disk.

    Raises:
        Refused: 400 where the provider has none, 402 without money, 403 for a foreign team.
    """
    wallet = world.require_funds(team_id, t_s)
    offer = world.market.find_disk(provider, data_center)
    if offer is None:
        raise Refused(400, f"{provider} has no disks in {data_center}")
    if size_gb > offer.max_gb:
        raise Refused(400, f"Disk size must be at most {offer.max_gb} GB")
    disk_id = world.next_id("dsk_")
    return world.add_disk(
        Disk(
            id=disk_id, name=name or f"disk-{disk_id[-4:]}", user_id=world.people.user_id, team_id=team_id,
            wallet_id=wallet.id, provider=provider, data_center=offer.data_center, country=offer.country,
            size_gb=size_gb, usd_per_h=rounded_usd(offer.usd_per_gb_h * size_gb), created_s=t_s,
            multi_node=offer.multi_node,
        )
    )  # fmt: skip


@dataclass(frozen=True)
class RunOrder:
    """A validated order of a dedicated run."""

    config: Mapping[str, object]
    name: str | None = None
    team_id: str | None = None
    gpu_type: str | None = None
    mode: str = "rl"
    volume: str | None = None


@dataclass(frozen=True)
class LaunchedRun:
    """A run and what is told once about it; `token` is secret."""

    run: Run
    job_id: str
    token: str


def launch_run(world: World, order: RunOrder, t_s: float) -> LaunchedRun:
    """Make a dedicated run, billed per GPU-hour.

    Raises:
        Refused: 402 without money, 403 for a foreign team, 422 for a config that does not validate.
    """
    world.require_funds(order.team_id, t_s)
    gpu_type = order.gpu_type or "H100_80GB"
    if gpu_type not in GPU_HOUR_USD:
        raise Refused(422, f"gpuType {gpu_type} is not available for training")
    max_steps = _positive(order.config.get("max_steps", 100), "max_steps")
    return _launch(world, order, t_s, gpu_type, max_steps, first_step=0)


def resume_run(world: World, paused: Run, gpu_type: str | None, t_s: float) -> LaunchedRun:
    """Continue a paused run as a new one.

    Raises:
        Refused: 409 when it is not paused, 402 without money.
    """
    if paused.status(t_s) != PAUSED:
        raise Refused(409, f"Run is {paused.status(t_s)}; only a PAUSED run can be resumed")
    world.require_funds(paused.team_id, t_s)
    kind = gpu_type or paused.gpu_type or "H100_80GB"
    if kind not in GPU_HOUR_USD:
        raise Refused(422, f"gpuType {kind} is not available for training")
    order = RunOrder(paused.config, paused.name, paused.team_id, kind, paused.loss, paused.volume_name)
    return _launch(world, order, t_s, kind, paused.max_steps, first_step=paused.last_checkpoint_step(t_s))


def pause_run(run: Run, t_s: float) -> None:
    """Pause a running run that has a volume.

    Raises:
        Refused: 409 in another state, 400 without a volume.
    """
    if run.status(t_s) != RUNNING:
        raise Refused(409, f"Run is {run.status(t_s)}; only a RUNNING run can be paused")
    if run.volume_name is None:
        raise Refused(400, "Only a run with a volume can be paused")
    run.pause(t_s)


def _launch(
    world: World, order: RunOrder, t_s: float, gpu_type: str, max_steps: int, first_step: int
) -> LaunchedRun:
    model = order.config.get("model")
    base_model = model.get("name") if isinstance(model, Mapping) else None
    run_id = world.next_id("rft_")
    pending_s = round(t_s + world.noise.between(4, 12, "launch-pending", run_id), 3)
    run = Run(
        id=run_id, name=order.name, user_id=world.people.user_id, team_id=order.team_id, kind=DEDICATED,
        base_model=base_model if isinstance(base_model, str) else TRAINABLE[1],
        environment=_environment(order.config), max_steps=max_steps,
        step_s=round(world.noise.between(14, 34, "launch-step", run_id), 1), created_s=t_s,
        pending_s=pending_s, running_s=round(pending_s + world.noise.between(20, 45, "launch-run", run_id),
        3), noise=world.noise, gpu_count=8, gpu_type=gpu_type, usd_per_gpu_h=GPU_HOUR_USD[gpu_type],
        first_step=first_step, volume_name=order.volume, config=dict(order.config), loss=order.mode,
    )  # fmt: skip
    world.add_run(run)
    token = f"pit_{world.noise.digest('token', run_id)}"
    return LaunchedRun(run, world.noise.short_id("job_", run_id), token)


def _positive(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise Refused(422, f"config.{name}: Input should be greater than 0")
    return value


def _environment(config: Mapping[str, object]) -> str:
    """Return the first environment that the config names."""
    orchestrator = config.get("orchestrator")
    env = orchestrator.get("env") if isinstance(orchestrator, Mapping) else None
    first = env[0] if isinstance(env, list) and env else None
    slug = first.get("id") if isinstance(first, Mapping) else None
    return (
        slug if isinstance(slug, str) and re.fullmatch(r"[\w./@-]{1,120}", slug) else "primeintellect/gsm8k"
    )
