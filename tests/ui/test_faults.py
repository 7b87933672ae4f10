"""Every fault of the simulator on every screen: nothing is lost, nothing old looks fresh, all comes back.

One program a screen lives through all faults, with the time in the test's hand.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
import pytest_asyncio

from prime_tui.api.limits import Limits
from prime_tui.sim.faults import KINDS
from prime_tui.sim.serve import SimOptions
from tests.sync.fake_clock import START, FakeClock
from tests.sync.time_in_hand import TimeInHand
from tests.ui.monitor import Monitor, monitor

SCREENS = ("wallet", "runs", "pods", "chat")
WALLET = "GET /api/v1/billing/wallet"
OUTAGE_S, LONGEST_WAIT_S, STEP_S = 150.0, 360.0, 15.0
"""Enough for a blip and the second failure, which is told; and for the longest wait between two tries:
300 s, a tenth more, and the steps in which we look."""
SIZE = (120, 90)
"""High enough for all toasts below the lines on top."""
ALL_TOASTS = 100
STRICT = Limits(list_bytes=300_000, body_bytes=300_000)
IMPATIENT = Limits(total_s=0.5)
# What a kind needs in order to be one, or the ways in which it comes; a new kind comes as it is.
# 401 and 403 are not among them: one stops all reading until the person acts, the other switches off what the
# key may not read; both have tests of their own.
WAYS: Mapping[str, tuple[dict[str, object], ...]] = {
    "latency": ({"latency_ms": 30.0},),
    "huge": ({"after_bytes": 1_000_000},),
    "status": (
        {"status": 404},
        {"status": 500},
        {"status": 503},
        {"status": 429, "retry_after": "40"},
    ),
}
HANGING = ("drip", "sse-stall")
"""They last until we give up, so one reading has to do, and a client that soon gives up."""
FAULTS = [(kind, way) for kind in KINDS if kind not in HANGING for way in WAYS.get(kind, ({},))]


class StillWorld(TimeInHand):
    """Only the program's time goes on: what is true changes when the test says so, and nothing ends."""

    def move(self, seconds: float) -> None:
        """Move the program's clock on."""
        self.clock.jump(seconds)


class Watched(Monitor):
    """A monitor, and what is said of it here."""

    time: TimeInHand

    def show(self) -> str:
        """Let the second pass in which ages are drawn anew; return the text."""
        if self.app.base_screen is not None:
            self.app.base_screen.show_strip()
        return self.text()

    @property
    def ages(self) -> str:
        """The line with the ages of wallet, runs and pods."""
        return self.show().splitlines()[0]

    @property
    def is_fresh(self) -> bool:
        """Whether nothing in that line is old or failing."""
        line = self.ages
        return not any(sign in line for sign in "✕○◌") and bool(re.search(r"w(allet )?\d+s", line))

    @property
    def balance_usd(self) -> Decimal | None:
        """The balance of the strip."""
        found = re.match(r" \$([\d,]+\.\d\d) ", self.show().splitlines()[1])
        return Decimal(found[1].replace(",", "")) if found else None

    @property
    def true_balance_usd(self) -> Decimal:
        """What the world knows."""
        world = self.sim.world
        return world.wallets[None].balance_usd(world.now_s()).quantize(Decimal("0.01"))

    @property
    def is_well(self) -> bool:
        """Whether all is true and fresh, and what was told to fail is told to work."""
        text = self.text()
        is_true = self.is_fresh and self.balance_usd == self.true_balance_usd
        has_told = " fails" in text
        return is_true and (not has_told or text.rfind("All sources answer again.") > text.rfind(" fails"))

    async def live_until(self, seen: Callable[[], object], what: str) -> None:
        """Live, without a key, until something is seen, at most for the longest wait between two tries."""
        for _ in range(round(LONGEST_WAIT_S / STEP_S)):
            if seen():
                return
            await self.time.live(STEP_S)
        raise AssertionError(f"did not come: {what}\n{self.text()}")

    @property
    def names(self) -> set[str]:
        """The names of pods and runs that are on the screen."""
        world, text = self.sim.world, self.text()
        t_s = world.now_s()
        runs = world.listed_runs(t_s, None, mine=True)
        known = {pod.name for pod in world.listed_pods(t_s)} | {run.name for run in runs if run.name}
        return {name for name in known if name[:12] in text}


Story = Callable[[Watched], Awaitable[None]]


class Stage:
    """A running program. Whoever wants something of it is let in where it runs, as the toolkit needs it."""

    def __init__(self, screen: str, limits: Limits) -> None:
        self._screen = screen
        self._limits = limits
        self._stories: asyncio.Queue[tuple[Story, asyncio.Future[None]] | None] = asyncio.Queue()
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        clock = FakeClock()
        world = SimOptions(speed=0, start_at=START, pods=3, runs=4, billings=20)
        async with monitor(
            screen=self._screen, sim=world, clock=clock, limits=self._limits, toasts=True, size=SIZE
        ) as plain:
            m = Watched(plain.app, plain.pilot, plain.sim, plain.store)
            m.time = StillWorld(m.sim, clock)
            if self._screen == "runs":  # one of them is read in full a moment later
                await m.until(lambda: any("metrics" in asked for asked in m.sim.requests()), "the details")
            await m.time.settled()
            while (wanted := await self._stories.get()) is not None:
                story, told = wanted
                try:
                    await story(m)
                except Exception as error:
                    told.set_exception(error)
                else:
                    told.set_result(None)

    async def play(self, story: Story) -> None:
        """Let a story happen to the program."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._stories.put_nowait((story, told))
        await asyncio.wait({told, self._running}, return_when=asyncio.FIRST_COMPLETED)
        await (told if told.done() else self._running)

    async def close(self) -> None:
        """End the program."""
        self._stories.put_nowait(None)
        await self._running


@asynccontextmanager
async def on_stage(screen: str, limits: Limits) -> AsyncIterator[Stage]:
    """Run a program."""
    one = Stage(screen, limits)
    yield one
    await one.close()


@pytest.fixture(autouse=True)
def every_toast_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prime_tui.ui.terminal.few_toasts.MOST_SHOWN", ALL_TOASTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SCREENS)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A program on one of the screens."""
    async with on_stage(request.param, STRICT) as one:
        yield one


def named(fault: object) -> str:
    """Return the name of a fault in the list of tests."""
    assert isinstance(fault, tuple)
    kind, way = fault
    return f"{kind}-{way['status']}" if "status" in way else str(kind)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_fault_and_its_end(stage: Stage, fault: tuple[str, dict[str, object]]) -> None:
    kind, way = fault
    await stage.play(lambda m: lives_through(m, kind, **way))


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("kind", HANGING)
async def test_a_service_that_hangs(screen: str, kind: str) -> None:
    async with on_stage(screen, IMPATIENT) as stage:
        await stage.play(lambda m: lives_through(m, kind, path="*/billing/wallet"))


async def lives_through(m: Watched, kind: str, **way: object) -> None:
    """Let a fault come and go, and look at the screen before, meanwhile and after."""
    m.app.clear_notifications()
    await m.live_until(lambda: m.is_well, "the truth before")
    seen, old = m.names, m.balance_usd
    m.sim.fault(kind, **way)  # type: ignore[arg-type]
    m.sim.world.wallet(None).top_up(m.sim.world.now_s(), Decimal("1.25"))
    new = m.true_balance_usd
    assert old != new
    asked = m.time.count(WALLET)
    for _ in range(round(OUTAGE_S / STEP_S)):
        await m.time.live(STEP_S)
        if m.time.count(WALLET) > asked:
            assert m.balance_usd == new or (m.balance_usd == old and "✕w" in m.ages), m.text()
    is_old = m.balance_usd == old
    if is_old:
        await m.live_until(lambda: " fails" in m.text(), "words about it")
        assert re.search(r"✕w(allet stale )?\dm", m.ages), m.text()
    assert m.names >= seen, m.text()
    m.sim.clear_faults()
    await m.live_until(lambda: m.is_well, "recovery")
    assert ("All sources answer again." in m.text()) == is_old, m.text()
    reasons = re.findall(r"Reading [\w ]+ fails.*\n.*▌ (.+)", m.text())
    ends = m.text().count("works again")
    # Where answers are damaged at random, a source may fail for another reason than it began with: then the
    # first one is over without words.
    assert len(reasons) == len(set(reasons)) >= ends, m.text()
    assert kind == "types" or len(reasons) == ends, m.text()
