"""Scenarios: how a world looks when it starts.

calm         a person with a handful of pods, runs and disks; the default of the demonstration
busy         more of everything; every few minutes something new; one answer in twelve breaks off
stall        runs that stop stepping while they go on billing
broke        the balance is gone within minutes, then 402
expired-key  401 everywhere, at once or after `expire_after_s`
empty        an account in which nothing has ever happened
huge         10,000 past pods, 2,000 runs of which 200 are live, 100,000 billing rows, 50 live pods
hostile      names, logs and answers full of escape sequences, markup, bidi and combining marks
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from prime_tui.sim.chat import Talker
from prime_tui.sim.clock import WorldClock
from prime_tui.sim.names import Namer
from prime_tui.sim.noise import Noise
from prime_tui.sim.past import Past
from prime_tui.sim.people import People, usual_people
from prime_tui.sim.populace import Populace
from prime_tui.sim.world import AutoTopUp, World

_DAY_S = 86_400.0


@dataclass(frozen=True)
class Recipe:
    """The figures of a scenario; `past_*` belong to the personal wallet, a team's past is a quarter of it."""

    live_pods: int = 6
    live_runs: int = 4
    past_runs: int = 7
    past_pods: int = 34
    billing_rows: int = 96
    past_gap_s: float = 5 * 3600
    disks: int = 3
    opening_usd: Decimal = Decimal("184.37")
    team_opening_usd: Decimal = Decimal("1912.40")
    tops_up: bool = True
    arrival_every_s: float | None = 5400.0
    chat_failure_share: float = 0.0
    hostile: bool = False
    stalls: bool = False


SCENARIOS: dict[str, Recipe] = {
    "calm": Recipe(),
    "busy": Recipe(
        live_pods=16, live_runs=9, past_runs=24, past_pods=140, billing_rows=420, past_gap_s=4000, disks=6,
        opening_usd=Decimal("1204.55"), arrival_every_s=400.0, chat_failure_share=1 / 12,
    ),
    "stall": Recipe(stalls=True),
    "broke": Recipe(opening_usd=Decimal("4.20"), team_opening_usd=Decimal("9.00"), tops_up=False,
    arrival_every_s=None), "expired-key": Recipe(),
    "empty": Recipe(
        live_pods=0, live_runs=0, past_runs=0, past_pods=0, billing_rows=0, disks=0, opening_usd=Decimal(10),
        team_opening_usd=Decimal(0), tops_up=False, arrival_every_s=None,
    ),
    "huge": Recipe(
        live_pods=50, live_runs=200, past_runs=1800, past_pods=10_000, billing_rows=100_000, past_gap_s=900,
        disks=40, opening_usd=Decimal("48211.09"), team_opening_usd=Decimal("91200.00"),
        arrival_every_s=1200.0,
    ),
    "hostile": Recipe(hostile=True, live_pods=12, live_runs=8, arrival_every_s=600.0),
}  # fmt: skip


def recipe(scenario: str, *, pods: int | None, runs: int | None, billings: int | None) -> Recipe:
    """Return a scenario's figures with the given numbers of live pods, of all runs and of billing rows.

    Of a given number of runs a tenth is live, but at least four.
    """
    chosen = SCENARIOS[scenario]
    if pods is not None:
        chosen = replace(chosen, live_pods=pods)
    if runs is not None:
        live = min(runs, max(4, runs // 10))
        chosen = replace(chosen, live_runs=live, past_runs=runs - live)
    if billings is not None:
        chosen = replace(chosen, billing_rows=billings)
    return chosen


def build_world(clock: WorldClock, *, seed: int, scenario: str, figures: Recipe) -> World:
    """Make the world of a scenario at its first second."""
    noise = Noise(seed)
    namer = Namer(noise, hostile=figures.hostile)
    people = usual_people()
    talker = Talker(noise, failure_share=figures.chat_failure_share, hostile=figures.hostile)
    if scenario == "empty":
        people.ssh_keys.clear()
    world = World(clock, noise, namer, people, talker=talker, scenario=scenario)
    _open_wallets(world, figures)
    _add_pasts(world, figures)
    populace = Populace(world)
    populace.add_disks(figures.disks)
    populace.add_pods(figures.live_pods)
    populace.add_gone_pods(min(12, figures.past_pods // 5))
    populace.add_runs(figures.live_runs, figures.past_runs, stalls=figures.stalls)
    if figures.live_pods:
        populace.add_spent_chats()
    for wallet in world.wallets.values():
        wallet.balance_usd(0.0)  # settles what is long over, so that the first page is as quick as the others
    if figures.arrival_every_s is not None:
        world.set_arrivals(figures.arrival_every_s, populace.arrive)
    return world


def _open_wallets(world: World, figures: Recipe) -> None:
    # A wallet is filled up so that it lasts for hours at the rate at which a world of this size spends.
    scale = Decimal(max(1, figures.live_pods // 6))
    mine = AutoTopUp(Decimal(60) * scale, Decimal(250) * scale) if figures.tops_up else None
    theirs = AutoTopUp(Decimal(300) * scale, Decimal(1000) * scale) if figures.tops_up else None
    world.add_wallet(None, figures.opening_usd, mine)
    research, *others = world.people.teams
    world.add_wallet(research, figures.team_opening_usd, theirs)
    for team in others:
        world.add_wallet(team, Decimal("25.00") if figures.tops_up else Decimal(0), None)


def _add_pasts(world: World, figures: Recipe) -> None:
    people: People = world.people
    research = people.teams[0]
    crews = (
        (None, ((people.user_id, people.name),), 1),
        (research.id, tuple((member.user_id, member.name or "bo") for member in research.members), 4),
    )
    for team_id, owners, divisor in crews:
        past = Past(
            world.noise, world.namer, world.market, team_id=team_id, owners=owners,
            pods=figures.past_pods // divisor if divisor == 1 or figures.past_pods < 1000 else 0,
            rows=figures.billing_rows // divisor, newest_s=-8 * _DAY_S, gap_s=figures.past_gap_s * divisor,
        )  # fmt: skip
        world.pasts.append(past)
        world.wallets[team_id].archive = past.archive
