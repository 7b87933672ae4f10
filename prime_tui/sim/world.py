"""The world: everything that exists in it, and what can be done to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from prime_tui.sim.billing import Tab, Wallet
from prime_tui.sim.chat import Model, Reply, Talker
from prime_tui.sim.clock import WorldClock
from prime_tui.sim.disks import Disk
from prime_tui.sim.names import Namer
from prime_tui.sim.noise import Noise
from prime_tui.sim.offers import Market
from prime_tui.sim.past import Past
from prime_tui.sim.people import People, Team
from prime_tui.sim.pods import Pod
from prime_tui.sim.runs import Run, TokenCharge

_TOPUP_CHECK_S = 1800.0


class Refused(Exception):
    """The service says no: an HTTP status and the text for the caller."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class AutoTopUp:
    """Below `threshold_usd` the wallet gets `amount_usd`, looked at every half hour."""

    threshold_usd: Decimal
    amount_usd: Decimal


Arrival = Callable[[int, float], None]


class World:
    """A deterministic world; hold `lock` while reading or changing more than one thing."""

    def __init__(
        self, clock: WorldClock, noise: Noise, namer: Namer, people: People, *, talker: Talker, scenario: str
    ) -> None:
        self.clock = clock
        self.noise = noise
        self.namer = namer
        self.people = people
        self.talker = talker
        self.scenario = scenario
        self.market = Market(noise)
        self.lock = threading.RLock()
        self.pods: dict[str, Pod] = {}
        self.disks: dict[str, Disk] = {}
        self.runs: dict[str, Run] = {}
        self.wallets: dict[str | None, Wallet] = {}
        self.pasts: list[Past] = []
        self.ordered_pods: list[str] = []
        self._topups: dict[str | None, AutoTopUp] = {}
        self._tabs: dict[tuple[str | None, str], Tab] = {}
        self._arrivals: tuple[float, Arrival] | None = None
        self._arrived = 0
        self._checked = 0
        self._made = 0

    # --- building -----------------------------------------------------------------------------

    def add_wallet(self, team: Team | None, opening_usd: Decimal, topup: AutoTopUp | None) -> Wallet:
        """Open the wallet of a team, or the personal one."""
        team_id = team.id if team else None
        wallet = Wallet(self.noise.short_id("wal_", team_id), team_id, opening_usd)
        self.wallets[team_id] = wallet
        if topup is not None:
            self._topups[team_id] = topup
        return wallet

    def add_pod(self, pod: Pod) -> Pod:
        """Put a pod into the world and open its billing row."""
        self.pods[pod.id] = pod
        self.wallets[pod.team_id].add(self._row_id(pod.id), "compute", pod.id, pod.meter)
        return pod

    def add_disk(self, disk: Disk) -> Disk:
        """Put a disk into the world and open its billing row."""
        self.disks[disk.id] = disk
        self.wallets[disk.team_id].add(self._row_id(disk.id), "disks", disk.id, disk.meter)
        return disk

    def add_run(self, run: Run) -> Run:
        """Put a run into the world and open its billing row; reserved capacity is not billed."""
        self.runs[run.id] = run
        charge = TokenCharge(run) if run.prices is not None else run.meter
        self.wallets[run.team_id].add(self._row_id(run.id), "training", run.id, charge)
        return run

    def set_arrivals(self, every_s: float, arrival: Arrival) -> None:
        """Let something new turn up at every multiple of `every_s`."""
        self._arrivals = (every_s, arrival)

    def next_id(self, prefix: str) -> str:
        """Return an id for something new; the n-th of a world is always the same."""
        self._made += 1
        return self.noise.short_id(prefix, "made", self._made)

    def next_uuid(self) -> str:
        """Return a UUID-like id for something new."""
        self._made += 1
        return self.noise.uuid("made", self._made)

    def _row_id(self, resource_id: str) -> str:
        return self.noise.short_id("bil_", resource_id)

    # --- time ---------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Return the time, after everything has happened that was due until then."""
        t_s = self.clock.now_s()
        with self.lock:
            self._catch_up(t_s)
        return t_s

    def _catch_up(self, t_s: float) -> None:
        """Let arrivals and top-ups happen at their own time and in order, however late we look."""
        while True:
            check_s = (self._checked + 1) * _TOPUP_CHECK_S
            arrival_s = (self._arrived + 1) * self._arrivals[0] if self._arrivals else float("inf")
            if min(check_s, arrival_s) > t_s:
                return
            if arrival_s <= check_s and self._arrivals is not None:
                self._arrived += 1
                self._arrivals[1](self._arrived, arrival_s)
            else:
                self._checked += 1
                self._top_up_at(check_s)

    def _top_up_at(self, t_s: float) -> None:
        for team_id, rule in self._topups.items():
            wallet = self.wallets[team_id]
            missing = rule.threshold_usd - wallet.balance_usd(t_s)
            if missing > 0:
                wallet.top_up(t_s, rule.amount_usd * (1 + int(missing / rule.amount_usd)))

    # --- questions ----------------------------------------------------------------------------

    def wallet(self, team_id: str | None) -> Wallet:
        """Return a wallet that the account may see.

        Raises:
            Refused: 403, the account is not in that team.
        """
        if team_id is not None and self.people.team(team_id) is None:
            raise Refused(403, "You are not a member of this team")
        return self.wallets[team_id]

    def listed_pods(self, t_s: float) -> list[Pod]:
        """Return the pods that are not terminated, newest first."""
        found = [pod for pod in self.pods.values() if pod.created_s <= t_s and not pod.gone(t_s)]
        return sorted(found, key=lambda pod: (-pod.created_s, pod.id))

    def listed_disks(self, t_s: float) -> list[Disk]:
        """Return the disks that are not deleted, newest first."""
        found = [disk for disk in self.disks.values() if disk.created_s <= t_s and not disk.gone(t_s)]
        return sorted(found, key=lambda disk: (-disk.created_s, disk.id))

    def listed_runs(self, t_s: float, team_id: str | None, *, mine: bool) -> list[Run]:
        """Return the runs of a team, or the account's personal ones, newest first."""
        found = [
            run
            for run in self.runs.values()
            if run.listed(t_s) and run.team_id == team_id and (not mine or run.user_id == self.people.user_id)
        ]
        return sorted(found, key=lambda run: (-run.created_s, run.id))

    def pod(self, pod_id: str, t_s: float) -> Pod:
        """Return a pod of the list, or one terminated in this world's time.

        Raises:
            Refused: 404.
        """
        pod = self.pods.get(pod_id)
        if pod is None or pod.created_s > t_s:
            raise Refused(404, "Pod not found")
        return pod

    def disk(self, disk_id: str, t_s: float) -> Disk:
        """Return a disk.

        Raises:
            Refused: 404.
        """
        disk = self.disks.get(disk_id)
        if disk is None or disk.gone(t_s):
            raise Refused(404, "Disk not found")
        return disk

    def run(self, run_id: str, t_s: float) -> Run:
        """Return a run that is not deleted.

        Raises:
            Refused: 404.
        """
        run = self.runs.get(run_id)
        if run is None or not run.listed(t_s):
            raise Refused(404, "Run not found")
        return run

    def pods_of_disk(self, disk_id: str, t_s: float) -> list[str]:
        """Return the ids of the listed pods to which a disk is attached."""
        return [pod.id for pod in self.listed_pods(t_s) if disk_id in pod.disk_ids]

    def require_funds(self, team_id: str | None, t_s: float) -> Wallet:
        """Return the wallet if there is money in it.

        Raises:
            Refused: 402 without money, 403 for a team that is not the account's.
        """
        wallet = self.wallet(team_id)
        if wallet.balance_usd(t_s) <= 0:
            raise Refused(402, "Insufficient balance (including overdraft). Please add funds to continue.")
        return wallet

    # --- chat ---------------------------------------------------------------------------------

    def charge_chat(self, team_id: str | None, model: Model, usd: Decimal, t_s: float) -> None:
        """Put the price of a request on the model's tab of that wallet."""
        if usd <= 0:
            return
        tab = self._tabs.get((team_id, model.id))
        if tab is None:
            tab = self._tabs[team_id, model.id] = Tab()
            row_id = self._row_id(f"inference|{team_id}|{model.id}")
            self.wallets[team_id].add(row_id, "inference", model.id, tab)
        tab.add(t_s, usd)

    def plan_reply(self, model: Model, messages: list[str], max_tokens: int | None) -> Reply:
        """Plan the answer to a conversation."""
        return self.talker.reply(model, messages, max_tokens)
