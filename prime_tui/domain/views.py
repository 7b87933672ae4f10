"""What a screen shows of a thing: the thing joined with its money and with what we are doing to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from prime_tui.domain.cost import Cost
from prime_tui.domain.ids import PodId, RunId, TeamId
from prime_tui.domain.pods import Pod
from prime_tui.domain.runs import Run, RunSource, RunState, RunUsage

QUIET_RUN = timedelta(minutes=20)
"""A running run that reported no step for longer needs a look."""


class EndingPhase(StrEnum):
    """How far the ending of a pod or run is."""

    ASKED = "asked"
    CONFIRMING = "confirming"
    GONE = "gone"
    NOT_CONFIRMED = "not confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending that this program asked for.

    Attributes:
        message: A sentence about the last thing that happened.
        listed_usd: What it cost by the price list until it ended.
        billed_usd: What was billed, once that is known.
        saves_usd_per_h: What no longer burns.
    """

    phase: EndingPhase
    asked_at: datetime
    message: str = ""
    listed_usd: Decimal | None = None
    billed_usd: Decimal | None = None
    saves_usd_per_h: Decimal | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it was asked for and neither happened nor failed yet."""
        return self.phase in (EndingPhase.ASKED, EndingPhase.CONFIRMING)


@dataclass(frozen=True, slots=True)
class PodView:
    """A pod as a row: with its cost, and the ending under way if there is one.

    Attributes:
        owner: Who pays, in words: `you`, or a team's name.
        is_listed: False for a pod that we ended and that the service no longer lists.
        is_in_wallet: Whether the wallet in view pays.
    """

    pod: Pod
    cost: Cost
    ending: Ending | None = None
    is_mine: bool = True
    owner: str = ""
    is_listed: bool = True
    is_in_wallet: bool = True

    @property
    def id(self) -> PodId:
        """The pod's id."""
        return self.pod.id


@dataclass(frozen=True, slots=True)
class PodTotals:
    """Sums over the pods of a wallet.

    Attributes:
        usd_per_h: What the wallet's pods burn as far as it is known.
        unknown_rates: Pods whose price is unknown: the sum is a lower bound.
        elsewhere: Pods that another wallet pays and that are not counted here.
    """

    total: int
    active: int
    usd_per_h: Decimal
    unknown_rates: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class RunView:
    """A run merged from every source that knows it.

    Attributes:
        state_is_guess: True when only billing knows the run and its state follows from when it was billed.
        is_unknown: True when no source knows more than the id.
        tokens: All tokens so far; None is unknown.
        tokens_per_s: Recent rates for a sparkline, oldest first; None where nothing was read.
        usd_per_h: What it burns now; None is unknown.
        is_rate_estimate: True when that follows from bills or usage and not from a price.
        done_steps: Finished steps; None is unknown.
        last_step_at: When the last step was reported.
        silent_since: Since when no step was reported: the last one, before the first one the start;
            None where the service does not tell of steps.
        steps_read_at: When the steps were read last; the silence since then is ours, not the run's.
    """

    id: RunId
    name: str | None
    state: RunState
    status_word: str
    state_is_guess: bool
    is_unknown: bool
    base_model: str | None
    environments: tuple[str, ...]
    max_steps: int | None
    done_steps: int | None
    tokens: int | None
    tokens_per_s: tuple[float | None, ...]
    cost: Cost
    usd_per_h: Decimal | None
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    last_step_at: datetime | None
    last_activity_at: datetime | None
    team_id: TeamId | None
    sources: frozenset[RunSource]
    run: Run | None = None
    usage: RunUsage | None = None
    ending: Ending | None = None
    is_rate_estimate: bool = False
    silent_since: datetime | None = None
    steps_read_at: datetime | None = None

    @property
    def age_from(self) -> datetime | None:
        """What the age of a run is counted from: its creation, on every screen."""
        return self.created_at or self.started_at

    @property
    def title(self) -> str:
        """The name, else the id."""
        return self.name or self.id

    def quiet_for(self, now: datetime) -> timedelta | None:
        """How long a running run had reported no step when that was read, where it is too long; else None."""
        if self.state is not RunState.RUNNING or self.silent_since is None:
            return None
        quiet = min(now, self.steps_read_at or now) - self.silent_since
        return quiet if quiet > QUIET_RUN else None


@dataclass(frozen=True, slots=True)
class Burning:
    """One line of "what burns now", whatever kind it is.

    Attributes:
        kind: `pod`, `run` or `disk`; with `id` it says where to open it.
        what: What it is, such as `8×H200 141GB`.
    """

    kind: str
    id: str
    name: str
    what: str
    state: str
    is_live: bool
    usd_per_h: Decimal | None
    cost: Cost
    since: datetime | None
    note: str = ""
    is_rate_estimate: bool = False


@dataclass(frozen=True, slots=True)
class LaunchRecord:
    """What this program remembers of a run that it launched; never the token.

    Attributes:
        is_found: True where no answer came, and a run of that name appeared.
    """

    run_id: RunId
    name: str | None
    team_id: TeamId | None
    launched_at: datetime
    price_usd_per_gpu_h: Decimal | None = None
    gpu_count: int | None = None
    gpu_type: str | None = None
    is_found: bool = False
