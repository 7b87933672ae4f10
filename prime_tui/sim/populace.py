"""Filling a world: the pods, runs, disks and chats that are there when it starts or turn up later."""

from __future__ import annotations

from decimal import Decimal

from prime_tui.sim.billing import rounded_usd
from prime_tui.sim.chat import MODELS
from prime_tui.sim.disks import Disk
from prime_tui.sim.names import DATASETS
from prime_tui.sim.offers import Offer
from prime_tui.sim.orders import GPU_HOUR_USD, TRAINABLE
from prime_tui.sim.pods import (
    ACTIVE,
    DELETING,
    DELETING_S,
    PENDING,
    PROVISIONING,
    STOPPED,
    TERMINATED,
    Installation,
    Pod,
    failing_life,
    usual_life,
)
from prime_tui.sim.runs import DEDICATED, SHARED, Failure, Run, TokenPrices
from prime_tui.sim.world import World

_HOUR_S = 3600.0

# What the pods of a fresh world are like, in this order and again from the start.
_POD_KINDS = (
    "steady", "team", "installing", "steady", "new", "cluster", "stopped", "install-failed", "error",
    "free-start", "leaving", "steady",
)  # fmt: skip
# How the first pods look; after these the offers are drawn.
_FIRST_PODS = (
    ("H100_80GB", 1, "FIN-01"),  # where the first disk is
    ("A100_80GB", 8, "FIN-01"),
    ("RTX4090_24GB", 1, "EU-NL-1"),
    ("A6000_48GB", 2, "us-central-3"),
    ("L40S_48GB", 1, "US-KS-2"),
)
_LIVE_RUN_KINDS = ("tokens", "gpu-hours", "team", "queued", "failing", "tokens", "gpu-hours", "pending")
_PAST_RUN_KINDS = ("completed", "failed", "awkward", "paused", "stopped", "completed", "completed")

_PRICES = {
    "Qwen/Qwen3.5-4B": TokenPrices(Decimal("0.30"), Decimal("0.10"), Decimal("0.30")),
    "Qwen/Qwen3.5-9B": TokenPrices(Decimal("0.60"), Decimal("0.20"), Decimal("0.60")),
    "Qwen/Qwen3.5-35B-A3B": TokenPrices(Decimal("1.00"), Decimal("0.25"), Decimal("0.75")),
}
_FAILURES = (
    (
        "orchestrator exited with code 1", "Environment package failed to import",
        ("ModuleNotFoundError: No module named 'verifiers.rubrics'",
        "ImportError while loading the environment"), 0.91,
    ),
    (
        "trainer exited with code 137", "The trainer ran out of GPU memory",
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 3.86 GiB",), 0.84,
    ),
)  # fmt: skip


class Populace:
    """Puts things into a world; every draw depends on the index of the thing alone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._noise = world.noise
        self._me = world.people.user_id
        self._research = world.people.teams[0]

    # --- disks --------------------------------------------------------------------------------

    def add_disks(self, count: int) -> None:
        """Add disks; every third is the team's."""
        for index in range(count):
            offer = self._world.market.disk_offers[(index * 2 + 1) % len(self._world.market.disk_offers)]
            team_id = self._research.id if index % 3 == 2 else None
            size = self._noise.pick((250, 500, 1000, 2000), "disk-size", index)
            name = DATASETS[index % len(DATASETS)] + (f"-{index}" if index >= len(DATASETS) else "")
            self._world.add_disk(
                Disk(
                    id=self._noise.short_id("dsk_", index), name=self._world.namer.text(name, index),
                    user_id=self._me, team_id=team_id, wallet_id=self._world.wallets[team_id].id,
                    provider=offer.provider, data_center=offer.data_center, country=offer.country,
                    size_gb=size, usd_per_h=rounded_usd(offer.usd_per_gb_h * size),
                    created_s=round(-self._noise.between(2, 40, "disk-age", index) * 24 * _HOUR_S),
                    multi_node=offer.multi_node,
                )
            )  # fmt: skip

    # --- pods ---------------------------------------------------------------------------------

    def add_pods(self, count: int) -> None:
        """Add the pods with which the world starts."""
        for index in range(count):
            self._world.add_pod(self._pod(_POD_KINDS[index % len(_POD_KINDS)], index, 0.0))

    def add_gone_pods(self, count: int) -> None:
        """Add pods that were there in the last week and are terminated."""
        for index in range(count):
            self._world.add_pod(self._pod("gone", index + 700, 0.0))

    def _pod(self, kind: str, index: int, t_s: float) -> Pod:
        noise = self._noise
        pod_id = noise.uuid("pod", index, t_s)
        offer = self._offer(kind, index)
        team_id = self._research.id if kind in ("team", "cluster", "visiting") else None
        mate = noise.pick(self._research.members, "pod-owner", index)
        owner = (
            (mate.user_id, mate.name) if kind in ("team", "visiting") else (self._me, self._world.people.name)
        )
        age_s = round(noise.between(0.6, 22, "pod-age", index) * _HOUR_S)
        phases, installation, created_s = self._life(kind, pod_id, t_s, age_s)
        return Pod(
            id=pod_id, name=self._world.namer.pod(offer.gpu_type, index), user_id=owner[0], team_id=team_id,
            wallet_id=self._world.wallets[team_id].id, provider=offer.provider, gpu_type=offer.gpu_type,
            gpu_count=offer.gpu_count, socket=offer.socket,
            usd_per_h=self._world.market.price_usd_per_h(offer, created_s), created_s=created_s,
            phases=phases, installation=installation, image=noise.pick(offer.images[:4], "pod-image", index),
            stopped_usd_per_h=Decimal("0.014") if kind == "stopped" else None,
            provisioning_usd_per_h=None if kind == "free-start" else Decimal(0),
            data_center=offer.data_center, country=offer.country,
            nodes=max(1, offer.gpu_count // 8) if offer.multi_node else 1,
            disk_gb=noise.pick((120, 250, 500), "pod-disk", index), memory_gb=125 * offer.gpu_count,
            vcpus=14 * offer.gpu_count, disk_ids=self._disks_at(offer, team_id), spot=offer.spot,
            provisioned_by=owner[1],
        )  # fmt: skip

    def _offer(self, kind: str, index: int) -> Offer:
        offers = [
            o
            for o in self._world.market.offers
            if o.multi_node == (kind == "cluster") and o.prepaid_h is None
        ]
        if kind == "cluster" and index < len(_POD_KINDS):
            offers = [o for o in offers if (o.gpu_type, o.gpu_count) == ("A100_80GB", 16)]
        elif index < len(_FIRST_PODS):
            offers = [o for o in offers if (o.gpu_type, o.gpu_count, o.data_center) == _FIRST_PODS[index]]
        return self._noise.pick(offers, "pod-offer", kind, index)

    def _disks_at(self, offer: Offer, team_id: str | None) -> list[str]:
        fitting = [
            disk.id
            for disk in self._world.disks.values()
            if (disk.provider, disk.data_center, disk.team_id) == (offer.provider, offer.data_center, team_id)
            and not any(disk.id in pod.disk_ids for pod in self._world.pods.values())
        ]
        return fitting[:1]

    def _life(
        self, kind: str, pod_id: str, t_s: float, age_s: float
    ) -> tuple[list[tuple[float, str]], Installation, float]:
        """Return phases, installation and time of creation for a kind of pod."""
        if kind == "new":
            return *usual_life(self._noise, pod_id, t_s - 4.0), t_s - 4.0
        if kind == "visiting":
            leaves_s = float(round(t_s + self._noise.between(1200, 7200, "stay", pod_id)))
            phases, installation = usual_life(self._noise, pod_id, t_s)
            return [*phases, (leaves_s, DELETING), (leaves_s + DELETING_S, TERMINATED)], installation, t_s
        if kind == "gone":
            came_s = float(round(t_s - self._noise.between(10, 165, "gone-age", pod_id) * _HOUR_S))
            leaves_s = came_s + round(self._noise.between(0.4, 9.5, "gone-stay", pod_id) * _HOUR_S)
            phases, installation = usual_life(self._noise, pod_id, came_s)
            return [*phases, (leaves_s, DELETING), (leaves_s + DELETING_S, TERMINATED)], installation, came_s
        if kind == "error":
            created_s = t_s - 50.0
            return *failing_life(self._noise, pod_id, created_s), created_s
        if kind == "installing":
            created_s = t_s - 75.0
            phases = [(created_s, PROVISIONING), (created_s + 15, PENDING), (created_s + 38, ACTIVE)]
            return phases, Installation(created_s + 44, created_s + 44 + 95), created_s
        created_s = t_s - age_s
        phases, installation = usual_life(self._noise, pod_id, created_s)
        if kind == "install-failed":
            failure = "E: Unable to locate package cuda-toolkit-12-6"
            installation = Installation(installation.begins_s, installation.ends_s, failure, 62)
        elif kind == "stopped":
            phases.append((created_s + age_s * 0.6, STOPPED))
        elif kind == "leaving":
            phases += [(t_s + 90.0, DELETING), (t_s + 90.0 + DELETING_S, TERMINATED)]
        return phases, installation, created_s

    # --- runs ---------------------------------------------------------------------------------

    def add_runs(self, live: int, past: int, *, stalls: bool) -> None:
        """Add runs that are under way, waiting, and over."""
        for index in range(live):
            kind = _LIVE_RUN_KINDS[index % len(_LIVE_RUN_KINDS)]
            if stalls and index in (1, 2):
                kind = "stalled" if index == 1 else "stalling"
            self._world.add_run(self._run(kind, index, 0.0))
        for index in range(past):
            kind = _PAST_RUN_KINDS[index % len(_PAST_RUN_KINDS)]
            run = self._run(kind, index + max(500, live), 0.0)
            middle_s = run.running_s + 0.55 * run.max_steps * run.step_s
            if kind == "stopped":
                run.stop(middle_s)
            elif kind == "paused":
                run.pause(middle_s)
            self._world.add_run(run)

    def _run(self, kind: str, index: int, t_s: float) -> Run:
        noise = self._noise
        by_tokens = kind in ("tokens", "failed", "awkward") or (kind == "completed" and index % 2 == 0)
        model = noise.pick(TRAINABLE[:3], "run-model", index)
        max_steps = noise.pick((100, 150, 200, 300), "run-steps", index)
        step_s = round(noise.between(14, 40, "run-step", index), 1)
        created_s, pending_s, running_s = self._run_times(kind, index, t_s, max_steps * step_s)
        gpu_type = noise.pick(("H100_80GB", "H200_141GB"), "run-gpu", index)
        team_id = self._research.id if kind in ("team", "stalling") else None
        stall = {
            "stalled": int((t_s - running_s - 400) / step_s),
            "stalling": int((t_s - running_s + 60) / step_s),
        }
        name = (
            self._world.namer.awkward_run(index) if kind == "awkward" else self._world.namer.run(model, index)
        )
        return Run(
            id=noise.short_id("rft_", "run", index, t_s), name=name,
            user_id=noise.pick(self._research.members, "run-owner",
            index).user_id if kind == "team" else self._me, team_id=team_id,
            kind=SHARED if by_tokens else DEDICATED, base_model=model,
            environment=self._world.namer.environment(index), max_steps=max_steps, step_s=step_s,
            created_s=created_s, pending_s=pending_s, running_s=running_s, noise=noise,
            batch_size=noise.pick((128, 256, 512), "batch", index),
            gpu_count=None if by_tokens else noise.pick((8, 16), "run-gpus", index),
            gpu_type=None if by_tokens else gpu_type,
            usd_per_gpu_h=None if by_tokens else GPU_HOUR_USD[gpu_type],
            prices=_PRICES[model] if by_tokens else None,
            tokens_per_step=noise.whole(150, 500, "run-tokens", index) * 1000,
            stalls_at_step=stall.get(kind),
            failure=self._failure(kind, index, max_steps, int((t_s - running_s) / step_s)),
            queue_reason="Waiting for GPUs" if kind == "queued" else None,
            volume_name=None if by_tokens else "team-volume",
        )  # fmt: skip

    def _run_times(self, kind: str, index: int, t_s: float, length_s: float) -> tuple[float, float, float]:
        """Return when a run is created, pending and running."""
        if kind == "queued":
            begin = round(t_s + self._noise.between(150, 240, "queue-left", index), 3)
            return round(t_s - 340), begin, round(begin + 40, 3)
        if kind == "pending":
            return round(t_s - 60), round(t_s - 20), round(t_s + 45)
        if kind == "new":
            return t_s, t_s + 15, t_s + 60
        share = self._noise.between(0.25, 0.7, "run-share", index)
        running_s = t_s - share * length_s
        if kind in _PAST_RUN_KINDS:
            age_s = (0.5 + 160 * self._noise.unit("run-age", index) ** 2) * _HOUR_S
            running_s = t_s - length_s * 1.1 - age_s
        running_s = round(running_s)
        return running_s - 130, running_s - 50, running_s

    def _failure(self, kind: str, index: int, max_steps: int, steps_now: int) -> Failure | None:
        if kind not in ("failed", "failing"):
            return None
        message, cause, evidence, confidence = self._noise.pick(_FAILURES, "failure", index)
        at_step = (
            steps_now + 8 if kind == "failing" else self._noise.whole(3, max_steps // 2, "fails-at", index)
        )
        return Failure(min(at_step, max_steps - 1), message, cause, evidence, confidence)

    # --- chats and arrivals -------------------------------------------------------------------

    def add_spent_chats(self) -> None:
        """Put some chats of the last days on the tabs."""
        for index in range(18):
            model = MODELS[index % 5]
            usd = self._noise.usd(0.0004, 0.06, 6, "spent-chat", index)
            team_id = self._research.id if index % 3 == 1 else None
            self._world.charge_chat(team_id, model, usd, round(-(18 - index) * 2.7 * _HOUR_S))

    def arrive(self, index: int, t_s: float) -> None:
        """Let the index-th arrival happen: runs, and pods that are used for a while."""
        if index % 2:
            self._world.add_run(self._run("new", 3000 + index, t_s))
        else:
            self._world.add_pod(self._pod("visiting", 3000 + index, t_s))
