"""One long run: keys, weather and samples in turn, then the end and what it shows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.e2e.terminal import Terminal
from tests.soak.keys import Fingers, way_out
from tests.soak.program import COLUMNS, ROWS, Program
from tests.soak.samples import Sample, Sampler
from tests.soak.verdict import Ending
from tests.soak.weather import Weather
from tests.soak.world import World

KEY_EVERY_S = 0.2
BALANCE = re.compile(r"\$([\d,]+\.\d\d)")
TROUBLE = ("✕", "○", "◌")
"""Signs of the strip: failing, old, not read yet."""
LONGEST_CALL_S = 25.0
LONGEST_BACKOFF_S = 330.0
"""Five minutes, with jitter."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Plan:
    """How long, and what chance decides.

    Attributes:
        seconds: Real ones.
        sample_every_s: Real seconds between samples.
    """

    seconds: float
    seed: int
    sample_every_s: float = 60.0


class Course:
    """Drives one program through one plan. `told` hears of each sample."""

    def __init__(
        self,
        plan: Plan,
        program: Program,
        world: World,
        home: Path,
        key_file: Path,
        told: Callable[[Sample], None],
    ) -> None:
        self._plan = plan
        self._program = program
        self._world = world
        self._fingers = Fingers(Random(f"keys {plan.seed}"))
        self.weather = Weather(Random(f"weather {plan.seed}"), program, world, key_file)
        self._sampler = Sampler(program, world, home)
        self._told = told
        self._troubled_since_s: float | None = None
        self._slowest_recovery_s = 0.0
        self.samples: list[Sample] = []

    def run(self) -> Ending:
        """Run it; the program is over then."""
        problem, shown, true, agrees, code = "", "—", "—", False, None
        try:
            self._live()
            self._calm_down()
            shown, true, agrees = self._compare()
            self._type(way_out())
            code = self._program.wait()
        except (AssertionError, OSError) as error:
            problem = str(error) or type(error).__name__
        speed = self._world.speed
        return Ending(
            problem=problem,
            exit_code=code,
            gave_terminal_back=code is not None and self._program.gave_terminal_back,
            is_balance_true=agrees,
            shown_balance=shown,
            true_balance=true,
            slowest_recovery_s=self._slowest_recovery_s * speed,
            longest_recovery_s=LONGEST_CALL_S * speed + LONGEST_BACKOFF_S,
            internal_errors=len(re.findall(r"Traceback|failed inside", self._sampler.log_text())),
        )

    def _live(self) -> None:
        program = self._program
        program.until(lambda text: "●" in text.splitlines()[0], "the first numbers")
        began_s = time.monotonic()
        key_at_s = sample_at_s = 0.0
        weather_at_s = self.weather.turn()
        while (now_s := time.monotonic() - began_s) < self._plan.seconds:
            if not self.weather.is_reading:
                time.sleep(0.05)
            elif not program.read():
                raise AssertionError(f"it ended\n{program.text()}")
            elif now_s >= key_at_s:
                key_at_s = now_s + KEY_EVERY_S
                program.send(self._fingers.next())
            if now_s >= weather_at_s:
                weather_at_s = now_s + self.weather.turn()
            self._watch_recovery()
            if now_s >= sample_at_s:
                sample_at_s = now_s + self._plan.sample_every_s
                if now_s > 1.0:
                    self._sample(now_s)
        self._sample(time.monotonic() - began_s)

    def _sample(self, at_s: float) -> None:
        sample = self._sampler.take(at_s)
        self.samples.append(sample)
        self._told(sample)

    def _watch_recovery(self) -> None:
        """Measure from the end of a fault until the strip shows no trouble; nobody asks for a reading."""
        now_s = time.monotonic()
        if self.weather.is_faulty or not self.weather.is_reading:
            self._troubled_since_s = now_s
        elif self._troubled_since_s is not None:
            took_s = now_s - self._troubled_since_s
            if not any(sign in strip_of(self._program) for sign in TROUBLE):
                self._troubled_since_s = None
            self._slowest_recovery_s = max(self._slowest_recovery_s, took_s)

    def _calm_down(self) -> None:
        """End the weather, come back to the wallet, and wait until everything is fresh."""
        self.weather.clear_up()
        self._program.resize(COLUMNS, ROWS)
        self._type(way_out()[:-1])
        patience_s = LONGEST_CALL_S + LONGEST_BACKOFF_S / self._world.speed + 20.0
        self._program.until(
            lambda text: (
                text.count("●") >= 3 and not any(sign in strip_of(self._program) for sign in TROUBLE)
            ),
            "fresh numbers at the end",
            patience_s,
        )

    def _type(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self._program.send(key)
            pause_until_s = time.monotonic() + KEY_EVERY_S
            while time.monotonic() < pause_until_s:
                self._program.read()

    def _compare(self) -> tuple[str, str, bool]:
        """Ask for a reading; what is shown then must have been true since the question."""
        for _ in range(5):  # a top-up in between makes the two looks of no use
            before = self._world.balance_usd()
            self._program.send("r")
            until_s = time.monotonic() + 3.0
            while time.monotonic() < until_s:
                self._program.read()
                found = BALANCE.search(self._program.text().splitlines()[1])
                after = self._world.balance_usd()
                shown = Decimal(found[1].replace(",", "")) if found else None
                if shown is not None and after - CENT <= shown <= before + CENT:
                    return f"${shown}", f"${before:.2f} … ${after:.2f}", True
        return f"${shown}", f"${before:.2f} … ${after:.2f}", False


def strip_of(terminal: Terminal) -> str:
    """Return the first line."""
    return terminal.text().splitlines()[0]
